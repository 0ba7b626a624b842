// Writes rows of one table by INSERT of many rows.
import type { RowWriter } from '../port/destination.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { unwritable } from '../vocabulary/driver-error.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { MysqlConnection } from './connection.ts'
import { asExportError, rowOfMessage } from './errors.ts'
import type { ColumnFacts } from './sql.ts'
import { quoteList, quoteName } from './sql.ts'
import { cellLiteral } from './value-text.ts'
import { requireNoWarnings } from './warnings.ts'

/** Length of one statement, in UTF-16 units: more gains nothing. */
const SEND_LENGTH = 256 * 1024

/** @param maxPacketBytes - the server's bound for one statement. A unit of UTF-16 is at most three bytes of UTF-8. */
export function insertWriter(
  connection: MysqlConnection,
  table: TableRef,
  columns: readonly ColumnFacts[],
  maxPacketBytes: number,
): RowWriter {
  const most = Math.min(SEND_LENGTH, Math.floor(maxPacketBytes / 4))
  const head = `INSERT INTO ${quoteName(table.name)} (${quoteList(columns.map(({ name }) => name))}) VALUES `
  const isBit = columns.map(({ type }) => type === 'bit')
  let taken = 0
  const literal = (cell: Cell, i: number): string => {
    try {
      return cellLiteral(cell, columns[i]?.kind ?? 'text', isBit[i] === true)
    } catch (error) {
      throw unwritable(table, columns[i]?.name ?? '', error)
    }
  }
  return {
    write: async (rows: readonly Row[], positions: readonly number[]) => {
      let text = ''
      const send = async (): Promise<void> => {
        if (text === '') return
        const sql = head + text
        text = ''
        const { rows: count, warnings } = await connection.change(sql)
        if (warnings > 0) await requireNoWarnings(connection, table, columns, taken)
        taken += count
      }
      try {
        for (let i = 0; i < rows.length; i++) {
          const row = rows[i] ?? []
          let tuple = '('
          for (let j = 0; j < positions.length; j++) tuple += `${j === 0 ? '' : ','}${literal(row[positions[j] ?? 0] ?? null, j)}`
          if (text !== '' && text.length + tuple.length > most) await send()
          text += `${text === '' ? '' : ','}${tuple})`
        }
        await send()
      } catch (error) {
        const row = error instanceof Error ? rowOfMessage(error.message) : undefined
        const sentAt = row === undefined ? undefined : taken + row
        throw asExportError(error, 'ERR_EXPORT_WRITE', `writing ${tableText(table)} failed`, { table, sentAt })
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
