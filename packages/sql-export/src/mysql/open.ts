// Opens a MySQL or MariaDB database by URL.
import type { Destination, DestinationSession } from '../port/destination.ts'
import type { RootSql, Source, SourceSnapshot } from '../port/source.ts'
import type { Catalog } from '../structure/catalog.ts'
import { ExportError, configError } from '../vocabulary/errors.ts'
import { readMysqlCatalog } from './catalog.ts'
import type { MysqlTarget } from './connect.ts'
import { connectMysql, readTarget } from './connect.ts'
import type { MysqlConnection } from './connection.ts'
import { queryTexts } from './connection.ts'
import { MysqlSession, TRY_LOCK } from './destination.ts'
import { guarded } from './errors.ts'
import { MysqlSnapshot } from './source.ts'
import { quoteName, rootSql } from './sql.ts'

export interface OpenMysqlOptions {
  /** Whether the handle can only be a source. Default `false`. */
  readonly readOnly?: boolean | undefined
}

/** A MySQL or MariaDB database. Close it, or bind it with `await using`. */
export interface MysqlHandle extends Source, Destination {
  /** Runs one statement of your own. Errors are the driver's, cleaned of values. */
  execute(sql: string): Promise<void>
}

const IDENTITY = "SELECT CONCAT(@@hostname, ':', @@port, ':', @@datadir, ':', DATABASE())"
const SNAPSHOT = 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY'

/**
 * Opens a MySQL (8.0.4 or later) or MariaDB (10.6 or later) database.
 * @param url - `mysql://USER:PASSWORD@HOST:PORT/DATABASE`; with `?localInfile=off` rows are written by INSERT, not by LOAD DATA LOCAL.
 * @throws ExportError `ERR_EXPORT_CONNECTION` naming host, port and what to check; `ERR_EXPORT_DRIVER` if mysql2 is not installed;
 * `ERR_EXPORT_CONFIG` for a URL that cannot be read.
 */
export async function openMysql(url: string, options: OpenMysqlOptions = {}): Promise<MysqlHandle> {
  const target = readTarget(url)
  const reader = await connectMysql(target)
  try {
    const [identity] = await guarded('ERR_EXPORT_CONNECTION', 'the database could not be read', {}, () =>
      queryTexts(reader, IDENTITY),
    )
    return new Handle(target, reader, options.readOnly ?? false, `mysql:${identity}`)
  } catch (error) {
    await reader.close()
    throw error
  }
}

class Handle implements MysqlHandle {
  readonly engine = 'mysql' as const
  readonly identity: string
  readonly #target: MysqlTarget
  readonly #reader: MysqlConnection
  readonly #readOnly: boolean
  #writer: MysqlConnection | undefined
  #hasSession = false
  #hasSnapshot = false
  #isClosed = false

  constructor(target: MysqlTarget, reader: MysqlConnection, readOnly: boolean, identity: string) {
    this.#target = target
    this.#reader = reader
    this.#readOnly = readOnly
    this.identity = identity
  }

  rootSql(root: RootSql): string {
    return rootSql(root)
  }

  quoteName(name: string): string {
    return quoteName(name)
  }

  async execute(sql: string): Promise<void> {
    await guarded('ERR_EXPORT_WRITE', 'the statement failed', {}, () => this.#current().execute(sql))
  }

  async readCatalog(): Promise<Catalog> {
    return guarded(
      'ERR_EXPORT_CONNECTION',
      'the catalog could not be read',
      {},
      async () => (await readMysqlCatalog(this.#current())).catalog,
    )
  }

  async begin(): Promise<SourceSnapshot> {
    if (this.#hasSnapshot) throw configError('the database is read already by this handle', 'Open another one.')
    const reader = this.#reader
    const snapshot = await guarded('ERR_EXPORT_CONNECTION', 'the snapshot could not be taken', {}, async () => {
      const known = await readMysqlCatalog(reader)
      await reader.execute(SNAPSHOT)
      return new MysqlSnapshot(reader, known)
    })
    this.#hasSnapshot = true
    const end = snapshot.end.bind(snapshot)
    snapshot.end = async () => {
      this.#hasSnapshot = false
      await end()
    }
    return snapshot
  }

  async openSession(): Promise<DestinationSession> {
    if (this.#readOnly) throw configError('the destination was opened with readOnly')
    this.#writer ??= await connectMysql(this.#target)
    const writer = this.#writer
    const guardedRead = <T>(what: string, work: () => Promise<T>): Promise<T> => guarded('ERR_EXPORT_CONNECTION', what, {}, work)
    const [isFree] = this.#hasSession
      ? ['0']
      : await guardedRead('the lock could not be asked for', () => queryTexts(writer, TRY_LOCK))
    if (isFree !== '1')
      throw new ExportError('ERR_EXPORT_LOCKED', 'another run writes this database', {
        isTemporary: true,
        remedy: 'Wait until it has ended.',
      })
    this.#hasSession = true
    const readCatalog = () => guardedRead('the catalog could not be read', () => readMysqlCatalog(writer))
    const onEnd = (): void => {
      this.#hasSession = false
    }
    const [maxPacket, localInfile] = await guardedRead('the settings could not be read', () =>
      queryTexts(writer, 'SELECT @@max_allowed_packet, @@local_infile'),
    )
    const limits = { maxPacketBytes: Number(maxPacket), localInfile: localInfile === '1' && this.#target.hasLocalInfile }
    return new MysqlSession(writer, readCatalog, onEnd, await readCatalog(), limits, () => connectMysql(this.#target))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      await this.#writer?.close()
    } finally {
      await this.#reader.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** While a session writes, its transaction is where its rows are seen. */
  #current(): MysqlConnection {
    return this.#hasSession ? (this.#writer ?? this.#reader) : this.#reader
  }
}
