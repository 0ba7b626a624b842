// A page of integer keys, read as the range between its first and its last.
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { CatalogTable } from './catalog.ts'
import { columnOf } from './catalog.ts'

/** The values of a page: as cells, and as numbers where they are such. */
export interface PageKeys {
  readonly address: readonly string[]
  readonly values: readonly (readonly Cell[])[]
  readonly numbers?: Float64Array | undefined
}

/** Whether a page asks for rows by the integer key of their table, in its order, so that a range holds them all. */
export function isIntegerPage(table: CatalogTable, page: PageKeys & { readonly columns: readonly string[] }): boolean {
  const { address, columns, numbers } = page
  const isKey =
    address.length === table.key.length &&
    address.every((name, i) => name === table.key[i] && name === columns[i] && columnOf(table, name).kind === 'int64')
  if (!isKey) return false
  if (numbers !== undefined) return numbers.length > address.length && areIncreasingNumbers(numbers, address.length)
  return page.values.length > 1 && areIncreasing(page.values)
}

/** Whether the keys, of `width` numbers each, are each greater than the one before. */
export function areIncreasingNumbers(numbers: Float64Array, width: number): boolean {
  for (let at = width; at < numbers.length; at += width) {
    let i = 0
    while (i < width && numbers[at + i] === numbers[at - width + i]) i++
    if (i === width || (numbers[at + i] ?? 0) < (numbers[at - width + i] ?? 0)) return false
  }
  return true
}

/** Whether the range between the first and the last key can hold no more than `most` rows. Sure only for keys of one column. */
export function isNarrow(page: PageKeys, most: number): boolean {
  const { address, numbers } = page
  if (address.length !== 1) return false
  if (numbers !== undefined) return (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) < most
  const [from, to] = [page.values[0]?.[0], page.values.at(-1)?.[0]]
  return typeof from === 'bigint' && typeof to === 'bigint' && to - from < BigInt(most)
}

/** Whether all are integers, and each key is greater than the one before. */
export function areIncreasing(keys: readonly (readonly Cell[])[]): boolean {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? []
    for (let j = 0; j < key.length; j++) if (typeof key[j] !== 'bigint') return false
    if (i > 0 && compareIntegers(keys[i - 1] ?? [], key, 0) >= 0) return false
  }
  return true
}

/** Compares a key with the cells of another from `offset` on; what is no integer lies before all. */
function compareIntegers(key: readonly Cell[], cells: readonly Cell[], offset: number): number {
  for (let i = 0; i < key.length; i++) {
    const a = key[i] as bigint
    const b = cells[offset + i]
    if (typeof b !== 'bigint') return 1
    if (a !== b) return a < b ? -1 : 1
  }
  return 0
}

/**
 * Numbers the rows of a range, in key order, as answers to the keys that were asked for, and leaves out the others. A row out of
 * order is left out as well, so that its key is missing. hot: benchmarks/sql-export/sqlite-sqlite-200k
 */
export class KeyRange {
  readonly #values: readonly (readonly Cell[])[]
  #next = 0
  #rows = 0

  constructor(values: readonly (readonly Cell[])[]) {
    this.#values = values
  }

  /** Number of the first key that lies past all rows so far. */
  get next(): number {
    return this.#next
  }

  /** Rows so far, with those that nobody asked for. */
  get rows(): number {
    return this.#rows
  }

  /** Takes rows `[NULL, ...key, ...]`. @returns those that were asked for, with their ordinals. */
  take(rows: readonly Row[]): readonly Row[] {
    this.#rows += rows.length
    const taken: Row[] = []
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] ?? []
      let order = -1
      while (this.#next < this.#values.length) {
        order = compareIntegers(this.#values[this.#next] ?? [], row, 1)
        if (order >= 0) break
        this.#next++
      }
      if (order !== 0) continue
      row[0] = this.#next++
      taken.push(row)
    }
    return taken
  }
}
