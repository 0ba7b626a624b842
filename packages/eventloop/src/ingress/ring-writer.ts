// The producing half of a ring: reserves room, fills slots, and publishes by a compare-exchange that a closed bit defeats.
import { LoopError } from '../errors.ts'
import {
  CLOSED,
  CLOSED_BIT,
  CONTROLS,
  DECISION,
  HEAD,
  INDEX_MASK,
  KIND_FIXED,
  KIND_FLOAT,
  KIND_SHIFT,
  OPEN,
  PAYLOAD_ALIGN,
  PAYLOAD_HEAD,
  TAIL,
  UNDECIDED,
} from './layout.ts'
import type { RingMemory } from './ring-memory.ts'

/** How long one look at an undecided end may block; the loop decides within one synchronous stretch, so this is for a loop that died in it. */
const DECISION_WAIT_MS = 1000
const DECISION_LOOKS = 64

/** Owned by one thread. hot: benchmarks/eventloop/ingress-fixed. Slots are plain writes, ordered by the exchange of the tail. */
export class RingWriter {
  readonly #header: Int32Array
  readonly #slots: Int32Array
  readonly #floats: Float64Array
  readonly #capacity: number
  readonly #payloadBytes: number
  /** Index after the last record written, published or not. */
  #tail: number
  #published: number
  #head: number
  #payloadTail: number
  #payloadHead: number

  constructor(memory: RingMemory) {
    this.#header = memory.header
    this.#slots = memory.slots
    this.#floats = memory.floats
    this.#capacity = memory.capacity
    this.#payloadBytes = memory.payloadBytes
    this.#tail = Atomics.load(memory.header, TAIL) & INDEX_MASK
    this.#published = this.#tail
    this.#head = Atomics.load(memory.header, HEAD)
    this.#payloadHead = Atomics.load(memory.header, PAYLOAD_HEAD)
    this.#payloadTail = this.#payloadHead
  }

  /** Whether one more record fits. */
  hasSlot(): boolean {
    if (((this.#tail - this.#head) & INDEX_MASK) < this.#capacity) return true
    this.#head = Atomics.load(this.#header, HEAD)
    return ((this.#tail - this.#head) & INDEX_MASK) < this.#capacity
  }

  /**
   * Where `length` bytes of payload may be written, in one piece: after the previous payload, or at the start of the byte
   * ring if the piece left at its end is too short.
   *
   * @returns an offset, or -1 if there is no room for them yet. Nothing is taken until {@link writePayload}.
   */
  findPayload(length: number): number {
    const size = aligned(length)
    const offset = this.#payloadTail & (this.#payloadBytes - 1)
    const rest = this.#payloadBytes - offset
    const skipped = size <= rest ? 0 : rest
    if (this.#freeBytes() < skipped + size) {
      this.#payloadHead = Atomics.load(this.#header, PAYLOAD_HEAD)
      if (this.#freeBytes() < skipped + size) return -1
    }
    return skipped === 0 ? offset : 0
  }

  #freeBytes(): number {
    return this.#payloadBytes - ((this.#payloadTail - this.#payloadHead) & INDEX_MASK)
  }

  writeFixed(command: number, first: number, second: number): void {
    const at = (this.#tail & (this.#capacity - 1)) << 2
    const slots = this.#slots
    slots[at] = command | (KIND_FIXED << KIND_SHIFT)
    slots[at + 1] = 0
    slots[at + 2] = first
    slots[at + 3] = second
    this.#tail = (this.#tail + 1) & INDEX_MASK
  }

  writeFloat(command: number, value: number, kind: number = KIND_FLOAT): void {
    const index = this.#tail & (this.#capacity - 1)
    this.#slots[index << 2] = command | (kind << KIND_SHIFT)
    this.#slots[(index << 2) + 1] = 0
    this.#floats[(index << 1) + 1] = value
    this.#tail = (this.#tail + 1) & INDEX_MASK
  }

  /** Takes the bytes at `offset`, which {@link findPayload} gave and the caller has filled, into a record. */
  writePayload(command: number, kind: number, offset: number, length: number): void {
    const before = this.#payloadTail & (this.#payloadBytes - 1)
    const skipped = offset === before ? 0 : this.#payloadBytes - before
    this.#payloadTail = (this.#payloadTail + skipped + aligned(length)) & INDEX_MASK
    const at = (this.#tail & (this.#capacity - 1)) << 2
    const slots = this.#slots
    slots[at] = command | (kind << KIND_SHIFT)
    slots[at + 1] = length
    slots[at + 2] = offset
    slots[at + 3] = this.#payloadTail
    this.#tail = (this.#tail + 1) & INDEX_MASK
  }

  /** Announces a control record that is written but not yet published, so that the poll phase looks for it. */
  countControl(): void {
    Atomics.add(this.#header, CONTROLS, 1)
  }

  /**
   * Makes everything written visible, or nothing of it. When an undecided end is in the way this waits for the decision.
   *
   * @throws LoopError `ERR_INGRESS_CLOSED` if the ring was closed before; the loop will read none of these records.
   */
  publish(): void {
    if (Atomics.compareExchange(this.#header, TAIL, this.#published, this.#tail) !== this.#published) this.#publishAgain()
    this.#published = this.#tail
  }

  #publishAgain(): void {
    for (let look = 0; look < DECISION_LOOKS; look++) {
      const tail = Atomics.load(this.#header, TAIL)
      if (tail >= 0) {
        if (tail !== this.#published) break
        if (Atomics.compareExchange(this.#header, TAIL, tail, this.#tail) === tail) return
        continue
      }
      const decision = Atomics.load(this.#header, DECISION)
      if (decision === CLOSED) {
        this.#tail = this.#published
        throw new LoopError(
          'ERR_INGRESS_CLOSED',
          'the ingress port is closed; the loop reads what was accepted before, and nothing after',
        )
      }
      if (decision === UNDECIDED) Atomics.wait(this.#header, DECISION, UNDECIDED, DECISION_WAIT_MS)
    }
    this.#tail = this.#published
    throw new LoopError(
      'ERR_INGRESS_PROTOCOL',
      'the header of the ingress ring is corrupt: its tail is not where this producer left it; claim one port per thread',
    )
  }

  /** Whether the ring is closed for good. An undecided end is none. */
  get closed(): boolean {
    return (Atomics.load(this.#header, TAIL) & CLOSED_BIT) !== 0 && Atomics.load(this.#header, DECISION) === CLOSED
  }

  /** Ends the ring from the producing side: what is published is read, then the port closes. Waits for an undecided end. */
  close(): void {
    for (let look = 0; look < DECISION_LOOKS; look++) {
      const decision = Atomics.compareExchange(this.#header, DECISION, OPEN, CLOSED)
      if (decision !== UNDECIDED) break
      Atomics.wait(this.#header, DECISION, UNDECIDED, DECISION_WAIT_MS)
    }
    Atomics.or(this.#header, TAIL, CLOSED_BIT)
  }
}

/** Bytes that a payload takes in the byte ring. */
export function aligned(length: number): number {
  return (length + PAYLOAD_ALIGN - 1) & -PAYLOAD_ALIGN
}
