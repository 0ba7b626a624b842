// The set of keys of one table, where every component is a 64-bit integer.
import { createHash } from 'node:crypto'
import type { Cell } from '../vocabulary/cell.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { dropInt32, grownInt32 } from './grown.ts'
import type { KeyStore } from './key-store.ts'
import { TextKeyStore } from './key-store.ts'

/** Makes the store that suits a key: lanes of 32 bits for integers, canonical texts for the rest. */
export function createKeyStore(kinds: readonly ValueKind[]): KeyStore {
  return hasLanes(kinds) ? new IntegerKeyStore(kinds.length) : new TextKeyStore(kinds.length)
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

/** Open addressing over two 32-bit lanes a component, low and high. hot: benchmarks/sql-export/sqlite-sqlite-200k */
export class IntegerKeyStore implements KeyStore {
  readonly #width: number
  #slots = new Int32Array(1024)
  /** Components of key `i` begin at `i * width * 2`. */
  #lanes: Int32Array<ArrayBuffer>
  /** The key that is looked for. */
  readonly #wanted: Int32Array
  #size = 0
  #ranked = new Int32Array(0)
  #ranks = new Int32Array(0)

  constructor(components: number) {
    this.#width = components * 2
    this.#lanes = new Int32Array(512 * this.#width)
    this.#wanted = new Int32Array(this.#width)
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#lanes.byteLength
  }

  find(cells: readonly Cell[], offset: number): number {
    if (!this.#want(cells, offset)) return -1
    return (this.#slots[this.#slotOf(this.#wanted, 0)] ?? 0) - 1
  }

  add(cells: readonly Cell[], offset: number): number {
    if (!this.#want(cells, offset)) throw new TypeError('an integer key was expected')
    const slot = this.#slotOf(this.#wanted, 0)
    const found = this.#slots[slot] ?? 0
    if (found !== 0) return found - 1
    const index = this.#size++
    const at = index * this.#width
    if (at === this.#lanes.length) this.#growLanes()
    this.#lanes.set(this.#wanted, at)
    this.#slots[slot] = index + 1
    if (this.#size * 2 > this.#slots.length) this.#growSlots()
    return index
  }

  keyAt(index: number): Cell[] {
    const end = (index + 1) * this.#width
    const key: Cell[] = []
    for (let at = index * this.#width; at < end; at += 2) key.push(valueOf(this.#lanes[at] ?? 0, this.#lanes[at + 1] ?? 0))
    return key
  }

  freeze(isLeftOut: (index: number) => boolean = () => false): void {
    const ranked = new Int32Array(this.#size)
    let kept = 0
    let isSorted = true
    for (let i = 0; i < this.#size; i++) {
      if (isLeftOut(i)) continue
      if (isSorted && kept > 0 && this.compare(ranked[kept - 1] ?? 0, i) > 0) isSorted = false
      ranked[kept++] = i
    }
    this.#ranked = ranked.subarray(0, kept)
    if (!isSorted) this.#ranked.sort((a, b) => this.compare(a, b))
    this.#ranks = new Int32Array(this.#size).fill(-1)
    for (let rank = 0; rank < this.#ranked.length; rank++) this.#ranks[this.#ranked[rank] ?? 0] = rank
  }

  /** Orders two keys, by their indexes. */
  compare(a: number, b: number): number {
    const lanes = this.#lanes
    const first = a * this.#width
    const second = b * this.#width
    for (let i = 0; i < this.#width; i += 2) {
      const order =
        (lanes[first + i + 1] ?? 0) - (lanes[second + i + 1] ?? 0) ||
        ((lanes[first + i] ?? 0) >>> 0) - ((lanes[second + i] ?? 0) >>> 0)
      if (order !== 0) return order
    }
    return 0
  }

  ranked(): Int32Array {
    return this.#ranked
  }

  rankAt(index: number): number {
    return this.#ranks[index] ?? -1
  }

  digest(): string {
    const width = this.#width
    const hash = createHash('sha256')
    const lanes = new Int32Array(Math.min(this.#ranked.length, DIGEST_KEYS) * width)
    for (let start = 0; start < this.#ranked.length; start += DIGEST_KEYS) {
      const end = Math.min(this.#ranked.length, start + DIGEST_KEYS)
      for (let rank = start; rank < end; rank++) {
        const from = (this.#ranked[rank] ?? 0) * width
        for (let i = 0; i < width; i++) lanes[(rank - start) * width + i] = this.#lanes[from + i] ?? 0
      }
      hash.update(lanes.subarray(0, (end - start) * width))
    }
    return hash.digest('hex')
  }

  #want(cells: readonly Cell[], offset: number): boolean {
    for (let i = 0; i * 2 < this.#width; i++) {
      const cell = cells[offset + i]
      if (typeof cell !== 'bigint') return false
      const number = Number(cell)
      const isSafe = Number.isSafeInteger(number)
      this.#wanted[i * 2] = isSafe ? number | 0 : Number(BigInt.asIntN(32, cell))
      this.#wanted[i * 2 + 1] = isSafe ? Math.floor(number / TWO_32) : Number(BigInt.asIntN(32, cell >> 32n))
    }
    return true
  }

  /** The slot of the key whose lanes begin at `at`, or the free one where it would go. */
  #slotOf(lanes: Int32Array, at: number): number {
    const width = this.#width
    const mask = this.#slots.length - 1
    let hash = 0
    for (let i = 0; i < width; i += 2) {
      hash = Math.imul(hash ^ (lanes[at + i] ?? 0) ^ Math.imul(lanes[at + i + 1] ?? 0, 0x9e3779b1), 0x85ebca6b)
      hash ^= hash >>> 15
    }
    let slot = hash & mask
    for (;;) {
      const found = this.#slots[slot] ?? 0
      if (found === 0) return slot
      const other = (found - 1) * width
      let i = 0
      while (i < width && this.#lanes[other + i] === lanes[at + i]) i++
      if (i === width) return slot
      slot = (slot + 1) & mask
    }
  }

  #growLanes(): void {
    this.#lanes = grownInt32(this.#lanes, this.#lanes.length * 2)
  }

  #growSlots(): void {
    const length = this.#slots.length * 2
    dropInt32(this.#slots) // all are found again from the lanes
    this.#slots = new Int32Array(length)
    for (let i = 0; i < this.#size; i++) this.#slots[this.#slotOf(this.#lanes, i * this.#width)] = i + 1
  }
}

function valueOf(low: number, high: number): bigint {
  if (high >= -0x200000 && high < 0x200000) return BigInt(high * TWO_32 + (low >>> 0))
  return (BigInt(high) << 32n) | BigInt(low >>> 0)
}
