// Connections by node-sqlite3-wasm, which needs neither a build nor a server.
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { SqliteConnection, SqliteOpenOptions, SqliteStatement } from './connection.ts'

interface WasmStatement {
  iterate(params: readonly Cell[]): IterableIterator<Record<string, Cell>>
  run(params: readonly Cell[]): { readonly changes: number }
  finalize(): void
  readonly isFinalized: boolean
}

interface WasmDatabase {
  exec(sql: string): void
  prepare(sql: string): WasmStatement
  close(): void
}

export type WasmConstructor = new (
  path: string,
  options: { readonly readOnly: boolean; readonly fileMustExist: boolean },
) => WasmDatabase

export function openWasm(Database: WasmConstructor, path: string, options: SqliteOpenOptions): SqliteConnection {
  const database = new Database(path, { readOnly: options.readOnly, fileMustExist: !options.create })
  const open = new Set<WasmStatement>()
  return {
    driver: 'node-sqlite3-wasm',
    quirks: { rowsAreObjects: true, integralReals: true, textEndsAtNul: true },
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      open.add(statement)
      return wrap(statement, () => open.delete(statement))
    },
    close: () => {
      for (const statement of open) if (!statement.isFinalized) finalizeQuietly(statement)
      database.close()
    },
  }
}

/** Finalizing throws what the statement's last step threw: it was told then, and cleaned of values, which this one is not. */
function finalizeQuietly(statement: WasmStatement): void {
  try {
    statement.finalize()
  } catch (error) {
    if (!statement.isFinalized) throw error
  }
}

function wrap(statement: WasmStatement, onFinalize: () => void): SqliteStatement {
  return {
    columns: undefined,
    *rows(params) {
      for (const object of statement.iterate(params)) {
        const row: Row = Object.values(object)
        for (let i = 0; i < row.length; i++) {
          const cell = row[i] // the driver gives safe integers and doubles alike as numbers
          if (typeof cell === 'number' && Number.isSafeInteger(cell)) row[i] = BigInt(cell)
        }
        yield row
      }
    },
    run: (params) => statement.run(params).changes,
    finalize: () => {
      onFinalize()
      if (!statement.isFinalized) finalizeQuietly(statement)
    },
  }
}
