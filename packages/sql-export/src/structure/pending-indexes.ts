// Indexes that wait for their turn: a bit each, taken in an order that the taker gives.
import { grownInt32, grownUint16 } from './grown.ts'

const CHUNK_BITS = 4
const CHUNK = 1 << CHUNK_BITS
const FIRST_CHUNKS = 64

/**
 * A set of indexes. They are taken chunk by chunk of 16 neighbours: the chunks that wait are put in order once, and those that come
 * meanwhile have the next turn. So a table whose keys are referred to at random is read from its first key to its last.
 */
export class PendingIndexes {
  #bits = new Uint16Array(FIRST_CHUNKS)
  #waiting: Int32Array<ArrayBuffer> = new Int32Array(FIRST_CHUNKS)
  #waitingSize = 0
  #turn = new Int32Array(0)
  #turnAt = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#bits.byteLength + this.#waiting.byteLength + this.#turn.byteLength
  }

  add(index: number): void {
    const chunk = index >>> CHUNK_BITS
    if (chunk >= this.#bits.length) this.#bits = grownUint16(this.#bits, Math.max(this.#bits.length * 2, chunk + 1))
    const before = this.#bits[chunk] ?? 0
    const bit = 1 << (index & (CHUNK - 1))
    if ((before & bit) !== 0) return
    this.#bits[chunk] = before | bit
    this.#size++
    if (before !== 0) return // it waits, or has its turn
    if (this.#waitingSize === this.#waiting.length) this.#waiting = grownInt32(this.#waiting, this.#waitingSize * 2)
    this.#waiting[this.#waitingSize++] = chunk
  }

  /** @param compare - orders two indexes. Without it they come as their chunks arrived. */
  take(limit: number, compare?: (a: number, b: number) => number): number[] {
    const taken: number[] = []
    while (taken.length < limit && this.#size > 0) {
      if (this.#turnAt === this.#turn.length) this.#nextTurn(compare)
      const chunk = this.#turn[this.#turnAt] ?? 0
      let bits = this.#bits[chunk] ?? 0
      for (; bits !== 0 && taken.length < limit; bits &= bits - 1) {
        taken.push(chunk * CHUNK + 31 - Math.clz32(bits & -bits))
        this.#size--
      }
      this.#bits[chunk] = bits
      if (bits === 0) this.#turnAt++
    }
    if (this.#size === 0) this.#letGo()
    return taken
  }

  #nextTurn(compare: ((a: number, b: number) => number) | undefined): void {
    this.#turn = this.#waiting.slice(0, this.#waitingSize)
    this.#turnAt = 0
    this.#waitingSize = 0
    if (compare === undefined) return
    const turn = this.#turn
    for (let i = 1; i < turn.length; i++) {
      if (compare((turn[i - 1] ?? 0) * CHUNK, (turn[i] ?? 0) * CHUNK) < 0) continue
      turn.sort((a, b) => compare(a * CHUNK, b * CHUNK))
      return
    }
  }

  /** Of what was needed for many, nothing is kept. */
  #letGo(): void {
    this.#turn = new Int32Array(0)
    this.#turnAt = 0
    this.#waitingSize = 0
    if (this.#waiting.length > FIRST_CHUNKS) this.#waiting = new Int32Array(FIRST_CHUNKS)
  }
}
