// One connection to MySQL or MariaDB through mysql2.
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { BytesRow, Change, MysqlClient, MysqlField, MysqlQuery, PacketHandler } from './client.ts'
import { LocalLoad } from './local-load.ts'
import type { RowPiece, RowTaker } from './packet-rows.ts'
import { packetOf } from './packet-fields.ts'
import { ResultChunks } from './result-chunks.ts'

const AS_BYTES = { rowsAsArray: true, typeCast: false } as const

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
    const begin = async (file: Readable): Promise<Change> => {
      await this.#cancelling
      return changeOf(await this.#send(sqlFor(name), (asked) => (asked === name ? file : this.#refuseFile())))
    }
    return new LocalLoad(begin, () => this.#client.stream)
  }

  /** Z-6: no file but our own stream is ever given. */
  #refuseFile(): Readable {
    this.#client.destroy()
    return Readable.from([])
  }

  /**
   * Rows of a query as they come, in chunks. Leaving early cancels the statement.
   * @param takerFor - makes what reads the rows of these fields.
   */
  async *rows(sql: string, takerFor: (fields: readonly MysqlField[]) => RowTaker): AsyncGenerator<RowPiece, void, undefined> {
    await this.#cancelling
    const result = new ResultChunks(this.#client)
    const query = this.#client.query({ sql, ...AS_BYTES, infileStreamFactory: () => this.#refuseFile() })
    query.on('fields', (fields) => result.begin(takerFor(fields)))
    takePackets(query, (bytes, from, to) => result.take(bytes, from, to))
    query.on('result', (row) => {
      const bytes = packetOf(row)
      result.take(bytes, 0, bytes.length)
    })
    query.on('error', (error) => result.end(error))
    query.on('end', () => result.end(undefined))
    this.#onLost = (error) => result.end(error)
    try {
      for (let piece = await result.next(); piece !== undefined; piece = await result.next()) yield piece
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

/**
 * Has the rows of a query by their packets, without an object for each field. The driver has no such face: it is its handler of rows that is
 * put aside. Where a version has none, rows come by the event, as its documentation says.
 */
function takePackets(query: MysqlQuery, take: RowTaker['take']): void {
  const original: unknown = Reflect.get(query, 'row')
  if (typeof original !== 'function') return
  const handle: PacketHandler = (packet, connection) => {
    if (packet.isEOF()) return (original as PacketHandler).call(query, packet, connection)
    take(packet.buffer, packet.offset, packet.end)
    return handle
  }
  Reflect.set(query, 'row', handle)
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
