// Tuples of 32-bit lanes, numbered in order of arrival, and found by value.
import { dropInt32, grownInt32 } from './grown.ts'

const FIRST_SLOTS = 1024
/** Of eight slots, so many are taken at most. */
const FULL = 5
/**
 * Tuples of one array. Tuples are never moved from one array to a larger one, but for the first: the C library would keep much of what
 * large arrays leave behind.
 */
const CHUNK_BITS = 14
const CHUNK = 1 << CHUNK_BITS
const FIRST_TUPLES = 256

/**
 * Open addressing over tuples of one width. Whoever asks writes the tuple into `wanted` first. A tuple may have a word beside it, which
 * is 0 at first: in the same cache line, as most of the time of a look-up is waiting for memory.
 * hot: benchmarks/sql-export/key-store-10m
 */
export class LaneTable {
  readonly wanted: Int32Array
  readonly #width: number
  /** Lanes from one tuple to the next. */
  readonly #stride: number
  #slots = new Int32Array(FIRST_SLOTS)
  /** Tuple `i` is number `i % CHUNK` of array `i / CHUNK`. */
  readonly #chunks: Int32Array<ArrayBuffer>[]
  #size = 0

  constructor(width: number, hasWord = false) {
    this.#width = width
    this.#stride = hasWord ? width + 1 : width
    this.#chunks = [new Int32Array(FIRST_TUPLES * this.#stride)]
    this.wanted = new Int32Array(width)
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    const [first] = this.#chunks
    return this.#slots.byteLength + (first?.byteLength ?? 0) + (this.#chunks.length - 1) * CHUNK * this.#stride * 4
  }

  /** @returns the number of the tuple, or -1. */
  find(): number {
    return (this.#slots[this.#slotOf(this.wanted, 0)] ?? 0) - 1
  }

  /** Adds the tuple unless it is there. @returns its number, which is the former `size` if it is new. */
  add(): number {
    const slot = this.#slotOf(this.wanted, 0)
    const found = this.#slots[slot] ?? 0
    if (found !== 0) return found - 1
    const index = this.#size++
    const at = (index & (CHUNK - 1)) * this.#stride
    const lanes = this.#roomAt(index >>> CHUNK_BITS, at)
    for (let i = 0; i < this.#width; i++) lanes[at + i] = this.wanted[i] ?? 0
    this.#slots[slot] = index + 1
    if (this.#size * 8 > this.#slots.length * FULL) this.#growSlots()
    return index
  }

  /** Whether tuple `index` is the wanted one. */
  isWanted(index: number): boolean {
    const lanes = this.#lanesOf(index)
    const at = (index & (CHUNK - 1)) * this.#stride
    for (let i = 0; i < this.#width; i++) if (lanes[at + i] !== this.wanted[i]) return false
    return true
  }

  laneAt(index: number, lane: number): number {
    return this.#lanesOf(index)[(index & (CHUNK - 1)) * this.#stride + lane] ?? 0
  }

  wordAt(index: number): number {
    return this.#lanesOf(index)[(index & (CHUNK - 1)) * this.#stride + this.#width] ?? 0
  }

  setWord(index: number, word: number): void {
    this.#lanesOf(index)[(index & (CHUNK - 1)) * this.#stride + this.#width] = word
  }

  #lanesOf(index: number): Int32Array {
    return this.#chunks[index >>> CHUNK_BITS] as Int32Array
  }

  /** The slot of the tuple that begins at `at`, or the free one where it would go. */
  #slotOf(lanes: Int32Array, at: number): number {
    const width = this.#width
    const stride = this.#stride
    const slots = this.#slots
    const chunks = this.#chunks
    const mask = slots.length - 1
    let hash = 0
    for (let i = 0; i < width; i++) {
      hash = Math.imul(hash ^ (lanes[at + i] ?? 0), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    hash = Math.imul(hash, 0x85ebca6b)
    let slot = (hash ^ (hash >>> 13)) & mask
    for (;;) {
      const found = slots[slot] ?? 0
      if (found === 0) return slot
      const known = chunks[(found - 1) >>> CHUNK_BITS] as Int32Array
      const other = ((found - 1) & (CHUNK - 1)) * stride
      let i = 0
      while (i < width && known[other + i] === lanes[at + i]) i++
      if (i === width) return slot
      slot = (slot + 1) & mask
    }
  }

  /** The array that has room for a tuple at `at`. */
  #roomAt(chunk: number, at: number): Int32Array {
    const lanes = this.#chunks[chunk]
    if (lanes !== undefined && at < lanes.length) return lanes
    const room =
      lanes === undefined
        ? new Int32Array(CHUNK * this.#stride)
        : grownInt32(lanes, Math.min(CHUNK * this.#stride, lanes.length * 2))
    this.#chunks[chunk] = room
    return room
  }

  #growSlots(): void {
    const length = this.#slots.length * 2
    dropInt32(this.#slots) // all are found again from the lanes
    this.#slots = new Int32Array(length)
    for (let i = 0; i < this.#size; i++) {
      const at = (i & (CHUNK - 1)) * this.#stride
      this.#slots[this.#slotOf(this.#lanesOf(i), at)] = i + 1
    }
  }
}
