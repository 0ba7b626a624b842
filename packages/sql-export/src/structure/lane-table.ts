// Tuples of 32-bit lanes, numbered in order of arrival, and found by value.
import { dropInt32, grownInt32 } from './grown.ts'

const FIRST_SLOTS = 1024
/** Of eight slots, so many are taken at most. */
const FULL = 5

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
  /** Tuple `i` begins at `i * stride`. */
  #lanes: Int32Array<ArrayBuffer>
  #size = 0

  constructor(width: number, hasWord = false) {
    this.#width = width
    this.#stride = hasWord ? width + 1 : width
    this.#lanes = new Int32Array((FIRST_SLOTS / 2) * this.#stride)
    this.wanted = new Int32Array(width)
  }

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#lanes.byteLength
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
    const at = index * this.#stride
    if (at === this.#lanes.length) this.#growLanes()
    for (let i = 0; i < this.#width; i++) this.#lanes[at + i] = this.wanted[i] ?? 0
    this.#slots[slot] = index + 1
    if (this.#size * 8 > this.#slots.length * FULL) this.#growSlots()
    return index
  }

  /** Whether tuple `index` is the wanted one. */
  isWanted(index: number): boolean {
    const at = index * this.#stride
    for (let i = 0; i < this.#width; i++) if (this.#lanes[at + i] !== this.wanted[i]) return false
    return true
  }

  laneAt(index: number, lane: number): number {
    return this.#lanes[index * this.#stride + lane] ?? 0
  }

  wordAt(index: number): number {
    return this.#lanes[index * this.#stride + this.#width] ?? 0
  }

  setWord(index: number, word: number): void {
    this.#lanes[index * this.#stride + this.#width] = word
  }

  /** The slot of the tuple that begins at `at`, or the free one where it would go. */
  #slotOf(lanes: Int32Array, at: number): number {
    const width = this.#width
    const stride = this.#stride
    const slots = this.#slots
    const known = this.#lanes
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
      const other = (found - 1) * stride
      let i = 0
      while (i < width && known[other + i] === lanes[at + i]) i++
      if (i === width) return slot
      slot = (slot + 1) & mask
    }
  }

  /** By half: what is reserved and not used stays small. */
  #growLanes(): void {
    const tuples = this.#lanes.length / this.#stride
    this.#lanes = grownInt32(this.#lanes, (tuples + (tuples >> 1)) * this.#stride)
  }

  #growSlots(): void {
    const length = this.#slots.length * 2
    dropInt32(this.#slots) // all are found again from the lanes
    this.#slots = new Int32Array(length)
    for (let i = 0; i < this.#size; i++) this.#slots[this.#slotOf(this.#lanes, i * this.#stride)] = i + 1
  }
}
