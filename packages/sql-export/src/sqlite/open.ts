// Opens a SQLite file as a source, a destination, or both.
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Destination, DestinationSession } from '../port/destination.ts'
import type { Source, SourceSnapshot, RootSql } from '../port/source.ts'
import type { Catalog } from '../structure/catalog.ts'
import { configError } from '../vocabulary/errors.ts'
import { canAttach } from './attached-source.ts'
import type { SqliteConnection, SqliteDriver } from './connection.ts'
import { SQLITE_DRIVERS } from './connection.ts'
import { readSqliteCatalog } from './catalog.ts'
import { SqliteSession } from './destination.ts'
import { loadDriver } from './driver.ts'
import { asExportError, guarded } from './errors.ts'
import { acquireLease } from './lease.ts'
import { SqliteSnapshot, canShare } from './source.ts'
import { quoteName, rootSql } from './sql.ts'

export interface OpenSqliteOptions {
  /** Whether the handle can only be a source. Default `false`. */
  readonly readOnly?: boolean | undefined
  /** Whether a missing file is made. Default `false`; never with `readOnly`. */
  readonly create?: boolean | undefined
  /**
   * Which driver; `auto` (default) takes `node:sqlite` on Node 24 or later, where it copies from file to file inside SQLite; before that the
   * first of better-sqlite3, `node:sqlite` and node-sqlite3-wasm that can run here.
   */
  readonly driver?: SqliteDriver | 'auto' | undefined
}

/** A SQLite file. Close it, or bind it with `await using`. */
export interface SqliteHandle extends Source, Destination {
  readonly driver: SqliteDriver
  /** Runs statements of your own, such as a schema. Errors are the driver's, cleaned of values. */
  execute(sql: string): Promise<void>
}

/**
 * Opens a SQLite file.
 * @param location - a path, or a URL `sqlite:PATH`.
 * @throws ExportError `ERR_EXPORT_CONFIG` if there is no such file, `ERR_EXPORT_DRIVER` if no driver can open it,
 * `ERR_EXPORT_CONNECTION` if it is no database.
 */
export async function openSqlite(location: string, options: OpenSqliteOptions = {}): Promise<SqliteHandle> {
  const { readOnly = false, create = false, driver = 'auto' } = options
  if (driver !== 'auto' && !SQLITE_DRIVERS.includes(driver)) throw configError(`unknown SQLite driver "${String(driver)}"`)
  if (readOnly && create) throw configError('a file cannot be made by a handle that only reads')
  const path = resolve(location.startsWith('sqlite:') ? location.slice('sqlite:'.length) : location)
  requireFile(path, create)
  const open = await loadDriver(driver)
  const connection = guarded('ERR_EXPORT_CONNECTION', 'the SQLite file could not be opened', {}, () =>
    open(path, { readOnly, create }),
  )
  try {
    connection.exec('PRAGMA foreign_keys = ON')
    readSqliteCatalog(connection) // a file that is no database fails here, not in the middle of an export
  } catch (error) {
    connection.close()
    throw asExportError(error, 'ERR_EXPORT_CONNECTION', 'the SQLite file could not be read')
  }
  return new SqliteFile(connection, path, readOnly)
}

function requireFile(path: string, create: boolean): void {
  if (existsSync(path)) {
    if (statSync(path).isDirectory())
      throw configError(`${JSON.stringify(path)} is a directory, not a SQLite file`, 'Name a file.')
    return
  }
  if (!create)
    throw configError(`there is no SQLite file ${JSON.stringify(path)}`, 'Check the path; a file that is missing is not made.')
  if (!existsSync(dirname(path)))
    throw configError(`there is no directory for the SQLite file ${JSON.stringify(path)}`, 'Make the directory first.')
}

class SqliteFile implements SqliteHandle {
  readonly engine = 'sqlite' as const
  readonly driver: SqliteDriver
  readonly identity: string
  readonly #connection: SqliteConnection
  readonly #path: string
  readonly #readOnly: boolean
  #isClosed = false

  constructor(connection: SqliteConnection, path: string, readOnly: boolean) {
    const { dev, ino } = statSync(path)
    this.driver = connection.driver
    this.identity = `sqlite:${dev}:${ino}:${realpathSync(path)}`
    this.#connection = connection
    this.#path = path
    this.#readOnly = readOnly
  }

  rootSql(root: RootSql): string {
    return rootSql(root)
  }

  quoteName(name: string): string {
    return quoteName(name)
  }

  async execute(sql: string): Promise<void> {
    guarded('ERR_EXPORT_WRITE', 'the statements failed', {}, () => this.#connection.exec(sql))
  }

  async readCatalog(): Promise<Catalog> {
    return guarded('ERR_EXPORT_CONNECTION', 'the catalog could not be read', {}, () => readSqliteCatalog(this.#connection))
  }

  async begin(): Promise<SourceSnapshot> {
    const catalog = await this.readCatalog()
    return guarded(
      'ERR_EXPORT_CONNECTION',
      'the snapshot could not be taken',
      {},
      () => new SqliteSnapshot(this.#connection, catalog, this.#path, this.#watched() !== undefined),
    )
  }

  copiesFrom(source: Source): boolean {
    // a source that only inherits from one of ours is not one, and may change what it reads
    return #connection in source && canAttach(this.#connection) && canShare(source.#connection)
  }

  async openSession(): Promise<DestinationSession> {
    if (this.#readOnly) throw configError('the destination was opened with readOnly')
    const lease = acquireLease(this.#path)
    return new SqliteSession(this.#connection, lease, this.#watched(), () => readSqliteCatalog(this.#connection))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#connection.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #watched(): string | undefined {
    return this.driver === 'node-sqlite3-wasm' ? this.#path : undefined
  }
}
