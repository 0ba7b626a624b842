// A small database of customers and their orders, made anew for each test, and what an export of it wrote.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planExport, runExport, verifyExport } from '@loopwright/sql-export'
import type { RowTransformer, RunOptions, RunReport, TypedRow } from '@loopwright/sql-export'
import { openSqlite } from '@loopwright/sql-export/sqlite'

export const CUSTOMERS = 300
/** In every e-mail address of the source; must not be met anywhere else. */
export const CANARY = 'canary-7f3a'

export interface Shop extends Disposable {
  /** Copies everything into a new file. */
  export(options: Partial<RunOptions>): Promise<{ readonly report: RunReport; readonly to: string }>
  /** Where the next export writes; a failed one leaves what it left there. */
  readonly path: (name: string) => string
}

export async function makeShop(): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'boundaries-'))
  const from = join(folder, 'shop.db')
  const source = await openSqlite(from, { create: true })
  await source.execute(`
    CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT NOT NULL, note TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer(id), total INTEGER NOT NULL);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${CUSTOMERS})
    INSERT INTO customer SELECT i, '${CANARY}-' || i || '@example.net', 'note ' || i FROM n;
    INSERT INTO orders SELECT id, id, id * 100 FROM customer;`)
  await source.close()
  let copies = 0
  const path = (name: string): string => join(folder, name)
  return {
    path,
    export: async (options) => {
      const to = path(`copy-${++copies}.db`)
      // A source of its own: the driver without native code admits one connection to a file.
      const own = path(`source-${copies}.db`)
      copyFileSync(from, own)
      await using reading = await openSqlite(own, { readOnly: true })
      await using destination = await openSqlite(to, { create: true })
      const plan = await planExport({
        source: reading,
        destination,
        createTables: true,
        roots: [{ table: 'customer' }],
        follow: [{ edge: 'orders.customer_id', children: true }],
      })
      const report = await runExport(plan, { source: reading, destination, commit: 'once', ...options })
      if (!(await verifyExport({ destination })).passed) throw new Error('the copy did not verify')
      return { report, to }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The rows of a table, read the way a transformer reads them. */
export async function rowsOf(shop: Shop, from: string, table: string, reads: readonly string[]): Promise<readonly TypedRow[]> {
  const rows: TypedRow[] = []
  const recorder: RowTransformer = {
    identity: 'recorder',
    tables: { [table]: { reads, writes: reads } },
    transform: (batch) => {
      rows.push(...batch.rows.map((row) => ({ ...row })))
      return batch.rows
    },
  }
  await using source = await openSqlite(from, { readOnly: true })
  await using destination = await openSqlite(shop.path(`read-${Math.random().toString(36).slice(2)}.db`), { create: true })
  const plan = await planExport({ source, destination, createTables: true, roots: [{ table }] })
  await runExport(plan, { source, destination, transform: recorder })
  return rows
}
