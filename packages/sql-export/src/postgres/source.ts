// Reads a PostgreSQL database in one snapshot.
import type { ChildRequest, PageRequest, RowChunk, SourceSnapshot } from '../port/source.ts'
import { ORDINAL, predicateColumn } from '../port/source.ts'
import type { ParamValue } from '../structure/plan.ts'
import { columnOf, findTable } from '../structure/catalog.ts'
import type { Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableId, tableText } from '../vocabulary/table-ref.ts'
import type { PostgresCatalog } from './catalog.ts'
import type { PostgresConnection, TextRow } from './connection.ts'
import { CopyRows } from './copy-text.ts'
import { asExportError, guarded, isLost } from './errors.ts'
import type { AddressColumn } from './sql.ts'
import { childrenSql, pageSql } from './sql.ts'
import type { CellReader } from './value-text.ts'
import { readerOf, readerOfOid } from './value-text.ts'

/** Rows that a cursor gives at a time. */
const FETCH_ROWS = 5000
const readInteger = readerOf('int64')

/** A parameter as the text that the server reads by the type it infers. */
export function paramText(value: ParamValue): string | null {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') return String(value)
  return 'int64' in value ? value.int64 : `\\x${Buffer.from(value.bytes, 'base64').toString('hex')}`
}

/** Columns of a table as statements need them. @throws TypeError for a column that the catalog lacks. */
export function addressOf({ facts }: PostgresCatalog, table: TableRef, names: readonly string[]): AddressColumn[] {
  const known = facts.get(tableId(table))
  return names.map((name) => {
    const column = known?.columns.get(name)
    if (column === undefined) throw new TypeError(`no column ${name} in ${tableText(table)}`)
    return column
  })
}

/** A transaction that only reads, in one snapshot. */
export class PostgresSnapshot implements SourceSnapshot {
  readonly atEpochMs: number
  readonly #connection: PostgresConnection
  readonly #known: PostgresCatalog

  private constructor(connection: PostgresConnection, known: PostgresCatalog, atEpochMs: number) {
    this.#connection = connection
    this.#known = known
    this.atEpochMs = atEpochMs
  }

  /** Begins the transaction; its first statement takes the snapshot. */
  static async begin(connection: PostgresConnection, readCatalog: () => Promise<PostgresCatalog>): Promise<PostgresSnapshot> {
    await connection.execute('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    try {
      const known = await readCatalog()
      return new PostgresSnapshot(connection, known, Date.now())
    } catch (error) {
      await connection.execute('ROLLBACK')
      throw error
    }
  }

  async *readRoot(sql: string, params: readonly ParamValue[]): AsyncGenerator<RowChunk> {
    let isOpen = false
    try {
      await this.#connection.query(`DECLARE "~root" NO SCROLL CURSOR FOR ${sql}`, params.map(paramText))
      isOpen = true
      for (;;) {
        const { columns, types, rows, count } = await this.#connection.query(`FETCH ${FETCH_ROWS} FROM "~root"`)
        if (count !== rows.length) brokenOff('a root', rows.length, count)
        const isLast = rows.length < FETCH_ROWS
        yield { columns, rows: decode(rows, types.map(readerOfOid), 'a root'), isLast }
        if (isLast) return
      }
    } catch (error) {
      isOpen = false // what fails ends the transaction, and its cursors with it
      throw asExportError(error, 'ERR_EXPORT_CONNECTION', 'reading a root failed')
    } finally {
      if (isOpen) await this.#connection.execute('CLOSE "~root"')
    }
  }

  async *readPage(request: PageRequest): AsyncGenerator<RowChunk> {
    const { table, address, columns, predicates } = request
    const names = [ORDINAL, ...columns, ...predicates.map((_, i) => predicateColumn(i))]
    const readers = [readInteger, ...this.#readersOf(table, columns), ...predicates.map(() => readInteger)]
    const sql = pageSql(request, addressOf(this.#known, table, address), this.#known.quoteTable)
    yield* this.#copy(sql, names, readers, tableText(table))
  }

  async *readChildren(request: ChildRequest): AsyncGenerator<RowChunk> {
    const { child, parent, parentKey, columns } = request
    const sql = childrenSql(request, addressOf(this.#known, parent, parentKey), this.#known.quoteTable)
    yield* this.#copy(sql, [ORDINAL, ...columns], [readInteger, ...this.#readersOf(child, columns)], tableText(child))
  }

  async end(): Promise<void> {
    await guarded('ERR_EXPORT_CONNECTION', 'the snapshot could not be ended', {}, async () => {
      try {
        await this.#connection.execute('ROLLBACK')
      } catch (error) {
        if (!isLost(error)) throw error // whoever waited for an answer has heard of it
      }
    })
  }

  async cancel(): Promise<void> {
    await this.#connection.cancel()
  }

  #readersOf(ref: TableRef, columns: readonly string[]): CellReader[] {
    const table = findTable(this.#known.catalog, ref)
    if (table === undefined) throw new TypeError(`no table ${tableText(ref)}`)
    return columns.map((name) => readerOf(columnOf(table, name).kind))
  }

  async *#copy(sql: string, columns: readonly string[], readers: readonly CellReader[], what: string): AsyncGenerator<RowChunk> {
    const split = new CopyRows()
    let seen = 0
    const pieces = this.#connection.copyOut(`COPY (${sql}) TO STDOUT`)
    let hasEnded = false
    try {
      for (;;) {
        const { done, value } = await pieces.next()
        if (done === true) {
          hasEnded = true
          if (value !== seen || split.isBroken) brokenOff(what, seen, value)
          break
        }
        const rows = split.take(value)
        seen += rows.length
        if (rows.length > 0) yield { columns, rows: decode(rows, readers, what), isLast: false }
      }
      yield { columns, rows: [], isLast: true }
    } catch (error) {
      hasEnded = true
      throw asExportError(error, 'ERR_EXPORT_CONNECTION', `reading ${what} failed`)
    } finally {
      if (!hasEnded) await pieces.return(0)
    }
  }
}

function brokenOff(what: string, seen: number, count: number): never {
  throw new ExportError('ERR_EXPORT_CONNECTION', `${what}: the result broke off after ${seen} of ${count} rows`)
}

function decode(rows: readonly TextRow[], readers: readonly CellReader[], what: string): Row[] {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as unknown as Row
    if (row.length !== readers.length)
      throw new ExportError(
        'ERR_EXPORT_COLUMNS',
        `${what}: a row has ${row.length} columns, where ${readers.length} were asked for`,
      )
    for (let j = 0; j < readers.length; j++) row[j] = (readers[j] as CellReader)(row[j] as string | null)
  }
  return rows as unknown as Row[]
}
