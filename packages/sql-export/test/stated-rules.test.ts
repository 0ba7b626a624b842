// Rules that no other suite carries: what is read of a schema, what a report holds, bounds of options, who has a directory.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { mask, planExport, runExport } from '../src/index.ts'
import { openPglite } from '../src/pglite/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { requireEngines, testEngines } from './server/engines.ts'
import { SHOP, makeDatabase, testFolder } from './database.ts'

const engines = testEngines()
const MASK_KEY = 'a key of at least thirty-two bytes, for tests'

test('T-2 what a template says in comments that servers obey is refused, wherever it stands', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  for (const template of [
    'SELECT r.id FROM region r /*!50000 LIMIT 1 */',
    'SELECT /*+ MAX_EXECUTION_TIME(1) */ r.id FROM region r',
    "SELECT r.id FROM region r WHERE r.name = 'a\0b'",
  ])
    await expect(planExport({ source, template })).rejects.toMatchObject({ code: 'ERR_TEMPLATE_LEX' })
})

test('T-3 each alias selects all of its key, once; AS is the alias, or any name where there is one table', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  const plan = (template: string): ReturnType<typeof planExport> => planExport({ source, template })
  expect((await plan('SELECT id AS anything FROM region r')).observed.notes.join()).toContain('"anything" has no meaning')
  expect((await plan('SELECT i.line, i.order_id FROM order_item i')).observed.counts).toMatchObject({ order_item: 5 })
  for (const template of [
    'SELECT i.order_id FROM order_item i',
    'SELECT i.order_id, i.line, i.line FROM order_item i',
    'SELECT o.id AS c, c.id FROM orders o JOIN customer c ON c.id = o.customer_id',
  ])
    await expect(plan(template)).rejects.toMatchObject({ code: 'ERR_TEMPLATE_FIELD' })
})

test('A-6 a report counts rows by what became of them, names steps, instants and losses', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
  const plan = await planExport({
    source,
    destination,
    createTables: true,
    roots: [{ table: 'pick' }, { table: 'customer' }],
    follow: [{ edge: 'customer.referred_by', cut: true }],
    tables: { customer: { columns: { email: mask.email() } } },
  })
  const transform = {
    identity: 'drop',
    tables: { pick: { reads: [], writes: [] } },
    transform: ({ rows }: { readonly rows: readonly unknown[] }) => rows.map((_, i) => (i === 0 ? null : {})),
  }
  const report = await runExport(plan, { source, destination, maskKey: MASK_KEY, transform })
  const of = (name: string): unknown => report.tables.find(({ table }) => table === name)
  expect(of('pick')).toMatchObject({ read: 3, written: 2, dropped: 1, nulled: 0, patched: 0, existing: 0, replaced: 0 })
  expect(of('customer')).toMatchObject({ read: 4, written: 4, masked: 4, nulled: 3 })
  expect(report.steps.map(({ step }) => step)).toEqual(expect.arrayContaining(['closure', 'reserve', 'load pick', 'verify']))
  expect(report.snapshots.firstSourceEpochMs).toBeLessThanOrEqual(report.snapshots.destinationEpochMs)
  expect(report.losses).toEqual(plan.losses)
  expect(report.verdict).toBe('complete')
})

test('R-8 a run commits every 50 000 rows, and no more often than every 1 000', async () => {
  await using source = await openSqlite(await makeDatabase(SHOP), { readOnly: true })
  await using destination = await openSqlite(join(testFolder(), 'to.db'), { create: true })
  const plan = await planExport({ source, roots: [{ table: 'region' }] })
  for (const commitRows of [999, 10_000_001, 1500.5])
    await expect(runExport(plan, { source, destination, createTables: true, commitRows })).rejects.toMatchObject({
      code: 'ERR_EXPORT_CONFIG',
      message: expect.stringContaining('commitRows must be an integer from 1000 to 10000000') as string,
    })
})

test('G-3 a reference with a NULL part refers to nothing; MATCH FULL refuses one that is partly NULL', async (context) => {
  requireEngines(context, 'postgres')
  for (const match of ['SIMPLE', 'FULL']) {
    const origin = await engines.make(
      'postgres',
      `CREATE TABLE p (a int, b int, PRIMARY KEY (a, b)); CREATE TABLE c (id int PRIMARY KEY, a int, b int); INSERT INTO p VALUES (1, 1), (1, 2);
       INSERT INTO c VALUES (1, 1, 1), (2, 1, NULL), (3, NULL, NULL); ALTER TABLE c ADD FOREIGN KEY (a, b) REFERENCES p (a, b) MATCH ${match} NOT VALID`,
    )
    await using source = await origin.open(true)
    const planned = planExport({ source, roots: [{ table: 'c' }] })
    if (match === 'SIMPLE') expect((await planned).observed.counts).toEqual({ c: 3, p: 1 })
    else await expect(planned).rejects.toMatchObject({ code: 'ERR_EXPORT_REFERENCE_MISSING' })
  }
})

test('I-3 a constraint that is NOT VALID is an edge that is not validated, and its dangling rows are found', async (context) => {
  requireEngines(context, 'postgres')
  const origin = await engines.make(
    'postgres',
    'CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p_id int); INSERT INTO c VALUES (1, 9); ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p NOT VALID',
  )
  await using source = await origin.open(true)
  const roots = [{ table: 'c' }]
  const plan = await planExport({ source, roots, counts: false })
  expect(plan.edges).toMatchObject([{ name: 'c.p_id', validated: false }])
  await expect(planExport({ source, roots })).rejects.toMatchObject({ code: 'ERR_EXPORT_REFERENCE_MISSING' })
  const nulled = await planExport({ source, roots, follow: [{ edge: 'c.p_id', onMissing: 'null' }] })
  expect(nulled.observed.counts).toEqual({ c: 1, p: 0 })
})

test('D-5 two handles do not have one directory of PGlite, and the second gets it when the first is closed', {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sql-export-pglite-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const url = `pglite:${join(folder, 'db')}`
  const first = await openPglite(url, { create: true })
  await first.execute('CREATE TABLE t (id int PRIMARY KEY)')
  await expect(openPglite(url)).rejects.toMatchObject({ code: 'ERR_EXPORT_LOCKED' })
  await first.close()
  await using second = await openPglite(url)
  expect((await second.readCatalog()).tables.map(({ ref }) => ref.name)).toEqual(['t'])
})
