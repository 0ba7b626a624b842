// What each visit took: busy and idle time, turns, callbacks and limits, for the snapshot and the observer.
import type { BatchBudget } from './batch.ts'
import type { CallbackRunner } from './callbacks.ts'
import type { Diagnostics } from './diagnostics.ts'
import type { BatchRecord } from './observer.ts'
import type { ResolvedLoopOptions } from './options.ts'
import type { Turn } from './turn.ts'
import { VisitTimes } from './visit-times.ts'

export interface BatchBooksParts {
  readonly budget: BatchBudget
  readonly diagnostics: Diagnostics
  readonly options: ResolvedLoopOptions
  readonly runner: CallbackRunner
  readonly turn: Turn
}

/** Closed once a visit. hot: benchmarks/eventloop/resubmit-64 */
export class BatchBooks {
  readonly times: VisitTimes
  /** Batches that each limit has ended. */
  readonly limits = { time: 0, tasks: 0 }
  readonly #parts: BatchBooksParts
  readonly #record: BatchRecord = { turns: 0, callbacks: 0, queued: 0, busyMs: 0, idleMs: 0, limit: 'none' }
  /** Callbacks that had been started when the last record was complete. */
  #recordedCallbacks = 0
  #sampleEvery = 0

  constructor(parts: BatchBooksParts, nowMs: number) {
    this.#parts = parts
    this.times = new VisitTimes(nowMs)
    // What is submitted before the first batch is sampled like the rest.
    this.open()
  }

  /** A visit begins: a change of what the observer wants takes effect. */
  open(): void {
    const every = this.#parts.diagnostics.sampleEvery()
    if (every === this.#sampleEvery) return
    this.#sampleEvery = every
    this.#parts.turn.sample(every)
  }

  /** A turn has ended. */
  countTurn(): void {
    this.#record.turns++
  }

  /** The visit has ended. */
  close(endedAtMs: number): void {
    const { budget, diagnostics, turn, runner } = this.#parts
    const record = this.#record
    const { times } = this
    times.leave(endedAtMs)
    record.busyMs = times.carriedBusyMs
    record.idleMs = times.carriedIdleMs
    record.callbacks = runner.started - this.#recordedCallbacks
    this.#recordedCallbacks = runner.started
    const { limit } = budget
    if (limit !== 'none') this.#tellLimit(limit, endedAtMs)
    const ranNothing = record.turns === 0 && record.callbacks === 0
    times.recorded(ranNothing)
    if (this.#sampleEvery !== 0 && !ranNothing) {
      record.queued = turn.waiting()
      record.limit = limit
      diagnostics.batch(record)
    }
    record.turns = 0
  }

  #tellLimit(limit: 'time' | 'tasks', endedAtMs: number): void {
    const { budget, diagnostics, turn, runner, options } = this.#parts
    this.limits[limit]++
    const elapsedMs = endedAtMs - budget.startedAtMs
    const info = () => ({ limit, elapsedMs, callbacks: budget.callbacks, queued: turn.waiting(), phase: runner.phase })
    diagnostics.log('debug', 'loop.batch_limit', 'a batch was ended by its limit', info)
    diagnostics.transition('limit', 'none', limit)
    const { onExceeded } = options.batch
    if (onExceeded !== undefined) diagnostics.notify('batch.onExceeded', () => onExceeded(info()))
  }
}
