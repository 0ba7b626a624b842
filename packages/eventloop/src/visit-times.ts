// Whose time it was: each moment of a loop's life is either idle or part of a visit, an interrupted one included.

/**
 * Adds up busy and idle time. A visit that is interrupted, or finds nothing to run, leaves its share to the next record. hot:
 * benchmarks/eventloop/resubmit-64
 */
export class VisitTimes {
  #enteredAtMs: number
  #endedAtMs: number
  #carriedBusyMs = 0
  #carriedIdleMs = 0
  busyMs = 0
  idleMs = 0

  constructor(nowMs: number) {
    this.#enteredAtMs = nowMs
    this.#endedAtMs = nowMs
  }

  /** When the last visit ended. */
  get endedAtMs(): number {
    return this.#endedAtMs
  }

  /** Idle time since the last record that was sent. */
  get carriedIdleMs(): number {
    return this.#carriedIdleMs
  }

  /** Busy time since the last record that was sent. */
  get carriedBusyMs(): number {
    return this.#carriedBusyMs
  }

  /** A visit begins. */
  enter(nowMs: number): void {
    this.#enteredAtMs = nowMs
  }

  /**
   * A visit ends or is interrupted. One that is interrupted behind its turns, in the steps of termination, has been booked up to
   * there.
   */
  leave(nowMs: number): void {
    const idleMs = Math.max(0, this.#enteredAtMs - this.#endedAtMs)
    const busyMs = nowMs - this.#endedAtMs - idleMs
    this.busyMs += busyMs
    this.idleMs += idleMs
    this.#carriedBusyMs += busyMs
    this.#carriedIdleMs += idleMs
    this.#endedAtMs = nowMs
  }

  /** What was carried has gone into a record. @param ranNothing - it was not sent: its idle time belongs to the next. */
  recorded(ranNothing: boolean): void {
    this.#carriedBusyMs = 0
    if (!ranNothing) this.#carriedIdleMs = 0
  }
}
