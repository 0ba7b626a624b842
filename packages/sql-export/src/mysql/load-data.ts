// Writes rows of one table by LOAD DATA LOCAL, from a stream that is ours. The statement downgrades errors to warnings even in a strict
// mode, so that each warning is an error here.
import type { RowWriter } from '../port/destination.ts'
import { lineWriter } from '../port/line-writer.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { MysqlConnection } from './connection.ts'
import { asExportError, rowOfMessage } from './errors.ts'
import type { ColumnFacts } from './sql.ts'
import { quoteName } from './sql.ts'
import { cellField } from './value-text.ts'
import { requireNoWarnings } from './warnings.ts'

/** What a page's tail, and what a writer takes as one, is: fields as `loadSql` reads them, with tabs between them. */
export const TAIL_FORMAT = 'mysql-load-data'

/** Columns of bytes come as hexadecimal, and bits as digits: `CHARACTER SET` is that of the texts. */
function loadSql(table: TableRef, columns: readonly ColumnFacts[]): (file: string) => string {
  const isConverted = ({ kind, type }: ColumnFacts): boolean => kind === 'bytes' || type === 'bit'
  const into = columns.map((column, i) => (isConverted(column) ? `@v${i}` : quoteName(column.name)))
  const set = columns.flatMap((column, i) => {
    if (!isConverted(column)) return []
    const value = column.type === 'bit' ? `CAST(CONV(@v${i}, 2, 10) AS UNSIGNED)` : `UNHEX(@v${i})`
    return [`${quoteName(column.name)} = ${value}`]
  })
  return (file) =>
    `LOAD DATA LOCAL INFILE '${file}' INTO TABLE ${quoteName(table.name)} CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (${into.join(', ')})${set.length === 0 ? '' : ` SET ${set.join(', ')}`}`
}

/** A writer of one LOAD DATA from flush to flush. hot: benchmarks/sql-export/mariadb-load-200k */
export function loadDataWriter(
  connection: MysqlConnection,
  table: TableRef,
  columns: readonly ColumnFacts[],
  tail: readonly ColumnFacts[],
): RowWriter {
  const all = [...columns, ...tail]
  const sql = loadSql(table, all)
  return lineWriter({
    table,
    columns: columns.map(({ name }) => name),
    format: {
      isPlain: columns.map(({ kind, type }) => kind !== 'bytes' && type !== 'bit' && type !== 'year'),
      takesNul: true,
      text: (cell, i) => cellField(cell, columns[i]?.kind ?? 'text', columns[i]?.type ?? ''),
    },
    hasTail: tail.length > 0,
    takesPacked: columns.every(({ kind, type }) => kind === 'int64' && type !== 'year'),
    open: () => {
      const load = connection.loadLocal(sql)
      return {
        write: (bytes) => load.write(bytes),
        end: async () => {
          const { rows, warnings } = await load.end()
          if (warnings > 0) await requireNoWarnings(connection, table, all)
          return rows
        },
        abort: () => load.abort(),
      }
    },
    fail: (error) =>
      asExportError(error, 'ERR_EXPORT_WRITE', `writing ${tableText(table)} failed`, {
        table,
        sentAt: error instanceof Error ? rowOfMessage(error.message) : undefined,
      }),
  })
}
