// Times callbacks into a histogram, for those who run their own: sampled, or every one with a chained clock.
import type { MetricsClock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { Histogram } from './histogram.ts'
import { Sampler } from './sampler.ts'

export interface TaskTimerOptions {
  /** Receives durations in ms. */
  readonly histogram: Histogram
  /** Chooses what is measured. Default: every callback, with the clock chained. */
  readonly sampler?: Sampler | undefined
  readonly clock?: MetricsClock | undefined
}

/**
 * Measures the callbacks of batches. Where every one is measured, the end of one is the start of the next in the same
 * batch: one clock reading each instead of two. A callback that throws is measured; one that never returns is counted as
 * unfinished when the next batch begins. Not for callbacks that run inside each other: the inner one is part of the outer.
 */
export class TaskTimer {
  readonly #histogram: Histogram
  readonly #sampler: Sampler | undefined
  readonly #clock: MetricsClock
  #enabled = true
  #batchEnabled = true
  /** End of the callback before in this batch; `undefined` at the batch's start. */
  #chainedMs: number | undefined = undefined
  #startMs: number | undefined = undefined
  #depth = 0
  #unfinished = 0
  #anomalies = 0

  constructor({ histogram, sampler, clock = systemClock }: TaskTimerOptions) {
    this.#histogram = histogram
    this.#sampler = sampler
    this.#clock = clock
  }

  /** Off stops clock readings and records at the next batch. Default on. */
  get enabled(): boolean {
    return this.#enabled
  }

  set enabled(enabled: boolean) {
    this.#enabled = enabled
  }

  /** Begins a batch: what was between batches is nobody's time. */
  beginBatch(): void {
    if (this.#depth > 0) {
      if (this.#startMs !== undefined) this.#unfinished++
      this.#depth = 0
      this.#startMs = undefined
    }
    this.#chainedMs = undefined
    this.#batchEnabled = this.#enabled
  }

  /** Runs `callback`, and measures it if it is its turn. What it throws is thrown on, measured. */
  run<T>(callback: () => T): T {
    this.start()
    try {
      return callback()
    } finally {
      this.end()
    }
  }

  /** Marks the start of a callback; `end` must follow, unless the callback never returns. */
  start(): void {
    if (this.#depth++ > 0 || !this.#batchEnabled) return
    if (this.#sampler === undefined) this.#startMs = this.#chainedMs ?? this.#clock.nowMs()
    else if (this.#sampler.take()) this.#startMs = this.#clock.nowMs()
  }

  /** Marks the return of the callback that started last. */
  end(): void {
    if (this.#depth === 0 || --this.#depth > 0 || this.#startMs === undefined) return
    const startMs = this.#startMs
    const nowMs = this.#clock.nowMs()
    this.#startMs = undefined
    this.#chainedMs = nowMs
    if (nowMs >= startMs) this.#histogram.record(nowMs - startMs)
    else this.#anomalies++
  }

  /** Measured callbacks that did not return. */
  get unfinished(): number {
    return this.#unfinished
  }

  /** Measurements dropped because the clock went back. */
  get clockAnomalies(): number {
    return this.#anomalies
  }
}
