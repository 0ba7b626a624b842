// 200 000 rows from one SQLite file into another: the exporter, and a bare read and insert by the same driver.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { planExport, runExport } from '@loopwright/sql-export'
import { openSqlite } from '@loopwright/sql-export/sqlite'
import { defineWorkload } from '../harness/workload.ts'
import { MANY_ORDERS, makeOrders, requireCopied } from './support/orders.ts'

async function inFolder(work: (folder: string) => Promise<number>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sqlite-'))
  try {
    makeOrders(join(folder, 'from.db'))
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Closure, new keys, validation, load and verification. */
async function exporter(folder: string): Promise<number> {
  await using source = await openSqlite(join(folder, 'from.db'), { readOnly: true, driver: 'node:sqlite' })
  await using destination = await openSqlite(join(folder, 'to.db'), { create: true, driver: 'node:sqlite' })
  const startedAt = performance.now()
  const plan = await planExport({ source, roots: [{ table: 'order_item' }], counts: false })
  await runExport(plan, { source, destination, createTables: true, commitRows: 1_000_000 })
  const ms = performance.now() - startedAt
  await destination.close()
  requireCopied(join(folder, 'to.db'))
  return ms
}

/** The floor: every row read and inserted as it is, in one transaction. */
async function readAndInsert(folder: string): Promise<number> {
  const from = new DatabaseSync(join(folder, 'from.db'), { readOnly: true })
  const to = new DatabaseSync(join(folder, 'to.db'))
  const startedAt = performance.now()
  to.exec(`PRAGMA foreign_keys = OFF; BEGIN; ${MANY_ORDERS.schema}`)
  for (const { table, columns } of MANY_ORDERS.tables) {
    const select = from.prepare(`SELECT * FROM ${table}`)
    select.setReadBigInts(true)
    select.setReturnArrays(true)
    const insert = to.prepare(`INSERT INTO ${table} VALUES (${'?, '.repeat(columns - 1)}?)`)
    for (const row of select.iterate() as unknown as Iterable<(string | bigint | null)[]>) insert.run(...row)
  }
  to.exec('COMMIT')
  const ms = performance.now() - startedAt
  from.close()
  to.close()
  requireCopied(join(folder, 'to.db'))
  return ms
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: { export: () => inFolder(exporter), 'read and insert': () => inFolder(readAndInsert) },
  figures: [{ subject: 'export', peer: 'read and insert', ratio: 'speedup', target: '>= 0.7' }],
  notRun: () => (Number(process.versions.node.split('.')[0]) < 24 ? 'node:sqlite returns arrays from Node 24 on' : undefined),
})
