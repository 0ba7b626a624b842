// The set of keys of one table, where every component is a 64-bit integer.
import { createHash } from 'node:crypto'
import type { Cell } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { setBits } from './dense-numbers.ts'
import type { KeyStore } from './key-store.ts'
import { TextKeyStore } from './key-store.ts'
import { LaneTable } from './lane-table.ts'
import { UuidKeyStore } from './uuid-key-store.ts'

/** Makes the store that suits a key: pages of bits for integers, lanes for uuids, canonical texts for the rest. */
export function createKeyStore(kinds: readonly ValueKind[]): KeyStore {
  if (hasLanes(kinds)) return new IntegerKeyStore(kinds.length)
  return kinds.length === 1 && kinds[0] === 'uuid' ? new UuidKeyStore() : new TextKeyStore(kinds.length)
}

/** Whether every component is a 64-bit integer. */
export function hasLanes(kinds: readonly ValueKind[]): boolean {
  return kinds.every((kind) => kind === 'int64' || kind === 'boolean')
}

/** The lanes of one key, as they count in a digest. */
export function laneBytes(key: readonly Cell[]): Uint8Array {
  const bytes = Buffer.alloc(key.length * 8)
  key.forEach((cell, i) => bytes.writeBigInt64LE(cell as bigint, i * 8))
  return bytes
}

/** Keys of a digest that are copied at a time. */
const DIGEST_KEYS = 65_536
const TWO_32 = 2 ** 32
/** Of a safe integer, the high lane lies between this and its negative. */
const SAFE_HIGH = 0x200000
/** A page is 32 neighbours, each of which has a bit and an index: docs/adr/0513. */
const PAGE_BITS = 5
/** Pages hold what is known of keys that are not there. With so many keys it matters, where a page holds so few of them. */
const SETTLED_KEYS = 2 ** 18
const SPARSE_SPAN = 16

/**
 * Pages of neighbours: those keys that agree in all but the last bits of their last component. A page is found by two 32-bit lanes a
 * component; a key has a bit in it, and its index is the page's number and the bit's. hot: benchmarks/sql-export/key-store-10m
 */
export class IntegerKeyStore implements KeyStore {
  readonly #width: number
  readonly #pageBits: number
  /** Of an index: the key's number in its page. */
  readonly #inPage: number
  readonly #pages: LaneTable
  #size = 0
  /** Of the first components, about. */
  #least = Number.POSITIVE_INFINITY
  #greatest = Number.NEGATIVE_INFINITY
  /** The page that was asked for last: neighbours come together. */
  #lastPage = -1
  /** Of the key that is looked for, in its page. */
  #wantedBit = 0
  /** Of each page, the bits of the keys that have a rank; `undefined` if all have one. */
  #kept: Int32Array | undefined
  /** Pages in key order; `undefined` if that is the order of their arrival. */
  #order: Int32Array | undefined
  /** Rank of the first key of each page, by the page's number. */
  #pageRanks = new Int32Array(0)
  #rankedSize = 0

  /** @param isSparse - for keys that have few neighbours: a page for each. */
  constructor(components: number, isSparse = false) {
    this.#width = components * 2
    this.#pageBits = isSparse ? 0 : PAGE_BITS
    this.#inPage = (1 << this.#pageBits) - 1
    this.#pages = new LaneTable(this.#width, true)
  }

  get size(): number {
    return this.#size
  }

  get span(): number {
    return this.#pages.size << this.#pageBits
  }

  /**
   * Whether a page for each key would take less memory, and will: keys that come at random, of which the range is well filled in the end,
   * look sparse at first.
   */
  get isSparse(): boolean {
    if (this.#size < SETTLED_KEYS || this.span <= this.#size * SPARSE_SPAN) return false
    return this.#width > 2 || (this.#greatest - this.#least) / 2 ** PAGE_BITS > this.#size * 2
  }

  get rankedSize(): number {
    return this.#rankedSize
  }

  get bytes(): number {
    return this.#pages.bytes
  }

  /** The same keys with a page each; their indexes are from 0 on, in the order of those here. */
  toSparse(): IntegerKeyStore {
    const sparse = new IntegerKeyStore(this.#width / 2, true)
    for (const index of this.indexes()) sparse.add(this.keyAt(index), 0)
    return sparse
  }

  find(cells: readonly Cell[], offset: number): number {
    return this.#want(cells, offset) ? this.#findWanted() : -1
  }

  add(cells: readonly Cell[], offset: number): number {
    if (!this.#want(cells, offset)) throw new TypeError('an integer key was expected')
    return this.#addWanted()
  }

  /** `find` of a key whose components are `numbers[base + at[0]]` and so on: safe integers. */
  findNumbers(numbers: Float64Array, base: number, at: readonly number[]): number {
    this.#wantNumbers(numbers, base, at)
    return this.#findWanted()
  }

  /** `add` of a key given as `findNumbers` takes it. */
  addNumbers(numbers: Float64Array, base: number, at: readonly number[]): number {
    this.#wantNumbers(numbers, base, at)
    return this.#addWanted()
  }

  /** The keys, component after component; `undefined` if one is no safe integer. */
  numbersAt(indexes: ArrayLike<number>): Float64Array | undefined {
    const components = this.#width / 2
    const numbers = new Float64Array(indexes.length * components)
    const pages = this.#pages
    for (let i = 0, to = 0; i < indexes.length; i++) {
      const index = indexes[i] ?? 0
      const page = index >>> this.#pageBits
      for (let lane = 0; lane < this.#width; lane += 2) {
        const high = pages.laneAt(page, lane + 1)
        if (high < -SAFE_HIGH || high >= SAFE_HIGH) return undefined
        const inPage = lane === this.#width - 2 ? index & this.#inPage : 0
        numbers[to++] = high * TWO_32 + ((pages.laneAt(page, lane) | inPage) >>> 0)
      }
    }
    return numbers
  }

  #findWanted(): number {
    let page = this.#lastPage
    if (page === -1 || !this.#pages.isWanted(page)) {
      page = this.#pages.find()
      if (page === -1) return -1
      this.#lastPage = page
    }
    return ((this.#pages.wordAt(page) >>> this.#wantedBit) & 1) === 0 ? -1 : (page << this.#pageBits) | this.#wantedBit
  }

  #addWanted(): number {
    let page = this.#lastPage
    if (page === -1 || !this.#pages.isWanted(page)) {
      page = this.#pages.add()
      if (page << this.#pageBits < 0) tooMany()
      this.#lastPage = page
    }
    const bits = this.#pages.wordAt(page)
    const bit = 1 << this.#wantedBit
    if ((bits & bit) === 0) {
      this.#pages.setWord(page, bits | bit)
      this.#size++
      const first = (this.#pages.wanted[1] ?? 0) * TWO_32 + ((this.#pages.wanted[0] ?? 0) >>> 0)
      if (first < this.#least) this.#least = first
      if (first > this.#greatest) this.#greatest = first
    }
    return (page << this.#pageBits) | this.#wantedBit
  }

  keyAt(index: number): Cell[] {
    const page = index >>> this.#pageBits
    const pages = this.#pages
    const last = this.#width - 2
    const key: Cell[] = []
    for (let i = 0; i < last; i += 2) key.push(valueOf(pages.laneAt(page, i), pages.laneAt(page, i + 1)))
    key.push(valueOf(pages.laneAt(page, last) | (index & this.#inPage), pages.laneAt(page, last + 1)))
    return key
  }

  *indexes(): Generator<number> {
    for (let page = 0; page < this.#pages.size; page++) {
      const bits = this.#pages.wordAt(page)
      for (let bit = 0; bit <= this.#inPage; bit++) if (((bits >>> bit) & 1) === 1) yield (page << this.#pageBits) | bit
    }
  }

  freeze(isLeftOut?: (index: number) => boolean): void {
    const count = this.#pages.size
    this.#kept = isLeftOut === undefined ? undefined : this.#keptBits(isLeftOut)
    this.#order = this.#sortedPages()
    this.#pageRanks = new Int32Array(count)
    let rank = 0
    for (let i = 0; i < count; i++) {
      const page = this.#order?.[i] ?? i
      this.#pageRanks[page] = rank
      rank += setBits(this.#keptOf(page))
    }
    this.#rankedSize = rank
  }

  /** Orders two keys, by their indexes. */
  compare(a: number, b: number): number {
    return this.#comparePages(a >>> this.#pageBits, b >>> this.#pageBits) || (a & this.#inPage) - (b & this.#inPage)
  }

  indexesOfRanks(from: number, to: number): Int32Array {
    const indexes = new Int32Array(Math.max(0, Math.min(to, this.#rankedSize) - from))
    if (indexes.length === 0) return indexes
    let at = this.#positionOfRank(from)
    let page = this.#order?.[at] ?? at
    let skipped = from - (this.#pageRanks[page] ?? 0)
    for (let i = 0; i < indexes.length; page = this.#order?.[++at] ?? (this.#order === undefined ? page + 1 : 0)) {
      let bits = this.#keptOf(page)
      for (; bits !== 0 && i < indexes.length; bits &= bits - 1) {
        if (skipped-- > 0) continue
        indexes[i++] = (page << this.#pageBits) | (31 - Math.clz32(bits & -bits))
      }
    }
    return indexes
  }

  rankAt(index: number): number {
    const page = index >>> this.#pageBits
    const bit = index & this.#inPage
    const bits = this.#keptOf(page)
    return ((bits >>> bit) & 1) === 0 ? -1 : (this.#pageRanks[page] ?? 0) + setBits(bits & ((1 << bit) - 1))
  }

  digest(): string {
    const width = this.#width
    const last = width - 2
    const pages = this.#pages
    const hash = createHash('sha256')
    const lanes = new Int32Array(Math.min(this.#rankedSize, DIGEST_KEYS) * width)
    let to = 0
    for (let i = 0; i < pages.size; i++) {
      const page = this.#order?.[i] ?? i
      for (let bits = this.#keptOf(page); bits !== 0; bits &= bits - 1) {
        for (let lane = 0; lane < width; lane++) lanes[to + lane] = pages.laneAt(page, lane)
        lanes[to + last] = (lanes[to + last] ?? 0) | (31 - Math.clz32(bits & -bits))
        to += width
        if (to < lanes.length) continue
        hash.update(lanes)
        to = 0
      }
    }
    hash.update(lanes.subarray(0, to))
    return hash.digest('hex')
  }

  #want(cells: readonly Cell[], offset: number): boolean {
    const wanted = this.#pages.wanted
    const last = this.#width - 2
    for (let i = 0; i <= last; i += 2) {
      const cell = cells[offset + (i >> 1)]
      if (typeof cell !== 'bigint') return false
      const number = Number(cell)
      const isSafe = number <= Number.MAX_SAFE_INTEGER && number >= Number.MIN_SAFE_INTEGER
      wanted[i] = isSafe ? number | 0 : Number(BigInt.asIntN(32, cell))
      wanted[i + 1] = isSafe ? Math.floor(number / TWO_32) : Number(BigInt.asIntN(32, cell >> 32n))
    }
    this.#splitLast(wanted)
    return true
  }

  #wantNumbers(numbers: Float64Array, base: number, at: readonly number[]): void {
    const wanted = this.#pages.wanted
    for (let i = 0; i < at.length; i++) {
      const number = numbers[base + (at[i] ?? 0)] ?? 0
      wanted[i * 2] = number | 0
      wanted[i * 2 + 1] = Math.floor(number / TWO_32)
    }
    this.#splitLast(wanted)
  }

  #splitLast(wanted: Int32Array): void {
    const last = this.#width - 2
    const low = wanted[last] ?? 0
    this.#wantedBit = low & this.#inPage
    wanted[last] = low & ~this.#inPage
  }

  #keptBits(isLeftOut: (index: number) => boolean): Int32Array {
    const kept = Int32Array.from({ length: this.#pages.size }, (_, page) => this.#pages.wordAt(page))
    for (const index of this.indexes()) {
      const page = index >>> this.#pageBits
      if (isLeftOut(index)) kept[page] = (kept[page] ?? 0) & ~(1 << (index & this.#inPage))
    }
    return kept
  }

  #sortedPages(): Int32Array | undefined {
    const count = this.#pages.size
    let isSorted = true
    for (let page = 1; isSorted && page < count; page++) isSorted = this.#comparePages(page - 1, page) < 0
    return isSorted ? undefined : Int32Array.from({ length: count }, (_, page) => page).sort((a, b) => this.#comparePages(a, b))
  }

  /** Where the page with a rank stands in key order. Of pages without kept keys, which share a rank, the last. */
  #positionOfRank(rank: number): number {
    let low = 0
    let high = this.#pages.size - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#pageRanks[this.#order?.[middle] ?? middle] ?? 0) <= rank) low = middle
      else high = middle - 1
    }
    return low
  }

  #comparePages(a: number, b: number): number {
    const pages = this.#pages
    for (let i = 0; i < this.#width; i += 2) {
      const order = pages.laneAt(a, i + 1) - pages.laneAt(b, i + 1) || (pages.laneAt(a, i) >>> 0) - (pages.laneAt(b, i) >>> 0)
      if (order !== 0) return order
    }
    return 0
  }

  #keptOf(page: number): number {
    return this.#kept === undefined ? this.#pages.wordAt(page) : (this.#kept[page] ?? 0)
  }
}

function tooMany(): never {
  throw new ExportError('ERR_EXPORT_LIMIT', 'a table has keys that lie too far apart for their number', {
    step: 'closure',
    remedy: 'Lower keyMemoryBytes, so that its keys move to a file.',
  })
}

function valueOf(low: number, high: number): bigint {
  if (high >= -SAFE_HIGH && high < SAFE_HIGH) return BigInt(high * TWO_32 + (low >>> 0))
  return (BigInt(high) << 32n) | BigInt(low >>> 0)
}
