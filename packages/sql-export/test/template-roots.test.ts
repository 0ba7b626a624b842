// The roots of random templates: joins that are left out change nothing, and PostgreSQL's own parser finds the same structure.
import fc from 'fast-check'
import { parse } from 'libpg-query'
import { expect, test } from 'vitest'
import { openSqlite } from '../src/sqlite/index.ts'
import { compileTemplate } from '../src/template/compile.ts'
import { dialectOf } from '../src/template/dialect.ts'
import { parseTemplate } from '../src/template/parser.ts'
import type { EngineName } from './engines.ts'
import { isHere, testEngines } from './engines.ts'
import type { RandomTemplate } from './random-template.ts'
import { TEMPLATE_ROWS, TEMPLATE_SCHEMA, randomTemplate } from './random-template.ts'
import { makeDatabase } from './database.ts'

const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
const engines = testEngines()
const TAPE = fc.array(fc.nat(9999), { minLength: 60, maxLength: 60, size: 'max' }).map(randomTemplate)
const JOINS = /\bJOIN\b/g
const QUOTE: Readonly<Record<'sqlite' | 'postgres' | 'mariadb', (name: string) => string>> = {
  sqlite: (name) => `"${name}"`,
  postgres: (name) => `"${name}"`,
  mariadb: (name) => `\`${name}\``,
}

for (const engine of ['sqlite', 'postgres', 'mariadb'] as const satisfies readonly EngineName[])
  test(`T-7 T-10 a root without the joins that nothing asks for selects the same keys, and passes EXPLAIN: ${engine}`, {
    timeout: 600_000,
  }, async (context) => {
    if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
    const database = await engines.make(engine)
    try {
      // MariaDB heeds a reference only beside the columns
      const schema = TEMPLATE_SCHEMA.map((sql) => sql.replaceAll(/ REFERENCES a \(id\)| REFERENCES [bc] \(id\)/g, ''))
      await database.run([...(engine === 'mariadb' ? schema : TEMPLATE_SCHEMA), ...TEMPLATE_ROWS])
      await using source = await database.open()
      const catalog = await source.readCatalog()
      const dialect = dialectOf(engine === 'mariadb' ? 'mysql' : engine)
      let pruned = 0
      const property = fc.asyncProperty(TAPE, async ({ text, from, where, joins }: RandomTemplate) => {
        const { roots } = compileTemplate(text, catalog, [], [], QUOTE[engine], dialect)
        expect(roots.length).toBe(joins.length)
        for (const [i, { sql }] of roots.entries()) {
          const { alias } = joins[i] ?? { alias: '' }
          const whole = `SELECT DISTINCT ${alias}.id FROM ${from} WHERE (${where}) AND ${alias}.id IS NOT NULL ORDER BY 1`
          if ((sql.match(JOINS)?.length ?? 0) < (whole.match(JOINS)?.length ?? 0)) pruned++
          expect(await database.rows(sql)).toEqual(await database.rows(whole))
          expect((await database.rows(`EXPLAIN ${sql}`)).length).toBeGreaterThan(0)
        }
      })
      await fc.assert(property, { numRuns: LONG ? 2000 : 60 })
      expect(pruned, 'roots that do without a join').toBeGreaterThan(0)
    } finally {
      await database.dispose()
    }
  })

test('T-7 a join stays where its alias, a bare column of its table, or a parameter could be meant', async () => {
  await using source = await openSqlite(await makeDatabase(TEMPLATE_SCHEMA.join(';')), { readOnly: true })
  const catalog = await source.readCatalog()
  const rootOf = (text: string, params: readonly number[] = [], filters: readonly string[] = []): string =>
    compileTemplate(
      text,
      catalog,
      params,
      filters.map((where) => ({ alias: 'a', where, params: [] })),
      (name) => name,
    ).roots[0]?.sql ?? ''
  const left = 'SELECT a.id, b.id FROM a AS a LEFT JOIN b AS b ON b.b_a = a.id'
  expect(rootOf(left)).not.toMatch(/JOIN/)
  expect(rootOf(`${left} WHERE a.av = 1 -- b`)).not.toMatch(/JOIN/)
  expect(rootOf(`${left} AND b.bv = ?`, [1])).toMatch(/LEFT JOIN b/)
  expect(rootOf(`${left} WHERE BV IS NULL`)).toMatch(/LEFT JOIN b/)
  expect(rootOf(`${left} WHERE B."bv" IS NULL`)).toMatch(/LEFT JOIN b/)
  expect(rootOf(left, [], ['EXISTS (SELECT 1 FROM c WHERE c_b = b.id)'])).toMatch(/LEFT JOIN b/)
  expect(rootOf(left.replaceAll('LEFT ', ''))).toMatch(/JOIN b/)
  const path = `SELECT a.id, b.id, c.id FROM a AS a LEFT JOIN b AS b ON b.b_a = a.id`
  expect(rootOf(`${path} LEFT JOIN c AS c ON c.c_b = b.id`)).not.toMatch(/JOIN/)
  expect(rootOf(`${path} JOIN c AS c ON c.c_b = b.id`)).toMatch(/LEFT JOIN b[^]*JOIN c/)
})

type Node = Readonly<Record<string, unknown>>
const child = (node: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined), node)
const JOIN_KINDS: Readonly<Record<string, string>> = { JOIN_INNER: 'INNER', JOIN_LEFT: 'LEFT', JOIN_RIGHT: 'RIGHT' }

/** Tables with aliases and kinds of join, and the equalities of columns that AND joins in each ON, as PostgreSQL reads them. */
function structureOf(node: unknown, kind = 'FIRST'): { readonly joins: string[]; readonly equalities: string[] } {
  const table = child(node, 'RangeVar')
  if (table !== undefined)
    return { joins: [`${kind} ${String(child(table, 'relname'))} ${String(child(table, 'alias', 'aliasname'))}`], equalities: [] }
  const join = child(node, 'JoinExpr')
  const left = structureOf(child(join, 'larg'), kind)
  const right = structureOf(child(join, 'rarg'), JOIN_KINDS[String(child(join, 'jointype'))] ?? 'OTHER')
  const quals = child(join, 'quals')
  const parts = child(quals, 'BoolExpr', 'boolop') === 'AND_EXPR' ? (child(quals, 'BoolExpr', 'args') as Node[]) : [quals]
  const own = parts.flatMap((part) => {
    const [a, b] = ['lexpr', 'rexpr'].map((side) => child(part, 'A_Expr', side, 'ColumnRef', 'fields') as Node[] | undefined)
    const isEqual = child(part, 'A_Expr', 'name', '0', 'String', 'sval') === '='
    const name = (fields: readonly Node[]): string => fields.map((field) => String(child(field, 'String', 'sval'))).join('.')
    return isEqual && a !== undefined && b !== undefined ? [`${name(a)} = ${name(b)}`] : []
  })
  return { joins: [...left.joins, ...right.joins], equalities: [...left.equalities, ...right.equalities, ...own] }
}

test('T-10 PostgreSQL’s own parser finds the tables, joins and equalities that ours finds', { timeout: 120_000 }, async () => {
  const property = fc.asyncProperty(TAPE, async ({ text, joins, equalities }) => {
    const { stmts } = await parse(text)
    const theirs = structureOf(child(stmts, '0', 'stmt', 'SelectStmt', 'fromClause', '0'))
    const ours = parseTemplate(text, dialectOf('postgres'))
    const names = ours.sources.map(({ parts, alias }) => `${parts.at(-1)?.text} ${alias.text}`)
    expect(theirs.joins).toEqual(joins.map(({ kind, table, alias }) => `${kind} ${table} ${alias}`))
    expect(names).toEqual(joins.map(({ table, alias }) => `${table} ${alias}`))
    expect(ours.sources.map(({ join }) => join?.isLeft ?? false)).toEqual(joins.map(({ kind }) => kind === 'LEFT'))
    const sides = ours.sources.flatMap((source) =>
      source.equalities.map(({ left, right }) =>
        [left, right].map(({ alias, column }) => `${alias?.text}.${column.text}`).join(' = '),
      ),
    )
    expect(theirs.equalities).toEqual(sides)
    expect(sides).toEqual(equalities)
    const where = child(stmts, '0', 'stmt', 'SelectStmt', 'whereClause')
    expect(ours.where === null).toBe(where === undefined)
  })
  await fc.assert(property, { numRuns: LONG ? 5000 : 300 })
})
