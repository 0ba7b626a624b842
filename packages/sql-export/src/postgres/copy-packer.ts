// Packed rows out of lines of COPY's text format: integers, and a tail that stays as it is.
import type { PackedRows } from '../vocabulary/packed-rows.ts'

const TAB = 9
const NEWLINE = 10
const MINUS = 45
const ZERO = 48
const BACKSLASH = 92
const LETTER_N = 78
/** Digits that a double holds exactly. */
const SAFE_DIGITS = 15
/** Rows are given room for so many more than are expected. */
const ROOM = 1.1
const FIRST_LINE_BYTES = 32

/** Packs lines. hot: benchmarks/sql-export/shop-158886-pg-pg */
export class CopyPacker {
  readonly #width: number
  readonly #hasTail: boolean
  /** Bytes of a line, about. */
  #lineBytes = FIRST_LINE_BYTES
  #numbers = new Float64Array(0)
  #bounds = new Int32Array(0)

  /** @param width - fields that are integers, before the tail. */
  constructor(width: number, hasTail: boolean) {
    this.#width = width
    this.#hasTail = hasTail
  }

  /** @param lines - whole ones. @returns `undefined` if a field is neither NULL nor an integer of few digits, or if some lack. */
  pack(lines: Uint8Array): PackedRows | undefined {
    const width = this.#width
    const { length } = lines
    const rows = Math.ceil((length / this.#lineBytes) * ROOM) + 1
    this.#numbers = new Float64Array(rows * width)
    this.#bounds = new Int32Array(this.#hasTail ? rows * 2 : 0)
    let count = 0
    for (let at = 0; at < length; count++) {
      if ((count + 1) * width > this.#numbers.length) this.#grow()
      const numbers = this.#numbers
      for (let i = 0; i < width; i++) {
        let byte = lines[at] ?? 0
        const end = i === width - 1 && !this.#hasTail ? NEWLINE : TAB
        if (byte === BACKSLASH) {
          if (lines[at + 1] !== LETTER_N || lines[at + 2] !== end) return undefined
          numbers[count * width + i] = Number.NaN
          at += 3
          continue
        }
        const isNegative = byte === MINUS
        if (isNegative) byte = lines[++at] ?? 0
        const from = at
        let number = 0
        while (byte >= ZERO && byte <= ZERO + 9) {
          number = number * 10 + (byte - ZERO)
          byte = lines[++at] ?? 0
        }
        if (byte !== end || at === from || at - from > SAFE_DIGITS) return undefined
        numbers[count * width + i] = isNegative ? -number : number
        at++
      }
      if (!this.#hasTail) continue
      this.#bounds[count * 2] = at
      while (lines[at] !== NEWLINE) at++
      this.#bounds[count * 2 + 1] = at++
    }
    if (count > 0) this.#lineBytes = length / count
    return {
      count,
      width,
      numbers: this.#numbers,
      tails: this.#hasTail ? { bytes: lines, bounds: this.#bounds } : undefined,
    }
  }

  #grow(): void {
    const numbers = new Float64Array(this.#numbers.length * 2)
    numbers.set(this.#numbers)
    this.#numbers = numbers
    if (!this.#hasTail) return
    const bounds = new Int32Array(this.#bounds.length * 2)
    bounds.set(this.#bounds)
    this.#bounds = bounds
  }
}
