// Where young pending promises are held: lists of chunks that are made, filled and dropped while they are young themselves.

/** Promises that one chunk has room for; a promise keeps its place in it in eight bits. */
export const CHUNK_PROMISES = 256

/** Copied for each chunk. */
const EMPTY: readonly undefined[] = Array.from({ length: CHUNK_PROMISES }, () => undefined)

/**
 * A run of places, each used once. A store of a young promise into an old object costs the collector, so a chunk is not used again: when
 * all of its promises have settled it is garbage. hot: benchmarks/eventloop/promise-then
 */
export class Chunk<P> {
  readonly items: (P | undefined)[] = EMPTY.slice()
  readonly list: ChunkList<P>
  /** Places given out. */
  used = 0
  /** Places given back. */
  left = 0
  /** No promise lies before this place. Moved by whoever empties the list. */
  read = 0
  previous: Chunk<P> | undefined = undefined
  next: Chunk<P> | undefined = undefined

  constructor(list: ChunkList<P>) {
    this.list = list
  }
}

/** Chunks in order of making. */
export class ChunkList<P> {
  #first: Chunk<P> | undefined = undefined
  #last: Chunk<P> | undefined = undefined

  /** Adds an empty chunk behind the others. */
  open(): Chunk<P> {
    const chunk = new Chunk<P>(this)
    const last = this.#last
    chunk.previous = last
    if (last === undefined) this.#first = chunk
    else last.next = chunk
    this.#last = chunk
    return chunk
  }

  /** Lets go of a chunk. */
  drop(chunk: Chunk<P>): void {
    const { previous, next } = chunk
    if (previous === undefined) this.#first = next
    else previous.next = next
    if (next === undefined) this.#last = previous
    else next.previous = previous
    chunk.previous = undefined
    chunk.next = undefined
  }

  /** The earliest promise, and drops what lies empty before it. */
  peek(): P | undefined {
    for (;;) {
      const chunk = this.#first
      if (chunk === undefined) return undefined
      while (chunk.read < chunk.used) {
        const item = chunk.items[chunk.read]
        if (item !== undefined) return item
        chunk.read++
      }
      this.drop(chunk)
    }
  }

  /** A chunk with room at the end. */
  room(): Chunk<P> {
    const last = this.#last
    return last === undefined || last.used === CHUNK_PROMISES ? this.open() : last
  }
}
