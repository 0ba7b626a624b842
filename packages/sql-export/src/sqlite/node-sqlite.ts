// Connections by Node's own `node:sqlite`.
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { SqliteConnection, SqliteOpenOptions, SqliteStatement } from './connection.ts'

interface NodeStatement {
  setReadBigInts(on: boolean): void
  setReturnArrays?(on: boolean): void
  columns?(): readonly { readonly name: string }[]
  iterate(...params: readonly Cell[]): IterableIterator<Row | Record<string, Cell>>
  all(...params: readonly Cell[]): Row[]
  run(...params: readonly Cell[]): { readonly changes: number | bigint }
}

interface FunctionOptions {
  readonly varargs: true
  readonly useBigIntArguments: true
  readonly directOnly: true
}

interface NodeDatabase {
  exec(sql: string): void
  prepare(sql: string): NodeStatement
  function?(name: string, options: FunctionOptions, call: (...cells: Cell[]) => Cell): void
  close(): void
}

export type NodeSqliteConstructor = new (path: string, options: { readonly readOnly: boolean }) => NodeDatabase

export function openNodeSqlite(DatabaseSync: NodeSqliteConstructor, path: string, options: SqliteOpenOptions): SqliteConnection {
  const database = new DatabaseSync(path, { readOnly: options.readOnly })
  try {
    database.exec('PRAGMA busy_timeout = 1000')
    const probe = database.prepare("SELECT 'a' || char(0) || 'b'")
    const [row] = probe.iterate()
    return {
      driver: 'node:sqlite',
      quirks: {
        rowsAreObjects: probe.setReturnArrays === undefined,
        integralReals: false,
        textEndsAtNul: String(Object.values(row ?? {})[0]).length !== 3,
      },
      exec: (sql) => database.exec(sql),
      prepare: (sql) => wrap(database.prepare(sql)),
      ...(database.function === undefined
        ? {}
        : {
            define: (name: string, call: (...cells: Cell[]) => Cell) =>
              database.function?.(name, { varargs: true, useBigIntArguments: true, directOnly: true }, call),
          }),
      close: () => database.close(),
    }
  } catch (error) {
    database.close()
    throw error
  }
}

/** Node 22 binds bytes without a buffer behind them, as it reads them itself, as NULL; these have one. */
const NO_BYTES = new Uint8Array(new ArrayBuffer(8), 0, 0)

function bindable(params: readonly Cell[]): readonly Cell[] {
  return params.some(isEmptyBytes) ? params.map((cell) => (isEmptyBytes(cell) ? NO_BYTES : cell)) : params
}

function isEmptyBytes(cell: Cell): boolean {
  return cell instanceof Uint8Array && cell.length === 0
}

function wrap(statement: NodeStatement): SqliteStatement {
  statement.setReadBigInts(true)
  const givesArrays = statement.setReturnArrays !== undefined
  statement.setReturnArrays?.(true)
  const arrays = (params: readonly Cell[]): IterableIterator<Row> =>
    statement.iterate(...bindable(params)) as IterableIterator<Row>
  return {
    columns: statement.columns?.().map(({ name }) => name),
    rows: givesArrays ? arrays : (params) => objectsAsArrays(statement.iterate(...bindable(params))),
    ...(givesArrays && {
      all: (params: readonly Cell[]): Row[] => statement.all(...bindable(params)),
      allNumbers: (params: readonly Cell[]) => allNumbers(statement, bindable(params)),
    }),
    run: (params) => Number(statement.run(...bindable(params)).changes),
    finalize: () => {},
  }
}

function* objectsAsArrays(objects: Iterable<Row | Record<string, Cell>>): IterableIterator<Row> {
  for (const object of objects) yield Object.values(object)
}

function allNumbers(statement: NodeStatement, params: readonly Cell[]): Row[] | undefined {
  statement.setReadBigInts(false)
  try {
    return statement.all(...params)
  } catch (error) {
    if (error instanceof RangeError) return undefined // an integer that no number holds
    throw error
  } finally {
    statement.setReadBigInts(true)
  }
}
