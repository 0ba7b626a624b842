// Writes rows of one table by COPY.
import type { RowWriter } from '../port/destination.ts'
import { lineWriter } from '../port/line-writer.ts'
import type { CatalogTable } from '../structure/catalog.ts'
import { columnOf } from '../structure/catalog.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { PostgresConnection } from './connection.ts'
import { asExportError, copyColumn, copyRow } from './errors.ts'
import type { QuoteTable } from './sql.ts'
import { quoteList } from './sql.ts'
import { cellText } from './value-text.ts'

/** A writer of one COPY from flush to flush. hot: benchmarks/sql-export/shop-158886-pg-pg */
export function copyWriter(
  connection: PostgresConnection,
  table: CatalogTable,
  columns: readonly string[],
  tail: readonly string[],
  quoteTable: QuoteTable,
): RowWriter {
  const { ref } = table
  const all = [...columns, ...tail]
  const kinds = columns.map((name) => columnOf(table, name).kind)
  const sql = `COPY ${quoteTable(ref)} (${quoteList(all)}) FROM STDIN`
  return lineWriter({
    table: ref,
    columns,
    format: {
      isPlain: kinds.map((kind) => kind !== 'bytes' && kind !== 'boolean'),
      takesNul: false,
      text: (cell, i) => cellText(cell, kinds[i] ?? 'text'),
    },
    hasTail: tail.length > 0,
    takesPacked: kinds.every((kind) => kind === 'int64'),
    open: () => connection.copyIn(sql),
    fail: (error) =>
      asExportError(error, 'ERR_EXPORT_WRITE', `writing ${tableText(ref)}${copyColumn(error, all)} failed`, {
        table: ref,
        sentAt: copyRow(error, ref.name),
      }),
  })
}
