// Numbers without gaps for numbers with gaps.

const CHUNK_BITS = 4
const CHUNK = 1 << CHUNK_BITS

/** Numbers some ascending indexes from 0 on. Takes six bytes for sixteen numbers below `span`. */
export class DenseNumbers {
  readonly #bits: Uint16Array
  /** Indexes before each chunk. */
  readonly #before: Int32Array

  constructor(indexes: Iterable<number>, span: number) {
    const chunks = Math.ceil(span / CHUNK)
    this.#bits = new Uint16Array(chunks)
    this.#before = new Int32Array(chunks + 1)
    for (const index of indexes) {
      const chunk = index >>> CHUNK_BITS
      this.#bits[chunk] = (this.#bits[chunk] ?? 0) | (1 << (index & (CHUNK - 1)))
      this.#before[chunk + 1] = (this.#before[chunk + 1] ?? 0) + 1
    }
    for (let chunk = 0; chunk < chunks; chunk++)
      this.#before[chunk + 1] = (this.#before[chunk + 1] ?? 0) + (this.#before[chunk] ?? 0)
  }

  /** The number of an index; of what is none, that of the next index. */
  of(index: number): number {
    const chunk = index >>> CHUNK_BITS
    return (this.#before[chunk] ?? 0) + setBits((this.#bits[chunk] ?? 0) & ((1 << (index & (CHUNK - 1))) - 1))
  }
}

/** How many bits of 32 are set. */
export function setBits(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
