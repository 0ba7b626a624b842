// One connection to a SQLite file, whichever driver it is made by.
import type { Cell, Row } from '../vocabulary/cell.ts'

export const SQLITE_DRIVERS = ['better-sqlite3', 'node:sqlite', 'node-sqlite3-wasm'] as const
export type SqliteDriver = (typeof SQLITE_DRIVERS)[number]

export interface SqliteStatement {
  /** Names of the result's columns; `undefined` where the driver tells them only with the first row. */
  readonly columns: readonly string[] | undefined
  /** Rows as arrays. While one result is being read the connection runs nothing else. */
  rows(params: readonly Cell[]): IterableIterator<Row>
  /** The same rows at once, where the driver can: for results that are known to be small. */
  all?(params: readonly Cell[]): Row[]
  /** The same with integers as numbers, where the driver can; `undefined` if one of them does not fit, or is not told from another. */
  allNumbers?(params: readonly Cell[]): Row[] | undefined
  /** @returns the number of rows changed. */
  run(params: readonly Cell[]): number
  finalize(): void
}

/** What a driver loses, so that statements can be written around it. */
export interface SqliteQuirks {
  /** Rows arrive as objects, so that columns must have distinct names that are no array indexes. */
  readonly rowsAreObjects: boolean
  /** 1.0 arrives as 1, and 1 is bound for 1.0. */
  readonly integralReals: boolean
  /** Text ends at U+0000, in both directions. */
  readonly textEndsAtNul: boolean
}

export interface SqliteConnection {
  readonly driver: SqliteDriver
  readonly quirks: SqliteQuirks
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  /** Makes a function of any number of arguments that statements can call, and a schema cannot; of drivers that also attach by URI. */
  define?(name: string, call: (...cells: Cell[]) => Cell): void
  close(): void
}

export interface SqliteOpenOptions {
  readonly readOnly: boolean
  readonly create: boolean
}

/** Runs a query and collects its rows; for small results. */
export function queryAll(connection: SqliteConnection, sql: string, params: readonly Cell[] = []): Row[] {
  const statement = connection.prepare(sql)
  try {
    return [...statement.rows(params)]
  } finally {
    statement.finalize()
  }
}

/** Runs a query that gives one value. */
export function queryValue(connection: SqliteConnection, sql: string, params: readonly Cell[] = []): Cell {
  return queryAll(connection, sql, params)[0]?.[0] ?? null
}
