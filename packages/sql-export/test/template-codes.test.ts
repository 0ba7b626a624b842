// What raises each code of a template, in every engine's words: the table of section 3 of the design, cause by cause.
import { expect, test } from 'vitest'
import { planExport } from '../src/index.ts'
import type { EngineName, TestDatabase } from './engines.ts'
import { isHere, testEngines } from './engines.ts'

const engines = testEngines()
const SCHEMA = [
  'CREATE TABLE place (id INTEGER PRIMARY KEY, name varchar(20))',
  'CREATE TABLE orders (id INTEGER PRIMARY KEY, place_id INTEGER, code varchar(20), FOREIGN KEY (place_id) REFERENCES place (id))',
]
const JOINED = 'SELECT o.id, p.id FROM orders o JOIN place p ON p.id = o.place_id'

type Case = readonly [code: string, template: string, at: string]
const EVERYWHERE: readonly Case[] = [
  ['ERR_TEMPLATE_LEX', "SELECT o.id FROM orders o WHERE o.code = 'x", "'x"],
  ['ERR_TEMPLATE_STATEMENT', '', ''],
  ['ERR_TEMPLATE_STATEMENT', 'VALUES (1)', 'VALUES'],
  ['ERR_TEMPLATE_STATEMENT', 'SELECT o.id FROM orders o INTERSECT SELECT 1', 'INTERSECT'],
  ['ERR_TEMPLATE_STATEMENT', 'SELECT o.id FROM orders o; SELECT o.id FROM orders o', 'SELECT o.id FROM orders o'],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT ALL o.id FROM orders o', 'ALL'],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o HAVING o.id > 1', 'HAVING'],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o WHERE o.id > 1 WINDOW w AS ()', 'WINDOW'],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o LIMIT 5', 'LIMIT'],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o ORDER BY o.id FETCH FIRST 5 ROWS ONLY', 'FETCH'],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o FOR UPDATE', 'FOR'],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o WHERE o.id = 1 FOR SHARE', 'FOR'],
  ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id INTO copy FROM orders o', 'INTO'],
  ['ERR_TEMPLATE_SOURCE', 'SELECT o.id FROM LATERAL (SELECT 1) o', 'LATERAL'],
  ['ERR_TEMPLATE_SOURCE', 'SELECT o.id FROM orders o JOIN (place p) ON p.id = o.place_id', '(place'],
  ['ERR_TEMPLATE_NAME', 'SELECT o.id FROM nowhere.orders o', 'nowhere'],
  ['ERR_TEMPLATE_NAME', `${JOINED.replace('o.place_id', 'o.plase_id')}`, 'plase_id'],
  ['ERR_TEMPLATE_KEY', 'SELECT o.id, o.code FROM orders o', 'code'],
  ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o JOIN place p ON p.id <> o.place_id', 'p.id <>'],
  ['ERR_TEMPLATE_JOIN', `${JOINED} JOIN place q ON o.place_id = p.id`, 'o.place_id = p.id'],
  ['ERR_TEMPLATE_ORDER', 'SELECT o.id FROM orders o ORDER BY x.id', 'x.id'],
  ['ERR_TEMPLATE_ORDER', 'SELECT o.id FROM orders o ORDER BY o.id + 1', '+'],
  ['ERR_TEMPLATE_ORDER', 'SELECT o.id FROM orders o ORDER BY 1', '1'],
]
const OF: Readonly<Partial<Record<EngineName, readonly Case[]>>> = {
  sqlite: [
    ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM [orders o', '[orders'],
    ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o NOT INDEXED', 'NOT'],
    ['ERR_TEMPLATE_PARAM', 'SELECT o.id FROM orders o WHERE o.id = ? OR o.id = :b', ':b'],
  ],
  postgres: [
    ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM orders o WHERE o.code = $x$a', '$x$a'],
    ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM orders o /* /* */', '/* /*'],
    ['ERR_TEMPLATE_LEX', "SELECT o.id FROM orders o WHERE o.code = E'a\\'", "E'a"],
    ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o TABLESAMPLE SYSTEM (10)', 'TABLESAMPLE'],
    ['ERR_TEMPLATE_SOURCE', 'SELECT o.id FROM ONLY orders o', 'ONLY'],
    ['ERR_TEMPLATE_SOURCE', 'SELECT o.id FROM generate_series(1, 2) o', '('],
    ['ERR_TEMPLATE_NAME', 'SELECT o.id FROM "Orders" o', '"Orders"'],
    ['ERR_TEMPLATE_PARAM', 'SELECT o.id FROM orders o WHERE o.id = $1', '$1'],
  ],
  mariadb: [
    ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM orders o WHERE o.code = "x', '"x'],
    ['ERR_TEMPLATE_LEX', 'SELECT o.id FROM `orders o', '`orders'],
    ['ERR_TEMPLATE_CLAUSE', 'SELECT SQL_NO_CACHE o.id FROM orders o', 'SQL_NO_CACHE'],
    ['ERR_TEMPLATE_CLAUSE', 'SELECT STRAIGHT_JOIN o.id FROM orders o', 'STRAIGHT_JOIN'],
    ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o USE INDEX (x)', 'USE'],
    ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o FORCE INDEX (x)', 'FORCE'],
    ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders PARTITION (p0) o', 'PARTITION'],
    ['ERR_TEMPLATE_CLAUSE', 'SELECT o.id FROM orders o WHERE o.id = 1 LOCK IN SHARE MODE', 'LOCK'],
    ['ERR_TEMPLATE_JOIN', 'SELECT o.id FROM orders o STRAIGHT_JOIN place p ON p.id = o.place_id', 'STRAIGHT_JOIN'],
    ['ERR_TEMPLATE_PARAM', 'SELECT o.id FROM orders o WHERE o.id = ?', '?'],
  ],
}

for (const engine of ['sqlite', 'postgres', 'mariadb'] as const)
  test(`T-1 T-2 every cause of a refused template is told by its code and place: ${engine}`, {
    timeout: 60_000,
  }, async (context) => {
    if (!isHere(engine)) context.skip(`needs ${engine}`)
    const here = await engines.make(engine)
    await here.run(SCHEMA)
    for (const [code, template, at] of [...EVERYWHERE, ...(OF[engine] ?? [])])
      expect(await failure(here, template), `${code}: ${template}`).toMatchObject(
        at === '' ? { code } : { code, offset: template.lastIndexOf(at) },
      )
    expect(await failure(here, 'SELECT o.id FROM orders o LIMIT 5')).toMatchObject({
      remedy: expect.stringContaining('limit') as string,
    })
    await here.dispose()
  })

async function failure(here: TestDatabase, template: string): Promise<unknown> {
  await using source = await here.open()
  return await planExport({ source, template }).then(
    () => undefined,
    (error: unknown) => error,
  )
}

test('T-3 ERR_TEMPLATE_KEY a table without a key that rows could be told by', { timeout: 60_000 }, async (context) => {
  if (!isHere('mariadb')) context.skip('needs mariadb')
  const here = await engines.make('mariadb')
  await here.run(['CREATE TABLE loose (v varchar(20), w double, UNIQUE (w))'])
  expect(await failure(here, 'SELECT l.v FROM loose l')).toMatchObject({ code: 'ERR_TEMPLATE_KEY' })
  await here.dispose()
})
