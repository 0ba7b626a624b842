// What is followed, what is left out, and what a plan says.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ExportConfig, Plan, RunReport } from '../src/index.ts'
import { mask, parsePlan, planExport, planToJson, planToMermaid, planToText, runExport } from '../src/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { SHOP, execute, makeDatabase, query, testFolder } from './database.ts'

const MASK_KEY = 'a key of at least thirty-two bytes, for tests'

async function plan(sql: string, config: ExportConfig): Promise<Plan> {
  await using source = await openSqlite(await makeDatabase(sql), { readOnly: true })
  return await planExport({ source, ...config })
}

async function copy(
  sql: string,
  config: ExportConfig,
  options: Partial<Parameters<typeof runExport>[1]> = {},
): Promise<{ readonly to: string; readonly report: RunReport }> {
  const to = join(testFolder(), 'to.db')
  await using source = await openSqlite(await makeDatabase(sql), { readOnly: true })
  await using destination = await openSqlite(to, { create: true })
  const made = await planExport({ source, destination, createTables: true, ...config })
  return { to, report: await runExport(made, { source, destination, maskKey: MASK_KEY, ...options }) }
}

test('G-1 a nullable edge that is cut is written as NULL and counted; a NOT NULL edge cannot be cut', async () => {
  const { to, report } = await copy(SHOP, {
    roots: [{ table: 'customer', where: 'id = 103' }],
    follow: [{ edge: 'customer.referred_by', cut: true }],
  })
  expect(await query(to, 'SELECT count(*) AS n, max(referred_by) AS r FROM customer')).toEqual([[1n, null]])
  expect(report.tables.find(({ table }) => table === 'customer')).toMatchObject({ written: 1, nulled: 1 })
  await expect(
    plan(SHOP, { roots: [{ table: 'customer' }], follow: [{ edge: 'customer.region_id', cut: true }] }),
  ).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
})

test('G-1 rows of an existing table keep their keys, and must be at the destination', async () => {
  const config: ExportConfig = { roots: [{ table: 'customer', where: 'id = 100' }], tables: { region: { rows: 'existing' } } }
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  const schema = SHOP.slice(0, SHOP.indexOf('INSERT'))
  const there = await makeDatabase(`${schema} INSERT INTO region VALUES (10, 'kept')`)
  {
    await using destination = await openSqlite(there)
    const report = await runExport(await planExport({ source, destination, ...config }), { source, destination })
    expect(report.tables.find(({ table }) => table === 'region')).toMatchObject({ existing: 1, written: 0 })
  }
  expect(await query(there, 'SELECT c.id AS a, r.name AS b FROM customer c JOIN region r ON r.id = c.region_id')).toEqual([
    [1n, 'kept'],
  ])
  await using empty = await openSqlite(await makeDatabase(schema))
  await expect(
    runExport(await planExport({ source, destination: empty, ...config }), { source, destination: empty }),
  ).rejects.toMatchObject({ code: 'ERR_EXPORT_EXISTING_MISSING' })
})

test('G-2 children are followed from rows that were asked for, not from parents, unless fromParents', async () => {
  const follow = { edge: 'orders.customer_id', children: true }
  const roots = [{ table: 'customer', where: 'id = 103' }]
  expect((await plan(SHOP, { roots, follow: [follow] })).observed.counts).toMatchObject({ customer: 3, orders: 1 })
  expect((await plan(SHOP, { roots, follow: [{ ...follow, fromParents: true }] })).observed.counts).toMatchObject({
    customer: 3,
    orders: 3,
  })
  const upgraded = await plan(SHOP, { roots: [...roots, { table: 'customer', where: 'id = 101' }], follow: [follow] })
  expect(upgraded.observed.counts).toMatchObject({ customer: 3, orders: 3 })
})

test('G-4 a virtual edge is followed for the rows that its condition holds for; its parent columns must be a key', async () => {
  const sql = `CREATE TABLE customer (id INTEGER PRIMARY KEY); CREATE TABLE product (id INTEGER PRIMARY KEY, sku TEXT);
    CREATE TABLE remark (id INTEGER PRIMARY KEY, subject_type TEXT, subject_id INTEGER);
    INSERT INTO customer VALUES (1), (5), (9); INSERT INTO product VALUES (5, 'x'), (6, 'y'); INSERT INTO remark VALUES (1, 'customer', 5), (2, 'product', 5), (3, 'other', 77)`
  const edge = { child: 'remark', columns: ['subject_id'] }
  const edges = [
    { ...edge, parent: 'customer', where: "subject_type = 'customer'" },
    { ...edge, parent: 'product', where: "subject_type = 'product' -- only these" },
  ]
  const { to } = await copy(sql, { roots: [{ table: 'remark' }], edges })
  expect(await query(to, 'SELECT subject_type AS a, subject_id AS b FROM remark ORDER BY id')).toEqual([
    ['customer', 1n],
    ['product', 1n],
    ['other', 77n],
  ])
  expect(await query(to, 'SELECT (SELECT count(*) FROM customer) AS c, (SELECT max(sku) FROM product) AS p')).toEqual([[1n, 'x']])
  await expect(
    plan(sql, { roots: [{ table: 'remark' }], edges: [{ ...edge, parent: 'product', parentColumns: ['sku'] }] }),
  ).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
})

test('G-5 limit and perParent take the first rows in key order', async () => {
  const { to } = await copy(SHOP, {
    roots: [{ table: 'customer', where: 'id > 100', limit: 2 }],
    follow: [{ edge: 'orders.customer_id', children: true, perParent: 1 }],
    keys: 'keep',
  })
  expect(await query(to, 'SELECT id AS i FROM customer ORDER BY id')).toEqual([[100n], [101n], [102n]])
  expect(await query(to, 'SELECT id AS i FROM orders ORDER BY id')).toEqual([[1000n], [1002n]])
})

test('G-6 maxDepth cuts, and says how many children it cut', async () => {
  const sql =
    'CREATE TABLE n (id INTEGER PRIMARY KEY, p INTEGER REFERENCES n (id)); INSERT INTO n VALUES (1, NULL), (2, 1), (3, 2), (4, 3), (5, 3)'
  const made = await plan(sql, {
    roots: [{ table: 'n', where: 'id = 1' }],
    follow: [{ edge: 'n.p', children: true, maxDepth: 2 }],
  })
  expect(made.observed.counts).toEqual({ n: 3 })
  expect(made.observed.notes.join()).toContain('n.p: 2 children lie beyond maxDepth')
})

test('G-6 a limit stops the run before anything is written', async () => {
  for (const limits of [{ maxRows: 3 }, { maxRowsPerTable: 3 }])
    await expect(copy(SHOP, { roots: [{ table: 'orders' }], limits })).rejects.toMatchObject({ code: 'ERR_EXPORT_LIMIT' })
})

test('G-7 names and members that are unknown are told with their path and the nearest name', async () => {
  const roots = [{ table: 'customer' }]
  const wrong: readonly (readonly [object, string])[] = [
    [{ roots: [{ table: 'custmer' }] }, 'roots[0].table: unknown table "custmer" (did you mean "customer"?)'],
    [
      { roots, follow: [{ edge: 'orders.custmer_id', children: true }] },
      'follow[0].edge: unknown edge "orders.custmer_id" (did you mean "orders.customer_id"?)',
    ],
    [
      { roots, follow: [{ edge: 'orders.customer_id', childern: true }] },
      'follow[0].childern is unknown (did you mean "children"?)',
    ],
    [{ roots, tables: { customer: { columns: { emial: 'keep' } } } }, 'no column "emial" (did you mean "email"?)'],
    [{ roots, tables: { customer: { columns: { email: { mask: 'emial' } } } } }, 'unknown mask "emial" (did you mean "email"?)'],
    [{ roots, limits: { maxRow: 1 } }, 'limits.maxRow is unknown (did you mean "maxRows"?)'],
    [{ roots, limits: { maxRows: 0 } }, 'limits.maxRows must be an integer from 1 to 2^53 - 1'],
    [{ rots: roots }, '"rots" is unknown (did you mean "roots"?)'],
    [{ roots, follow: [{ edge: 'orders.customer_id', perParent: 2 }] }, 'follow[0] limits children, but does not follow them'],
  ]
  for (const [config, message] of wrong)
    await expect(plan(SHOP, config as ExportConfig)).rejects.toMatchObject({
      code: 'ERR_EXPORT_CONFIG',
      message: expect.stringContaining(message) as string,
    })
})

test('C-4 a reference to nothing: error, null, and skip with all that requires the row', async () => {
  const sql = `CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a (id)); CREATE TABLE c (id INTEGER PRIMARY KEY, b_id INTEGER NOT NULL REFERENCES b (id));
    INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1), (2, 99); INSERT INTO c VALUES (1, 1), (2, 2)`
  const roots = [{ table: 'c' }]
  await expect(copy(sql, { roots })).rejects.toMatchObject({ code: 'ERR_EXPORT_REFERENCE_MISSING' })
  const nulled = await copy(sql, { roots, follow: [{ edge: 'b.a_id', onMissing: 'null' }] })
  expect(await query(nulled.to, 'SELECT a_id AS a FROM b ORDER BY id')).toEqual([[1n], [null]])
  expect(nulled.report.tables.find(({ table }) => table === 'b')).toMatchObject({ nulled: 1 })
  const skipped = await copy(sql, { roots, follow: [{ edge: 'b.a_id', onMissing: 'skip' }] })
  expect(skipped.report.tables.map(({ table, written, dropped }) => [table, written, dropped])).toEqual([
    ['a', 1, 0],
    ['b', 1, 1],
    ['c', 1, 1],
  ])
})

test('C-5 a reference is equal as the server says, and is written as the stored key', async () => {
  const sql = `CREATE TABLE country (code TEXT COLLATE NOCASE PRIMARY KEY NOT NULL); CREATE TABLE city (id INTEGER PRIMARY KEY, country TEXT REFERENCES country (code));
    INSERT INTO country VALUES ('Nl'), ('De'); INSERT INTO city VALUES (1, 'NL'), (2, 'nl'), (3, 'Nl')`
  const { to } = await copy(sql, { roots: [{ table: 'city' }] })
  expect(await query(to, 'SELECT code AS c FROM country')).toEqual([['Nl']])
  expect(await query(to, 'SELECT count(*) AS n FROM pragma_foreign_key_check')).toEqual([[0n]])
})

test('K-1 keys at the ends of 64 bits, and texts that look like numbers, are told apart', async () => {
  const sql = `CREATE TABLE p (id INTEGER PRIMARY KEY, t TEXT UNIQUE NOT NULL); CREATE TABLE c (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id), p_t TEXT REFERENCES p (t));
    INSERT INTO p VALUES (-9223372036854775808, '1'), (9223372036854775807, '01'), (-1, 'x'), (0, '1e0'), (4294967296, '0'), (4294967295, 'y');
    INSERT INTO c SELECT row_number() OVER (ORDER BY id), id, t FROM p`
  const { to } = await copy(sql, { roots: [{ table: 'c' }], keys: 'keep' })
  expect(await query(to, 'SELECT count(*) AS n FROM c JOIN p ON p.id = c.p_id AND p.t = c.p_t')).toEqual([[6n]])
  const remapped = await copy(sql, { roots: [{ table: 'c' }] })
  expect(await query(remapped.to, 'SELECT id AS a, t AS b FROM p ORDER BY id')).toEqual([
    [1n, '1'],
    [2n, 'x'],
    [3n, '1e0'],
    [4n, 'y'],
    [5n, '0'],
    [6n, '01'],
  ])
})

test('I-4 an edge to columns that are not unique selects every matching row', async () => {
  const sql = `CREATE TABLE p (id INTEGER PRIMARY KEY, g TEXT); CREATE INDEX p_g ON p (g); CREATE TABLE c (id INTEGER PRIMARY KEY, g TEXT REFERENCES p (g));
    INSERT INTO p VALUES (1, 'a'), (2, 'a'), (3, 'b'); INSERT INTO c VALUES (1, 'a')`
  const made = await plan(sql, { roots: [{ table: 'c' }] })
  expect(made.observed.counts).toEqual({ c: 1, p: 2 })
  expect(made.observed.notes.join()).toContain('not unique')
})

test('I-5 a table without a key is addressed by its rowid, which is made anew; float keys are refused', async () => {
  const sql = "CREATE TABLE log (at TEXT, what TEXT); INSERT INTO log VALUES ('a', 'x'), ('a', 'x'), (NULL, NULL)"
  const { to } = await copy(sql, { roots: [{ table: 'log' }] })
  expect(await query(to, 'SELECT at AS a, what AS b FROM log ORDER BY rowid')).toEqual([
    ['a', 'x'],
    ['a', 'x'],
    [null, null],
  ])
  await expect(plan('CREATE TABLE f (id REAL PRIMARY KEY)', { roots: [{ table: 'f' }] })).rejects.toMatchObject({
    code: 'ERR_EXPORT_KEY_TYPE',
  })
})

test('M-2 composite and overlapping keys follow their origin columns; two mappings of one column are refused', async () => {
  const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE u (t_id INTEGER NOT NULL REFERENCES t (id), n INTEGER NOT NULL, PRIMARY KEY (t_id, n));
    CREATE TABLE v (id INTEGER PRIMARY KEY, t_id INTEGER NOT NULL REFERENCES t (id), n INTEGER, m INTEGER, FOREIGN KEY (t_id, n) REFERENCES u (t_id, n), FOREIGN KEY (t_id, m) REFERENCES u (t_id, n));
    INSERT INTO t VALUES (40), (50); INSERT INTO u VALUES (40, 1), (50, 1), (50, 2); INSERT INTO v VALUES (1, 50, 1, 2), (2, 40, NULL, 1)`
  const { to } = await copy(sql, { roots: [{ table: 'v' }] })
  expect(await query(to, 'SELECT id AS i, t_id AS t, n AS n, m AS m FROM v ORDER BY id')).toEqual([
    [1n, 2n, 1n, 2n],
    [2n, 1n, null, 1n],
  ])
  const twice =
    'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, x INTEGER REFERENCES a (id) REFERENCES b (id))'
  await expect(plan(twice, { roots: [{ table: 'c' }] })).rejects.toMatchObject({ code: 'ERR_EXPORT_KEY_MODE' })
})

test('M-4 a block that does not fit is refused', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  await using destination = await openSqlite(
    await makeDatabase(
      "CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO region VALUES (9223372036854775806, 'last')",
    ),
  )
  const made = await planExport({ source, destination, roots: [{ table: 'region' }] })
  await expect(runExport(made, { source, destination })).rejects.toMatchObject({ code: 'ERR_EXPORT_KEY_MODE' })
})

test('L-1 tables are loaded parents first, each cycle together', async () => {
  const { steps } = await plan(
    'CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES b (id)); CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER REFERENCES a (id), z_id INTEGER REFERENCES z (id)); CREATE TABLE z (id INTEGER PRIMARY KEY)',
    { roots: [{ table: 'a' }] },
  )
  expect(steps.filter(({ kind }) => kind === 'load').map(({ tables }) => tables.map(({ name }) => name))).toEqual([
    ['z'],
    ['a', 'b'],
  ])
})

test('L-3 rows that refer to one another and to themselves load with references enforced', async () => {
  const sql = `CREATE TABLE buddy (id INTEGER PRIMARY KEY, partner INTEGER NOT NULL REFERENCES buddy (id)); CREATE TABLE d (id INTEGER PRIMARY KEY, r INTEGER NOT NULL REFERENCES r (id)); CREATE TABLE r (id INTEGER PRIMARY KEY, d INTEGER NOT NULL REFERENCES d (id));
    INSERT INTO buddy VALUES (1, 2), (2, 1), (3, 3); INSERT INTO d VALUES (1, 5); INSERT INTO r VALUES (5, 1)`
  for (const references of ['enforced', 'bulk'] as const) {
    await using source = await openSqlite(await makeDatabase(sql), { readOnly: true })
    const to = join(testFolder(), 'to.db')
    await using destination = await openSqlite(to, { create: true })
    await runExport(
      await planExport({ source, destination, createTables: true, references, roots: [{ table: 'buddy' }, { table: 'd' }] }),
      { source, destination },
    )
    await destination.close()
    expect(await query(to, 'SELECT count(*) AS n FROM pragma_foreign_key_check')).toEqual([[0n]])
    expect(await query(to, 'SELECT (SELECT count(*) FROM buddy) + (SELECT count(*) FROM r) AS n')).toEqual([[4n]])
  }
})

test('L-6 the next generated key is past every key', async () => {
  const { to, report } = await copy(SHOP, { roots: [{ table: 'orders' }], keys: 'keep' })
  expect(report.checks.filter(({ name }) => name.startsWith('next key')).map(({ name }) => name)).toContain('next key of orders')
  await execute(to, 'INSERT INTO orders (customer_id) SELECT min(id) FROM customer')
  expect(await query(to, 'SELECT max(id) AS m FROM orders')).toEqual([[1004n]])
})

test('P-1 planning twice gives the same text, whatever the order of the catalog', async () => {
  const config: ExportConfig = { roots: [{ table: 'pick' }], follow: [{ edge: 'orders.customer_id', children: true }] }
  const statements = SHOP.trim()
    .split(';\n')
    .filter((statement) => statement.startsWith('CREATE'))
  const texts = await Promise.all(
    [statements, statements.toReversed()].map(async (list) => {
      const { observed: _observed, ...rest } = await plan(`${list.join(';\n')};`, config)
      return JSON.stringify(rest)
    }),
  )
  expect(texts[0]).toBe(texts[1])
})

test('P-2 P-3 P-4 text and diagram name what is done, and no parameter', async () => {
  const made = await plan(SHOP, {
    roots: [{ table: 'customer', where: 'email <> ?', params: ['s3cret'] }],
    follow: [
      { edge: 'orders.customer_id', children: true },
      { edge: 'customer.referred_by', cut: true },
    ],
    tables: { customer: { columns: { email: mask.email() } } },
  })
  const text = planToText(made)
  for (const part of [
    'customer: 4 rows',
    'email: mask {"mask":"email"}',
    'customer.referred_by -> customer: cut',
    'and to its children',
    'steps',
    'verify',
  ])
    expect(text).toContain(part)
  const diagram = planToMermaid(made)
  expect(diagram).toMatch(/t0 --x\|"referred_by"\| t0/)
  expect(diagram).toMatch(/t1 ==>\|"customer_id"\| t0/)
  expect(text + diagram).not.toContain('s3cret')
  expect(planToJson(made)).toContain('s3cret')
  expect(parsePlan(planToJson(made))).toEqual(made)
  expect(() => parsePlan('{}')).toThrow(expect.objectContaining({ code: 'ERR_EXPORT_CONFIG' }))
})

test('P-5 a column of another type at the destination is a loss in the plan, and fails it with onLoss', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  await using destination = await openSqlite(
    await makeDatabase('CREATE TABLE region (id INTEGER PRIMARY KEY, name NUMERIC NOT NULL)'),
  )
  const options = { source, destination, roots: [{ table: 'region' }] }
  expect((await planExport(options)).losses).toMatchObject([{ column: 'name', code: 'affinity', severity: 'possible' }])
  await expect(planExport({ ...options, onLoss: 'error' })).rejects.toMatchObject({ code: 'ERR_EXPORT_TYPE_MAP' })
})

test('W-7 W-8 what the destination lacks is listed at once, before anything is read', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  await using destination = await openSqlite(
    await makeDatabase(
      'CREATE TABLE customer (id INTEGER PRIMARY KEY, region_id INTEGER, referred_by INTEGER, more TEXT NOT NULL)',
    ),
  )
  const error: unknown = await planExport({ source, destination, roots: [{ table: 'customer' }] }).catch(
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ code: 'ERR_EXPORT_DESTINATION_SCHEMA' })
  for (const part of ['table region', 'column customer.email', 'customer.more, which is NOT NULL'])
    expect(String(error)).toContain(part)
})

test('W-7 tables are made by their own statements, with their indexes; what is not made is listed', async () => {
  const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT GENERATED ALWAYS AS (a || '!') STORED, CHECK (a <> '')); CREATE UNIQUE INDEX t_a ON t (a); CREATE INDEX t_part ON t (a) WHERE id > 5; CREATE INDEX t_expr ON t (lower(a));
    CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END; INSERT INTO t (id, a) VALUES (1, 'x')`
  const { to, report } = await copy(sql, { roots: [{ table: 't' }] })
  expect(await query(to, 'SELECT b AS b FROM t')).toEqual([['x!']])
  expect(await query(to, "SELECT name AS n FROM sqlite_schema WHERE name LIKE 't\\_%' ESCAPE '\\' ORDER BY name")).toEqual([
    ['t_a'],
  ])
  for (const part of ['t_part', 't_expr', 'tr']) expect(report.notes.join()).toContain(part)
})

test('X-3 a row may be dropped only where nothing refers to it', async () => {
  const drop = (table: string) => ({
    identity: 'drop',
    tables: { [table]: { reads: [], writes: [] } },
    transform: ({ rows }: { readonly rows: readonly unknown[] }) => rows.map(() => null),
  })
  const { to, report } = await copy(SHOP, { roots: [{ table: 'pick' }] }, { transform: drop('pick') })
  expect(await query(to, 'SELECT count(*) AS n FROM pick')).toEqual([[0n]])
  expect(report.tables.find(({ table }) => table === 'pick')).toMatchObject({ read: 3, written: 0, dropped: 3 })
  await expect(copy(SHOP, { roots: [{ table: 'pick' }] }, { transform: drop('orders') })).rejects.toMatchObject({
    code: 'ERR_EXPORT_TRANSFORM',
  })
})

test('X-8 digits never make two values equal', async () => {
  const sql = `CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER UNIQUE, s TEXT UNIQUE); WITH RECURSIVE i(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM i WHERE x < 1500) INSERT INTO t SELECT x, x, printf('%03d-%d', x % 1000, x / 1000) FROM i`
  const { to } = await copy(sql, { roots: [{ table: 't' }], tables: { t: { columns: { n: mask.digits(), s: mask.digits() } } } })
  expect(await query(to, 'SELECT count(DISTINCT n) AS a, count(DISTINCT s) AS b FROM t')).toEqual([[1501n, 1501n]])
  await expect(plan(sql, { roots: [{ table: 't' }], tables: { t: { columns: { s: mask.name() } } } })).rejects.toMatchObject({
    code: 'ERR_EXPORT_CONFIG',
  })
})

test('X-9 a mask on a key is applied to every column that refers to it', async () => {
  const sql = `CREATE TABLE p (code TEXT PRIMARY KEY NOT NULL); CREATE TABLE c (id INTEGER PRIMARY KEY, code TEXT REFERENCES p (code)); INSERT INTO p VALUES ('a'), ('b'); INSERT INTO c VALUES (1, 'a'), (2, 'b'), (3, NULL)`
  const { to } = await copy(sql, { roots: [{ table: 'c' }], tables: { p: { columns: { code: mask.hmac() } } } })
  expect(await query(to, 'SELECT count(*) AS n FROM c JOIN p USING (code) WHERE length(code) = 26')).toEqual([[2n]])
})

test('X-10 strict lists every column that is not declared', async () => {
  const config: ExportConfig = { roots: [{ table: 'region' }], strict: true, tables: { region: { columns: { id: 'keep' } } } }
  await expect(plan(SHOP, config)).rejects.toMatchObject({
    code: 'ERR_EXPORT_UNDECLARED_COLUMN',
    message: expect.stringContaining('region.name') as string,
  })
  await expect(
    plan(SHOP, { ...config, tables: { region: { columns: { id: 'keep', name: mask.keep() } } } }),
  ).resolves.toBeDefined()
})

test('S-2 Z-4 writes that commit during a run are not seen, and the source is never written', async () => {
  const from = await makeDatabase(`PRAGMA journal_mode = WAL; ${SHOP}`, 'auto')
  const to = join(testFolder(), 'to.db')
  await using source = await openSqlite(from, { readOnly: true })
  if (source.driver === 'node-sqlite3-wasm') return // it cannot open files in WAL mode: see D-4
  await using destination = await openSqlite(to, { create: true })
  const made = await planExport({ source, destination, createTables: true, roots: [{ table: 'orders' }] })
  let writes = 0
  await runExport(made, {
    source,
    destination,
    transform: {
      identity: 'writer',
      tables: { orders: { reads: [], writes: [] } },
      transform: async ({ rows }) => {
        await execute(
          from,
          `UPDATE orders SET note = 'changed'; DELETE FROM region; INSERT INTO orders VALUES (${5000 + ++writes}, 101, NULL)`,
        )
        return rows
      },
    },
  })
  await destination.close()
  expect(writes).toBeGreaterThan(0)
  expect(await query(to, "SELECT count(*) AS n, sum(note = 'changed') AS c FROM orders")).toEqual([[4n, 0n]])
  expect(await query(from, "SELECT count(*) AS n FROM sqlite_schema WHERE name LIKE 'loopwright%'")).toEqual([[0n]])
})

test('A-3 a handle is left open; a URL is opened and closed; a missing file is never made', async () => {
  const from = await makeDatabase(SHOP)
  const made = await planExport({ source: `sqlite:${from}`, roots: [{ table: 'region' }] })
  await using source = await openSqlite(from, { readOnly: true })
  const to = join(testFolder(), 'to.db')
  await expect(runExport(made, { source, destination: `sqlite:${to}` })).rejects.toMatchObject({ code: 'ERR_EXPORT_CONFIG' })
  expect((await runExport(made, { source, destination: `sqlite:${to}`, createTables: true })).verdict).toBe('complete')
  expect((await source.readCatalog()).tables.length).toBeGreaterThan(0)
  await expect(planExport({ source: 'sqlite:missing.db', roots: [{ table: 'x' }] })).rejects.toMatchObject({
    code: 'ERR_EXPORT_CONFIG',
  })
  await expect(planExport({ source: 'oracle://u:pw@h/d', roots: [{ table: 'x' }] })).rejects.toThrow(/^unknown scheme "oracle:"$/)
})

test('B5 whatever port throws, the run rejects with it and everything is released', async () => {
  const from = await makeDatabase(SHOP)
  const fault = new Error('the port failed')
  const explode = (): never => {
    throw fault
  }
  const to = join(testFolder(), 'to.db')
  for (const broken of [
    { meter: { add: explode, record: () => {} } },
    { meter: { add: () => {}, record: explode } },
    { logger: { enabled: () => true, log: explode } },
    { logger: { enabled: explode, log: () => {} } },
  ]) {
    const made = await planExport({ source: `sqlite:${from}`, roots: [{ table: 'orders' }] })
    await expect(
      runExport(made, { source: `sqlite:${from}`, destination: `sqlite:${to}`, createTables: true, ...broken }).catch(
        (error: unknown) => {
          if (error !== fault && (error as Error).cause !== fault) throw error
          throw fault
        },
      ),
    ).rejects.toBe(fault)
  }
  const made = await planExport({ source: `sqlite:${from}`, roots: [{ table: 'orders' }] })
  expect((await runExport(made, { source: `sqlite:${from}`, destination: `sqlite:${to}`, createTables: true })).verdict).toBe(
    'complete',
  )
})

test('K-1 keys of bytes, alone and beside texts that look like how they are asked for', async () => {
  const sql = `CREATE TABLE p (k PRIMARY KEY NOT NULL, v TEXT); CREATE TABLE c (id INTEGER PRIMARY KEY, k REFERENCES p (k));
    INSERT INTO p VALUES (x'00ff', 'bytes'), ('{"b":"00ff"}', 'text'), (5, 'integer'), ('5', 'digit'); INSERT INTO c SELECT row_number() OVER (ORDER BY v), k FROM p`
  for (const batchRows of [1, 1000]) {
    const { to } = await copy(sql, { roots: [{ table: 'c' }] }, { batchRows })
    expect(await query(to, 'SELECT p.v AS v FROM c JOIN p ON p.k = c.k ORDER BY p.v')).toEqual([
      ['bytes'],
      ['digit'],
      ['integer'],
      ['text'],
    ])
  }
})
