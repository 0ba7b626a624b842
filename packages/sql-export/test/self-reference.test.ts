// Self references that may not be NULL, in an engine that checks row by row: rows are written by depth.
import { expect, test } from 'vitest'
import type { ExportConfig } from '../src/index.ts'
import { planExport, resumeExport, runExport, verifyExport } from '../src/index.ts'
import { requireEngines, testEngines } from './server/engines.ts'

const engines = testEngines()
const ROWS = 2500
const TABLE = (more = ''): string =>
  `CREATE TABLE part (id bigint NOT NULL PRIMARY KEY, code varchar(20) NOT NULL UNIQUE, within bigint NOT NULL, like_code varchar(20) NOT NULL, FOREIGN KEY (within) REFERENCES part (id), FOREIGN KEY (like_code) REFERENCES part (code)${more})`
/** Parents have greater keys than their children by the one reference, and smaller ones by the other; the last refers to itself. */
const parent = (i: number): number => Math.min(ROWS, i + 1 + (i % 7))
const rows = Array.from({ length: ROWS }, (_, at) => at + 1)
  .map((i) => `(${i * 3}, 'c${i}', ${parent(i) * 3}, 'c${parent(parent(i))}')`)
  .join(', ')
const CONFIG: ExportConfig = { roots: [{ table: 'part' }], follow: [] }
const CONTENT =
  'SELECT p.code AS code, w.code AS within_code, p.like_code AS alike FROM part AS p JOIN part AS w ON w.id = p.within ORDER BY p.code'

test('L-3 a self reference of MySQL that is NOT NULL is loaded by depth with the checks on, at every page size and by either path', {
  timeout: 120_000,
}, async (context) => {
  requireEngines(context, 'mysql')
  const origin = await engines.make('sqlite', `${TABLE()}; INSERT INTO part VALUES ${rows}`)
  const expected = await origin.rows(CONTENT)
  for (const keys of ['keep', 'remap'] as const)
    for (const [batchRows, query] of [
      [300, ''],
      [5000, '?localInfile=off'],
    ] as const) {
      const target = await engines.make('mysql', TABLE())
      const options = { source: origin.url, destination: target.url + query }
      const plan = await planExport({ ...options, ...CONFIG, keys, references: 'enforced' })
      expect(plan.edges.map(({ load }) => load)).toEqual(['by-depth', 'by-depth'])
      await runExport(plan, { ...options, batchRows })
      expect(await target.rows(CONTENT)).toEqual(expected)
      expect((await verifyExport({ ...options, content: true })).passed).toBe(true)
    }
})

test('L-3 R-3 what is loaded by depth is committed as a whole, and a run that fails before goes on', {
  timeout: 120_000,
}, async (context) => {
  requireEngines(context, 'mysql')
  const origin = await engines.make('sqlite', `${TABLE()}; INSERT INTO part VALUES ${rows}`)
  const target = await engines.make('mysql', TABLE())
  const options = { source: origin.url, destination: target.url, batchRows: 200, commitRows: 1000 }
  const failingAfter = (batches: number): Parameters<typeof runExport>[1]['transform'] => ({
    identity: 'one',
    tables: { part: { reads: [], writes: [] } },
    transform: ({ rows: batch }) => (batches-- > 0 ? batch : Promise.reject(new Error('enough'))),
  })
  const plan = await planExport({ source: origin.url, destination: target.url, ...CONFIG, references: 'enforced' })
  await expect(runExport(plan, { ...options, transform: failingAfter(9) })).rejects.toMatchObject({
    code: 'ERR_EXPORT_TRANSFORM',
  })
  expect(await target.rows('SELECT count(*) FROM part')).toEqual([['0']])
  await resumeExport({ ...options, transform: failingAfter(1e9) })
  expect(await target.rows(CONTENT)).toEqual(await origin.rows(CONTENT))
})

test('L-3 ERR_EXPORT_CYCLE rows in a circle, which no order can write, are told before any of them is written', async (context) => {
  requireEngines(context, 'mysql')
  const table = 'CREATE TABLE n (id bigint NOT NULL PRIMARY KEY, next bigint NOT NULL, FOREIGN KEY (next) REFERENCES n (id))'
  const origin = await engines.make('sqlite', `${table}; INSERT INTO n VALUES (1, 1), (2, 3), (3, 2), (4, 3), (5, 1)`)
  const target = await engines.make('mysql', table)
  const options = { source: origin.url, destination: target.url }
  const plan = await planExport({ ...options, roots: [{ table: 'n' }], references: 'enforced' })
  const failed = runExport(plan, options)
  await expect(failed).rejects.toMatchObject({ code: 'ERR_EXPORT_CYCLE', table: { name: 'n' } })
  await expect(failed).rejects.toThrow(/3 rows refer by n\.next/)
  expect(await target.rows('SELECT count(*) FROM n')).toEqual([['0']])
  await runExport(
    await planExport({ ...options, roots: [{ table: 'n', where: 'id IN (1, 5)' }], references: 'enforced' }),
    options,
  )
  expect(await target.rows('SELECT count(*) FROM n')).toEqual([['2']])
})
