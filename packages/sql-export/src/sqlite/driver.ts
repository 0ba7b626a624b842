// Finds a SQLite driver and opens a file with it, around the hazards of node-sqlite3-wasm.
import { copyFileSync, existsSync, mkdtempSync, rmSync, rmdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExportError } from '../vocabulary/errors.ts'
import { canAttach } from './attached-source.ts'
import type { BetterConstructor } from './better-sqlite3.ts'
import { openBetterSqlite3 } from './better-sqlite3.ts'
import type { SqliteConnection, SqliteDriver, SqliteOpenOptions } from './connection.ts'
import { SQLITE_DRIVERS } from './connection.ts'
import { hasWalContent, isWalFile, leaveWalMode } from './file-state.ts'
import { hasHotJournal, journalPath, rollBackHotJournal } from './hot-journal.ts'
import { processesWith } from './lease.ts'
import type { NodeSqliteConstructor } from './node-sqlite.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import type { WasmConstructor } from './wasm.ts'
import { openWasm } from './wasm.ts'

const NATIVE_ADVICE = 'Install better-sqlite3 (npm install better-sqlite3), or run on Node 22.13 or later for node:sqlite.'

export type ConnectionOpener = (path: string, options: SqliteOpenOptions) => SqliteConnection

/**
 * Loads a driver. `auto` takes `node:sqlite` where it copies from file to file inside SQLite (Node 24 or later), else the first that can run
 * here of better-sqlite3, node:sqlite and node-sqlite3-wasm: docs/adr/0519.
 * @throws ExportError `ERR_EXPORT_DRIVER` if the one asked for is not there.
 */
export async function loadDriver(driver: SqliteDriver | 'auto'): Promise<ConnectionOpener> {
  if (driver !== 'auto') {
    const opener = await tryLoad(driver)
    if (opener !== undefined) return opener
    throw new ExportError('ERR_EXPORT_DRIVER', `the SQLite driver ${driver} cannot run here (Node ${process.versions.node})`, {
      remedy: driver === 'better-sqlite3' ? 'npm install better-sqlite3' : NATIVE_ADVICE,
    })
  }
  const own = await tryLoad('node:sqlite')
  if (own !== undefined && copiesInside(own)) return own
  for (const candidate of SQLITE_DRIVERS) {
    const opener = await tryLoad(candidate)
    if (opener !== undefined) return opener
  }
  throw new ExportError('ERR_EXPORT_DRIVER', 'no SQLite driver can run here', { remedy: 'npm install node-sqlite3-wasm' })
}

function copiesInside(open: ConnectionOpener): boolean {
  const connection = open(':memory:', { readOnly: false, create: true })
  try {
    return canAttach(connection)
  } finally {
    connection.close()
  }
}

async function tryLoad(driver: SqliteDriver): Promise<ConnectionOpener | undefined> {
  switch (driver) {
    case 'better-sqlite3': {
      const Database = loadBetterSqlite3()
      return Database === undefined ? undefined : (path, options) => openBetterSqlite3(Database, path, options)
    }
    case 'node:sqlite': {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
      if (major < 22 || (major === 22 && minor < 13)) return undefined
      const name: string = 'node:sqlite'
      const { DatabaseSync } = (await import(name)) as { readonly DatabaseSync: NodeSqliteConstructor }
      return (path, options) => openNodeSqlite(DatabaseSync, path, options)
    }
    case 'node-sqlite3-wasm': {
      const { Database } = createRequire(import.meta.url)('node-sqlite3-wasm') as { readonly Database: WasmConstructor }
      return (path, options) => openGuarded(Database, path, options)
    }
    default:
      throw new TypeError(`unknown driver: ${driver satisfies never}`)
  }
}

/** The binary of another Node version can end the process when it is loaded, so its own statement is believed first. */
function loadBetterSqlite3(): BetterConstructor | undefined {
  const require = createRequire(import.meta.url)
  try {
    const { engines } = require('better-sqlite3/package.json') as { readonly engines?: { readonly node?: string } }
    if (!allowsNode(engines?.node ?? '', process.versions.node)) return undefined
    const Database = require('better-sqlite3') as BetterConstructor & { readonly prototype: { close(): void } }
    const probe: { close(): void } = new Database(':memory:', { readonly: false, fileMustExist: false, timeout: 1 })
    probe.close()
    return Database
  } catch {
    return undefined // absent, or without a binary for this machine: the next driver is as good
  }
}

/** Whether a range such as `>=22` or `20.x || 22.x || >=24` allows the version's major number. */
export function allowsNode(range: string, version: string): boolean {
  const major = Number(version.split('.')[0])
  if (range.trim() === '') return true
  return range.split('||').some((part) => {
    const match = /^\s*(>=)?\s*v?(\d+)/.exec(part)
    if (match === null) return part.trim() === '*'
    return match[1] === '>=' ? major >= Number(match[2]) : major === Number(match[2])
  })
}

/** Opens a file by node-sqlite3-wasm, after doing what that driver leaves undone: see its hazards D-1 to D-4. */
function openGuarded(Database: WasmConstructor, path: string, options: SqliteOpenOptions): SqliteConnection {
  if (!existsSync(path)) return openWasm(Database, path, options)
  const isWal = statSync(path).size > 0 && isWalFile(path)
  if (isWal && (hasWalContent(path) || !options.readOnly))
    throw new ExportError('ERR_EXPORT_DRIVER', 'node-sqlite3-wasm cannot open a file in WAL mode', { remedy: NATIVE_ADVICE })
  if (isWal) return openCopy(Database, path, leaveWalMode)
  const isHot = hasHotJournal(path)
  refuseOthers(path, isHot)
  if (isHot && options.readOnly) return openCopy(Database, path, rollBackHotJournal) // a source is never written
  if (isHot || existsSync(journalPath(path))) rollBackHotJournal(path)
  return openWasm(Database, path, options)
}

/** The driver's lock is a directory that survives its process, and it shares no lock with native SQLite. */
function refuseOthers(path: string, isHot: boolean): void {
  const lock = `${path}.lock`
  const isLocked = existsSync(lock)
  if (!isLocked && !isHot) return
  if (processesWith(path).length > 0)
    throw new ExportError('ERR_EXPORT_LOCKED', 'the SQLite file is open elsewhere', {
      remedy: `Wait until it has ended. ${NATIVE_ADVICE}`,
      isTemporary: true,
    })
  if (isLocked) rmdirSync(lock)
}

function openCopy(Database: WasmConstructor, path: string, prepare: (copy: string) => unknown): SqliteConnection {
  const directory = mkdtempSync(join(tmpdir(), 'sql-export-'))
  try {
    const copy = join(directory, 'source.db')
    copyFileSync(path, copy)
    if (existsSync(journalPath(path))) copyFileSync(journalPath(path), journalPath(copy))
    prepare(copy)
    const connection = openWasm(Database, copy, { readOnly: true, create: false })
    return {
      ...connection,
      close: () => {
        connection.close()
        rmSync(directory, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}
