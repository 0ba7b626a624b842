// Reads a SQLite file in one snapshot.
import { RangePages } from '../port/range-page.ts'
import type { ChildRequest, PageRequest, RowChunk, SourceSnapshot } from '../port/source.ts'
import { ORDINAL, predicateColumn } from '../port/source.ts'
import type { Catalog, CatalogColumn, CatalogTable } from '../structure/catalog.ts'
import { columnOf, findTable } from '../structure/catalog.ts'
import type { ParamValue } from '../structure/plan.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { cellBytes } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import { packNumbers, packedBytes, unpackRow } from '../vocabulary/packed-rows.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import { affinityOf } from './affinity.ts'
import type { SqliteConnection, SqliteStatement } from './connection.ts'
import { queryValue } from './connection.ts'
import { asExportError } from './errors.ts'
import type { FileState } from './file-state.ts'
import { fileState, sameState } from './file-state.ts'
import type { PageExtras } from './sql.ts'
import { childrenSql, pageSql, rangeSql, valuesJson, wholeTablePages } from './sql.ts'

const CHUNK_ROWS = 512
const CHUNK_BYTES = 256 * 1024
/** Bounds of a result that is taken at once: by its greatest number of rows, and by the size of those that the statement gave before. */
const WHOLE_ROWS = 20_000
const WHOLE_BYTES = 1024 * 1024
/** Rows of a page of a root. More gain nothing, and the engine's young generation grows with what is alive at a time: docs/export-performance.md. */
const ROOT_ROWS = 500
/** Of a result that is taken at once every so manieth row is measured. */
const SAMPLE = 16

/** Turns a parameter of a plan into a value to bind. */
export function paramCell(value: ParamValue): Cell {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  return 'int64' in value ? BigInt(value.int64) : Uint8Array.from(Buffer.from(value.bytes, 'base64'))
}

/** Whether a snapshot keeps writers from committing, so that another connection reads the same: with a write-ahead log it does not. */
export function canShare(connection: SqliteConnection): boolean {
  return connection.define !== undefined && queryValue(connection, 'PRAGMA journal_mode') !== 'wal'
}

/** What a statement gives. */
interface SqliteResult {
  /** Default: those that the statement has. */
  readonly names?: readonly string[] | undefined
  /** Whose rows they are, for messages. */
  readonly what: string
  /** Rows at the most. */
  readonly most?: number | undefined
  /** Whether rows are given packed where they can be. */
  readonly isPacked?: boolean | undefined
}

/** Whether the columns hold integers: what else they hold is no integer as a number either, as their affinity turns 1.0 into 1. */
function areIntegers(table: CatalogTable, columns: readonly string[]): boolean {
  return columns.every((name) => table.columns.some((column) => column.name === name && column.kind === 'int64'))
}

/** A read transaction on one connection. */
export class SqliteSnapshot implements SourceSnapshot {
  readonly atEpochMs: number = Date.now()
  /** Where another connection of the same driver reads what this one reads, as long as this one holds its lock. */
  readonly sharedPath: string | undefined
  readonly #connection: SqliteConnection
  readonly #catalog: Catalog
  readonly #path: string | undefined
  readonly #before: FileState | undefined
  readonly #statements = new Map<string, SqliteStatement>()
  readonly #pages = new RangePages()
  /** Greatest mean size of a row, by statement. */
  readonly #rowBytes = new Map<string, number>()
  #lastYieldMs = performance.now()

  /** @param isWatched - whether the file is watched for changes, for a driver whose lock does not keep others out. */
  constructor(connection: SqliteConnection, catalog: Catalog, path: string, isWatched: boolean) {
    this.#connection = connection
    this.#catalog = catalog
    this.#path = isWatched ? path : undefined
    this.#before = isWatched ? fileState(path) : undefined
    connection.exec('BEGIN')
    queryValue(connection, 'SELECT count(*) FROM sqlite_schema') // the first read takes the snapshot
    this.sharedPath = canShare(connection) ? path : undefined
  }

  async *readRoot(sql: string, params: readonly ParamValue[], takesPacked = false): AsyncGenerator<RowChunk> {
    const pages = params.length === 0 ? this.#wholeTable(sql) : undefined
    if (pages === undefined) yield* this.#read(sql, params.map(paramCell), { what: 'a root' })
    else yield* this.#readWhole(pages, takesPacked && pages.areIntegers)
  }

  /** @param pages - statements that give the rows of a table in the order of its key, the second from a key on. */
  async *#readWhole(
    pages: { readonly first: string; readonly next: string; readonly width: number },
    isPacked: boolean,
  ): AsyncGenerator<RowChunk> {
    let sql = pages.first
    for (let from: readonly Cell[] = []; ; sql = pages.next) {
      let last: Row | undefined
      let rows = 0
      for await (const chunk of this.#read(sql, [...from, BigInt(ROOT_ROWS)], { what: 'a root', most: ROOT_ROWS, isPacked })) {
        const { packed } = chunk
        const count = packed?.count ?? chunk.rows.length
        rows += count
        if (count > 0) last = packed === undefined ? chunk.rows.at(-1) : unpackRow(packed, count - 1)
        const isLast = chunk.isLast && rows < ROOT_ROWS
        if (count > 0 || isLast) yield { ...chunk, isLast }
        if (isLast) return
      }
      // a key of another class, as SQLite permits, has no place among integers: it is found to be none by whoever takes it
      from = (last ?? []).slice(0, pages.width)
    }
  }

  #wholeTable(
    sql: string,
  ): { readonly first: string; readonly next: string; readonly width: number; readonly areIntegers: boolean } | undefined {
    for (const table of this.#catalog.tables) {
      const { ref, key, columns, generator } = table
      // the key of a rowid is never NULL, whether it says so or not
      const isKey = ({ name, kind, notNull }: CatalogColumn): boolean =>
        kind === 'int64' && (notNull || generator !== null) && key.includes(name)
      if (columns.filter(isKey).length < key.length) continue
      const pages = wholeTablePages(sql, ref.name, key)
      if (pages === undefined) continue
      const given = this.#statement(pages.first).columns
      return { ...pages, width: key.length, areIntegers: given !== undefined && areIntegers(table, given) }
    }
    return undefined
  }

  async *readPage(request: PageRequest): AsyncGenerator<RowChunk> {
    const { quirks } = this.#connection
    const extras = this.#extras(request.table, request.columns)
    const names = [ORDINAL, ...request.columns, ...request.predicates.map((_, i) => predicateColumn(i))]
    const what = tableText(request.table)
    const real = extras.classes.map((name) => names.indexOf(name))
    const hasExtras = real.length > 0 || extras.texts.length > 0
    const settle = (chunk: RowChunk): RowChunk => {
      if (!hasExtras) return chunk
      for (const row of chunk.rows) this.#settleExtras(row, names.length, real, request.table)
      return { ...chunk, columns: chunk.columns.slice(0, names.length) }
    }
    const known = findTable(this.#catalog, request.table)
    const { address, columns, predicates, numbers } = request
    const isPacked =
      numbers !== undefined && !hasExtras && predicates.length === 0 && known !== undefined && areIntegers(known, columns)
    const result = { names, what, isPacked }
    const pages = this.#pages.read(known, request, {
      byRange: (most) => {
        const first = numbers?.subarray(0, address.length) ?? request.values[0] ?? []
        const last = numbers?.subarray(-address.length) ?? request.values.at(-1) ?? []
        const bounds = [...first, ...last].map((cell) => (typeof cell === 'number' ? BigInt(cell) : cell))
        return this.#read(rangeSql(request, quirks, extras), [...bounds, BigInt(most)], { ...result, most })
      },
      byKeys: (rest) =>
        this.#read(pageSql(rest, quirks, extras), [valuesJson(rest.values)], { ...result, most: rest.values.length * 2 }),
    })
    for await (const chunk of pages) yield settle(chunk)
  }

  async *readChildren(request: ChildRequest): AsyncGenerator<RowChunk> {
    const names = [ORDINAL, ...request.columns]
    yield* this.#read(childrenSql(request, this.#connection.quirks), [valuesJson(request.values)], {
      names,
      what: tableText(request.child),
    })
  }

  async end(): Promise<void> {
    for (const statement of this.#statements.values()) statement.finalize()
    this.#statements.clear()
    this.#connection.exec('ROLLBACK')
    if (this.#path !== undefined && this.#before !== undefined && !sameState(this.#before, fileState(this.#path)))
      throw new ExportError('ERR_EXPORT_SOURCE_CHANGED', 'another program wrote the source file while it was read', {
        remedy: 'node-sqlite3-wasm shares no locks with other programs: stop them, or install better-sqlite3.',
      })
  }

  async *#read(sql: string, params: readonly Cell[], result: SqliteResult): AsyncGenerator<RowChunk> {
    const { names, what, most = Number.POSITIVE_INFINITY, isPacked = false } = result
    let rows: Row[] = []
    let packed: PackedRows | undefined
    let columns: readonly string[] = names ?? []
    try {
      const statement = this.#statement(sql)
      // a driver that tells the names only with the rows gives those that the statement was written with
      if (statement.columns !== undefined) columns = statement.columns.map((name, i) => this.#plainName(name, i))
      const isSmall = most <= WHOLE_ROWS && (this.#rowBytes.get(sql) ?? Number.POSITIVE_INFINITY) * most <= WHOLE_BYTES
      if (isSmall && isPacked) packed = packNumbers(statement.allNumbers?.(params), columns.length)
      if (packed !== undefined) this.#measured(sql, packedBytes(packed), packed.count)
      else if (isSmall && statement.all !== undefined) {
        rows = statement.all(params)
        let bytes = 0
        for (let i = 0; i < rows.length; i += SAMPLE) bytes += rowBytes(rows[i] ?? [])
        this.#measured(sql, bytes, Math.ceil(rows.length / SAMPLE))
      } else {
        let bytes = 0
        let total = 0
        let seen = 0
        for (const row of statement.rows(params)) {
          rows.push(row)
          bytes += rowBytes(row)
          if (rows.length < CHUNK_ROWS && bytes < CHUNK_BYTES) continue
          yield { columns, rows, isLast: false }
          total += bytes
          seen += rows.length
          rows = []
          bytes = 0
          if (performance.now() - this.#lastYieldMs > 15) await this.#yieldToLoop()
        }
        this.#measured(sql, total + bytes, seen + rows.length)
      }
    } catch (error) {
      throw asExportError(error, 'ERR_EXPORT_CONNECTION', `reading ${what} failed`)
    }
    // before the last chunk: who has it does not ask for more, and a page of few rows is one chunk
    if (performance.now() - this.#lastYieldMs > 15) await this.#yieldToLoop()
    yield packed === undefined ? { columns, rows, isLast: true } : { columns, rows, packed, isLast: true }
  }

  #measured(sql: string, bytes: number, rows: number): void {
    if (rows > 0) this.#rowBytes.set(sql, Math.max(this.#rowBytes.get(sql) ?? 0, bytes / rows))
  }

  #plainName(name: string, i: number): string {
    return this.#connection.quirks.rowsAreObjects && name.startsWith(`${i}~`) ? name.slice(`${i}~`.length) : name
  }

  #statement(sql: string): SqliteStatement {
    const found = this.#statements.get(sql)
    if (found !== undefined) return found
    const statement = this.#connection.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  async #yieldToLoop(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve))
    this.#lastYieldMs = performance.now()
  }

  #extras(ref: TableRef, columns: readonly string[]): PageExtras {
    const { integralReals, textEndsAtNul } = this.#connection.quirks
    const table = findTable(this.#catalog, ref)
    if (table === undefined) return { classes: [], texts: [] }
    const untyped = (name: string): boolean => affinityOf(columnOf(table, name).type) === 'BLOB'
    return { classes: integralReals ? columns.filter(untyped) : [], texts: textEndsAtNul ? columns : [] }
  }

  #settleExtras(row: Row, width: number, real: readonly number[], table: TableRef): void {
    for (let i = 0; i < real.length; i++) {
      const at = real[i] ?? 0
      const cell = row[at]
      if (row[width + i] === 'real' && typeof cell === 'bigint') row[at] = Number(cell)
    }
    if (row.length > width + real.length && row[width + real.length] === 1n)
      throw new ExportError(
        'ERR_EXPORT_VALUE',
        `a text in ${tableText(table)} holds U+0000, which node-sqlite3-wasm cannot read`,
        {
          table,
          remedy: 'Install better-sqlite3, or run on Node 22.13 or later.',
        },
      )
    row.length = width
  }
}

function rowBytes(row: Row): number {
  let bytes = 0
  for (let i = 0; i < row.length; i++) bytes += cellBytes(row[i] ?? null)
  return bytes
}
