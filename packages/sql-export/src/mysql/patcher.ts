// Sets columns of rows that are there, by UPDATE of many rows.
import type { RowWriter } from '../port/destination.ts'
import type { Row } from '../vocabulary/cell.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { MysqlConnection } from './connection.ts'
import { asExportError } from './errors.ts'
import type { ColumnFacts } from './sql.ts'
import { updateSql } from './sql.ts'

/** Rows of one statement. */
const PATCH_ROWS = 500

/** @param columns - `keys` columns of the key, then those to set. @param kept - columns that an UPDATE must not touch. */
export function patchWriter(
  connection: MysqlConnection,
  table: TableRef,
  columns: readonly ColumnFacts[],
  keys: number,
  kept: readonly string[],
): RowWriter {
  let taken = 0
  return {
    write: async (rows: readonly Row[], positions: readonly number[]) => {
      try {
        for (let from = 0; from < rows.length; from += PATCH_ROWS) {
          const values = rows.slice(from, from + PATCH_ROWS).map((row) => positions.map((at) => row[at] ?? null))
          taken += await connection.execute(updateSql(table.name, columns, keys, kept, values))
        }
      } catch (error) {
        throw asExportError(error, 'ERR_EXPORT_WRITE', `setting references of ${tableText(table)} failed`, { table })
      }
    },
    flush: async () => {
      const count = taken
      taken = 0
      return count
    },
    close: async () => {},
  }
}
