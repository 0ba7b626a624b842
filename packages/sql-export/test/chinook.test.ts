// Chinook through every engine in turn: SQLite, PostgreSQL, MariaDB, and back. The data lies beside the checkout, where it is.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { planExport, runExport, verifyExport } from '../src/index.ts'
import { openMysql } from '../src/mysql/index.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import type { ConformanceHandle } from '../src/testing/index.ts'
import { makeDatabase, query, testFolder } from './database.ts'
import { hasMariadb, makeMariadb } from './server/mariadb.ts'
import { NOT_RUN, hasPostgres, postgresFile } from './server/postgres.ts'

const DATA = join(import.meta.dirname, '../../../../shared/data/chinook')
const file = postgresFile()

const TABLES = [
  'Album',
  'Artist',
  'Customer',
  'Employee',
  'Genre',
  'Invoice',
  'InvoiceLine',
  'MediaType',
  'Playlist',
  'PlaylistTrack',
  'Track',
]
const ROWS = 15_607

/** Numbers by their value, and times without a fraction of nothing: what changes its form between engines. */
const plain = (cell: unknown): unknown => {
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell)
  if (typeof cell !== 'string') return cell
  return /^-?\d+\.\d+$/.test(cell) ? String(Number(cell)) : cell.replace(/(:\d\d)\.0+$/, '$1')
}

async function rowsOf(path: string, table: string): Promise<unknown[][]> {
  const rows = await query(path, `SELECT * FROM "${table}"`)
  return rows.map((row) => row.map(plain)).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

test('Chinook goes through every engine and comes back as it was, with its references', { timeout: 300_000 }, async (context) => {
  if (!existsSync(DATA)) context.skip('needs the sample data in ../shared/data, which is not part of the repository')
  if (!hasPostgres) context.skip(NOT_RUN)
  if (!hasMariadb) context.skip('needs mariadb: nothing answers on 127.0.0.1:3306')
  const from = await makeDatabase(
    gunzipSync(readFileSync(join(DATA, 'Chinook_Sqlite.sql.gz')))
      .toString('utf8')
      .replace(/^\uFEFF/, ''),
  )
  const back = join(testFolder(), 'back.db')
  const postgres = await file.makeSchema()
  const mariadb = await makeMariadb()
  const roots = TABLES.map((table) => ({ table }))
  const copy = async (source: ConformanceHandle, destination: ConformanceHandle): Promise<void> => {
    const plan = await planExport({ source, destination, createTables: true, roots, keys: 'keep', counts: false })
    const report = await runExport(plan, { source, destination })
    expect(report.tables.reduce((sum, { written }) => sum + written, 0)).toBe(ROWS)
    expect((await verifyExport({ destination })).checks.filter(({ passed }) => !passed)).toEqual([])
  }
  await using first = await openSqlite(from, { readOnly: true })
  await using second = await openPostgres(postgres)
  await using third = await openMysql(mariadb)
  await using fourth = await openSqlite(back, { create: true })
  await copy(first, second)
  await copy(second, third)
  await copy(third, fourth)
  await fourth.close()
  expect(await query(back, 'SELECT count(*) AS n FROM pragma_foreign_key_check')).toEqual([[0n]])
  for (const table of TABLES) expect(await rowsOf(back, table)).toEqual(await rowsOf(from, table))
})
