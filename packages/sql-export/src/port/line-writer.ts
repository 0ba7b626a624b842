// A writer whose statement reads lines from a stream: it lasts from the first row after a flush to the next flush.
import type { LineFormat } from '../structure/field-lines.ts'
import { FieldLines } from '../structure/field-lines.ts'
import { unwritable } from '../vocabulary/driver-error.ts'
import type { ExportError } from '../vocabulary/errors.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import type { RowWriter } from './destination.ts'

/** The lines of one statement. */
export interface LineStream {
  /** Takes lines, each with its end. Waits while the server is slower. */
  write(bytes: Uint8Array): Promise<void>
  /** @returns how many rows the server took. */
  end(): Promise<number>
  /** Ends it; what it did is for the caller to roll back. */
  abort(): Promise<void>
}

export interface LineStatements {
  readonly table: TableRef
  readonly columns: readonly string[]
  /** `text` throws a RangeError saying what the column cannot hold. */
  readonly format: LineFormat
  /** Whether columns come together as the rest of the line. */
  readonly hasTail: boolean
  /** Whether all columns but those are integers that are written as their digits. */
  readonly takesPacked: boolean
  /** Begins a statement. */
  open(): LineStream
  /** What is thrown in the place of an error of the driver. */
  fail(error: unknown): ExportError
}

export function lineWriter({ table, columns, format, hasTail, takesPacked, open, fail }: LineStatements): RowWriter {
  let stream: LineStream | undefined
  const text: LineFormat['text'] = (cell, i) => {
    try {
      return format.text(cell, i)
    } catch (error) {
      throw unwritable(table, columns[i] ?? '', error)
    }
  }
  const lines = new FieldLines({ ...format, text }, async (piece) => {
    stream ??= open()
    await stream.write(piece)
  })
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw fail(error)
    }
  }
  const writer: RowWriter = {
    write: (rows, positions) => guard(() => lines.write(rows, positions, hasTail)),
    push: () => guard(() => lines.send()),
    flush: () =>
      guard(async () => {
        await lines.send()
        const ending = stream
        stream = undefined
        return ending === undefined ? 0 : ending.end()
      }),
    close: async () => {
      const left = stream
      stream = undefined
      lines.drop()
      await left?.abort()
    },
  }
  if (takesPacked)
    writer.writePacked = (rows: PackedRows, positions: readonly number[]) => guard(() => lines.writePacked(rows, positions))
  return writer
}
