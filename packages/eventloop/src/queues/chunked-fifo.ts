// A FIFO in a list of fixed chunks: nothing is copied when it grows, and a burst is given back chunk by chunk.

/** Entries of one chunk. A power of two: `push` tells a new and a fresh chunk from the others by one mask. */
export const CHUNK_ENTRIES = 512
const MASK = CHUNK_ENTRIES - 1

/** Copied for each chunk: a copy of a packed array is the cheapest way to a full-size one. */
const EMPTY: readonly undefined[] = Array.from({ length: CHUNK_ENTRIES }, () => undefined)

class Chunk<T> {
  readonly items: (T | undefined)[] = EMPTY.slice()
  next: Chunk<T> | undefined = undefined
  /** Loop time when its first entry came. */
  firstAtMs = 0
}

/**
 * An unbounded FIFO. Positions lie in the queue itself, so that a push or a shift touches one object beside the chunk.
 * One emptied chunk is kept; all others are given back. hot: benchmarks/eventloop/submit-burst-1e6
 */
export class ChunkedFifo<T> {
  readonly #nowMs: () => number
  #head: Chunk<T> = new Chunk<T>()
  #tail: Chunk<T> = this.#head
  #spare: Chunk<T> | undefined = undefined
  #read = 0
  #write = 0
  #length = 0
  #pushed = 0

  /** @param nowMs - the loop's time, asked once a chunk. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get length(): number {
    return this.#length
  }

  /** How many entries were ever pushed: the sequence number that the next one gets. */
  get pushed(): number {
    return this.#pushed
  }

  /** The sequence number of the entry that `shift` would return. */
  get nextSequence(): number {
    return this.#pushed - this.#length
  }

  push(item: T): void {
    if ((this.#write & MASK) === 0) this.#openChunk()
    this.#tail.items[this.#write++] = item
    this.#length++
    this.#pushed++
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined
    const { items } = this.#head
    const item = items[this.#read]
    items[this.#read] = undefined
    this.#read++
    if (--this.#length === 0) {
      this.#read = 0
      this.#write = 0
    } else if (this.#read === CHUNK_ENTRIES) this.#dropChunk()
    return item
  }

  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#head.items[this.#read]
  }

  /** The entry with this sequence number. */
  at(sequence: number): T | undefined {
    return this.#find(sequence, (chunk, index) => chunk.items[index])
  }

  /** Puts `item` in place of the entry with this sequence number. @returns the old entry; `undefined` if it has left the queue. */
  replace(sequence: number, item: T): T | undefined {
    return this.#find(sequence, (chunk, index) => {
      const old = chunk.items[index]
      chunk.items[index] = item
      return old
    })
  }

  /** Milliseconds that the oldest entry has waited, exact to within a chunk; 0 if the queue is empty. */
  oldestAgeMs(nowMs: number): number {
    return this.#length === 0 ? 0 : Math.max(0, nowMs - this.#head.firstAtMs)
  }

  /** Chunks held now, the spare one included. */
  get chunks(): number {
    let count = this.#spare === undefined ? 0 : 1
    for (let chunk: Chunk<T> | undefined = this.#head; chunk !== undefined; chunk = chunk.next) count++
    return count
  }

  /** Drops everything. @returns how many entries there were. */
  clear(): number {
    const dropped = this.#length
    this.#head = new Chunk<T>()
    this.#tail = this.#head
    this.#spare = undefined
    this.#read = 0
    this.#write = 0
    this.#length = 0
    return dropped
  }

  /** Linear in the chunks before it. */
  #find(sequence: number, use: (chunk: Chunk<T>, index: number) => T | undefined): T | undefined {
    const first = this.#pushed - this.#length
    if (sequence < first || sequence >= this.#pushed) return undefined
    let index = sequence - first + this.#read
    let chunk: Chunk<T> | undefined = this.#head
    while (index >= CHUNK_ENTRIES && chunk !== undefined) {
      chunk = chunk.next
      index -= CHUNK_ENTRIES
    }
    return chunk === undefined ? undefined : use(chunk, index)
  }

  /** Called when the write position is at the start of an empty chunk or at the end of a full one. */
  #openChunk(): void {
    if (this.#write === CHUNK_ENTRIES) {
      const chunk = this.#spare ?? new Chunk<T>()
      this.#spare = undefined
      this.#tail.next = chunk
      this.#tail = chunk
      this.#write = 0
    }
    this.#tail.firstAtMs = this.#nowMs()
  }

  #dropChunk(): void {
    const empty = this.#head
    if (empty.next === undefined) throw new RangeError('a queue lost its tail')
    this.#head = empty.next
    this.#read = 0
    empty.next = undefined
    this.#spare ??= empty
  }
}
