// Reads a MySQL or MariaDB database in one snapshot.
import { RangePages, addToOrdinals } from '../port/range-page.ts'
import { executeUnlessLost } from '../port/server-handle.ts'
import type { ChildRequest, PageRequest, RowChunk, SourceSnapshot } from '../port/source.ts'
import { ORDINAL, pageColumns } from '../port/source.ts'
import { findTable } from '../structure/catalog.ts'
import type { ParamValue } from '../structure/plan.ts'
import type { Cell } from '../vocabulary/cell.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { MysqlCatalog } from './catalog.ts'
import type { MysqlField } from './client.ts'
import type { MysqlConnection } from './connection.ts'
import { asExportError, guarded, isGone, isLost } from './errors.ts'
import { keySlices } from './key-slices.ts'
import { TAIL_FORMAT } from './load-data.ts'
import type { RowShape } from './packet-rows.ts'
import { CellRows, PackedPacketRows } from './packet-rows.ts'
import type { ColumnFacts } from './sql.ts'
import { bindLiterals, childrenSql, pageSql, rangeSql } from './sql.ts'
import type { CellReader } from './value-text.ts'
import { isIntegerField, readerOf, readerOfField } from './value-text.ts'

const readInteger = readerOf('int64')

/** Columns of a table as statements need them. @throws TypeError for a column that the catalog lacks. */
export function columnsOf({ facts }: MysqlCatalog, table: TableRef, names: readonly string[]): ColumnFacts[] {
  const known = facts.get(table.name)
  return names.map((name) => {
    const column = known?.get(name)
    if (column === undefined) throw new TypeError(`no column ${name} in ${tableText(table)}`)
    return column
  })
}

/** What a statement gives. */
interface ResultShape extends RowShape {
  readonly columns: readonly string[]
  /** Whether rows are given packed where they can be. All fields that are looked at are integers. */
  readonly isPacked: boolean
}

const areIntegers = (readers: readonly CellReader[]): boolean => readers.every((reader) => reader === readInteger)

/** A transaction that only reads, in one snapshot of InnoDB. */
export class MysqlSnapshot implements SourceSnapshot {
  readonly atEpochMs: number = Date.now()
  readonly tailFormat: string = TAIL_FORMAT
  readonly #connection: MysqlConnection
  readonly #known: MysqlCatalog
  readonly #pages = new RangePages()

  constructor(connection: MysqlConnection, known: MysqlCatalog) {
    this.#connection = connection
    this.#known = known
  }

  async *readRoot(sql: string, params: readonly ParamValue[], takesPacked = false): AsyncGenerator<RowChunk> {
    const shapeOf = (fields: readonly MysqlField[]): ResultShape => ({
      columns: fields.map(({ name }) => name),
      readers: fields.map(readerOfField),
      tail: [],
      isPacked: takesPacked && fields.every(isIntegerField),
    })
    yield* this.#read(bindLiterals(sql, params), shapeOf, 'a root')
  }

  async *readPage(request: PageRequest): AsyncGenerator<RowChunk> {
    const { table, address, columns, predicates, numbers, tail = [] } = request
    const facts = columnsOf(this.#known, table, columns)
    const passing = columnsOf(this.#known, table, tail)
    const readers = [readInteger, ...facts.map(({ kind }) => readerOf(kind)), ...predicates.map(() => readInteger)]
    const shape: ResultShape = {
      columns: pageColumns(request),
      readers,
      tail: passing.map(({ kind }) => kind === 'bytes'),
      isPacked: numbers !== undefined && areIntegers(readers),
    }
    const what = tableText(table)
    const isOurs = predicates.length === 0
    const keys = columnsOf(this.#known, table, address)
    yield* this.#pages.read(findTable(this.#known.catalog, table), request, {
      byRange: (limit) => this.#read(rangeSql(request, facts, passing, limit), () => shape, what, isOurs),
      byKeys: (rest) =>
        this.#readSlices(rest.values, (values) =>
          this.#read(pageSql({ ...rest, values }, keys, facts, passing), () => shape, what, isOurs),
        ),
    })
  }

  async *readChildren(request: ChildRequest): AsyncGenerator<RowChunk> {
    const { child, parent, parentKey, columns } = request
    const readers = [readInteger, ...columnsOf(this.#known, child, columns).map(({ kind }) => readerOf(kind))]
    const shape = { columns: [ORDINAL, ...columns], readers, tail: [], isPacked: false }
    const keys = columnsOf(this.#known, parent, parentKey)
    yield* this.#readSlices(request.values, (values) =>
      this.#read(childrenSql({ ...request, values }, keys), () => shape, tableText(child)),
    )
  }

  /** One result of several, whose rows are numbered through. */
  async *#readSlices(
    values: readonly (readonly Cell[])[],
    read: (values: readonly (readonly Cell[])[]) => AsyncIterable<RowChunk>,
  ): AsyncGenerator<RowChunk> {
    for (const slice of keySlices(values)) {
      const isLast = slice.from + slice.values.length === values.length
      for await (const chunk of read(slice.values)) {
        if (slice.from > 0) addToOrdinals(chunk, slice.from)
        yield isLast ? chunk : { ...chunk, isLast: false }
      }
    }
  }

  async end(): Promise<void> {
    await guarded('ERR_EXPORT_CONNECTION', 'the snapshot could not be ended', {}, () =>
      executeUnlessLost(this.#connection, 'ROLLBACK', isLost),
    )
  }

  async cancel(): Promise<void> {
    await this.#connection.cancel()
  }

  /** @param isOurs - whether the statement holds no text of the caller, so that all that it names was there when the catalog was read. */
  async *#read(
    sql: string,
    shapeOf: (fields: readonly MysqlField[]) => ResultShape,
    what: string,
    isOurs = false,
  ): AsyncGenerator<RowChunk> {
    let columns: readonly string[] = []
    const takerFor = (fields: readonly MysqlField[]) => {
      const shape = shapeOf(fields)
      columns = shape.columns
      return shape.isPacked ? new PackedPacketRows(shape) : new CellRows(shape)
    }
    try {
      for await (const piece of this.#connection.rows(sql, takerFor)) yield { ...piece, columns, isLast: false }
      yield { columns, rows: [], isLast: true }
    } catch (error) {
      const isChanged = isOurs && isGone(error)
      throw asExportError(error, isChanged ? 'ERR_EXPORT_SOURCE_CHANGED' : 'ERR_EXPORT_CONNECTION', `reading ${what} failed`)
    }
  }
}
