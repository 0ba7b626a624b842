// Writes rows of one table by COPY.
import type { RowWriter } from '../port/destination.ts'
import type { CatalogTable } from '../structure/catalog.ts'
import { columnOf } from '../structure/catalog.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import type { CopyIn, PostgresConnection } from './connection.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import { INTEGER_LENGTH, copyBytes, writeInteger } from './copy-bytes.ts'
import { copyField } from './copy-text.ts'
import { asExportError, copyColumn, copyRow } from './errors.ts'
import type { QuoteTable } from './sql.ts'
import { quoteList } from './sql.ts'
import { cellText } from './value-text.ts'

/** What is sent at a time. */
const SEND_BYTES = 64 * 1024
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
      sentAt: copyRow(error, ref.name),
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
  /** What is still to be sent: rows come in pieces of any size. What was sent belongs to the stream until it is out. */
  let buffer = Buffer.alloc(0)
  let length = 0
  const send = async (): Promise<void> => {
    if (length === 0) return
    const piece = buffer.subarray(0, length)
    buffer = Buffer.alloc(0)
    length = 0
    copy ??= connection.copyIn(sql)
    await copy.write(piece)
  }
  /** Makes room for `most` bytes. */
  const reserve = async (most: number): Promise<void> => {
    if (length + most <= buffer.length) return
    await send()
    buffer = Buffer.allocUnsafe(Math.max(SEND_BYTES, most))
  }
  const writeTexts = async (rows: readonly Row[], positions: readonly number[]): Promise<void> => {
    for (let i = 0; i < rows.length; i++) {
      const text = `${fields(rows[i] ?? [], positions, positions.length)}\n`
      if (length + text.length * 3 > buffer.length) await reserve(text.length * 3)
      length += buffer.write(text, length, 'utf8')
    }
  }
  /** Rows whose last cell is the rest of their line. */
  const writeTails = async (rows: readonly Row[], positions: readonly number[]): Promise<void> => {
    const last = positions.length - 1
    const tailAt = positions[last] ?? 0
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] ?? []
      const text = fields(row, positions, last)
      const rest = row[tailAt] as Uint8Array
      const most = text.length * 3 + rest.length + 2
      if (length + most > buffer.length) await reserve(most)
      if (last > 0) {
        length += buffer.write(text, length, 'utf8')
        buffer[length++] = TAB
      }
      buffer.set(rest, length)
      length += rest.length
      buffer[length++] = NEWLINE
    }
  }
  const writeIntegers = async (rows: PackedRows, positions: readonly number[]): Promise<void> => {
    const { count, width, numbers, tails } = rows
    const integers = tails === undefined ? positions.length : positions.length - 1
    for (let i = 0; i < count; i++) {
      const [from, to] = tails === undefined ? [0, 0] : [tails.bounds[i * 2] ?? 0, tails.bounds[i * 2 + 1] ?? 0]
      const most = integers * INTEGER_LENGTH + to - from + 1
      if (length + most > buffer.length) await reserve(most)
      for (let j = 0; j < integers; j++) {
        if (j > 0) buffer[length++] = TAB
        length = writeInteger(buffer, length, numbers[i * width + (positions[j] ?? 0)] ?? Number.NaN)
      }
      if (tails !== undefined) {
        buffer[length++] = TAB
        length = copyBytes(tails.bytes, from, to, buffer, length)
      }
      buffer[length++] = NEWLINE
    }
  }
  const guard = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      throw fail(error)
    }
  }
  return {
    write: (rows, positions) => guard(() => (tail.length === 0 ? writeTexts(rows, positions) : writeTails(rows, positions))),
    ...(kinds.every((kind) => kind === 'int64') && {
      writePacked: (rows: PackedRows, positions: readonly number[]) => guard(() => writeIntegers(rows, positions)),
    }),
    push: () => guard(send),
    flush: async () => {
      try {
        await send()
        const ending = copy
        copy = undefined
        return ending === undefined ? 0 : await ending.end()
      } catch (error) {
        throw fail(error)
      }
    },
    close: async () => {
      const open = copy
      copy = undefined
      length = 0
      await open?.abort()
    },
  }
}
