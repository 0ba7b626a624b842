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
import { asExportError, copyColumn } from './errors.ts'
import type { QuoteTable } from './sql.ts'
import { quoteList } from './sql.ts'
import { cellText } from './value-text.ts'

/** Text that is sent at a time: UTF-16 units, or bytes where rows have tails. */
const SEND_LENGTH = 64 * 1024
const TAB = 9
const NEWLINE = 10

/** A writer whose COPY lasts from the first row after a flush to the next flush. hot: benchmarks/sql-export/shop-158886-pg-pg */
export function copyWriter(
  connection: PostgresConnection,
  table: CatalogTable,
  columns: readonly string[],
  tail: readonly string[],
  quoteTable: QuoteTable,
): RowWriter {
  const { ref } = table
  const kinds = columns.map((name) => columnOf(table, name).kind)
  const sql = `COPY ${quoteTable(ref)} (${quoteList([...columns, ...tail])}) FROM STDIN`
  let copy: CopyIn | undefined
  const fail = (error: unknown): ExportError =>
    asExportError(error, 'ERR_EXPORT_WRITE', `writing ${tableText(ref)}${copyColumn(error, [...columns, ...tail])} failed`, {
      table: ref,
    })
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
  const fields = (row: Row, positions: readonly number[], count: number): string => {
    let text = ''
    for (let j = 0; j < count; j++) text += `${j === 0 ? '' : '\t'}${field(row[positions[j] ?? 0] ?? null, j)}`
    return text
  }
  const send = async (piece: string | Uint8Array): Promise<void> => {
    copy ??= connection.copyIn(sql)
    await copy.write(piece)
  }
  const writeTexts = async (rows: readonly Row[], positions: readonly number[]): Promise<void> => {
    let text = ''
    for (let i = 0; i < rows.length; i++) {
      text += `${fields(rows[i] ?? [], positions, positions.length)}\n`
      if (text.length < SEND_LENGTH && i < rows.length - 1) continue
      await send(text)
      text = ''
    }
  }
  /** Rows whose last cell is the rest of their line. */
  const writeTails = async (rows: readonly Row[], positions: readonly number[]): Promise<void> => {
    const last = positions.length - 1
    const tailAt = positions[last] ?? 0
    let buffer = Buffer.allocUnsafe(SEND_LENGTH)
    let length = 0
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] ?? []
      const text = fields(row, positions, last)
      const rest = row[tailAt] as Uint8Array
      const most = text.length * 3 + rest.length + 2
      if (length > 0 && length + most > buffer.length) {
        await send(buffer.subarray(0, length))
        buffer = Buffer.allocUnsafe(Math.max(SEND_LENGTH, most)) // what was sent belongs to the stream until it is out
        length = 0
      } else if (most > buffer.length) buffer = Buffer.allocUnsafe(most)
      if (last > 0) {
        length += buffer.write(text, length, 'utf8')
        buffer[length++] = TAB
      }
      buffer.set(rest, length)
      length += rest.length
      buffer[length++] = NEWLINE
    }
    if (length > 0) await send(buffer.subarray(0, length))
  }
  return {
    write: async (rows: readonly Row[], positions: readonly number[]) => {
      try {
        await (tail.length === 0 ? writeTexts(rows, positions) : writeTails(rows, positions))
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
