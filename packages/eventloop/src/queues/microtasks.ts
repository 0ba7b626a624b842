// The loop's own next-tick and microtask queues, and the functions that wait for both to be empty.
import type { CallbackRunner } from '../callbacks.ts'
import { ChunkedFifo } from './chunked-fifo.ts'
import type { Entry } from './task.ts'

export interface MicrotaskLimits {
  /** Callbacks of one drain after which it is reported. */
  readonly warnAfter: number
  /** Callbacks of one drain after which the rest waits for the next turn. */
  readonly deferAfter: number
  readonly onStarvation: (callbacks: number) => void
  readonly onDeferred: (queued: number) => void
}

/** Drains as Node does: all next-ticks, then all microtasks, again until both are empty. hot: benchmarks/eventloop/microtask-flood */
export class MicrotaskQueues {
  readonly #runner: CallbackRunner
  readonly #limits: MicrotaskLimits
  readonly #wake: () => void
  readonly #ticks: ChunkedFifo<Entry>
  readonly #microtasks: ChunkedFifo<Entry>
  /** How many microtasks were ever queued. */
  sequence = 0
  #run = 0
  #charged = 0
  #nextMark: number
  #warned = false
  #deferred = false
  #draining = false

  constructor(runner: CallbackRunner, limits: MicrotaskLimits, nowMs: () => number, wake: () => void) {
    this.#runner = runner
    this.#limits = limits
    this.#wake = wake
    this.#ticks = new ChunkedFifo(nowMs)
    this.#microtasks = new ChunkedFifo(nowMs)
    this.#nextMark = Math.min(limits.warnAfter, limits.deferAfter)
  }

  /** Whether a drain would run something now. */
  get pending(): boolean {
    return !this.#deferred && this.#ticks.length + this.#microtasks.length > 0
  }

  /** Callbacks waiting, those deferred to the next turn included. */
  get length(): number {
    return this.#ticks.length + this.#microtasks.length
  }

  /** The entry that runs now stands for `count` more. */
  charge(count: number): void {
    this.#run += count
    this.#charged += count
  }

  pushTick(entry: Entry): void {
    this.#ticks.push(entry)
    this.#wake()
  }

  pushMicrotask(entry: Entry): void {
    this.sequence++
    this.#microtasks.push(entry)
    this.#wake()
  }

  /** Starts the count of a new checkpoint. */
  openDrain(): void {
    this.#run = 0
    this.#warned = false
    this.#nextMark = Math.min(this.#limits.warnAfter, this.#limits.deferAfter)
  }

  /** What an earlier checkpoint deferred may run again. */
  openTurn(): void {
    this.#deferred = false
  }

  /** Runs until both queues are empty, or until `deferAfter` callbacks have run in this checkpoint. */
  drain(): void {
    if (this.#draining) return
    this.#draining = true
    const ticks = this.#ticks
    const microtasks = this.#microtasks
    const runner = this.#runner
    do {
      for (let entry = ticks.shift(); entry !== undefined; entry = ticks.shift()) {
        runner.runMicrotask(entry, 'nextTick')
        if (++this.#run >= this.#nextMark && this.#mark()) break
      }
      if (this.#deferred) break
      for (let entry = microtasks.shift(); entry !== undefined; entry = microtasks.shift()) {
        runner.runMicrotask(entry, 'microtask')
        if (++this.#run >= this.#nextMark && this.#mark()) break
      }
    } while (!this.#deferred && ticks.length > 0)
    this.#draining = false
  }

  /** Runs at most `limit` callbacks. @returns how many ran. */
  drainAtMost(limit: number): number {
    let run = 0
    this.#charged = 0
    while (run + this.#charged < limit) {
      let entry = this.#ticks.shift()
      const phase = entry === undefined ? 'microtask' : 'nextTick'
      entry ??= this.#microtasks.shift()
      if (entry === undefined) break
      this.#runner.runMicrotask(entry, phase)
      run++
    }
    return run + this.#charged
  }

  /** Drops everything. @returns how many callbacks there were. */
  clear(): number {
    return this.#ticks.clear() + this.#microtasks.clear()
  }

  oldestAgeMs(nowMs: number): number {
    return Math.max(this.#ticks.oldestAgeMs(nowMs), this.#microtasks.oldestAgeMs(nowMs))
  }

  /** Reached the next bound. @returns whether the drain must stop. */
  #mark(): boolean {
    const { warnAfter, deferAfter, onStarvation, onDeferred } = this.#limits
    if (!this.#warned && this.#run >= warnAfter) {
      this.#warned = true
      onStarvation(this.#run)
    }
    if (this.#run >= deferAfter && this.length > 0) {
      this.#deferred = true
      onDeferred(this.length)
      return true
    }
    this.#nextMark = this.#warned ? deferAfter : warnAfter
    return false
  }
}
