// Rows out of packets of the text protocol.
import type { RowChunk } from '../port/source.ts'
import type { Row } from '../vocabulary/cell.ts'
import { NULL, TailBytes, fieldLength, headLength } from './packet-fields.ts'
import type { CellReader } from './value-text.ts'
import { SAFE_DIGITS } from './value-text.ts'

const MINUS = 45
const ZERO = 48
/** Rows that a chunk is given room for at first. */
const FIRST_ROWS = 64

/** Rows in one of their two forms. */
export type RowPiece = Pick<RowChunk, 'rows' | 'packed'>

/** Takes rows, and gives them by chunks. */
export interface RowTaker {
  /** Takes a row, whose bytes are somebody else's after the call. */
  take(bytes: Buffer, from: number, to: number): void
  /** What was taken since the last call. */
  pieces(): RowPiece[]
}

/** How a result's rows are read: fields that are looked at, and after them those that pass by. */
export interface RowShape {
  readonly readers: readonly CellReader[]
  /** Of the fields that pass by, whether they hold bytes, which go as hexadecimal. */
  readonly tail: readonly boolean[]
}

/** Rows of cells. hot: benchmarks/sql-export/mariadb-load-200k */
export class CellRows implements RowTaker {
  readonly #shape: RowShape
  readonly #tails: TailBytes
  #rows: Row[] = []

  constructor(shape: RowShape) {
    this.#shape = shape
    this.#tails = new TailBytes(shape.tail)
  }

  /** A row of another width is left for the page's check to find. */
  take(bytes: Buffer, from: number, to: number): void {
    const { readers, tail } = this.#shape
    const row: Row = []
    let at = from
    for (let i = 0; at < to && (i < readers.length || tail.length === 0); i++) {
      const first = bytes[at] ?? NULL
      if (first === NULL) {
        row.push(null)
        at++
        continue
      }
      const length = fieldLength(bytes, at)
      at += headLength(first)
      row.push((readers[i] ?? readNothing)(bytes, at, at + length))
      at += length
    }
    if (tail.length > 0) {
      const start = this.#tails.length
      if (this.#tails.append(bytes, at, to)) row.push(this.#tails.bytes.subarray(start, this.#tails.length))
    }
    this.#rows.push(row)
  }

  pieces(): RowPiece[] {
    const rows = this.#rows
    this.#rows = []
    this.#tails.begin()
    return rows.length === 0 ? [] : [{ rows }]
  }
}

/** Of a field that nobody asked for. */
const readNothing: CellReader = () => null

/** Rows of integers, packed; those with an integer of too many digits, and the rest of their chunk, as cells. hot: as above */
export class PackedPacketRows implements RowTaker {
  readonly #width: number
  readonly #hasTail: boolean
  readonly #tails: TailBytes
  readonly #others: CellRows
  #numbers = new Float64Array(0)
  #bounds = new Int32Array(0)
  #count = 0
  #hasOthers = false
  /** Where the field ended that was read last. */
  #end = 0

  constructor(shape: RowShape) {
    this.#width = shape.readers.length
    this.#hasTail = shape.tail.length > 0
    this.#tails = new TailBytes(shape.tail)
    this.#others = new CellRows(shape)
  }

  take(bytes: Buffer, from: number, to: number): void {
    if (!this.#hasOthers && this.#pack(bytes, from, to)) return
    this.#hasOthers = true
    this.#others.take(bytes, from, to)
  }

  pieces(): RowPiece[] {
    const { bytes } = this.#tails
    const tails = this.#hasTail ? { bytes, bounds: this.#bounds } : undefined
    const packed = { count: this.#count, width: this.#width, numbers: this.#numbers, tails }
    const pieces = this.#hasOthers ? this.#others.pieces() : []
    if (this.#count > 0) pieces.unshift({ rows: [], packed })
    // whoever has the rows may change them
    this.#numbers = new Float64Array(this.#numbers.length)
    this.#bounds = new Int32Array(this.#bounds.length)
    this.#tails.begin()
    this.#count = 0
    this.#hasOthers = false
    return pieces
  }

  /** @returns whether the row is one of integers of few digits, and of as many fields as were asked for. */
  #pack(bytes: Buffer, from: number, to: number): boolean {
    const width = this.#width
    if ((this.#count + 1) * width > this.#numbers.length) this.#grow()
    const base = this.#count * width
    this.#end = from
    for (let i = 0; i < width; i++) {
      if (this.#end >= to) return false
      const number = this.#numberAt(bytes, this.#end)
      if (number === undefined) return false
      this.#numbers[base + i] = number
    }
    if (this.#hasTail) {
      const start = this.#tails.length
      if (!this.#tails.append(bytes, this.#end, to)) return false
      this.#bounds[this.#count * 2] = start
      this.#bounds[this.#count * 2 + 1] = this.#tails.length
    } else if (this.#end !== to) return false
    this.#count++
    return true
  }

  /** The integer at `at`, NaN for NULL; `undefined` if it is none, or has too many digits. */
  #numberAt(bytes: Buffer, at: number): number | undefined {
    const length = bytes[at] ?? 0
    this.#end = at + 1
    if (length === NULL) return Number.NaN
    const end = at + 1 + length
    this.#end = end
    const isNegative = bytes[at + 1] === MINUS
    const from = isNegative ? at + 2 : at + 1
    if (end - from > SAFE_DIGITS || end === from) return undefined
    let number = 0
    for (let i = from; i < end; i++) {
      const digit = (bytes[i] ?? 0) - ZERO
      if (digit < 0 || digit > 9) return undefined
      number = number * 10 + digit
    }
    return isNegative ? -number : number
  }

  #grow(): void {
    const rows = Math.max(FIRST_ROWS, this.#count * 2)
    const numbers = new Float64Array(rows * this.#width)
    numbers.set(this.#numbers.subarray(0, this.#count * this.#width))
    this.#numbers = numbers
    if (!this.#hasTail) return
    const bounds = new Int32Array(rows * 2)
    bounds.set(this.#bounds.subarray(0, this.#count * 2))
    this.#bounds = bounds
  }
}
