// Pages of a SQLite source with every check of the answer, against the same pages without.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { PageRequest, SourceSnapshot } from '@loopwright/sql-export'
import { openSqlite } from '@loopwright/sql-export/sqlite'
import { readCheckedPage } from '@loopwright/sql-export/testing'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { makeOrders } from './support/orders.ts'

const PAGE_ROWS = 5000

async function readChecked(snapshot: SourceSnapshot, request: PageRequest): Promise<number> {
  let rows = 0
  const check = { batch: 0, keyKinds: ['int64'] as const, byStoredKey: true, allowRepeats: false }
  const missing = await readCheckedPage(snapshot, request, check, (chunk) => {
    rows += chunk.length
  })
  return rows + missing.length
}

async function readUnchecked(snapshot: SourceSnapshot, request: PageRequest): Promise<number> {
  let rows = 0
  for await (const chunk of snapshot.readPage(request)) rows += chunk.rows.length
  return rows
}

async function perRow(read: typeof readChecked): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-pages-'))
  try {
    const path = join(folder, 'from.db')
    makeOrders(path)
    const database = new DatabaseSync(path, { readOnly: true })
    const keys = database
      .prepare('SELECT id FROM orders ORDER BY id')
      .all()
      .map(({ id }) => [BigInt(Number(id))])
    database.close()
    await using source = await openSqlite(path, { readOnly: true, driver: 'node:sqlite' })
    const snapshot = await source.begin()
    const table = { schema: null, name: 'orders' }
    const nanoseconds = await medianNs(keys.length, async () => {
      let rows = 0
      for (let at = 0; at < keys.length; at += PAGE_ROWS) {
        const values = keys.slice(at, at + PAGE_ROWS)
        rows += await read(snapshot, {
          table,
          address: ['id'],
          values,
          columns: ['id', 'customer_id', 'placed', 'note'],
          predicates: [],
        })
      }
      if (rows !== keys.length) throw new Error(`read ${rows} rows of ${keys.length}`)
    })
    await snapshot.end()
    return nanoseconds
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: { checked: () => perRow(readChecked), unchecked: () => perRow(readUnchecked) },
  figures: [{ subject: 'checked', peer: 'unchecked', ratio: 'cost', target: '<= 1.05' }],
  notRun: () => (Number(process.versions.node.split('.')[0]) < 24 ? 'it measures node:sqlite of Node 24' : undefined),
})
