// Reads a MySQL or MariaDB database in one snapshot.
import type { ChildRequest, PageRequest, RowChunk, SourceSnapshot } from '../port/source.ts'
import { ORDINAL, predicateColumn } from '../port/source.ts'
import type { ParamValue } from '../structure/plan.ts'
import type { Row } from '../vocabulary/cell.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { MysqlCatalog } from './catalog.ts'
import type { BytesRow, MysqlConnection, MysqlField } from './connection.ts'
import { asExportError, guarded, isLost } from './errors.ts'
import type { ColumnFacts } from './sql.ts'
import { bindLiterals, childrenSql, pageSql } from './sql.ts'
import type { CellReader } from './value-text.ts'
import { readerOf, readerOfField } from './value-text.ts'

const CHUNK_ROWS = 512
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

  constructor(connection: MysqlConnection, known: MysqlCatalog) {
    this.#connection = connection
    this.#known = known
  }

  async *readRoot(sql: string, params: readonly ParamValue[]): AsyncGenerator<RowChunk> {
    yield* this.#read(bindLiterals(sql, params), undefined, undefined, 'a root')
  }

  async *readPage(request: PageRequest): AsyncGenerator<RowChunk> {
    const { table, address, columns, predicates } = request
    const facts = columnsOf(this.#known, table, columns)
    const names = [ORDINAL, ...columns, ...predicates.map((_, i) => predicateColumn(i))]
    const readers = [readInteger, ...facts.map(({ kind }) => readerOf(kind)), ...predicates.map(() => readInteger)]
    yield* this.#read(pageSql(request, columnsOf(this.#known, table, address), facts), names, readers, tableText(table))
  }

  async *readChildren(request: ChildRequest): AsyncGenerator<RowChunk> {
    const { child, parent, parentKey, columns } = request
    const readers = [readInteger, ...columnsOf(this.#known, child, columns).map(({ kind }) => readerOf(kind))]
    yield* this.#read(
      childrenSql(request, columnsOf(this.#known, parent, parentKey)),
      [ORDINAL, ...columns],
      readers,
      tableText(child),
    )
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
      let rows: Row[] = []
      for await (const row of this.#connection.rows(sql, onFields)) {
        rows.push(decode(row, readers))
        if (rows.length < CHUNK_ROWS) continue
        yield { columns, rows, isLast: false }
        rows = []
      }
      yield { columns, rows, isLast: true }
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
