// Reads a MySQL or MariaDB database in one snapshot.
import type { ChildRequest, PageRequest, RowChunk, SourceSnapshot } from '../port/source.ts'
import { ORDINAL, pageColumns } from '../port/source.ts'
import { findTable } from '../structure/catalog.ts'
import { KeyRange, isIntegerPage, isNarrow } from '../structure/key-range.ts'
import type { ParamValue } from '../structure/plan.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { MysqlCatalog } from './catalog.ts'
import type { BytesRow, MysqlConnection, MysqlField } from './connection.ts'
import { asExportError, guarded, isLost } from './errors.ts'
import { keySlices } from './key-slices.ts'
import type { ColumnFacts } from './sql.ts'
import { bindLiterals, childrenSql, pageSql, rangeSql } from './sql.ts'
import type { CellReader } from './value-text.ts'
import { readerOf, readerOfField } from './value-text.ts'

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

/** A transaction that only reads, in one snapshot of InnoDB. */
export class MysqlSnapshot implements SourceSnapshot {
  readonly atEpochMs: number = Date.now()
  readonly #connection: MysqlConnection
  readonly #known: MysqlCatalog
  /** Tables of which a page named fewer than half of the rows between its first and last key. */
  readonly #sparse = new Set<string>()

  constructor(connection: MysqlConnection, known: MysqlCatalog) {
    this.#connection = connection
    this.#known = known
  }

  async *readRoot(sql: string, params: readonly ParamValue[]): AsyncGenerator<RowChunk> {
    yield* this.#read(bindLiterals(sql, params), undefined, undefined, 'a root')
  }

  async *readPage(request: PageRequest): AsyncGenerator<RowChunk> {
    const { table, address, columns, predicates, values } = request
    const facts = columnsOf(this.#known, table, columns)
    const names = pageColumns(request)
    const readers = [readInteger, ...facts.map(({ kind }) => readerOf(kind)), ...predicates.map(() => readInteger)]
    const what = tableText(table)
    const known = findTable(this.#known.catalog, table)
    const limit = values.length * 2
    let done = 0
    if (known !== undefined && isIntegerPage(known, request) && (isNarrow(request, limit) || !this.#sparse.has(what))) {
      const page = new KeyRange(values)
      for await (const chunk of this.#read(rangeSql(request, facts, limit), names, readers, what)) {
        const rows = page.take(chunk.rows)
        const isComplete = chunk.isLast && (page.rows < limit || page.next === values.length)
        if (rows.length > 0 || isComplete) yield { columns: chunk.columns, rows, isLast: isComplete }
        if (isComplete) return
      }
      this.#sparse.add(what)
      done = page.next
    }
    const rest = done === 0 ? values : values.slice(done)
    const keys = columnsOf(this.#known, table, address)
    yield* this.#readSlices(rest, done, (slice) =>
      this.#read(pageSql({ ...request, values: slice }, keys, facts), names, readers, what),
    )
  }

  async *readChildren(request: ChildRequest): AsyncGenerator<RowChunk> {
    const { child, parent, parentKey, columns } = request
    const readers = [readInteger, ...columnsOf(this.#known, child, columns).map(({ kind }) => readerOf(kind))]
    const keys = columnsOf(this.#known, parent, parentKey)
    yield* this.#readSlices(request.values, 0, (values) =>
      this.#read(childrenSql({ ...request, values }, keys), [ORDINAL, ...columns], readers, tableText(child)),
    )
  }

  /** One result of several, whose rows are numbered through. @param offset - the number of the first key. */
  async *#readSlices(
    values: readonly (readonly Cell[])[],
    offset: number,
    read: (values: readonly (readonly Cell[])[]) => AsyncIterable<RowChunk>,
  ): AsyncGenerator<RowChunk> {
    for (const slice of keySlices(values)) {
      const first = offset + slice.from
      const isLast = slice.from + slice.values.length === values.length
      for await (const chunk of read(slice.values)) {
        if (first > 0) for (const row of chunk.rows) row[0] = BigInt(first + Number(row[0]))
        yield isLast ? chunk : { ...chunk, isLast: false }
      }
    }
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

  async *#read(
    sql: string,
    names: readonly string[] | undefined,
    known: readonly CellReader[] | undefined,
    what: string,
  ): AsyncGenerator<RowChunk> {
    let columns: readonly string[] = names ?? []
    let readers: readonly CellReader[] = known ?? []
    const onFields = (fields: readonly MysqlField[]): void => {
      columns = fields.map(({ name }) => name)
      if (known === undefined) readers = fields.map(readerOfField)
    }
    try {
      for await (const rows of this.#connection.rows(sql, onFields))
        yield { columns, rows: rows.map((row) => decode(row, readers)), isLast: false }
      yield { columns, rows: [], isLast: true }
    } catch (error) {
      throw asExportError(error, 'ERR_EXPORT_CONNECTION', `reading ${what} failed`)
    }
  }
}

/** In place; a row of another width is left for the page's check to find. */
function decode(bytes: BytesRow, readers: readonly CellReader[]): Row {
  const row = bytes as unknown as Row
  for (let i = 0; i < bytes.length; i++) row[i] = (readers[i] ?? readInteger)(bytes[i] ?? null)
  return row
}
