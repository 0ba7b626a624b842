// Waiting: what the host is asked for when there is nothing to do, and what happens when it comes back.
import type { CallbackRunner } from './callbacks.ts'
import type { Diagnostics } from './diagnostics.ts'
import type { Host } from './host.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Participants } from './participant.ts'
import type { Timers } from './timers/timers.ts'

export interface ParkingParts {
  readonly host: Host
  readonly runner: CallbackRunner
  readonly diagnostics: Diagnostics
  readonly timers: Timers
  readonly participants: Participants
  readonly lifecycle: Lifecycle
  /** Whether anything keeps the loop alive. */
  isAlive(): boolean
}

export class Parking {
  readonly #parts: ParkingParts
  #parked = false
  /** When parts of the loop want a visit to tidy up, if nothing else comes. */
  #tidyAtMs = Number.POSITIVE_INFINITY

  constructor(parts: ParkingParts) {
    this.#parts = parts
  }

  /** Whether the loop waits. */
  get parked(): boolean {
    return this.#parked
  }

  /** Begins to wait. @returns `false` if work has come from another thread meanwhile: the loop does not wait then. */
  park(turnCount: number): boolean {
    const { participants, timers, lifecycle, host, diagnostics, runner } = this.#parts
    const { terminating } = lifecycle
    this.#parked = true
    if (!participants.beforePark()) {
      this.#parked = false
      participants.afterPark()
      return false
    }
    timers.park()
    runner.park()
    const tidies = !terminating && host.virtualTime !== true
    this.#tidyAtMs = tidies ? participants.idleUntilMs(turnCount) : Number.POSITIVE_INFINITY
    const deadlineMs = this.#deadlineMs()
    if (!terminating) lifecycle.setState('sleeping')
    if (diagnostics.hooks?.beforePark !== undefined) diagnostics.hook((hooks) => hooks.beforePark?.(deadlineMs))
    host.setRef(terminating || this.#parts.isAlive())
    host.requestAt(deadlineMs)
    return true
  }

  /** A visit begins. */
  wakeUp(): void {
    const { lifecycle, participants, diagnostics } = this.#parts
    if (!this.#parked) return
    this.#parked = false
    participants.afterPark()
    if (lifecycle.state === 'sleeping') lifecycle.setState('running')
    if (diagnostics.hooks?.afterPark !== undefined) diagnostics.hook((hooks) => hooks.afterPark?.())
  }

  /** Something has changed what the loop waits for. */
  rearm(): void {
    this.#parts.host.requestAt(this.#deadlineMs())
  }

  #deadlineMs(): number {
    const { timers, lifecycle } = this.#parts
    const timerMs = lifecycle.terminating ? Number.POSITIVE_INFINITY : timers.nextVisitMs()
    return Math.min(timerMs, lifecycle.nextWaitMs(), this.#tidyAtMs)
  }
}
