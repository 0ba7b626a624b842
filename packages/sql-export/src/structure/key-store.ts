// The set of keys of one table: found by value, numbered in order of arrival, ranked once frozen.
import { createHash } from 'node:crypto'
import type { Cell } from '../vocabulary/cell.ts'
import { canonicalCell, compareCells, parseCanonicalCell } from '../vocabulary/cell.ts'

/** A set of keys. An index is a key's number, below `span`; a rank is its number in key order, known after `freeze`. */
export interface KeyStore {
  readonly size: number
  /** One past the greatest index. Not every number below it need be an index. */
  readonly span: number
  /** Keys that have a rank. */
  readonly rankedSize: number
  /** Memory that the keys take, about. */
  readonly bytes: number
  /** @returns the key's index, or -1. `offset` is where its first component stands in `cells`. */
  find(cells: readonly Cell[], offset: number): number
  /** Adds the key unless it is there. @returns its index. */
  add(cells: readonly Cell[], offset: number): number
  keyAt(index: number): Cell[]
  /** Of all keys, ascending. */
  indexes(): Iterable<number>
  /** Fixes the ranks. Keys for which `isLeftOut(index)` holds get none. */
  freeze(isLeftOut?: (index: number) => boolean): void
  /** @returns the indexes of the keys whose ranks are `from` to `to` - 1, in key order; fewer where the ranks end. */
  indexesOfRanks(from: number, to: number): Int32Array
  /** @returns the rank of the key, or -1 if it was left out. */
  rankAt(index: number): number
  /** Identity of the ranked keys. */
  digest(): string
}

/** What a text costs besides its characters: the string, a place in a map and one in a list; measured on Node 24. */
const TEXT_BYTES = 104

/** Keys of any other kind, by their canonical text; tuples are length-prefixed components. */
export class TextKeyStore implements KeyStore {
  readonly #components: number
  readonly #indexes = new Map<string, number>()
  readonly #texts: string[] = []
  #characters = 0
  #ranked = new Int32Array(0)
  #ranks = new Int32Array(0)

  constructor(components: number) {
    this.#components = components
  }

  get size(): number {
    return this.#texts.length
  }

  get span(): number {
    return this.#texts.length
  }

  get rankedSize(): number {
    return this.#ranked.length
  }

  get bytes(): number {
    return this.#texts.length * TEXT_BYTES + this.#characters
  }

  find(cells: readonly Cell[], offset: number): number {
    return this.#indexes.get(canonicalKey(cells, offset, this.#components)) ?? -1
  }

  add(cells: readonly Cell[], offset: number): number {
    const text = canonicalKey(cells, offset, this.#components)
    const found = this.#indexes.get(text)
    if (found !== undefined) return found
    const index = this.#texts.push(text) - 1
    this.#indexes.set(text, index)
    this.#characters += text.length
    return index
  }

  keyAt(index: number): Cell[] {
    return parseCanonicalKey(this.#texts[index] ?? '', this.#components)
  }

  indexes(): Iterable<number> {
    return this.#texts.keys()
  }

  freeze(isLeftOut: (index: number) => boolean = () => false): void {
    const kept: { readonly index: number; readonly key: Cell[] }[] = []
    for (let index = 0; index < this.#texts.length; index++) if (!isLeftOut(index)) kept.push({ index, key: this.keyAt(index) })
    kept.sort((a, b) => compareKeys(a.key, b.key))
    this.#ranked = Int32Array.from(kept, ({ index }) => index)
    this.#ranks = new Int32Array(this.#texts.length).fill(-1)
    for (let rank = 0; rank < this.#ranked.length; rank++) this.#ranks[this.#ranked[rank] ?? 0] = rank
  }

  indexesOfRanks(from: number, to: number): Int32Array {
    return this.#ranked.subarray(from, to)
  }

  rankAt(index: number): number {
    return this.#ranks[index] ?? -1
  }

  digest(): string {
    const hash = createHash('sha256')
    for (const index of this.#ranked) {
      const text = this.#texts[index] ?? ''
      hash.update(`${text.length}:${text}`)
    }
    return hash.digest('hex')
  }
}

/** Orders keys component by component. */
export function compareKeys(a: readonly Cell[], b: readonly Cell[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareCells(a[i] ?? null, b[i] ?? null)
    if (order !== 0) return order
  }
  return 0
}

/** One text for a key: a single component as it is, several with their lengths before them. */
export function canonicalKey(cells: readonly Cell[], offset: number, components: number): string {
  if (components === 1) return canonicalCell(cells[offset] ?? null)
  let text = ''
  for (let i = 0; i < components; i++) {
    const component = canonicalCell(cells[offset + i] ?? null)
    text += `${component.length}:${component}`
  }
  return text
}

function parseCanonicalKey(text: string, components: number): Cell[] {
  if (components === 1) return [parseCanonicalCell(text)]
  const key: Cell[] = []
  for (let at = 0; at < text.length; ) {
    const colon = text.indexOf(':', at)
    const end = colon + 1 + Number(text.slice(at, colon))
    key.push(parseCanonicalCell(text.slice(colon + 1, end)))
    at = end
  }
  return key
}
