// Timers and intervals of one loop: arming, cancelling, refreshing, and the station that runs what is due.
import type { CallbackRunner } from '../callbacks.ts'
import type { LoopClock } from '../clock.ts'
import { LoopError } from '../errors.ts'
import type { TimerId } from '../ids.ts'
import type { Checkpoint } from '../queues/checkpoint.ts'
import type { Entry } from '../queues/task.ts'
import type { Sampler } from '../sampling.ts'
import { SampleTrail } from '../sampling.ts'
import type { Station, StationParts } from '../station.ts'
import { FREE, GRID, INTERVAL, RUNNING, TimerTable, UNREF } from './timer-table.ts'
import { TimingWheel } from './wheel.ts'

/** Parks with little use after which the arrays are halved. */
const PARKS_BEFORE_SHRINK = 64

export interface TimersOptions {
  readonly maxTimers: number
  /** For tests at the end of the id range. */
  readonly firstGeneration?: number | undefined
}

/** hot: benchmarks/eventloop/timer-churn-1e5 */
export class Timers implements Station {
  readonly name = 'timers'
  readonly phase = 'timers'
  readonly #clock: LoopClock
  readonly #runner: CallbackRunner
  readonly #checkpoint: Checkpoint
  readonly #sampler: Sampler
  readonly #trail: SampleTrail = new SampleTrail()
  readonly #table: TimerTable
  readonly #wheel: TimingWheel
  readonly #originMs: number
  readonly #maxTimers: number
  /** The first deadline of each `'grid'` interval, unrounded: its beats are counted from there. */
  readonly #grids: Map<number, number> = new Map()
  #refCount = 0
  #quietParks = 0
  #fired = 0
  /** The reading of the timers phase that the due list was made by. */
  #readingMs = 0
  /** Beats that `'grid'` intervals left out because they were late. */
  skippedBeats = 0

  constructor(parts: StationParts, options: TimersOptions) {
    this.#clock = parts.clock
    this.#runner = parts.runner
    this.#checkpoint = parts.checkpoint
    this.#sampler = parts.sampler
    this.#maxTimers = options.maxTimers
    this.#originMs = Math.floor(parts.clock.lastMs)
    this.#table = new TimerTable(options.firstGeneration)
    this.#wheel = new TimingWheel(this.#table)
  }

  /** Live timers and intervals. */
  get live(): number {
    return this.#table.live
  }

  /** Those that keep the loop alive. */
  get refCount(): number {
    return this.#refCount
  }

  get capacity(): number {
    return this.#table.capacity
  }

  get waiting(): number {
    return this.#wheel.hasReady ? Math.max(1, this.#wheel.dueCount) : 0
  }

  get idle(): boolean {
    return this.#table.live === 0
  }

  get left(): number {
    return this.#wheel.dueCount
  }

  /**
   * Arms a timer.
   * @throws LoopError `ERR_TIMER_LIMIT` or `ERR_TIMER_IDS_EXHAUSTED`.
   */
  arm(delayMs: number, entry: Entry, flags: number): TimerId {
    const table = this.#table
    if (table.live >= this.#maxTimers) {
      throw new LoopError('ERR_TIMER_LIMIT', `${table.live} timers are live, which is maxTimers; cancel some or raise it`, {
        context: { maxTimers: this.#maxTimers },
      })
    }
    const slot = table.acquire()
    if (slot < 0) throw new LoopError('ERR_TIMER_IDS_EXHAUSTED', 'every timer id of this loop has been used; make a new loop')
    table.callbacks[slot] = entry
    table.delayMs[slot] = delayMs
    table.flags[slot] = flags
    if ((flags & UNREF) === 0) this.#refCount++
    const deadlineMs = this.#clock.armedAtMs() + delayMs
    this.#file(slot, deadlineMs)
    if ((flags & GRID) !== 0) this.#grids.set(slot, deadlineMs)
    return table.idOf(slot)
  }

  /** @returns `true` if the timer was pending and will now never fire. */
  cancel(id: number): boolean {
    const slot = this.#table.slotOf(id)
    if (slot < 0 || this.#table.place[slot] === RUNNING) return false
    this.#wheel.remove(slot)
    this.#free(slot)
    return true
  }

  /** Moves the deadline to now plus the original delay, behind equal ones. @returns whether the timer is live. */
  refresh(id: number): boolean {
    const slot = this.#table.slotOf(id)
    if (slot < 0) return false
    if (this.#table.place[slot] !== RUNNING) this.#wheel.remove(slot)
    else if (((this.#table.flags[slot] as number) & UNREF) === 0) this.#refCount++
    const deadlineMs = this.#clock.armedAtMs() + (this.#table.delayMs[slot] as number)
    this.#file(slot, deadlineMs)
    if (((this.#table.flags[slot] as number) & GRID) !== 0) this.#grids.set(slot, deadlineMs)
    return true
  }

  /** @returns whether the timer is live. */
  setRef(id: number, ref: boolean): boolean {
    const slot = this.#table.slotOf(id)
    if (slot < 0) return false
    const flags = this.#table.flags[slot] as number
    if (((flags & UNREF) === 0) === ref) return true
    this.#table.flags[slot] = flags ^ UNREF
    if (this.#table.place[slot] !== RUNNING) this.#refCount += ref ? 1 : -1
    return true
  }

  has(id: number): boolean {
    const slot = this.#table.slotOf(id)
    return slot >= 0 && this.#table.place[slot] !== RUNNING
  }

  /** The host time by which a visit is needed; `Infinity` without timers. */
  nextVisitMs(): number {
    return this.#originMs + this.#wheel.nextTick()
  }

  /** The earliest deadline, in host time. */
  nextDeadlineMs(): number {
    return this.#originMs + this.#wheel.nextDeadline()
  }

  /** Advances the wheel outside of a turn. @returns whether a turn would find a due timer. */
  collect(nowMs: number): boolean {
    if (this.#table.live === 0) return false
    this.#wheel.advance(Math.floor(nowMs - this.#originMs), -1)
    return this.#wheel.hasReady
  }

  open(): void {
    if (this.#table.live === 0) return
    this.#readingMs = this.#clock.read()
    this.#wheel.advance(Math.floor(this.#readingMs - this.#originMs), this.#runner.turn | 0)
  }

  run(count: number): number {
    let ran = 0
    while (ran < count && !this.#runner.halted) {
      const slot = this.#wheel.firstDue
      if (slot === FREE) break
      ran++
      this.#fire(slot)
      this.#checkpoint.run()
    }
    return ran
  }

  discard(): number {
    const { live } = this.#table
    const { place } = this.#table
    for (let slot = 0; slot < place.length && this.#table.live > 0; slot++) {
      if (place[slot] === FREE || place[slot] === RUNNING || this.#table.callbacks[slot] === undefined) continue
      this.#wheel.remove(slot)
      this.#free(slot)
    }
    return live - this.#table.live
  }

  oldestAgeMs(nowMs: number): number {
    return this.#wheel.hasReady ? Math.max(0, nowMs - this.nextDeadlineMs()) : 0
  }

  sample(every: number): void {
    this.#trail.arm(every)
  }

  /** Gives memory back after a burst. Called before each wait. */
  park(): void {
    const { live, capacity } = this.#table
    this.#quietParks = live < capacity / 4 ? this.#quietParks + 1 : 0
    if (this.#quietParks < PARKS_BEFORE_SHRINK) return
    this.#quietParks = 0
    this.#table.tryShrink()
  }

  /** Describes the earliest timer, for messages. */
  describeNext(): string {
    return this.#table.live === 0 ? 'nothing' : `a timer due at ${this.nextDeadlineMs()} ms`
  }

  #file(slot: number, deadlineMs: number): void {
    this.#wheel.arm(slot, Math.ceil(deadlineMs - this.#originMs), this.#runner.turn | 0)
  }

  #free(slot: number): void {
    if (((this.#table.flags[slot] as number) & UNREF) === 0) this.#refCount--
    if (((this.#table.flags[slot] as number) & GRID) !== 0) this.#grids.delete(slot)
    this.#table.release(slot)
  }

  #fire(slot: number): void {
    const table = this.#table
    const entry = table.callbacks[slot] as Entry
    const flags = table.flags[slot] as number
    const id = table.idOf(slot)
    this.#wheel.shiftDue(slot)
    const sampled = --this.#trail.countdown === 0
    const deadline = sampled || (flags & INTERVAL) !== 0 ? (table.deadline[slot] as number) : 0
    if ((flags & INTERVAL) !== 0) this.#rearm(slot, deadline, (flags & GRID) !== 0)
    else {
      table.place[slot] = RUNNING
      if ((flags & UNREF) === 0) this.#refCount--
    }
    if (sampled) this.#runSampled(entry, id, this.#originMs + deadline)
    else this.#runner.run(entry, id)
    if (table.place[slot] === RUNNING) table.release(slot)
  }

  #runSampled(entry: Entry, id: TimerId, deadlineMs: number): void {
    this.#trail.note(this.#fired, deadlineMs)
    if (this.#trail.next === Number.POSITIVE_INFINITY) {
      this.#runner.run(entry, id)
      return
    }
    this.#trail.take()
    const latenessMs = Math.max(0, this.#readingMs - deadlineMs)
    this.#sampler.run(entry, deadlineMs, latenessMs, (run) => this.#runner.run(run, id))
  }

  /** Files an interval for its next beat, before the callback runs: the callback's own duration does not accumulate. */
  #rearm(slot: number, deadline: number, grid: boolean): void {
    const periodMs = this.#table.delayMs[slot] as number
    const nowMs = this.#clock.read()
    this.#clock.credit = 0
    if (!grid || periodMs === 0) {
      this.#file(slot, nowMs + periodMs)
      return
    }
    const firstMs = this.#grids.get(slot) ?? this.#originMs + deadline
    const passed = Math.round((this.#originMs + deadline - firstMs) / periodMs)
    const beat = Math.max(passed, Math.floor((nowMs - firstMs) / periodMs)) + 1
    this.skippedBeats += beat - passed - 1
    this.#file(slot, firstMs + beat * periodMs)
  }
}
