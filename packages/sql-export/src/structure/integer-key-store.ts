// The set of keys of one table, where every component is a 64-bit integer.
import { createHash } from 'node:crypto'
import type { Cell } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { setBits } from './dense-numbers.ts'
import { grownUint16 } from './grown.ts'
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
/** A page is so many neighbours, of which each has a bit and an index: docs/adr/0513. */
const PAGE_BITS = 4
const PAGE_KEYS = 1 << PAGE_BITS
const IN_PAGE = PAGE_KEYS - 1
/** Pages whose indexes are 32-bit integers. */
const MOST_PAGES = 2 ** 31 / PAGE_KEYS
const FIRST_PAGES = 512

/**
 * Pages of neighbours: those keys that agree in all but the last bits of their last component. A page is found by two 32-bit lanes a
 * component; a key has a bit in it, and its index is the page's number and the bit's. hot: benchmarks/sql-export/key-store-10m
 */
export class IntegerKeyStore implements KeyStore {
  readonly #width: number
  readonly #pages: LaneTable
  #bits = new Uint16Array(FIRST_PAGES)
  #size = 0
  /** The page that was asked for last: neighbours come together. */
  #lastPage = -1
  /** Of the key that is looked for, in its page. */
  #wantedBit = 0
  /** Of the keys that have a rank. */
  #kept: Uint16Array = this.#bits
  /** Pages in key order; `undefined` if that is the order of their arrival. */
  #order: Int32Array | undefined
  /** Rank of the first key of each page, by the page's number. */
  #pageRanks = new Int32Array(0)
  #rankedSize = 0

  constructor(components: number) {
    this.#width = components * 2
    this.#pages = new LaneTable(this.#width)
  }

  get size(): number {
    return this.#size
  }

  get span(): number {
    return this.#pages.size * PAGE_KEYS
  }

  get rankedSize(): number {
    return this.#rankedSize
  }

  get bytes(): number {
    return this.#pages.bytes + this.#bits.byteLength
  }

  find(cells: readonly Cell[], offset: number): number {
    if (!this.#want(cells, offset)) return -1
    let page = this.#lastPage
    if (page === -1 || !this.#pages.isWanted(page)) {
      page = this.#pages.find()
      if (page === -1) return -1
      this.#lastPage = page
    }
    return (((this.#bits[page] ?? 0) >>> this.#wantedBit) & 1) === 0 ? -1 : page * PAGE_KEYS + this.#wantedBit
  }

  add(cells: readonly Cell[], offset: number): number {
    if (!this.#want(cells, offset)) throw new TypeError('an integer key was expected')
    let page = this.#lastPage
    if (page === -1 || !this.#pages.isWanted(page)) {
      page = this.#pages.add()
      if (page === this.#bits.length) this.#growBits()
      this.#lastPage = page
    }
    const bits = this.#bits[page] ?? 0
    const bit = 1 << this.#wantedBit
    if ((bits & bit) === 0) {
      this.#bits[page] = bits | bit
      this.#size++
    }
    return page * PAGE_KEYS + this.#wantedBit
  }

  keyAt(index: number): Cell[] {
    const page = index >>> PAGE_BITS
    const pages = this.#pages
    const last = this.#width - 2
    const key: Cell[] = []
    for (let i = 0; i < last; i += 2) key.push(valueOf(pages.laneAt(page, i), pages.laneAt(page, i + 1)))
    key.push(valueOf(pages.laneAt(page, last) | (index & IN_PAGE), pages.laneAt(page, last + 1)))
    return key
  }

  *indexes(): Generator<number> {
    for (let page = 0; page < this.#pages.size; page++) {
      const bits = this.#bits[page] ?? 0
      for (let bit = 0; bit < PAGE_KEYS; bit++) if (((bits >>> bit) & 1) === 1) yield page * PAGE_KEYS + bit
    }
  }

  freeze(isLeftOut?: (index: number) => boolean): void {
    const count = this.#pages.size
    this.#kept = isLeftOut === undefined ? this.#bits : this.#keptBits(isLeftOut)
    this.#order = this.#sortedPages()
    this.#pageRanks = new Int32Array(count)
    let rank = 0
    for (let i = 0; i < count; i++) {
      const page = this.#order?.[i] ?? i
      this.#pageRanks[page] = rank
      rank += setBits(this.#kept[page] ?? 0)
    }
    this.#rankedSize = rank
  }

  /** Orders two keys, by their indexes. */
  compare(a: number, b: number): number {
    return this.#comparePages(a >>> PAGE_BITS, b >>> PAGE_BITS) || (a & IN_PAGE) - (b & IN_PAGE)
  }

  indexesOfRanks(from: number, to: number): Int32Array {
    const indexes = new Int32Array(Math.max(0, Math.min(to, this.#rankedSize) - from))
    if (indexes.length === 0) return indexes
    let at = this.#positionOfRank(from)
    let page = this.#order?.[at] ?? at
    let skipped = from - (this.#pageRanks[page] ?? 0)
    for (let i = 0; i < indexes.length; page = this.#order?.[++at] ?? (this.#order === undefined ? page + 1 : 0)) {
      let bits = this.#kept[page] ?? 0
      for (; bits !== 0 && i < indexes.length; bits &= bits - 1) {
        if (skipped-- > 0) continue
        indexes[i++] = page * PAGE_KEYS + 31 - Math.clz32(bits & -bits)
      }
    }
    return indexes
  }

  rankAt(index: number): number {
    const page = index >>> PAGE_BITS
    const bit = index & IN_PAGE
    const bits = this.#kept[page] ?? 0
    return ((bits >>> bit) & 1) === 0 ? -1 : (this.#pageRanks[page] ?? 0) + setBits(bits & ((1 << bit) - 1))
  }

  digest(): string {
    const width = this.#width
    const hash = createHash('sha256')
    const lanes = new Int32Array(Math.min(this.#rankedSize, DIGEST_KEYS) * width)
    for (let start = 0; start < this.#rankedSize; start += DIGEST_KEYS) {
      const indexes = this.indexesOfRanks(start, start + DIGEST_KEYS)
      for (let i = 0; i < indexes.length; i++) {
        const index = indexes[i] ?? 0
        for (let lane = 0; lane < width; lane++) lanes[i * width + lane] = this.#pages.laneAt(index >>> PAGE_BITS, lane)
        lanes[i * width + width - 2] = (lanes[i * width + width - 2] ?? 0) | (index & IN_PAGE)
      }
      hash.update(lanes.subarray(0, indexes.length * width))
    }
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
    const low = wanted[last] ?? 0
    this.#wantedBit = low & IN_PAGE
    wanted[last] = low & ~IN_PAGE
    return true
  }

  #keptBits(isLeftOut: (index: number) => boolean): Uint16Array {
    const kept = this.#bits.slice(0, this.#pages.size)
    for (const index of this.indexes()) {
      const page = index >>> PAGE_BITS
      if (isLeftOut(index)) kept[page] = (kept[page] ?? 0) & ~(1 << (index & IN_PAGE))
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

  #growBits(): void {
    if (this.#bits.length >= MOST_PAGES)
      throw new ExportError('ERR_EXPORT_LIMIT', `a table has keys on more than ${MOST_PAGES} pages of ${PAGE_KEYS}`, {
        step: 'closure',
        remedy: 'Lower keyMemoryBytes, so that its keys move to a file.',
      })
    this.#bits = grownUint16(this.#bits, Math.min(MOST_PAGES, this.#bits.length * 2))
    this.#kept = this.#bits
  }
}

function valueOf(low: number, high: number): bigint {
  if (high >= -0x200000 && high < 0x200000) return BigInt(high * TWO_32 + (low >>> 0))
  return (BigInt(high) << 32n) | BigInt(low >>> 0)
}
