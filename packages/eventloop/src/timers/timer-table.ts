// Timer storage: one slot a timer in typed arrays, a free list, generations that make an id unique.
import type { TimerId } from '../ids.ts'
import type { Entry } from '../queues/task.ts'

/** Slots that ids have room for; the wheel's lists share the rest of the 24 bits. */
export const MAX_TIMERS = 16_776_704
/** A slot whose generation has reached this is never used again. */
export const MAX_GENERATION: number = 2 ** 29 - 1
const ID_STEP = 2 ** 24
const FIRST_CAPACITY = 64

/** `place` of a slot that is in no list: free, or its one-shot callback is on the stack. */
export const FREE = -1
export const RUNNING = -2

export const UNREF = 1
export const INTERVAL = 2
export const GRID = 4
export const INTERNAL = 8

/** Structure of arrays; no clock, no order. hot: benchmarks/eventloop/timer-churn-1e5 */
export class TimerTable {
  deadline: Float64Array = new Float64Array(FIRST_CAPACITY)
  delayMs: Float64Array = new Float64Array(FIRST_CAPACITY)
  next: Int32Array = new Int32Array(FIRST_CAPACITY)
  prev: Int32Array = new Int32Array(FIRST_CAPACITY)
  place: Int16Array = new Int16Array(FIRST_CAPACITY)
  armedTurn: Int32Array = new Int32Array(FIRST_CAPACITY)
  flags: Uint8Array = new Uint8Array(FIRST_CAPACITY)
  callbacks: (Entry | undefined)[] = []
  #generation: Int32Array = new Int32Array(FIRST_CAPACITY)
  #free = FREE
  #live = 0
  #used = 0
  /** Generation that a slot starts with: above that of every slot that a shrink gave up. */
  #firstGeneration: number

  /** @param firstGeneration - for tests at the end of the id range. */
  constructor(firstGeneration = 1) {
    this.#firstGeneration = firstGeneration
  }

  get live(): number {
    return this.#live
  }

  get capacity(): number {
    return this.deadline.length
  }

  /** Takes a slot. @returns -1 if every slot is live or retired. */
  acquire(): number {
    let slot = this.#free
    if (slot === FREE) {
      slot = this.#used
      if (slot === this.deadline.length) {
        if (slot >= MAX_TIMERS) return -1
        this.#resize(Math.min(slot * 2, MAX_TIMERS))
      }
      this.#used++
      this.#generation[slot] = this.#firstGeneration
      this.callbacks.push(undefined)
    } else this.#free = this.next[slot] as number
    this.#live++
    return slot
  }

  /** Gives a slot back, or retires it when its generations are used up. Its callback is unreachable from here on. */
  release(slot: number): void {
    this.callbacks[slot] = undefined
    this.place[slot] = FREE
    this.#live--
    const generation = this.#generation[slot] as number
    this.#generation[slot] = generation + 1
    if (generation >= MAX_GENERATION) return
    this.next[slot] = this.#free
    this.#free = slot
  }

  /** Reads what firing will read, so that it is in the cache by then. */
  touch(slot: number): number {
    return (this.flags[slot] as number) ^ (this.#generation[slot] as number) ^ (this.callbacks[slot] === undefined ? 1 : 0)
  }

  idOf(slot: number): TimerId {
    return (slot + (this.#generation[slot] as number) * ID_STEP) as TimerId
  }

  /** The slot that `id` names. @returns -1 unless the timer is live. */
  slotOf(id: number): number {
    const generation = Math.floor(id / ID_STEP)
    const slot = id - generation * ID_STEP
    return slot < this.#used && this.#generation[slot] === generation && this.place[slot] !== FREE ? slot : -1
  }

  /** Slots that no id can be made of any more. Linear; for messages. */
  countRetired(): number {
    let retired = 0
    for (let slot = 0; slot < this.#used; slot++) if ((this.#generation[slot] as number) > MAX_GENERATION) retired++
    return retired
  }

  /** Halves the arrays if everything live lies in the lower half. @returns whether it did. */
  tryShrink(): boolean {
    const half = this.deadline.length / 2
    if (half < FIRST_CAPACITY || !Number.isInteger(half)) return false
    for (let slot = half; slot < this.#used; slot++) if (this.place[slot] !== FREE) return false
    let highest = this.#firstGeneration
    for (let slot = half; slot < this.#used; slot++) highest = Math.max(highest, this.#generation[slot] as number)
    if (highest > MAX_GENERATION) return false
    this.#firstGeneration = highest
    this.#used = Math.min(this.#used, half)
    this.#resize(half)
    this.callbacks = this.callbacks.slice(0, this.#used)
    this.#free = FREE
    for (let slot = this.#used - 1; slot >= 0; slot--) {
      if (this.place[slot] !== FREE || (this.#generation[slot] as number) > MAX_GENERATION) continue
      this.next[slot] = this.#free
      this.#free = slot
    }
    return true
  }

  #resize(capacity: number): void {
    this.deadline = fit(this.deadline, new Float64Array(capacity))
    this.delayMs = fit(this.delayMs, new Float64Array(capacity))
    this.next = fit(this.next, new Int32Array(capacity))
    this.prev = fit(this.prev, new Int32Array(capacity))
    this.place = fit(this.place, new Int16Array(capacity))
    this.armedTurn = fit(this.armedTurn, new Int32Array(capacity))
    this.flags = fit(this.flags, new Uint8Array(capacity))
    this.#generation = fit(this.#generation, new Int32Array(capacity))
  }
}

function fit<A extends Float64Array | Int32Array | Int16Array | Uint8Array>(from: A, to: A): A {
  to.set(from.length > to.length ? from.subarray(0, to.length) : from)
  return to
}
