// The rejected design, kept to be measured: one ring for all producers, who reserve slots by compare-and-swap.

const TAIL = 0
const HEAD = 32
const HEADER_WORDS = 64

/** Slots of four words: sequence, two words of content, unused. A slot is readable once its sequence is its index plus one. */
export class CasRing {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #mask: number
  #head = 0

  constructor(capacity: number, buffer: SharedArrayBuffer = new SharedArrayBuffer(HEADER_WORDS * 4 + capacity * 16)) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
    this.#mask = capacity - 1
  }

  /** @returns `false` if the ring is full. */
  submit(first: number, second: number): boolean {
    const words = this.#words
    let tail = Atomics.load(words, TAIL)
    for (;;) {
      if (tail - Atomics.load(words, HEAD) > this.#mask) return false
      const seen = Atomics.compareExchange(words, TAIL, tail, tail + 1)
      if (seen === tail) break
      tail = seen
    }
    const at = HEADER_WORDS + ((tail & this.#mask) << 2)
    words[at + 1] = first
    words[at + 2] = second
    Atomics.store(words, at, tail + 1)
    return true
  }

  /** Takes one record, if the next slot is filled. @returns whether it was. */
  take(handler: (first: number, second: number) => void): boolean {
    const words = this.#words
    const at = HEADER_WORDS + ((this.#head & this.#mask) << 2)
    if (Atomics.load(words, at) !== this.#head + 1) return false
    const first = words[at + 1] as number
    const second = words[at + 2] as number
    this.#head++
    if ((this.#head & 63) === 0) this.publish()
    handler(first, second)
    return true
  }

  publish(): void {
    Atomics.store(this.#words, HEAD, this.#head)
  }
}
