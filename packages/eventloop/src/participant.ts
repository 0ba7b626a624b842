// What a part of the loop tells the lifecycle: whether it is alive, and how it ends.
import type { LoopError } from './errors.ts'

/**
 * A part that holds work: ingress, descriptors, promises, delayed tasks. Every member is optional. All are called on the loop's
 * stack, between callbacks.
 */
export interface Participant {
  /** Whether it keeps `alive` true. */
  isAlive?(): boolean
  /** Last look before a wait. @returns `true` if something has arrived, and the loop must not wait. */
  beforePark?(): boolean
  afterPark?(): void
  /** Auto-exit: closes what is not ref'd if it is empty. @returns `false` if it is not: the exit is given up. */
  tryClose?(): boolean
  /** Takes back {@link tryClose}. */
  reopen?(): void
  /**
   * Termination has begun: nothing new is accepted; what was accepted is still drained.
   * @param reason - what everything rejects with that the end cuts off.
   */
  closeAdmission?(reason: LoopError): void
  /** Work that a graceful end waits for. */
  inFlight?(): number
  /** Immediate end: tells work in flight to stop. */
  abortWork?(): void
  /** What can never run any more is dropped, and counted into `discarded` by kind. */
  discard?(discarded: Record<string, number>): void
  /** Rejects what is still pending. Called until it returns 0. @returns how many were rejected now. */
  rejectPending?(): number
  /** Reactions have run for too long: from here on nothing may queue more. */
  cutReactions?(): void
  /** The loop's own visits are over: what comes later is on its own. Called once, before disposers run. */
  visitsEnded?(discarded: Record<string, number>): void
  /** The batch has ended a turn. */
  turnEnded?(turn: number): void
  /** The loop is about to wait: does what housekeeping is due. @returns when it wants the next visit for that, or `Infinity`. */
  idleUntilMs?(turn: number): number
}

/** The participants of one loop, asked as one. */
export class Participants {
  readonly #list: Participant[] = []
  /** Those to be asked each turn. */
  readonly #turnEnders: Participant[] = []

  add(participant: Participant): void {
    this.#list.push(participant)
    if (participant.turnEnded !== undefined) this.#turnEnders.push(participant)
  }

  isAlive(): boolean {
    const list = this.#list
    for (let at = 0; at < list.length; at++) if (list[at]?.isAlive?.() === true) return true
    return false
  }

  /** @returns whether nothing has arrived. */
  beforePark(): boolean {
    let clear = true
    for (const part of this.#list) if (part.beforePark?.() === true) clear = false
    return clear
  }

  afterPark(): void {
    for (const part of this.#list) part.afterPark?.()
  }

  /** All or none. */
  tryClose(): boolean {
    const closed: Participant[] = []
    for (const part of this.#list) {
      if (part.tryClose === undefined) continue
      if (part.tryClose()) closed.push(part)
      else {
        for (const earlier of closed) earlier.reopen?.()
        return false
      }
    }
    return true
  }

  closeAdmission(reason: LoopError): void {
    for (const part of this.#list) part.closeAdmission?.(reason)
  }

  inFlight(): number {
    let sum = 0
    for (const part of this.#list) sum += part.inFlight?.() ?? 0
    return sum
  }

  abortWork(): void {
    for (const part of this.#list) part.abortWork?.()
  }

  discard(discarded: Record<string, number>): void {
    for (const part of this.#list) part.discard?.(discarded)
  }

  rejectPending(): number {
    let sum = 0
    for (const part of this.#list) sum += part.rejectPending?.() ?? 0
    return sum
  }

  cutReactions(): void {
    for (const part of this.#list) part.cutReactions?.()
  }

  visitsEnded(discarded: Record<string, number>): void {
    for (const part of this.#list) part.visitsEnded?.(discarded)
  }

  idleUntilMs(turn: number): number {
    let earliestMs = Number.POSITIVE_INFINITY
    for (const part of this.#list) earliestMs = Math.min(earliestMs, part.idleUntilMs?.(turn) ?? Number.POSITIVE_INFINITY)
    return earliestMs
  }

  turnEnded(turn: number): void {
    const enders = this.#turnEnders
    for (let at = 0; at < enders.length; at++) enders[at]?.turnEnded?.(turn)
  }
}
