// What one visit of the host may spend: time, callbacks, and how often it looks at the clock.
import type { LoopClock } from './clock.ts'

export interface BatchLimits {
  readonly maxTimeMs: number
  readonly maxTasks: number
  /** Callbacks between two clock readings, at most. */
  readonly checkEvery: number
  /** A slice between two readings that took longer is reported; `Infinity`: never. */
  readonly slowSliceMs: number
  readonly onSlowSlice: (elapsedMs: number, callbacks: number) => void
}

/** A slice shorter than this lets the next one be twice as long. */
const SHORT_SLICE_MS = 1

/** The budget of one batch, over all of its turns. hot: benchmarks/eventloop/submit-burst-1e6 */
export class BatchBudget {
  readonly #limits: BatchLimits
  readonly #clock: LoopClock
  #startedAtMs = 0
  #sliceAtMs = 0
  #sliceTasks = 0
  #stride = 1
  /** Callbacks run in this batch. */
  callbacks = 0
  /** Callbacks that may run before `spend` must be told. */
  credit = 1
  limit: 'none' | 'time' | 'tasks' = 'none'

  constructor(limits: BatchLimits, clock: LoopClock) {
    this.#limits = limits
    this.#clock = clock
  }

  get startedAtMs(): number {
    return this.#startedAtMs
  }

  /** Starts a batch: the first slice is one callback. */
  open(nowMs: number): void {
    this.#startedAtMs = nowMs
    this.#sliceAtMs = nowMs
    this.#sliceTasks = 0
    this.#stride = 1
    this.callbacks = 0
    this.credit = 1
    this.limit = 'none'
  }

  /** Time outside the batch, in which nothing of it ran, is not held against it. */
  skip(fromMs: number, toMs: number): void {
    this.#startedAtMs += toMs - fromMs
    this.#sliceAtMs += toMs - fromMs
  }

  /** Books `ran` callbacks. @returns whether the batch must end. */
  spend(ran: number): boolean {
    this.callbacks += ran
    this.credit -= ran
    if (this.credit > 0) return false
    const nowMs = this.#clock.read()
    const sliceMs = nowMs - this.#sliceAtMs
    const { maxTasks, maxTimeMs, checkEvery, slowSliceMs } = this.#limits
    if (sliceMs > slowSliceMs) this.#limits.onSlowSlice(sliceMs, this.callbacks - this.#sliceTasks)
    this.#stride = sliceMs < SHORT_SLICE_MS ? Math.min(this.#stride * 2, checkEvery) : 1
    this.#sliceAtMs = nowMs
    this.#sliceTasks = this.callbacks
    if (this.callbacks >= maxTasks) this.limit = 'tasks'
    else if (nowMs - this.#startedAtMs >= maxTimeMs) this.limit = 'time'
    this.credit = Math.max(1, Math.min(this.#stride, maxTasks - this.callbacks))
    return this.limit !== 'none'
  }

  /** The batch has ended: the slice that was under way is looked at. */
  close(nowMs: number): void {
    const sliceMs = nowMs - this.#sliceAtMs
    if (sliceMs > this.#limits.slowSliceMs && this.callbacks > this.#sliceTasks) {
      this.#limits.onSlowSlice(sliceMs, this.callbacks - this.#sliceTasks)
    }
  }
}
