// One connection to MySQL or MariaDB through mysql2, of which only the members named here are used. Values arrive as bytes.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { Writable } from 'node:stream'
import type { BytesRow } from './result-chunks.ts'
import { ResultChunks } from './result-chunks.ts'

export type { BytesRow } from './result-chunks.ts'

export interface MysqlField {
  readonly name: string
  /** Number of the type in the protocol. */
  readonly columnType: number
  /** 63 is binary. */
  readonly characterSet: number
}

interface MysqlQuery {
  on(event: 'fields', listener: (fields: readonly MysqlField[]) => void): unknown
  on(event: 'result', listener: (row: BytesRow) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
}

interface QueryOptions {
  readonly sql: string
  readonly rowsAsArray: true
  /** Every value as the bytes that the server sent. */
  readonly typeCast: false
  /** Answers a server that asks for a file, by its name. */
  readonly infileStreamFactory: (name: string) => Readable
}

type Callback = (error: Error | null, rows: unknown, fields: unknown) => void

/** The members that this package uses of a `Connection` of mysql2. */
export interface MysqlClient {
  readonly threadId?: number | null
  /** The socket, whose buffer tells whether the server takes what it is sent. */
  readonly stream?: Writable | undefined
  query(options: QueryOptions, callback: Callback): unknown
  query(options: QueryOptions): MysqlQuery
  on(event: 'error', listener: (error: Error) => void): unknown
  end(callback: (error?: Error | null) => void): void
  pause(): void
  resume(): void
  destroy(): void
}

const AS_BYTES = { rowsAsArray: true, typeCast: false } as const

/** Greatest piece of a stream that is loaded: one packet of the protocol. */
const PIECE_BYTES = 1024 * 1024

/** What a statement did. */
export interface Change {
  readonly rows: number
  readonly warnings: number
}

/** One LOAD DATA LOCAL. */
export interface LocalLoad {
  /** Takes rows in the statement's format. Waits while the server is slower. */
  write(bytes: Buffer): Promise<void>
  end(): Promise<Change>
  /** Ends it; what it did is for the caller to roll back. */
  abort(): Promise<void>
}

export class MysqlConnection {
  readonly #client: MysqlClient
  readonly #openOther: (() => Promise<MysqlConnection>) | undefined
  readonly #owned: boolean
  #onLost: ((error: Error) => void) | undefined
  /** A cancellation on its way: a statement that is sent meanwhile could be the one that it ends. */
  #cancelling: Promise<void> = Promise.resolve()

  constructor(client: MysqlClient, openOther: (() => Promise<MysqlConnection>) | undefined, owned: boolean) {
    this.#client = client
    this.#openOther = openOther
    this.#owned = owned
    // a query with a callback hears of a lost connection by it, a stream does not
    client.on('error', (error) => this.#onLost?.(error))
  }

  /** Rows of a query, all at once; for small results. */
  async query(sql: string): Promise<BytesRow[]> {
    const rows = await this.#send(sql)
    return Array.isArray(rows) ? (rows as BytesRow[]) : []
  }

  /** Runs a statement. @returns how many rows it changed. */
  async execute(sql: string): Promise<number> {
    return (await this.change(sql)).rows
  }

  /** Runs a statement. @returns what it did, and of how much it warns. */
  async change(sql: string): Promise<Change> {
    return changeOf(await this.#send(sql))
  }

  /**
   * Begins a LOAD DATA LOCAL, whose file is a stream that is written here.
   * @param sqlFor - the statement, given the name of the file that it asks for. A server that asks for another loses the connection.
   */
  loadLocal(sqlFor: (file: string) => string): LocalLoad {
    const name = `loopwright-${randomUUID()}`
    const file = new Readable({ read: () => {} })
    let failure: unknown
    const result = this.#cancelling.then(() => this.#send(sqlFor(name), (asked) => (asked === name ? file : this.#refuseFile())))
    result.catch((error: unknown) => {
      failure = error // the next write hears of it, or the end
    })
    return {
      write: async (bytes) => {
        for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
          if (failure !== undefined) throw failure
          file.push(bytes.subarray(at, at + PIECE_BYTES))
          await this.#untilTaken(file, result)
        }
      },
      end: async () => {
        file.push(null)
        return changeOf(await result)
      },
      abort: async () => {
        file.push(null)
        await result.catch(() => {}) // it failed, or was cancelled: whoever aborts knows
      },
    }
  }

  /** Waits until the stream is not far ahead of the socket, nor the socket of the server. */
  async #untilTaken(file: Readable, result: Promise<unknown>): Promise<void> {
    const { stream } = this.#client
    const settled = result.then(
      () => {},
      () => {},
    )
    while (file.readableLength > PIECE_BYTES && !file.readableEnded) {
      const turn = new Promise((resolve) => setImmediate(resolve))
      const isOver = await Promise.race([settled.then(() => true), turn.then(() => false)])
      if (isOver) return
    }
    if (stream?.writableNeedDrain === true) await Promise.race([once(stream, 'drain'), settled])
  }

  /** Z-6: no file but our own stream is ever given. */
  #refuseFile(): Readable {
    this.#client.destroy()
    return Readable.from([])
  }

  /** Rows of a query as they come, in chunks, after its fields. Leaving early cancels the statement. */
  async *rows(sql: string, onFields: (fields: readonly MysqlField[]) => void): AsyncGenerator<BytesRow[], void, undefined> {
    await this.#cancelling
    const result = new ResultChunks(this.#client)
    const query = this.#client.query({ sql, ...AS_BYTES, infileStreamFactory: () => this.#refuseFile() })
    query.on('fields', onFields)
    query.on('result', (row) => result.take(row))
    query.on('error', (error) => result.end(error))
    query.on('end', () => result.end(undefined))
    this.#onLost = (error) => result.end(error)
    try {
      for (let rows = await result.next(); rows !== undefined; rows = await result.next()) yield rows
    } finally {
      if (!result.hasEnded) {
        await this.cancel()
        await result.drain()
      }
      this.#onLost = undefined
    }
  }

  /** Asks the server to end the statement at hand. */
  async cancel(): Promise<void> {
    const cancelling = this.#cancel()
    this.#cancelling = cancelling.catch(() => {}) // whoever asked for it hears of it
    await cancelling
  }

  async close(): Promise<void> {
    if (this.#owned) await new Promise<void>((resolve) => this.#client.end(() => resolve()))
  }

  async #cancel(): Promise<void> {
    const { threadId } = this.#client
    if (this.#openOther === undefined || typeof threadId !== 'number') return
    const other = await this.#openOther()
    try {
      await other.execute(`KILL QUERY ${threadId}`)
    } finally {
      await other.close()
    }
  }

  async #send(sql: string, file: (name: string) => Readable = () => this.#refuseFile()): Promise<unknown> {
    await this.#cancelling
    return new Promise((resolve, reject) => {
      this.#client.query({ sql, ...AS_BYTES, infileStreamFactory: file }, (error, rows) =>
        error === null ? resolve(rows) : reject(error),
      )
    })
  }
}

function changeOf(result: unknown): Change {
  const read = (name: string): number => {
    const value: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, name) : 0
    return typeof value === 'number' ? value : 0
  }
  return { rows: read('affectedRows'), warnings: read('warningStatus') }
}

/** The first row of a query, as texts. */
export async function queryTexts(connection: MysqlConnection, sql: string): Promise<readonly (string | null)[]> {
  return textsOf((await connection.query(sql))[0] ?? [])
}

export function textsOf(row: BytesRow): (string | null)[] {
  return row.map((cell) => (cell === null ? null : cell.toString('utf8')))
}
