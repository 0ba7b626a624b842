// The consuming half of a ring: takes records in order, gives room back, and ends the ring by its closed bit.
import { LoopError } from '../errors.ts'
import {
  CLOSED,
  CLOSED_BIT,
  COMMAND_MASK,
  CONTROLS,
  DECISION,
  HEAD,
  INDEX_MASK,
  KIND_CONTROL,
  KIND_SHIFT,
  KIND_VOID,
  OPEN,
  PAYLOAD_HEAD,
  TAIL,
  UNDECIDED,
  WAITER,
} from './layout.ts'
import type { RingMemory } from './ring-memory.ts'
import { aligned } from './ring-writer.ts'

/** Records after which the producer learns of the room they left (I-8). */
const PUBLISH_EVERY = 64

/** Owned by the loop's thread. hot: benchmarks/eventloop/ingress-fixed. Trusts no number that it reads from shared memory. */
export class RingReader {
  readonly #header: Int32Array
  readonly #slots: Int32Array
  readonly #floats: Float64Array
  readonly #payload: Buffer
  readonly #capacity: number
  readonly #payloadBytes: number
  #head: number
  #unpublished = 0
  #payloadHead: number
  /** Index up to which control records were looked for. */
  #scanned: number
  #controlsSeen: number

  constructor(memory: RingMemory) {
    this.#header = memory.header
    this.#slots = memory.slots
    this.#floats = memory.floats
    this.#payload = memory.payload
    this.#capacity = memory.capacity
    this.#payloadBytes = memory.payloadBytes
    this.#head = Atomics.load(memory.header, HEAD) & INDEX_MASK
    this.#payloadHead = Atomics.load(memory.header, PAYLOAD_HEAD) & INDEX_MASK
    this.#scanned = this.#head
    this.#controlsSeen = 0
  }

  /**
   * Looks at the tail: how many records may be read now.
   *
   * @throws LoopError `ERR_INGRESS_PROTOCOL` if the tail is no index that the producer could have reached.
   */
  count(): number {
    const count = ((Atomics.load(this.#header, TAIL) & INDEX_MASK) - this.#head) & INDEX_MASK
    if (count > this.#capacity) throw corrupt(`it holds ${count} records of at most ${this.#capacity}`)
    return count
  }

  /** Command and kind of the next record, as {@link layout} packs them. Valid only while {@link count} is above 0. */
  get word(): number {
    return this.#slots[(this.#head & (this.#capacity - 1)) << 2] as number
  }

  get first(): number {
    return this.#slots[((this.#head & (this.#capacity - 1)) << 2) + 2] as number
  }

  get second(): number {
    return this.#slots[((this.#head & (this.#capacity - 1)) << 2) + 3] as number
  }

  get float(): number {
    return this.#floats[((this.#head & (this.#capacity - 1)) << 1) + 1] as number
  }

  /** Whether the next record, of a kind that may have none, has a payload. */
  get hasPayload(): boolean {
    return this.#slots[((this.#head & (this.#capacity - 1)) << 2) + 1] !== 0
  }

  /**
   * Length of the next record's payload.
   *
   * @throws LoopError `ERR_INGRESS_PROTOCOL` if length and place are not what the records before it imply.
   */
  get length(): number {
    const at = (this.#head & (this.#capacity - 1)) << 2
    const length = this.#slots[at + 1] as number
    if (length < 0 || length > this.#payloadBytes >>> 1) throw corrupt(`a payload has ${length} bytes`)
    if (this.#slots[at + 2] !== this.#offsetOf(length)) throw corrupt(`a payload lies at ${this.#slots[at + 2]}`)
    return length
  }

  /** Where the next record's payload lies; computed from the positions seen so far, never taken from shared memory. */
  get offset(): number {
    return this.#offsetOf(this.#slots[((this.#head & (this.#capacity - 1)) << 2) + 1] as number)
  }

  #offsetOf(length: number): number {
    const offset = this.#payloadHead & (this.#payloadBytes - 1)
    return aligned(length) <= this.#payloadBytes - offset ? offset : 0
  }

  /** Moves past a record without payload. */
  advance(): void {
    this.#head = (this.#head + 1) & INDEX_MASK
    if (++this.#unpublished === PUBLISH_EVERY) this.#publishInPassing()
  }

  /** Moves past a record whose payload of `length` bytes was copied out. */
  advancePayload(length: number): void {
    const offset = this.#payloadHead & (this.#payloadBytes - 1)
    const rest = this.#payloadBytes - offset
    const skipped = aligned(length) <= rest ? 0 : rest
    this.#payloadHead = (this.#payloadHead + skipped + aligned(length)) & INDEX_MASK
    this.advance()
  }

  /** Lets the producer reuse what was read, and wakes it if it waits for room. */
  publish(): void {
    if (this.#unpublished > 0) this.#publishHead()
    this.#notifyWaiter()
  }

  #publishHead(): void {
    this.#unpublished = 0
    Atomics.store(this.#header, PAYLOAD_HEAD, this.#payloadHead)
    Atomics.store(this.#header, HEAD, this.#head)
  }

  /**
   * As {@link publish}, while more is to be read. A producer that waits is let sleep until half of the ring is free: woken for
   * 64 records it would fill them and sleep again, a change of threads each time.
   */
  #publishInPassing(): void {
    this.#publishHead()
    const held = ((Atomics.load(this.#header, TAIL) & INDEX_MASK) - this.#head) & INDEX_MASK
    if (held <= this.#capacity >>> 1) this.#notifyWaiter()
  }

  #notifyWaiter(): void {
    if (Atomics.load(this.#header, WAITER) !== 0 && Atomics.exchange(this.#header, WAITER, 0) !== 0)
      Atomics.notify(this.#header, WAITER)
  }

  /**
   * Calls `found` for each control record that was published since the last call, in order, and voids it, so that it is only
   * skipped when its place comes. `value` is its number; `list` its numbers, for a record with payload. Costs one load while
   * none was published.
   *
   * @throws LoopError `ERR_INGRESS_PROTOCOL` if a payload lies outside the ring.
   */
  scanControls(found: (command: number, value: number, list: Float64Array | undefined) => void): void {
    const controls = Atomics.load(this.#header, CONTROLS)
    if (controls === this.#controlsSeen) return
    const available = this.count()
    const behind = (this.#scanned - this.#head) & INDEX_MASK
    for (let ahead = behind <= available ? behind : 0; ahead < available; ahead++) {
      const index = (this.#head + ahead) & (this.#capacity - 1)
      const word = this.#slots[index << 2] as number
      if (word >>> KIND_SHIFT !== KIND_CONTROL) continue
      const length = this.#slots[(index << 2) + 1] as number
      const value = this.#floats[(index << 1) + 1] as number
      const list = length === 0 ? undefined : this.#listAt(this.#slots[(index << 2) + 2] as number, length)
      this.#slots[index << 2] = KIND_VOID << KIND_SHIFT
      this.#controlsSeen = (this.#controlsSeen + 1) | 0
      this.#scanned = (this.#head + ahead + 1) & INDEX_MASK
      found(word & COMMAND_MASK, value, list)
    }
    this.#scanned = (this.#head + available) & INDEX_MASK
  }

  /** The scan runs ahead of the payload positions, so here the place is taken from the slot, and checked. */
  #listAt(offset: number, length: number): Float64Array {
    const inside = length > 0 && length % 8 === 0 && offset >= 0 && offset % 8 === 0 && offset + length <= this.#payloadBytes
    if (!inside) throw corrupt(`a control record has ${length} bytes at ${offset}`)
    return new Float64Array(this.#payload.buffer, this.#payload.byteOffset + offset, length / 8).slice()
  }

  get closed(): boolean {
    return (Atomics.load(this.#header, TAIL) & CLOSED_BIT) !== 0 && Atomics.load(this.#header, DECISION) === CLOSED
  }

  /** Ends the ring: no record is accepted after this, and every one accepted before is still there to be read. */
  close(): void {
    Atomics.store(this.#header, DECISION, CLOSED)
    Atomics.or(this.#header, TAIL, CLOSED_BIT)
    Atomics.notify(this.#header, DECISION)
    this.#notifyWaiter()
  }

  /**
   * Ends the ring for the time being, if it is empty (L-18). A producer that meets the bit waits until {@link close} or
   * {@link reopen} says what it meant.
   *
   * @returns `false`, and the ring is as it was, if a record was published first.
   */
  tryCloseEmpty(): boolean {
    const decision = Atomics.compareExchange(this.#header, DECISION, OPEN, UNDECIDED)
    const tail = Atomics.compareExchange(this.#header, TAIL, this.#head, this.#head | CLOSED_BIT)
    if (tail === this.#head || tail === (this.#head | CLOSED_BIT)) return true
    if (decision === OPEN) this.#decideOpen()
    return false
  }

  /** Withdraws {@link tryCloseEmpty}. Does nothing to a ring that its producer has closed meanwhile. */
  reopen(): void {
    if (Atomics.load(this.#header, DECISION) !== UNDECIDED) return
    Atomics.and(this.#header, TAIL, INDEX_MASK)
    this.#decideOpen()
  }

  #decideOpen(): void {
    Atomics.store(this.#header, DECISION, OPEN)
    Atomics.notify(this.#header, DECISION)
  }
}

function corrupt(what: string): LoopError {
  return new LoopError('ERR_INGRESS_PROTOCOL', `the shared memory of an ingress ring is corrupt: ${what}; the port was closed`)
}
