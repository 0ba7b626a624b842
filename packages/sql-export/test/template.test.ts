// Template queries: what each code is raised by and where, and what a template selects.
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ExportConfig } from '../src/index.ts'
import { isExportError, planExport, runExport } from '../src/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { tokenize } from '../src/template/lexer.ts'
import { parseTemplate } from '../src/template/parser.ts'
import { makeDatabase, query, testFolder } from './database.ts'

const SCHEMA = `
CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, boss INTEGER REFERENCES customer (id));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), place_id INTEGER NOT NULL REFERENCES place (id), code TEXT UNIQUE);
CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE item (order_id INTEGER NOT NULL REFERENCES orders (id), line INTEGER NOT NULL, loose INTEGER, PRIMARY KEY (order_id, line));
CREATE TABLE pick (id INTEGER PRIMARY KEY, o INTEGER, l INTEGER);
CREATE VIEW seen AS SELECT * FROM orders;
INSERT INTO place VALUES (1, 'here'), (2, 'there');
INSERT INTO customer VALUES (1, 'Ada; --', NULL), (2, 'Bo', 1), (3, 'Cy', NULL);
INSERT INTO orders VALUES (10, 1, 1, 'a'), (11, 2, 2, 'b'), (12, NULL, 1, 'c'), (13, 3, 2, 'd');
INSERT INTO item VALUES (10, 1, 1), (10, 2, 2), (11, 1, 3), (13, 1, 9);
INSERT INTO pick VALUES (100, 10, 2), (101, 11, 1), (102, NULL, NULL);
`

async function planned(
  template: string,
  config: Omit<ExportConfig, 'roots' | 'template'> = {},
): Promise<Readonly<Record<string, number>> | null> {
  await using source = await openSqlite(await makeDatabase(SCHEMA), { readOnly: true })
  return (await planExport({ source, template, ...config })).observed.counts
}

const J = 'FROM orders o JOIN customer c ON c.id = o.customer_id'
const ERRORS: readonly (readonly [string, string, number])[] = [
  ['ERR_TEMPLATE_LEX', "SELECT o.id FROM orders o WHERE o.code = 'x", 41],
  ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM "orders o', 17],
  ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM orders o WHERE (o.id = 1', 32],
  ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM orders o WHERE o.id = 1)', 40],
  ['ERR_TEMPLATE_LEX', 'SELECT o.id /*! FROM */ FROM orders o', 12],
  ['ERR_TEMPLATE_LEX', 'SELECT /*+ x */ o.id FROM orders o', 7],
  ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM orders o /* ', 26],
  ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM orders o\0', 25],
  ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM orders o WHERE o.id = #', 39],
  ['ERR_TEMPLATE_STATEMENT', '  -- nothing', 12],
  ['ERR_TEMPLATE_STATEMENT', 'DELETE FROM orders', 0],
  ['ERR_TEMPLATE_STATEMENT', 'WITH x AS (SELECT 1) SELECT 1', 0],
  ['ERR_TEMPLATE_STATEMENT', '(SELECT o.id FROM orders o)', 0],
  ['ERR_TEMPLATE_STATEMENT', 'SELECT o.id', 11],
  ['ERR_TEMPLATE_STATEMENT', 'SELECT o.id FROM orders o; DROP TABLE orders', 27],
  ['ERR_TEMPLATE_STATEMENT', 'SELECT o.id FROM orders o UNION SELECT 1', 26],
  ['ERR_TEMPLATE_STATEMENT', 'SELECT o.id FROM orders o WHERE o.id = 1 EXCEPT SELECT 1', 41],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT DISTINCT o.id FROM orders o', 7],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o GROUP BY o.id', 26],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o WHERE o.id > 1 LIMIT 5', 41],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o WHERE o.id > 1 LIMIT (5)', 41],
  ['ERR_TEMPLATE_STATEMENT', 'SELECT o.id FROM orders o WHERE o.id = 1 UNION (SELECT 1)', 41],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o ORDER BY o.id OFFSET 5', 40],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o INDEXED BY x', 26],
  ['ERR_TEMPLATE_SOURCE', 'SELECT o.id FROM (SELECT * FROM orders) o', 17],
  ['ERR_TEMPLATE_SOURCE', 'SELECT o.id FROM orders o, customer c', 25],
  ['ERR_TEMPLATE_SOURCE', "SELECT o.id FROM json_each('[]') o", 26],
  ['ERR_TEMPLATE_SOURCE', 'SELECT s.id FROM seen s', 17],
  ['ERR_TEMPLATE_NAME', 'SELECT o.id FROM "" o', 17],
  ['ERR_TEMPLATE_NAME', 'SELECT o.id FROM a.b.orders o', 17],
  ['ERR_TEMPLATE_NAME', 'SELECT o.id FROM ordres o', 17],
  ['ERR_TEMPLATE_NAME', 'SELECT o.idd FROM orders o', 9],
  ['ERR_TEMPLATE_ALIAS', 'SELECT orders.id FROM orders', 28],
  ['ERR_TEMPLATE_ALIAS', `SELECT o.id ${J.replace('customer c', 'customer O')}`, 40],
  ['ERR_TEMPLATE_FIELD', 'SELECT * FROM orders o', 7],
  ['ERR_TEMPLATE_FIELD', 'SELECT o.* FROM orders o', 9],
  ['ERR_TEMPLATE_FIELD', 'SELECT max(o.id) FROM orders o', 10],
  ['ERR_TEMPLATE_FIELD', 'SELECT x.id FROM orders o', 7],
  ['ERR_TEMPLATE_FIELD', 'SELECT o.id, o.id FROM orders o', 15],
  ['ERR_TEMPLATE_FIELD', `SELECT o.id ${J}`, 40],
  ['ERR_TEMPLATE_FIELD', `SELECT o.id, c.id AS other ${J}`, 21],
  ['ERR_TEMPLATE_FIELD', `SELECT id, c.id ${J}`, 7],
  ['ERR_TEMPLATE_KEY', 'SELECT o.code FROM orders o', 9],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o JOIN customer c USING (id)', 42],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o NATURAL JOIN customer c', 26],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o CROSS JOIN customer c', 26],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o FULL JOIN customer c ON c.id = o.customer_id', 26],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o JOIN customer c', 41],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer_id OR 1', 66],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o JOIN customer c ON c.id > o.customer_id', 45],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o JOIN customer c ON c.id = 5', 45],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o JOIN customer c ON c.id = c.boss', 45],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o JOIN customer c ON o.id = o.customer_id', 45],
  ['ERR_TEMPLATE_REFERENCE', 'SELECT o.id, c.id FROM orders o JOIN customer c ON c.name = o.code', 51],
  ['ERR_TEMPLATE_REFERENCE', 'SELECT o.id, c.id FROM orders o JOIN customer c ON c.id = o.id', 51],
  [
    'ERR_TEMPLATE_REFERENCE',
    'SELECT i.order_id, i.line, c.id, p.id FROM item i JOIN customer c ON c.id = i.loose JOIN place p ON p.id = i.loose',
    42,
  ],
  ['ERR_TEMPLATE_ORDER', 'SELECT o.id FROM orders o ORDER BY o.code', 37],
  ['ERR_TEMPLATE_ORDER', 'SELECT o.id FROM orders o ORDER BY o.id DESC', 40],
  ['ERR_TEMPLATE_ORDER', 'SELECT o.id FROM orders o ORDER BY o.id, o.id', 43],
  ['ERR_TEMPLATE_ORDER', 'SELECT o.id FROM orders o ORDER BY id', 35],
  ['ERR_TEMPLATE_ORDER', 'SELECT o.id FROM orders o ORDER BY o.id NULLS LAST', 46],
  ['ERR_TEMPLATE_PARAM', 'SELECT o.id FROM orders o WHERE o.id = ?', 39],
  ['ERR_TEMPLATE_PARAM', 'SELECT o.id FROM orders o WHERE o.id = ?1 OR o.id = :a', 52],
]

for (const [code, template, offset] of ERRORS) {
  test(`${code} at ${offset}: ${template.replaceAll('\0', '\\0')}`, async () => {
    const error: unknown = await planned(template).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code, offset, line: 1, column: offset + 1 })
    expect(isExportError(error)).toBe(true)
  })
}

test('an error names line and column, and quotes at most 40 characters', async () => {
  const template = `SELECT o.id\nFROM orders o\n  WHERE o.id > 1 GROUP BY ${'x'.repeat(100)}`
  await expect(planned(template)).rejects.toMatchObject({ line: 3, column: 18 })
  await expect(planned(template)).rejects.toThrow(/"GROUP BY x{31}"$/)
})

test('ERR_TEMPLATE_PARAM values that no parameter takes, and values that cannot be bound', async () => {
  const template = 'SELECT o.id FROM orders o WHERE o.id = ?'
  await expect(planned(template, { params: [1, 2] })).rejects.toMatchObject({ code: 'ERR_TEMPLATE_PARAM' })
  await expect(planned(template, { params: [Number.NaN] })).rejects.toMatchObject({ code: 'ERR_TEMPLATE_PARAM' })
  await expect(planned(template, { params: { a: 1 } })).rejects.toMatchObject({ code: 'ERR_TEMPLATE_PARAM' })
})

test('A-1 exactly one of roots and template', async () => {
  await using source = await openSqlite(await makeDatabase(SCHEMA), { readOnly: true })
  await expect(planExport({ source })).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
  await expect(planExport({ source, template: 'SELECT o.id FROM orders o', roots: [{ table: 'orders' }] })).rejects.toMatchObject(
    { code: 'ERR_EXPORT_CONFIG' },
  )
})

test('T-1 comments, quoted names and strings do not mislead the lexer', async () => {
  const template = `select -- FROM nothing;
    "o"."id" /* , c.id */ FROM [orders] AS \`o\` WHERE o.code <> 'it''s; -- /* ' AND o.code IN ('a', 'b') ;`
  expect(await planned(template)).toMatchObject({ orders: 2 })
})

test('T-1 every parameter style binds its own value', async () => {
  const where = (text: string): string => `SELECT o.id FROM orders o WHERE ${text}`
  expect(await planned(where('o.id = ? OR o.code = ?'), { params: [10, 'b'] })).toMatchObject({ orders: 2 })
  expect(await planned(where('o.code = ?2 OR o.id = ?1 OR o.id = ?1'), { params: [10, 'b'] })).toMatchObject({ orders: 2 })
  expect(await planned(where('o.id = :id OR o.id = :id + 1'), { params: { id: 10n } })).toMatchObject({ orders: 2 })
})

test('T-4 a join follows a key on either side, composite keys, and the table itself', async () => {
  expect(await planned(`SELECT o.id, c.id ${J} WHERE c.id = 2`)).toEqual({ customer: 2, orders: 1, place: 1 })
  expect(await planned('SELECT c.id, o.id FROM customer c JOIN orders o ON o.customer_id = c.id WHERE c.id = 1')).toMatchObject({
    customer: 1,
    orders: 1,
  })
  expect(
    await planned('SELECT p.id, i.order_id, i.line FROM pick p JOIN item i ON p.o = i.order_id AND i.line = p.l'),
  ).toMatchObject({ pick: 2, item: 2 })
  expect(await planned('SELECT a.id, b.id FROM customer a JOIN customer b ON a.boss = b.id')).toEqual({ customer: 2 })
})

test('T-5 B6 joins keep their kind, and other conditions narrow the rows only', async () => {
  const join = (kind: string): string => `SELECT o.id, c.id FROM orders o ${kind} JOIN customer c ON c.id = o.customer_id`
  expect(await planned(join('INNER'))).toMatchObject({ orders: 3, customer: 3 })
  expect(await planned(join('LEFT'))).toMatchObject({ orders: 4, customer: 3 })
  expect(await planned(join('RIGHT'))).toMatchObject({ orders: 3, customer: 3 })
  expect(await planned(`${join('LEFT')} AND c.id BETWEEN 2 AND 3 WHERE o.id < 12`)).toMatchObject({ orders: 2 })
  expect(
    await planned('SELECT o.id, c.id FROM (orders o LEFT JOIN customer c ON (c.id = o.customer_id)) WHERE c.id IS NULL'),
  ).toMatchObject({ orders: 1 })
})

test('T-5 a parenthesis after WHERE opens a condition, and LEFT(…) is a function', async () => {
  const joined = 'SELECT o.id, c.id FROM orders o JOIN customer c ON c.id = o.customer_id'
  expect(await planned(`${joined} WHERE (c.name = 'Bo' OR o.id = 10)`)).toMatchObject({ orders: 2, customer: 2 })
  expect(await planned(`${joined} AND (o.id > 10) WHERE(c.id = 2)ORDER BY o.id`)).toMatchObject({ orders: 1 })
  const text = "SELECT o.id, c.id FROM orders o JOIN customer c ON c.id = o.customer_id AND LEFT(c.name, 1) = 'B'"
  expect(parseTemplate(text).sources[1]?.join?.end).toBe(text.length)
})

test('T-8 B7 references that lead out of the template are followed, cut, checked for, or refused', async () => {
  const template = 'SELECT i.order_id, i.line FROM item i WHERE i.order_id = 10'
  expect(await planned(template)).toEqual({ customer: 1, item: 2, orders: 1, place: 1 })
  await expect(planned(template, { outside: 'error' })).rejects.toThrow(/item\.order_id/)
  await expect(planned(template, { outside: 'null' })).rejects.toThrow(/NOT NULL/)
  expect(await planned('SELECT c.id FROM customer c WHERE c.id = 2', { outside: 'null' })).toEqual({ customer: 2 })
  const from = await makeDatabase(SCHEMA)
  const to = await makeDatabase(`${SCHEMA.slice(0, SCHEMA.indexOf('INSERT'))} INSERT INTO place VALUES (1, 'another')`)
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(to)
  await runExport(await planExport({ source, destination, template: 'SELECT o.id FROM orders o WHERE o.id = 12' }), {
    source,
    destination,
  })
  expect(await query(to, 'SELECT o.id AS o, p.id AS i, p.name AS n FROM orders o JOIN place p ON p.id = o.place_id')).toEqual([
    [1n, 2n, 'here'],
  ])
})

test('T-9 ORDER BY never changes the result', async () => {
  const template = `SELECT o.id, c.id ${J} WHERE o.id < 12`
  expect(await planned(`${template} ORDER BY c.id, o.id ASC NULLS FIRST`)).toEqual(await planned(template))
})

test('A-5 filters are ANDed to every root of a template', async () => {
  const filters = [{ alias: 'c', where: 'c.name = ? OR c.name = ?', params: ['Bo', 'Cy'] }]
  expect(await planned(`SELECT o.id, c.id ${J}`, { filters })).toMatchObject({ orders: 2, customer: 3 })
  await expect(planned(`SELECT o.id, c.id ${J}`, { filters: [{ alias: 'x', where: '1' }] })).rejects.toMatchObject({
    code: 'ERR_TEMPLATE_FIELD',
  })
})

test('B2 a row whose reference is to arrive later is there at every page size', async () => {
  const from = await makeDatabase(`CREATE TABLE d (id INTEGER PRIMARY KEY); CREATE TABLE o (id INTEGER PRIMARY KEY);
    CREATE TABLE f (id INTEGER PRIMARY KEY, d_id INTEGER REFERENCES d (id), o_id INTEGER REFERENCES o (id));
    CREATE TABLE root (id INTEGER PRIMARY KEY, d_id INTEGER REFERENCES d (id), o_id INTEGER REFERENCES o (id));
    INSERT INTO d VALUES (1), (2); INSERT INTO o VALUES (1), (2); INSERT INTO f VALUES (10, 1, 2); INSERT INTO root VALUES (100, 1, 1), (101, 2, 2)`)
  const template =
    'SELECT root.id, d.id, f.id, o.id FROM root AS root JOIN d AS d ON d.id = root.d_id LEFT JOIN f AS f ON f.d_id = d.id JOIN o AS o ON o.id = root.o_id'
  for (const batchRows of [1, 2, 1000]) {
    const to = join(testFolder(), 'to.db')
    await using source = await openSqlite(from, { readOnly: true })
    await using destination = await openSqlite(to, { create: true })
    const plan = await planExport({ source, destination, createTables: true, template })
    await runExport(plan, { source, destination, batchRows })
    await destination.close()
    expect(await query(to, 'SELECT (SELECT count(*) FROM root) AS r, d_id AS d, o_id AS o FROM f')).toEqual([[2n, 1n, 2n]])
  }
})

test('B3 whatever the order of the aliases, the plan has the same tables, edges and rows', async () => {
  const from = await makeDatabase(SCHEMA)
  await using source = await openSqlite(from, { readOnly: true })
  const joins = [
    'JOIN customer c ON c.id = o.customer_id',
    'JOIN item i ON i.order_id = o.id',
    'JOIN place p ON p.id = o.place_id',
    'LEFT JOIN item j ON j.order_id = o.id',
    'JOIN customer d ON d.id = o.customer_id',
  ]
  const fields = 'o.id, c.id, i.order_id, i.line, p.id, j.order_id, j.line, d.id'
  const shapes = new Set<string>()
  const permute = function* (list: readonly string[]): Generator<readonly string[]> {
    if (list.length < 2) yield list
    else for (const [i, item] of list.entries()) for (const rest of permute(list.toSpliced(i, 1))) yield [item, ...rest]
  }
  for (const order of permute(joins)) {
    const { tables, edges, observed } = await planExport({
      source,
      template: `SELECT ${fields} FROM orders o ${order.join(' ')}`,
      counts: shapes.size === 0,
    })
    if (shapes.size === 0) expect(observed.counts).toEqual({ customer: 3, item: 4, orders: 3, place: 2 })
    shapes.add(JSON.stringify([tables, edges]))
  }
  expect(shapes.size).toBe(1)
})

test('the lexer either refuses a text or gives tokens that cover it in order', () => {
  const parts = fc.constantFrom(
    'SELECT',
    ' ',
    '\n',
    "'a''b'",
    '"q"',
    '[x]',
    '`y`',
    '(',
    ')',
    '?',
    '?1',
    ':a',
    '1.5e3',
    "x'00'",
    '->>',
    '--c\n',
    '/*c*/',
    "'",
    '"',
    '/*',
    '#',
    ';',
    '.',
    ',',
    '=',
    'é',
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('')
      try {
        let end = 0
        for (const token of tokenize(text)) {
          expect(token.start).toBeGreaterThanOrEqual(end)
          end = token.end
        }
        expect(end).toBe(text.length)
      } catch (error) {
        if (!isExportError(error, 'ERR_TEMPLATE_LEX')) throw error
        expect(error.offset).toBeLessThan(text.length)
      }
    }),
    { numRuns: 2000 },
  )
})
