// The promises, waits and operations of one loop: tied to its queues, its reports and its end.
import { AbortLinks } from '../abort/abort-any.ts'
import type { LoopCore } from '../core.ts'
import type { CallbackInfo } from '../diagnostic.ts'
import type { LoopError } from '../errors.ts'
import type { Participant } from '../participant.ts'
import type { TimerCalls } from '../timers/timer-calls.ts'
import { Operations } from './operations.ts'
import type { LoopPromise, PromiseRealm } from './promise.ts'
import { Realm } from './realm.ts'
import type { PromiseLoop } from './realm.ts'
import type { RejectionInfo } from './rejection-tracker.ts'
import { Waits } from './waits.ts'

/**
 * Promises by generation. `young`: pending ones that the loop holds. `old`: weak references to pending ones that only others
 * hold, and to some that have settled or were collected since the last look.
 */
export type PromiseCounts = Readonly<Record<'young' | 'old', number>>

/** `inFlight`: work given to `promisify` that has not ended. `lateResults`: results that came when nobody waited any more. */
export type OperationCounts = Readonly<Record<'inFlight' | 'lateResults', number>>

export class LoopPromises implements Participant {
  readonly realm: Realm
  readonly waits: Waits
  readonly operations: Operations
  readonly links: AbortLinks = new AbortLinks()
  readonly #core: LoopCore
  #ending = false

  constructor(core: LoopCore, timers: TimerCalls) {
    this.#core = core
    this.realm = new Realm(this.#port(), { bind: this.#binder(), debug: core.options.debug })
    this.waits = new Waits({
      scheduleTimer: (delayMs, callback, options) => timers.schedule(delayMs, callback, { ...options, internal: true }),
      cancelTimer: (id) => timers.cancel(id),
    })
    this.operations = new Operations(this.realm, {
      submitPlumbing: (task) => core.tasks.settle(task),
      requireAccepting: () => core.lifecycle.requireAccepting(),
    })
    core.participants.add(this)
  }

  counts(): { readonly promises: PromiseCounts; readonly operations: OperationCounts } {
    const { inFlight, dropped } = this.operations
    return { promises: this.realm.counts, operations: { inFlight, lateResults: dropped } }
  }

  isAlive(): boolean {
    return this.operations.inFlight > 0
  }

  closeAdmission(reason: LoopError): void {
    if (this.#ending) return
    this.#ending = true
    this.realm.beginEnd(reason)
  }

  inFlight(): number {
    return this.operations.inFlight
  }

  abortWork(): void {
    this.operations.stopAll(this.realm.endReason)
  }

  rejectPending(): number {
    return this.realm.rejectPending()
  }

  cutReactions(): void {
    this.realm.cutReactions()
  }

  discard(discarded: Record<string, number>): void {
    this.waits.interruptAll(this.realm.endReason)
    if (this.operations.stopped > 0) discarded['operations'] = this.operations.stopped
  }

  visitsEnded(discarded: Record<string, number>): void {
    if (this.realm.passedOverCount > 0) discarded['reactions'] = (discarded['reactions'] ?? 0) + this.realm.passedOverCount
    this.realm.ended()
  }

  turnEnded(turn: number): void {
    this.realm.turnEnded(turn, this.#core.clock)
  }

  idleUntilMs(turn: number): number {
    this.realm.turnEnded(turn, this.#core.clock)
    return this.realm.nextVisitAtMs
  }

  #port(): PromiseLoop {
    const { microtasks, checkpoint } = this.#core
    return {
      microtasks,
      afterNativeCheckpoint: (callback) => checkpoint.afterNative(callback),
      unhandled: (reason, promise, info) => this.#unhandled(reason, promise, info),
      handled: (promise) => this.#handled(promise),
    }
  }

  #binder(): PromiseRealm['bind'] {
    const { runner, options } = this.#core
    const { context } = options
    if (context === undefined) return undefined
    return <A, R>(handler: (argument: A) => R) => {
      const captured = context.capture()
      return (argument: A): R => {
        let result: { readonly value: R } | undefined
        runner.inContext(captured, () => {
          result = { value: handler(argument) }
        })
        if (result === undefined) throw new TypeError('context.run did not call the function it was given')
        return result.value
      }
    }
  }

  #unhandled(reason: unknown, promise: LoopPromise<unknown>, { creationStack }: RejectionInfo): void {
    const { options, errors, runner } = this.#core
    const info: CallbackInfo = {
      phase: 'microtask',
      label: undefined,
      timerId: undefined,
      turn: runner.turn,
      context: undefined,
      correlationId: undefined,
      creationStack,
    }
    const { onUnhandledRejection } = options
    if (onUnhandledRejection === undefined) {
      errors.deliver(reason, info, 'loop.unhandled_rejection')
      return
    }
    try {
      onUnhandledRejection(reason, promise, info)
    } catch (error) {
      errors.deliver(error, info)
    }
  }

  #handled(promise: LoopPromise<unknown>): void {
    const { options, diagnostics } = this.#core
    const { onRejectionHandled } = options
    if (onRejectionHandled !== undefined) diagnostics.notify('onRejectionHandled', () => onRejectionHandled(promise))
    else diagnostics.log('debug', 'loop.rejection_handled', 'a rejection reported as unhandled is handled now', () => ({}))
  }
}
