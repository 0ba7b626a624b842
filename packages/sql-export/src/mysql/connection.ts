// One connection to MySQL or MariaDB through mysql2, of which only the members named here are used. Values arrive as bytes.
import type { Readable } from 'node:stream'

/** A field of a text protocol row, as `typeCast` gets it. */
interface CastField {
  buffer(): Buffer | null
}

export interface MysqlField {
  readonly name: string
  /** Number of the type in the protocol. */
  readonly columnType: number
  /** 63 is binary. */
  readonly characterSet: number
}

interface MysqlQuery {
  on(event: 'fields', listener: (fields: readonly MysqlField[]) => void): unknown
  stream(options: { readonly highWaterMark: number }): Readable
}

interface QueryOptions {
  readonly sql: string
  readonly rowsAsArray: true
  readonly typeCast: (field: CastField) => Buffer | null
}

type Callback = (error: Error | null, rows: unknown, fields: unknown) => void

/** The members that this package uses of a `Connection` of mysql2. */
export interface MysqlClient {
  readonly threadId?: number | null
  query(options: QueryOptions, callback: Callback): unknown
  query(options: QueryOptions): MysqlQuery
  on(event: 'error', listener: (error: Error) => void): unknown
  end(callback: (error?: Error | null) => void): void
}

/** A row of the bytes that the server wrote. */
export type BytesRow = (Buffer | null)[]

const AS_BYTES = { rowsAsArray: true, typeCast: (field: CastField): Buffer | null => field.buffer() } as const

/** Rows that are read ahead of whoever reads them. */
const AHEAD_ROWS = 1024

export class MysqlConnection {
  readonly #client: MysqlClient
  readonly #openOther: (() => Promise<MysqlConnection>) | undefined
  readonly #owned: boolean
  #stream: Readable | undefined
  /** A cancellation on its way: a statement that is sent meanwhile could be the one that it ends. */
  #cancelling: Promise<void> = Promise.resolve()

  constructor(client: MysqlClient, openOther: (() => Promise<MysqlConnection>) | undefined, owned: boolean) {
    this.#client = client
    this.#openOther = openOther
    this.#owned = owned
    // a query with a callback hears of a lost connection by it, a stream does not
    client.on('error', (error) => this.#stream?.destroy(error))
  }

  /** Rows of a query, all at once; for small results. */
  async query(sql: string): Promise<BytesRow[]> {
    const rows = await this.#send(sql)
    return Array.isArray(rows) ? (rows as BytesRow[]) : []
  }

  /** Runs a statement. @returns how many rows it changed. */
  async execute(sql: string): Promise<number> {
    const result = await this.#send(sql)
    const count: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, 'affectedRows') : 0
    return typeof count === 'number' ? count : 0
  }

  /** Rows of a query as they come, after its fields. Leaving early cancels the statement. */
  async *rows(sql: string, onFields: (fields: readonly MysqlField[]) => void): AsyncGenerator<BytesRow, void, undefined> {
    await this.#cancelling
    const query = this.#client.query({ sql, ...AS_BYTES })
    query.on('fields', onFields)
    const stream = query.stream({ highWaterMark: AHEAD_ROWS })
    this.#stream = stream
    let isOpen = true
    try {
      for await (const row of stream.iterator({ destroyOnReturn: false })) yield row as BytesRow
      isOpen = false
    } catch (error) {
      isOpen = false
      throw error
    } finally {
      if (isOpen) {
        await this.cancel()
        await drain(stream)
      }
      this.#stream = undefined
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

  async #send(sql: string): Promise<unknown> {
    await this.#cancelling
    return new Promise((resolve, reject) => {
      this.#client.query({ sql, ...AS_BYTES }, (error, rows) => (error === null ? resolve(rows) : reject(error)))
    })
  }
}

async function drain(stream: Readable): Promise<void> {
  try {
    for await (const row of stream.iterator({ destroyOnReturn: false })) void row
  } catch {
    // the cancellation that was asked for
  }
}

/** The first row of a query, as texts. */
export async function queryTexts(connection: MysqlConnection, sql: string): Promise<readonly (string | null)[]> {
  return textsOf((await connection.query(sql))[0] ?? [])
}

export function textsOf(row: BytesRow): (string | null)[] {
  return row.map((cell) => (cell === null ? null : cell.toString('utf8')))
}
