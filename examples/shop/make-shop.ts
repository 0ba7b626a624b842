// Writes the shop into a SQLite file: the same bytes every time.
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { ShopSize } from './rows.ts'
import { makeShopRows } from './rows.ts'
import { SHOP_SCHEMA } from './schema.ts'

/** Writes a new file, in place of one that may be there. @returns the number of rows. */
export function makeShop(path: string, size: ShopSize = {}): number {
  const rows = makeShopRows(size)
  for (const file of [path, `${path}-journal`, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true })
  const database = new DatabaseSync(path)
  let count = 0
  try {
    database.exec(`PRAGMA page_size = 4096; BEGIN; ${SHOP_SCHEMA}`)
    for (const [table, tableRows] of Object.entries(rows)) {
      const [first] = tableRows
      if (first === undefined) continue
      const insert = database.prepare(`INSERT INTO ${table} VALUES (${first.map(() => '?').join(', ')})`)
      for (const row of tableRows) insert.run(...row)
      count += tableRows.length
    }
    database.exec('COMMIT')
  } finally {
    database.close()
  }
  return count
}
