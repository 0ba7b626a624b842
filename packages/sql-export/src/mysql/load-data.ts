// Writes rows of one table by LOAD DATA LOCAL, from a stream that is ours. The statement downgrades errors to warnings even in a strict
// mode, so that each warning is an error here.
import type { RowWriter } from '../port/destination.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { LocalLoad, MysqlConnection } from './connection.ts'
import { asExportError, rowOfMessage } from './errors.ts'
import type { ColumnFacts } from './sql.ts'
import { quoteName } from './sql.ts'
import { cellField } from './value-text.ts'
import { requireNoWarnings } from './warnings.ts'

/** Length of one piece of the stream, in UTF-16 units. */
const SEND_LENGTH = 128 * 1024

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

/** A writer whose statement lasts from the first row after a flush to the next flush. hot: benchmarks/sql-export/mariadb-load-200k */
export function loadDataWriter(connection: MysqlConnection, table: TableRef, columns: readonly ColumnFacts[]): RowWriter {
  const sql = loadSql(table, columns)
  const kinds = columns.map(({ kind }) => kind)
  const types = columns.map(({ type }) => type)
  let load: LocalLoad | undefined
  const fail = (error: unknown): ExportError =>
    asExportError(error, 'ERR_EXPORT_WRITE', `writing ${tableText(table)} failed`, {
      table,
      sentAt: error instanceof Error ? rowOfMessage(error.message) : undefined,
    })
  const field = (cell: Cell, i: number): string => {
    try {
      return cellField(cell, kinds[i] ?? 'text', types[i] ?? '')
    } catch (error) {
      throw new ExportError(
        'ERR_EXPORT_VALUE',
        `${tableText(table)}.${columns[i]?.name}: ${error instanceof RangeError ? error.message : 'a value cannot be written'}`,
        { table, step: 'load', remedy: 'Mask or transform the column, or give it another type.' },
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
          load ??= connection.loadLocal(sql)
          await load.write(Buffer.from(text))
          text = ''
        }
      } catch (error) {
        throw fail(error)
      }
    },
    flush: async () => {
      if (load === undefined) return 0
      const ending = load
      load = undefined
      try {
        const { rows, warnings } = await ending.end()
        if (warnings > 0) await requireNoWarnings(connection, table, columns)
        return rows
      } catch (error) {
        throw fail(error)
      }
    },
    close: async () => {
      const open = load
      load = undefined
      await open?.abort()
    },
  }
}
