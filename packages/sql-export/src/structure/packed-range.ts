// A page of integer keys, read as the range between its first and its last, in packed rows.
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'

/** What `KeyRange` does, for keys that are numbers one after the other. hot: benchmarks/sql-export/shop-158886-pg-pg */
export class PackedRange {
  readonly #numbers: Float64Array
  readonly #width: number
  readonly #count: number
  #next = 0
  #rows = 0

  /** @param width - components of a key. */
  constructor(numbers: Float64Array, width: number) {
    this.#numbers = numbers
    this.#width = width
    this.#count = numbers.length / width
  }

  /** Number of the first key that lies past all rows so far. */
  get next(): number {
    return this.#next
  }

  /** Rows so far, with those that nobody asked for. */
  get rows(): number {
    return this.#rows
  }

  get isComplete(): boolean {
    return this.#next === this.#count
  }

  /** Takes rows `[NULL, ...key, ...]`. @returns those that were asked for, with their ordinals, in the same memory. */
  take(packed: PackedRows): PackedRows {
    const { count, width, numbers, tails } = packed
    this.#rows += count
    let taken = 0
    for (let i = 0; i < count; i++) {
      const base = i * width
      if (!this.#isAsked(numbers, base + 1)) continue
      numbers[base] = this.#next++
      if (taken < i) {
        numbers.copyWithin(taken * width, base, base + width)
        tails?.bounds.copyWithin(taken * 2, i * 2, i * 2 + 2)
      }
      taken++
    }
    return taken === count ? packed : { ...packed, count: taken }
  }

  /** The same of rows of cells. */
  takeRows(rows: readonly Row[]): readonly Row[] {
    this.#rows += rows.length
    const taken: Row[] = []
    for (const row of rows) {
      if (!this.#isAsked(row, 1)) continue
      row[0] = this.#next++
      taken.push(row)
    }
    return taken
  }

  /** Whether the key is the next one asked for. Those before it never came. What is no integer lies before all. */
  #isAsked(cells: Float64Array | readonly Cell[], offset: number): boolean {
    for (; this.#next < this.#count; this.#next++) {
      const order = this.#compareNext(cells, offset)
      if (order >= 0) return order === 0
    }
    return false
  }

  /** Compares the next key asked for with one that came. */
  #compareNext(cells: Float64Array | readonly Cell[], offset: number): number {
    const from = this.#next * this.#width
    for (let i = 0; i < this.#width; i++) {
      const wanted = this.#numbers[from + i] ?? 0
      const cell = cells[offset + i]
      if (typeof cell !== 'number' && typeof cell !== 'bigint') return 1
      if (cell > wanted) return -1
      if (!(cell >= wanted)) return 1
    }
    return 0
  }
}
