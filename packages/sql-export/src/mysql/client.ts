// The members of mysql2 that this package uses. Values arrive as bytes.
import type { Readable, Writable } from 'node:stream'

/** A row of the bytes that the server wrote. */
export type BytesRow = (Buffer | null)[]

export interface MysqlField {
  readonly name: string
  /** Number of the type in the protocol. */
  readonly columnType: number
  /** 63 is binary. */
  readonly characterSet: number
}

export interface MysqlQuery {
  on(event: 'fields', listener: (fields: readonly MysqlField[]) => void): unknown
  on(event: 'result', listener: (row: BytesRow) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
}

/** What mysql2 hands to a command: the bytes of a packet, until the handler returns. */
export interface Packet {
  readonly buffer: Buffer
  readonly offset: number
  readonly end: number
  isEOF(): boolean
}

/** What a command does with a packet. @returns what it does with the next one. */
export type PacketHandler = (packet: Packet, connection: unknown) => unknown

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

/** What a statement did. */
export interface Change {
  readonly rows: number
  readonly warnings: number
}
