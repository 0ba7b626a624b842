// Writes rows of one table by COPY.
import type { RowWriter } from '../port/destination.ts'
import type { CatalogTable } from '../structure/catalog.ts'
import { columnOf } from '../structure/catalog.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import type { CopyIn, PostgresConnection } from './connection.ts'
import { copyField } from './copy-text.ts'
import { asExportError } from './errors.ts'
import type { QuoteTable } from './sql.ts'
import { quoteList } from './sql.ts'
import { cellText } from './value-text.ts'

/** Text that is sent at a time, in UTF-16 units. */
const SEND_LENGTH = 64 * 1024

/** A writer whose COPY lasts from the first row after a flush to the next flush. hot: benchmarks/sql-export/postgres-postgres */
export function copyWriter(
  connection: PostgresConnection,
  table: CatalogTable,
  columns: readonly string[],
  quoteTable: QuoteTable,
): RowWriter {
  const { ref } = table
  const kinds = columns.map((name) => columnOf(table, name).kind)
  const sql = `COPY ${quoteTable(ref)} (${quoteList(columns)}) FROM STDIN`
  let copy: CopyIn | undefined
  const fail = (error: unknown): ExportError =>
    asExportError(error, 'ERR_EXPORT_WRITE', `writing ${tableText(ref)} failed`, { table: ref })
  const field = (cell: Cell, i: number): string => {
    if (cell === null) return '\\N'
    const kind: ValueKind = kinds[i] ?? 'text'
    if (typeof cell === 'string' && kind !== 'bytes' && !cell.includes('\0')) return copyField(cell)
    try {
      return copyField(cellText(cell, kind))
    } catch (error) {
      throw new ExportError(
        'ERR_EXPORT_VALUE',
        `${tableText(ref)}.${columns[i]}: ${error instanceof RangeError ? error.message : 'a value cannot be written'}`,
        { table: ref, step: 'load', remedy: 'Mask or transform the column, or give it another type.' },
      )
    }
  }
  return {
    write: async (rows: readonly Row[], positions: readonly number[]) => {
      try {
        let text = ''
        for (let i = 0; i < rows.length; i++) {
          const row = rows[i] ?? []
          for (let j = 0; j < positions.length; j++) text += `${j === 0 ? '' : '\t'}${field(row[positions[j] ?? 0] ?? null, j)}`
          text += '\n'
          if (text.length < SEND_LENGTH && i < rows.length - 1) continue
          copy ??= connection.copyIn(sql)
          await copy.write(text)
          text = ''
        }
      } catch (error) {
        throw fail(error)
      }
    },
    flush: async () => {
      if (copy === undefined) return 0
      const ending = copy
      copy = undefined
      try {
        return await ending.end()
      } catch (error) {
        throw fail(error)
      }
    },
    close: async () => {
      const open = copy
      copy = undefined
      await open?.abort()
    },
  }
}
