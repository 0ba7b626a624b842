// The conformance suite of drivers, on SQLite.
import { join } from 'node:path'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'vitest'
import { SQLITE_DRIVERS } from '../../src/sqlite/connection.ts'
import { openSqlite } from '../../src/sqlite/index.ts'
import type { ConformanceTarget } from '../../src/testing/index.ts'
import { destinationConformance, sourceConformance } from '../../src/testing/index.ts'
import { driversHere } from '../database.ts'

const here = await driversHere()
for (const driver of SQLITE_DRIVERS)
  if (!here.includes(driver))
    test(`${driver}: the conformance suite`, (context) =>
      context.skip(`needs ${driver}, which Node ${process.versions.node} does not load`))

for (const driver of here) {
  const paths = new WeakMap<object, string>()
  const target: ConformanceTarget = {
    name: driver,
    words: {
      text: 'TEXT',
      bytes: 'BLOB',
      generatedKey: 'INTEGER PRIMARY KEY',
      bytesLiteral: "x'00ff5c0a'",
      doublesBackslashes: false,
    },
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sql-export-conformance-'))
      const path = join(folder, 'test.db')
      const handle = await openSqlite(path, { create: true, driver })
      // readers see the state before a write that goes on, as the servers' do
      if (driver !== 'node-sqlite3-wasm') await handle.execute('PRAGMA journal_mode = WAL')
      paths.set(handle, path)
      const dispose = async (): Promise<void> => {
        await handle.close()
        rmSync(folder, { recursive: true, force: true })
      }
      return { handle, dispose }
    },
    openAgain: driver === 'node-sqlite3-wasm' ? undefined : (handle) => openSqlite(paths.get(handle) ?? '', { driver }),
  }
  for (const { name, run } of [...sourceConformance(target), ...destinationConformance(target)]) test(name, run)
}
