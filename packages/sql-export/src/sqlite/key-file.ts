// Keys that have no room in memory, in private SQLite files, which end with the run.
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { KeySpill } from '../port/key-spill.ts'
import type { KeyFile } from '../structure/spilled-key-store.ts'
import type { Cell } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { SqliteConnection, SqliteStatement } from './connection.ts'
import { loadDriver } from './driver.ts'
import { cleanError } from './errors.ts'
import { holderName, isHolderGone } from './lease.ts'

const PREFIX = 'sql-export-keys-'
/** Pages of the file that SQLite keeps in memory, in KiB. */
const CACHE_KIB = 16 * 1024

/**
 * Makes a folder, readable by this user alone, for files of keys; one that a killed run left there is removed.
 * @throws ExportError `ERR_EXPORT_LIMIT` if the folder cannot be made.
 */
export async function openKeySpill(workDir: string, keyMemoryBytes: number): Promise<KeySpill> {
  const open = await loadDriver('auto')
  const fail = (error: unknown): ExportError =>
    new ExportError(
      'ERR_EXPORT_LIMIT',
      `the keys need more than the ${keyMemoryBytes} bytes of keyMemoryBytes, and the work directory cannot take them: ${cleanError(error).message}`,
      { step: 'closure', remedy: 'Give another workDir (--work-dir), or raise keyMemoryBytes.', cause: cleanError(error) },
    )
  let folder: string
  try {
    removeLeftovers(workDir)
    mkdirSync(workDir, { recursive: true })
    folder = mkdtempSync(join(workDir, `${PREFIX}${holderName()}-`))
    chmodSync(folder, 0o700)
  } catch (error) {
    throw fail(error)
  }
  const connections: SqliteConnection[] = []
  return {
    open: async () => {
      try {
        const path = join(folder, `${connections.length}.db`)
        closeSync(openSync(path, 'wx', 0o600))
        const connection = open(path, { readOnly: false, create: true })
        connections.push(connection)
        return sqliteKeyFile(connection, fail)
      } catch (error) {
        throw fail(error)
      }
    },
    close: () => {
      try {
        for (const connection of connections) connection.close()
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }
}

function removeLeftovers(workDir: string): void {
  let names: string[]
  try {
    names = readdirSync(workDir)
  } catch {
    return // it is made next
  }
  for (const name of names)
    if (name.startsWith(PREFIX) && isHolderGone(name.slice(PREFIX.length)))
      rmSync(join(workDir, name), { recursive: true, force: true })
}

function sqliteKeyFile(connection: SqliteConnection, fail: (error: unknown) => ExportError): KeyFile {
  connection.exec(
    `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -${CACHE_KIB}`,
  )
  connection.exec('CREATE TABLE keys (i INTEGER PRIMARY KEY, k TEXT NOT NULL UNIQUE)') // hexadecimal: see hexOf
  connection.exec('BEGIN') // never committed: the file is of no use to anyone else
  const insert = connection.prepare('INSERT INTO keys (i, k) VALUES (?, ?) ON CONFLICT (k) DO NOTHING')
  const byKey = connection.prepare('SELECT i FROM keys WHERE k = ?')
  const byIndex = connection.prepare('SELECT k FROM keys WHERE i = ?')
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw fail(error)
    }
  }
  const find = (key: string): number => Number(first(byKey, key) ?? -1n)
  return {
    find: (key) => guarded(() => find(hexOf(key))),
    add: (key, next) => {
      const text = hexOf(key)
      return guarded(() => (insert.run([BigInt(next), text]) > 0 ? next : find(text)))
    },
    keyAt: (index) =>
      guarded(() => {
        const key = first(byIndex, BigInt(index))
        if (typeof key !== 'string') throw new TypeError(`no key ${index}`)
        return Buffer.from(key, 'hex')
      }),
    *sorted() {
      const statement = connection.prepare('SELECT i FROM keys ORDER BY k')
      try {
        for (const [index] of statement.rows([])) yield Number(index)
      } catch (error) {
        throw fail(error)
      } finally {
        statement.finalize()
      }
    },
  }
}

/**
 * Bytes as a text of the same order. Bytes that a driver gives have memory of their own outside of the heap, of which the collector
 * knows too little to come in time: ten million of them took 3 GiB.
 */
function hexOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('hex')
}

/** Rows are taken at once: an iterator a look-up, too, leaves memory outside of the heap for the collector to find late. */
function first(statement: SqliteStatement, param: Cell): Cell | undefined {
  const rows = statement.all?.([param]) ?? [...statement.rows([param])]
  return rows[0]?.[0]
}
