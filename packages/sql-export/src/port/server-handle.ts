// A database on a server as a source, a destination, or both: one connection reads, and another writes while a session lasts.
import { setTimeout as delay } from 'node:timers/promises'
import type { Catalog } from '../structure/catalog.ts'
import type { Guarded } from '../vocabulary/driver-error.ts'
import { ExportError, configError } from '../vocabulary/errors.ts'
import type { Engine } from '../vocabulary/value-kind.ts'
import type { Destination, DestinationSession } from './destination.ts'
import type { RootSql, Source, SourceSnapshot } from './source.ts'

/** A server keeps the locks of a connection that is gone until it has seen that. */
const LOCK_WAIT_MS = 2000
const LOCK_PAUSE_MS = 50

/** The members that a handle uses of a connection. */
export interface ServerConnection {
  /** Runs a statement; what it returns is not looked at. */
  execute(sql: string): Promise<unknown>
  close(): Promise<void>
}

/** A statement that ends what a server ends by itself when the connection is lost, of which the caller has heard then. */
export async function executeUnlessLost(
  connection: ServerConnection,
  sql: string,
  isLost: (error: unknown) => boolean,
): Promise<void> {
  try {
    await connection.execute(sql)
  } catch (error) {
    if (!isLost(error)) throw error
  }
}

/** What differs from server to server. `Known` is what statements must know of the database. */
export interface ServerDialect<C extends ServerConnection, Known extends { readonly catalog: Catalog }> {
  readonly engine: Engine
  readonly guarded: Guarded
  rootSql(root: RootSql): string
  quoteName(name: string): string
  readCatalog(connection: C): Promise<Known>
  takeSnapshot(reader: C): Promise<SourceSnapshot>
  /** Takes the lock of the database. @returns whether nobody else has it. */
  tryLock(writer: C): Promise<boolean>
  openSession(writer: C, readCatalog: () => Promise<Known>, onEnd: () => void): Promise<DestinationSession>
}

/** How connections are made. Where there is only one, a handle cannot be source and destination of one run. */
export interface ConnectionMaker<C extends ServerConnection> {
  readonly first: C
  /** Makes another connection; `undefined` where there can be only one. */
  readonly another: (() => Promise<C>) | undefined
  /** Closes the first. */
  close(): Promise<void>
}

export interface ServerHandleOptions {
  readonly identity: string
  readonly readOnly: boolean
}

export class ServerHandle<C extends ServerConnection, Known extends { readonly catalog: Catalog }>
  implements Source, Destination
{
  readonly engine: Engine
  readonly identity: string
  readonly #dialect: ServerDialect<C, Known>
  readonly #maker: ConnectionMaker<C>
  readonly #readOnly: boolean
  #writer: C | undefined
  #hasSnapshot = false
  #hasSession = false
  #isClosed = false

  constructor(dialect: ServerDialect<C, Known>, maker: ConnectionMaker<C>, { identity, readOnly }: ServerHandleOptions) {
    this.engine = dialect.engine
    this.identity = identity
    this.#dialect = dialect
    this.#maker = maker
    this.#readOnly = readOnly
  }

  rootSql(root: RootSql): string {
    return this.#dialect.rootSql(root)
  }

  quoteName(name: string): string {
    return this.#dialect.quoteName(name)
  }

  async execute(sql: string): Promise<void> {
    await this.#dialect.guarded('ERR_EXPORT_WRITE', 'the statement failed', {}, () => this.#current().execute(sql))
  }

  async readCatalog(): Promise<Catalog> {
    return (await this.#readKnown(this.#current())).catalog
  }

  async begin(): Promise<SourceSnapshot> {
    const { first } = this.#maker
    if (this.#hasSnapshot || (this.#hasSession && this.#writer === first))
      throw configError('the database is read or written already by this handle', 'Open another one.')
    const snapshot = await this.#dialect.guarded('ERR_EXPORT_CONNECTION', 'the snapshot could not be taken', {}, () =>
      this.#dialect.takeSnapshot(first),
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
    this.#writer ??= await (this.#maker.another?.() ?? this.#maker.first)
    const writer = this.#writer
    // a server gives its lock twice to one connection
    if (this.#hasSession || !(await this.#takeLock(writer)))
      throw new ExportError('ERR_EXPORT_LOCKED', 'another run writes this database', {
        isTemporary: true,
        remedy: 'Wait until it has ended.',
      })
    this.#hasSession = true
    const onEnd = (): void => {
      this.#hasSession = false
    }
    return this.#dialect.openSession(writer, () => this.#readKnown(writer), onEnd)
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

  /** @returns whether the lock was had within the time in which a server sees that a connection has ended. */
  async #takeLock(writer: C): Promise<boolean> {
    const deadlineMs = performance.now() + LOCK_WAIT_MS
    for (;;) {
      const isFree = await this.#dialect.guarded('ERR_EXPORT_CONNECTION', 'the lock could not be asked for', {}, () =>
        this.#dialect.tryLock(writer),
      )
      if (isFree || performance.now() >= deadlineMs) return isFree
      await delay(LOCK_PAUSE_MS)
    }
  }

  #readKnown(connection: C): Promise<Known> {
    return this.#dialect.guarded('ERR_EXPORT_CONNECTION', 'the catalog could not be read', {}, () =>
      this.#dialect.readCatalog(connection),
    )
  }

  /** While a session writes, its transaction is where its rows and tables are seen. */
  #current(): C {
    return this.#hasSession ? (this.#writer ?? this.#maker.first) : this.#maker.first
  }
}
