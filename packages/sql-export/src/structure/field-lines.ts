// Rows as lines with tabs between their fields, in pieces of bytes: what COPY and LOAD DATA take.
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import { INTEGER_LENGTH, UNIT_BYTES, copyBytes, writeInteger, writeText } from './field-bytes.ts'

/** What is sent at a time, about: a piece ends with a line. */
const PIECE_BYTES = 64 * 1024
/** Room for the line that a piece ends with. */
const LINE_BYTES = 8 * 1024
const TAB = 9
const NEWLINE = 10

/** How cells become the texts of fields. */
export interface LineFormat {
  /** Of each column, whether an integer is its digits, and a text itself. */
  readonly isPlain: readonly boolean[]
  /** Whether a text may hold U+0000. Those that hold it are asked for by `text`, where they may not. */
  readonly takesNul: boolean
  /** The text of any other cell of column `i`, not escaped. */
  text(cell: Exclude<Cell, null>, i: number): string
}

/**
 * Lines that are still to be sent. What was sent belongs to whoever took it.
 * hot: benchmarks/sql-export/shop-158886-pg-pg, benchmarks/sql-export/mariadb-load-200k
 */
export class FieldLines {
  readonly #format: LineFormat
  readonly #take: (piece: Uint8Array) => Promise<void>
  #buffer = new Uint8Array(0)
  #length = 0

  constructor(format: LineFormat, take: (piece: Uint8Array) => Promise<void>) {
    this.#format = format
    this.#take = take
  }

  /** Sends what is left. */
  async send(): Promise<void> {
    if (this.#length === 0) return
    const piece = this.#buffer.subarray(0, this.#length)
    this.drop()
    await this.#take(piece)
  }

  /** Lets go of what is left. */
  drop(): void {
    this.#buffer = new Uint8Array(0)
    this.#length = 0
  }

  /** @param hasTail - whether the last position is that of the rest of the line, as bytes. */
  async write(rows: readonly Row[], positions: readonly number[], hasTail: boolean): Promise<void> {
    const cells = hasTail ? positions.length - 1 : positions.length
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] ?? []
      for (let j = 0; j < cells; j++) {
        this.#field(row[positions[j] ?? 0] ?? null, j)
        if (j < cells - 1) this.#buffer[this.#length++] = TAB
      }
      if (hasTail) {
        const tail = row[positions[cells] ?? 0] as Uint8Array
        this.#tail(tail, 0, tail.length, cells > 0)
      }
      this.#buffer[this.#length++] = NEWLINE
      if (this.#length >= PIECE_BYTES) await this.send()
    }
  }

  async writePacked(rows: PackedRows, positions: readonly number[]): Promise<void> {
    const { count, tails } = rows
    const at = Int32Array.from(tails === undefined ? positions : positions.slice(0, -1))
    for (let row = this.#fill(rows, at, 0); ; row = this.#fill(rows, at, row)) {
      if (this.#length >= PIECE_BYTES) await this.send()
      if (row === count) return
      this.#reserve(at.length * INTEGER_LENGTH + tailLength(tails, row))
    }
  }

  /** Writes rows from one on, as many as there is room for and a piece takes. @returns the first that is not written. */
  #fill({ count, width, numbers, tails }: PackedRows, at: Int32Array, first: number): number {
    const buffer = this.#buffer
    const integers = at.length
    let next = this.#length
    let row = first
    for (; row < count && next < PIECE_BYTES; row++) {
      if (next + integers * INTEGER_LENGTH + tailLength(tails, row) + 2 > buffer.length) break
      for (let j = 0; j < integers; j++) {
        if (j > 0) buffer[next++] = TAB
        next = writeInteger(buffer, next, numbers[row * width + (at[j] ?? 0)] ?? Number.NaN)
      }
      if (tails !== undefined) {
        if (integers > 0) buffer[next++] = TAB
        next = copyBytes(tails.bytes, tails.bounds[row * 2] ?? 0, tails.bounds[row * 2 + 1] ?? 0, buffer, next)
      }
      buffer[next++] = NEWLINE
    }
    this.#length = next
    return row
  }

  #field(cell: Cell, i: number): void {
    const isPlain = this.#format.isPlain[i] === true
    const number = cell === null ? Number.NaN : isPlain && typeof cell === 'bigint' ? Number(cell) : undefined
    if (number !== undefined && (cell === null || Number.isSafeInteger(number))) {
      this.#reserve(INTEGER_LENGTH)
      this.#length = writeInteger(this.#buffer, this.#length, number)
      return
    }
    const isText = isPlain && typeof cell === 'string' && (this.#format.takesNul || !cell.includes('\0'))
    const text = isText ? cell : cell === null ? '' : this.#format.text(cell, i)
    this.#reserve(text.length * UNIT_BYTES)
    this.#length = writeText(this.#buffer, this.#length, text)
  }

  #tail(bytes: Uint8Array, from: number, to: number, isBehind: boolean): void {
    this.#reserve(to - from)
    if (isBehind) this.#buffer[this.#length++] = TAB
    this.#length = copyBytes(bytes, from, to, this.#buffer, this.#length)
  }

  /** Makes room for so many bytes and the line's end, with the tab that may be before it. */
  #reserve(most: number): void {
    const needed = this.#length + most + 2
    if (needed <= this.#buffer.length) return
    // not zeroed: all that is sent is written before
    const buffer = Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES + LINE_BYTES, needed, this.#buffer.length * 2))
    buffer.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = buffer
  }
}

function tailLength(tails: PackedRows['tails'], row: number): number {
  return tails === undefined ? 0 : (tails.bounds[row * 2 + 1] ?? 0) - (tails.bounds[row * 2] ?? 0)
}
