// A PostgreSQL database as a source, a destination, or both.
import type { Destination, DestinationSession } from '../port/destination.ts'
import type { RootSql, Source, SourceSnapshot } from '../port/source.ts'
import type { Catalog } from '../structure/catalog.ts'
import { ExportError, configError } from '../vocabulary/errors.ts'
import { readPostgresCatalog } from './catalog.ts'
import type { PostgresConnection } from './connection.ts'
import { queryText } from './connection.ts'
import { PostgresSession, TRY_LOCK } from './destination.ts'
import { guarded } from './errors.ts'
import { PostgresSnapshot } from './source.ts'
import { quoteName, rootSql } from './sql.ts'

/** A PostgreSQL database. Close it, or bind it with `await using`. */
export interface PostgresHandle extends Source, Destination {
  /** Runs statements of your own, such as a schema. Errors are the driver's, cleaned of values. */
  execute(sql: string): Promise<void>
}

/** How connections are made. Where there is only one, a handle cannot be source and destination of one run. */
export interface ConnectionMaker {
  readonly first: PostgresConnection
  /** Makes another connection; `undefined` where there can be only one. */
  readonly another: (() => Promise<PostgresConnection>) | undefined
  close(): Promise<void>
}

export interface HandleOptions {
  readonly readOnly: boolean
}

const IDENTITY = `SELECT extract(epoch FROM pg_postmaster_start_time())::text || ':' || oid || ':' || current_schema()
  FROM pg_database WHERE datname = current_database()`

/** Makes a handle of connections that are open. */
export async function openHandle(maker: ConnectionMaker, { readOnly }: HandleOptions): Promise<PostgresHandle> {
  const schema = await guarded('ERR_EXPORT_CONNECTION', 'the database could not be read', {}, () =>
    queryText(maker.first, 'SELECT current_schema()'),
  )
  if (schema === null) throw configError('no schema of the search path is there', 'Name one by ?schema=NAME in the URL.')
  const identity = await queryText(maker.first, IDENTITY)
  return new Handle(maker, readOnly, `postgres:${identity}`)
}

class Handle implements PostgresHandle {
  readonly engine = 'postgres' as const
  readonly identity: string
  readonly #maker: ConnectionMaker
  readonly #readOnly: boolean
  #writer: PostgresConnection | undefined
  #hasSnapshot = false
  #hasSession = false
  #isClosed = false

  constructor(maker: ConnectionMaker, readOnly: boolean, identity: string) {
    this.#maker = maker
    this.#readOnly = readOnly
    this.identity = identity
  }

  rootSql(root: RootSql): string {
    // the default schema is found by the search path of the session that runs the plan
    return rootSql(root, ({ schema, name }) => (schema === null ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`))
  }

  quoteName(name: string): string {
    return quoteName(name)
  }

  async execute(sql: string): Promise<void> {
    await guarded('ERR_EXPORT_WRITE', 'the statements failed', {}, () => this.#current().execute(sql))
  }

  async readCatalog(): Promise<Catalog> {
    return guarded(
      'ERR_EXPORT_CONNECTION',
      'the catalog could not be read',
      {},
      async () => (await readPostgresCatalog(this.#current())).catalog,
    )
  }

  async begin(): Promise<SourceSnapshot> {
    if (this.#hasSnapshot || (this.#hasSession && this.#writer === this.#maker.first))
      throw configError('the database is read or written already by this handle', 'Open another one.')
    const { first } = this.#maker
    const snapshot = await guarded('ERR_EXPORT_CONNECTION', 'the snapshot could not be taken', {}, () =>
      PostgresSnapshot.begin(first, this.#maker.another, () => readPostgresCatalog(first)),
    )
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
    const writer = await this.#openWriter()
    // the server's lock would be given twice to one session
    const isFree = this.#hasSession
      ? 'f'
      : await guarded('ERR_EXPORT_CONNECTION', 'the lock could not be asked for', {}, () => queryText(writer, TRY_LOCK))
    if (isFree !== 't' && isFree !== 'true')
      throw new ExportError('ERR_EXPORT_LOCKED', 'another run writes this database', {
        isTemporary: true,
        remedy: 'Wait until it has ended.',
      })
    this.#hasSession = true
    const readCatalog = () =>
      guarded('ERR_EXPORT_CONNECTION', 'the catalog could not be read', {}, () => readPostgresCatalog(writer))
    const onEnd = (): void => {
      this.#hasSession = false
    }
    return new PostgresSession(writer, readCatalog, onEnd, await readCatalog(), this.#maker.another)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      if (this.#writer !== this.#maker.first) await this.#writer?.close()
    } finally {
      await this.#maker.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** While a session writes, its transaction is where new tables are seen. */
  #current(): PostgresConnection {
    return this.#hasSession ? (this.#writer ?? this.#maker.first) : this.#maker.first
  }

  async #openWriter(): Promise<PostgresConnection> {
    this.#writer ??= await (this.#maker.another?.() ?? this.#maker.first)
    return this.#writer
  }
}
