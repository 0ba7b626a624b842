// PostgreSQL through `pg` and `pg-copy-streams`, of which only the members named here are used.
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { CopyOut, hasWire } from './copy-out.ts'
import type { CopyIn, PostgresConnection, TextResult, TextRow } from './connection.ts'

interface QueryConfig {
  readonly text: string
  readonly values: readonly (string | null)[]
  readonly rowMode: 'array'
  readonly types: { getTypeParser(): (value: string) => string }
}

interface QueryResult {
  readonly rows: TextRow[]
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  readonly rowCount: number | null
}

type CopyOutStream = Readable & { rowCount: number; handleReadyForQuery: () => void }
type CopyInStream = Writable & { readonly rowCount: number }

/** The members that this package uses of a `Client` of pg 8. A client of a pool that is yours until the export is over fits. */
export interface PgClient {
  connect(): Promise<unknown>
  query(config: QueryConfig): Promise<QueryResult>
  query(text: string): Promise<unknown>
  query(stream: unknown): unknown
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown
  end(): Promise<unknown>
}

/** The module `pg-copy-streams`. */
export interface PgCopyStreams {
  to(sql: string): CopyOutStream
  from(sql: string): CopyInStream
}

const AS_TEXT = { getTypeParser: () => (value: string) => value }

function textResult({ rows, fields, rowCount }: QueryResult): TextResult {
  return {
    columns: fields.map(({ name }) => name),
    types: fields.map(({ dataTypeID }) => dataTypeID),
    rows,
    count: rowCount ?? 0,
  }
}

/** A stream that nobody reads any more, until it has ended or failed. */
async function drain(stream: Readable): Promise<void> {
  try {
    for await (const piece of stream.iterator({ destroyOnReturn: false })) void piece
  } catch {
    // the cancellation that was asked for
  }
}

/** A connection over a client that is connected. */
export class NodePostgresConnection implements PostgresConnection {
  readonly #client: PgClient
  readonly #streams: PgCopyStreams
  readonly #openOther: (() => Promise<PostgresConnection>) | undefined
  readonly #owned: boolean
  readonly #lost: Promise<never>
  /** A cancellation on its way: a statement that is sent meanwhile could be the one that it ends. */
  #cancelling: Promise<void> = Promise.resolve()

  /** @param openOther - makes a connection to the same server, by which statements are cancelled. */
  constructor(
    client: PgClient,
    streams: PgCopyStreams,
    openOther: (() => Promise<PostgresConnection>) | undefined,
    owned: boolean,
  ) {
    this.#client = client
    this.#streams = streams
    this.#openOther = openOther
    this.#owned = owned
    this.#lost = new Promise<never>((_, reject) => {
      client.on('error', reject)
      client.on('end', () => reject(Object.assign(new Error('Connection ended'), { code: '08006' })))
    })
    this.#lost.catch(() => {}) // whoever waits for an answer hears of it
  }

  async query(sql: string, params: readonly (string | null)[] = []): Promise<TextResult> {
    await this.#cancelling
    return textResult(await this.#client.query({ text: sql, values: params, rowMode: 'array', types: AS_TEXT }))
  }

  async queryAll(statements: readonly string[]): Promise<TextResult[]> {
    await this.#cancelling
    const text = statements.join(';\n')
    const results: QueryResult | readonly QueryResult[] = await this.#client.query({
      text,
      values: [],
      rowMode: 'array',
      types: AS_TEXT,
    })
    return (Array.isArray(results) ? (results as readonly QueryResult[]) : [results as QueryResult]).map(textResult)
  }

  async execute(sql: string): Promise<void> {
    await this.#cancelling
    await this.#client.query(sql)
  }

  async *copyOut(sql: string): AsyncGenerator<Uint8Array, number, undefined> {
    await this.#cancelling
    if (hasWire(this.#client)) return yield* this.#copyRows(sql)
    const copy = this.#streams.to(sql)
    const ready = new Promise<void>((resolve) => {
      copy.handleReadyForQuery = resolve // the stream ends with the data; the server's count comes after it
    })
    this.#client.query(copy)
    let isOpen = true
    try {
      for await (const piece of copy.iterator({ destroyOnReturn: false })) yield piece as Uint8Array
      isOpen = false
      await Promise.race([ready, this.#lost])
      return copy.rowCount
    } catch (error) {
      isOpen = false
      throw error
    } finally {
      if (isOpen) {
        await this.cancel()
        await drain(copy)
      }
    }
  }

  async *#copyRows(sql: string): AsyncGenerator<Uint8Array, number, undefined> {
    const copy = new CopyOut(sql)
    this.#lost.catch((error: unknown) => copy.handleError(error))
    this.#client.query(copy)
    let isOpen = true
    try {
      const count = yield* copy.pieces()
      isOpen = false
      return count
    } catch (error) {
      isOpen = false
      throw error
    } finally {
      if (isOpen) {
        await this.cancel()
        await copy.leave()
      }
    }
  }

  copyIn(sql: string): CopyIn {
    const copy = this.#streams.from(sql)
    let hasFailed = false
    const failed = new Promise<never>((_, reject) =>
      copy.on('error', (error) => {
        hasFailed = true
        reject(error)
      }),
    )
    failed.catch(() => {}) // the next write hears of it
    this.#client.query(copy)
    return {
      // a stream that has failed takes what is written as if nothing were, and throws a TypeError of its own
      write: async (text) => {
        if (hasFailed) await failed
        if (!copy.write(text)) await Promise.race([once(copy, 'drain'), failed, this.#lost])
      },
      end: async () => {
        if (hasFailed) await failed
        copy.end()
        await Promise.race([once(copy, 'finish'), failed, this.#lost])
        return copy.rowCount
      },
      abort: async () => {
        // What the server refused is over there, and the stream does not count it as an error of its own: it would wait for an answer.
        if (hasFailed || copy.destroyed) return
        const closed = once(copy, 'close').catch(() => {}) // fails with the cancellation that was asked for
        copy.destroy()
        await Promise.race([closed, this.#lost.catch(() => {})])
      },
    }
  }

  async cancel(): Promise<void> {
    const cancelling = this.#cancel()
    this.#cancelling = cancelling.catch(() => {}) // whoever asked for it hears of it
    await cancelling
  }

  async #cancel(): Promise<void> {
    const id: unknown = Reflect.get(this.#client, 'processID')
    if (this.#openOther === undefined || typeof id !== 'number') return
    const other = await this.#openOther()
    try {
      await other.query('SELECT pg_cancel_backend($1::int)', [String(id)])
    } finally {
      await other.close()
    }
  }

  async close(): Promise<void> {
    if (this.#owned) await this.#client.end()
  }
}
