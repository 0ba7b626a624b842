// What a run holds in memory does not grow with the rows' content; a control that keeps rows shows that growth would be seen.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { makeDatabase, testFolder } from './database.ts'

const DIST = pathToFileURL(join(import.meta.dirname, '../dist/index.js')).href
const FEW = 50_000
const MANY = 500_000
/** Of one row; the key of a row in memory is a small part of it. */
const ROW_BYTES = 400

const PROGRAM = `
const { planExport, runExport } = await import(${JSON.stringify(DIST)})
const [source, destination, keeps] = process.argv.slice(1)
const kept = []
const transform = { identity: 'keeper', tables: { item: { reads: ['note'], writes: [] } }, transform: ({ rows }) => { if (keeps === 'keep') kept.push(...rows.map(({ note }) => Buffer.from(note))); return rows } }
const plan = await planExport({ source, counts: false, roots: [{ table: 'item' }] })
await runExport(plan, { source, destination, createTables: true, transform, transformRows: 5000 })
process.stdout.write(String(process.resourceUsage().maxRSS * 1024))`

/** A heap of 40 MB makes the collector take what is garbage; what the control keeps needs more. */
function peakBytes(from: string, to: string, keeps: 'keep' | 'drop'): number {
  const heap = keeps === 'drop' ? ['--max-semi-space-size=4', '--max-old-space-size=40'] : []
  const args = ['--no-warnings', ...heap, '--input-type=module', '-e', PROGRAM, `sqlite:${from}`, `sqlite:${to}`, keeps]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return Number(stdout)
}

test('Q-2 memory does not grow with the rows that pass, only by their keys', { timeout: 600_000 }, async () => {
  const make = (rows: number): Promise<string> =>
    makeDatabase(
      `CREATE TABLE item (id INTEGER PRIMARY KEY, note TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO item SELECT i, printf('%0${ROW_BYTES}d', i) FROM n`,
    )
  const few = await make(FEW)
  const many = await make(MANY)
  const folder = testFolder()
  const growth = (keeps: 'keep' | 'drop'): number => {
    const grown =
      peakBytes(many, join(folder, `many-${keeps}.db`), keeps) - peakBytes(few, join(folder, `few-${keeps}.db`), keeps)
    return grown / (MANY - FEW)
  }
  expect(growth('keep'), 'bytes a row, of a program that keeps rows').toBeGreaterThan(ROW_BYTES)
  expect(growth('drop'), 'bytes a row').toBeLessThan(ROW_BYTES / 5)
})
