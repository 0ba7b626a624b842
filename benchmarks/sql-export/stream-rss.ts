// Peak memory of an export of few rows and of many, of one table, with the same options: what a run holds is its keys and a page or two.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { planExport, runExport } from '@loopwright/sql-export'
import { openSqlite } from '@loopwright/sql-export/sqlite'
import { countOf, defineWorkload } from '../harness/workload.ts'
import { peakRssMiB } from './support/peak-rss.ts'

const FEW = countOf(100_000, 20_000)
const MANY = countOf(5_000_000, 100_000)

function makeItems(path: string, rows: number): void {
  const database = new DatabaseSync(path)
  database.exec(`CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, note TEXT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
      INSERT INTO item SELECT i, 'item ' || i, i / 7.0, CASE WHEN i % 4 = 0 THEN 'a note of the item with number ' || i END FROM n`)
  database.close()
}

function requireSame(from: string, to: string): void {
  const sums = [from, to].map((path) => {
    const database = new DatabaseSync(path, { readOnly: true })
    const sum = database.prepare('SELECT count(*) AS n, sum(length(name)) AS names, sum(price) AS prices FROM item').get()
    database.close()
    return JSON.stringify(sum)
  })
  if (sums[0] !== sums[1]) throw new Error(`the copy has ${sums[1]}, the source ${sums[0]}`)
}

async function peakMiB(rows: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-stream-'))
  const [from, to] = [join(folder, 'from.db'), join(folder, 'to.db')]
  try {
    makeItems(from, rows)
    await using source = await openSqlite(from, { readOnly: true, driver: 'node:sqlite' })
    await using destination = await openSqlite(to, { create: true, driver: 'node:sqlite' })
    const plan = await planExport({ source, roots: [{ table: 'item' }], counts: false })
    await runExport(plan, { source, destination, createTables: true })
    const peak = peakRssMiB()
    requireSame(from, to)
    return peak
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const workload = defineWorkload({
  unit: 'MiB',
  subjects: { 'five million rows': () => peakMiB(MANY), 'a hundred thousand': () => peakMiB(FEW) },
  figures: [{ subject: 'five million rows', peer: 'a hundred thousand', ratio: 'cost', target: '<= 1.15' }],
  notRun: () => (Number(process.versions.node.split('.')[0]) < 24 ? 'node:sqlite returns arrays from Node 24 on' : undefined),
})
