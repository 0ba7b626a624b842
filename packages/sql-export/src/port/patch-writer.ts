// A writer that sets columns of rows that are there, by one UPDATE for so many rows.
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { AsExportError } from '../vocabulary/driver-error.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { RowWriter } from './destination.ts'

export interface PatchStatements {
  /** Rows of one statement. */
  readonly rows: number
  /** Sets the columns of these rows. @returns how many rows were there. */
  update(values: readonly (readonly Cell[])[]): Promise<number>
  readonly asExportError: AsExportError
}

export function patchWriter(table: TableRef, { rows: most, update, asExportError }: PatchStatements): RowWriter {
  let taken = 0
  return {
    write: async (rows: readonly Row[], positions: readonly number[]) => {
      try {
        for (let from = 0; from < rows.length; from += most) {
          const values = rows.slice(from, from + most).map((row) => positions.map((at) => row[at] ?? null))
          taken += await update(values)
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
