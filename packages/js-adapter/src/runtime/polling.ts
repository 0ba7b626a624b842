// When the engine asks whether to stop: reads the clock and the latch, and sets how soon it will ask again.
import type { Instance } from '../engine/instance.ts'
import type { LimitName } from '../limit-names.ts'
import { CELL } from './cells.ts'
import type { Latch } from './latch.ts'

/** Polls closer together than this double the interval. */
const DENSE_MS = 0.25
/** Polls further apart than this divide it. */
const SPARSE_MS = 0.5
/** Above this a guest could train the interval and then enter slow natives. */
const MAX_INTERVAL = 256
/**
 * Polls that muted or critical profile code may see. It is a few steps long: what takes more is code of the guest that found a way into
 * it, through an accessor on a timer or a value that is asked for its number.
 */
const MOST_PROTECTED_POLLS = 10_000

export interface Deadline {
  readonly limit: LimitName
  readonly configured: number
  /** Clock reading after which polls answer "stop". */
  readonly atMs: number
}

/** hot: benchmarks/sandbox/int-loop */
export class Polling {
  readonly #instance: Instance
  readonly #latch: Latch
  readonly #clockMs: () => number
  readonly #counterWord: number | undefined
  #interval = 1
  #lastMs = 0
  #startedAtMs = 0
  #deadline: Deadline | undefined
  #deadlineMs = Number.POSITIVE_INFINITY
  #muted = false
  #protectedPolls = 0
  #operationId = 0
  #flag: Int32Array | undefined
  #takesFlag = false
  polls = 0

  constructor(instance: Instance, latch: Latch, clockMs: () => number, pollOffset: number | undefined) {
    this.#instance = instance
    this.#latch = latch
    this.#clockMs = clockMs
    this.#counterWord = pollOffset === undefined ? undefined : (instance.ctx + pollOffset) >> 2
  }

  /** Starts the clock of an operation. The first poll comes at once. */
  begin(operationId: number, nowMs: number, deadline: Deadline | undefined): void {
    this.#operationId = operationId
    this.#deadline = deadline
    this.#deadlineMs = deadline?.atMs ?? Number.POSITIVE_INFINITY
    this.#lastMs = nowMs
    this.#startedAtMs = nowMs
    this.polls = 0
    this.#protectedPolls = 0
    this.soon()
    if (deadline !== undefined || this.#flag !== undefined || this.#latch.set) return
    this.#interval = MAX_INTERVAL
    if (this.#counterWord !== undefined) this.#instance.u32[this.#counterWord] = MAX_INTERVAL
  }
  /**
   * Whether an entry may begin without a clock reading: nothing is to be watched.
   * hot: benchmarks/js-adapter/guest-call-number
   */
  beginUnwatched(operationId: number): boolean {
    if (this.#flag !== undefined || this.#latch.set) return false
    this.#operationId = operationId
    this.#startedAtMs = Number.NaN
    this.polls = 0
    return true
  }
  /** Milliseconds since the first poll of an entry that began without a clock reading; 0 when it ended before one. */
  endUnwatched(): number {
    return this.polls === 0 || Number.isNaN(this.#startedAtMs) ? 0 : this.#clockMs() - this.#startedAtMs
  }
  end(): void {
    this.#deadline = undefined
    this.#deadlineMs = Number.POSITIVE_INFINITY
  }
  /** Makes the next poll come as soon as the engine can. */
  soon(): void {
    this.#interval = 1
    if (this.#counterWord !== undefined) this.#instance.u32[this.#counterWord] = 1
  }
  /** A word that any thread may set to 1 to interrupt. `take`: the poll that sees it sets it back. */
  watch(flag: Int32Array | undefined, { take = false }: { readonly take?: boolean | undefined } = {}): void {
    this.#flag = flag
    this.#takesFlag = take
  }
  /** Runs trusted profile code to its end although the latch is set. It must be short and call nothing of the guest's. */
  muted<T>(work: () => T): T {
    const before = this.#muted
    this.#muted = true
    this.#protectedPolls = 0
    try {
      return work()
    } finally {
      this.#muted = before
      this.soon()
    }
  }

  /**
   * Whether a host call comes too late: polls are up to 256 steps apart, and a call that began after the deadline could reach the hard
   * limit although it keeps its word. hot: benchmarks/js-adapter/host-call-number
   */
  refuseLateCall(): boolean {
    if (this.#latch.set) return true
    if (this.#deadline === undefined || this.#muted || !this.#passed(this.#clockMs())) return false
    this.soon()
    return true
  }
  /** Whether the next poll would stop the operation; fires nothing. */
  overdue(): boolean {
    return this.#latch.set || (this.#deadline !== undefined && this.#clockMs() >= this.#deadlineMs)
  }
  #passed(nowMs: number): boolean {
    if (nowMs < this.#deadlineMs || this.#deadline === undefined) return false
    const { limit, configured } = this.#deadline
    this.#latch.fire({ kind: 'limit', limit, configured, observed: nowMs - this.#startedAtMs }, this.#operationId)
    return true
  }

  /** The engine's question. @returns 1 to stop. */
  poll(): number {
    this.polls++
    if (this.#muted) return ++this.#protectedPolls > MOST_PROTECTED_POLLS ? 1 : 0
    if (this.#latch.set) return this.#stop()
    const nowMs = this.#clockMs()
    if (this.#passed(nowMs)) return this.#stop()
    if (this.#flag !== undefined && Atomics.load(this.#flag, 0) === 1) {
      if (this.#takesFlag) Atomics.store(this.#flag, 0, 0)
      this.#latch.fire({ kind: 'interrupt', value: 'interruptFlag' }, this.#operationId)
      return this.#stop()
    }
    if (Number.isNaN(this.#startedAtMs)) {
      this.#startedAtMs = nowMs
      this.#lastMs = nowMs
    }
    const gapMs = nowMs - this.#lastMs
    this.#lastMs = nowMs
    if (gapMs < DENSE_MS) this.#interval = Math.min(MAX_INTERVAL, this.#interval * 2)
    else if (gapMs > SPARSE_MS) this.#interval = Math.max(1, Math.floor((this.#interval * SPARSE_MS) / gapMs))
    if (this.#counterWord !== undefined) this.#instance.u32[this.#counterWord] = this.#interval
    return 0
  }

  #stop(): number {
    const instance = this.#instance
    if (this.#counterWord !== undefined) instance.u32[this.#counterWord] = 1
    const critical = (instance.cells >> 2) + CELL.critical
    if (instance.i32[critical] === 0) return 1
    if (++this.#protectedPolls <= MOST_PROTECTED_POLLS) return 0
    instance.i32[critical] = 0
    return 1
  }
}
