// One connection to PostgreSQL, whichever driver it is made by. Values travel as the server's text.

/** A row of texts, as the server writes them. */
export type TextRow = (string | null)[]

export interface TextResult {
  readonly columns: readonly string[]
  /** Object ids of the columns' types. */
  readonly types: readonly number[]
  readonly rows: readonly TextRow[]
  /** What the server says it did: rows affected or returned. */
  readonly count: number
}

/** One COPY … FROM STDIN. */
export interface CopyIn {
  /** Takes rows in COPY's text format, each with its line end: text, or its UTF-8. Waits while the server is slower. */
  write(text: string | Uint8Array): Promise<void>
  /** @returns how many rows the server took. */
  end(): Promise<number>
  /** Ends it without its rows. */
  abort(): Promise<void>
}

export interface PostgresConnection {
  query(sql: string, params?: readonly (string | null)[]): Promise<TextResult>
  /** The same of several statements without parameters, which are sent together. Default: one after the other. */
  queryAll?(statements: readonly string[]): Promise<TextResult[]>
  /** Runs several statements at once. */
  execute(sql: string): Promise<void>
  /**
   * The bytes of COPY … TO STDOUT, in pieces that may end anywhere; the last is the number of rows that the server sent. Leaving
   * early cancels the statement.
   */
  copyOut(sql: string): AsyncGenerator<Uint8Array, number, undefined>
  copyIn(sql: string): CopyIn
  /** Whether `copyOut` holds all rows in memory before it gives any. Default: false. */
  readonly copiesAtOnce?: boolean | undefined
  /** Asks the server to end the statement at hand. */
  cancel(): Promise<void>
  close(): Promise<void>
}

/** Settings that the text of values depends on, and times that an export may pass. */
export const SESSION_SETTINGS = `SET standard_conforming_strings = on; SET timezone = 'UTC'; SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1; SET client_encoding = 'UTF8';
SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET row_security = off; SET xmloption = 'content'`

/** The first value of the first row. */
export async function queryText(
  connection: PostgresConnection,
  sql: string,
  params: readonly (string | null)[] = [],
): Promise<string | null> {
  return (await connection.query(sql, params)).rows[0]?.[0] ?? null
}
