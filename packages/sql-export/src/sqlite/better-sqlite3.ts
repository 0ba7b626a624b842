// Connections by better-sqlite3.
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { SqliteConnection, SqliteOpenOptions, SqliteStatement } from './connection.ts'

interface BetterStatement {
  readonly reader: boolean
  raw(on: boolean): BetterStatement
  safeIntegers(on: boolean): BetterStatement
  columns(): readonly { readonly name: string }[]
  iterate(...params: readonly unknown[]): IterableIterator<Row>
  all(...params: readonly unknown[]): Row[]
  run(...params: readonly unknown[]): { readonly changes: number }
}

interface BetterDatabase {
  exec(sql: string): unknown
  prepare(sql: string): BetterStatement
  defaultSafeIntegers(on: boolean): unknown
  close(): unknown
}

export type BetterConstructor = new (
  path: string,
  options: { readonly readonly: boolean; readonly fileMustExist: boolean; readonly timeout: number },
) => BetterDatabase

export function openBetterSqlite3(Database: BetterConstructor, path: string, options: SqliteOpenOptions): SqliteConnection {
  const database = new Database(path, { readonly: options.readOnly, fileMustExist: !options.create, timeout: 1000 })
  database.defaultSafeIntegers(true)
  return {
    driver: 'better-sqlite3',
    quirks: { rowsAreObjects: false, integralReals: false, textEndsAtNul: false },
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => wrap(database.prepare(sql), hasNumberedParameters(sql)),
    close: () => void database.close(),
  }
}

/** The driver takes `?1` for a name. */
function hasNumberedParameters(sql: string): boolean {
  return /\?\d/.test(sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, ''))
}

function wrap(statement: BetterStatement, isNumbered: boolean): SqliteStatement {
  const raw = statement.reader ? statement.raw(true) : statement
  const bound = (params: readonly Cell[]): readonly unknown[] =>
    isNumbered ? [Object.fromEntries(params.map((value, i) => [String(i + 1), value]))] : params
  return {
    columns: statement.reader ? raw.columns().map(({ name }) => name) : [],
    rows: (params) => raw.iterate(...bound(params)),
    all: (params) => raw.all(...bound(params)),
    allNumbers: (params) => {
      raw.safeIntegers(false) // an integer that no number holds becomes one that is not safe
      try {
        return raw.all(...bound(params))
      } finally {
        raw.safeIntegers(true)
      }
    },
    run: (params) => Number(statement.run(...bound(params)).changes),
    finalize: () => {},
  }
}
