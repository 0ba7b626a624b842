// The promises of one loop: their jobs, their registry, their unhandled rejections, and what becomes of them at its end.
import { isLoopError } from '../errors.ts'
import { JobList } from './jobs.ts'
import type { MicrotaskPort } from './jobs.ts'
import { LoopPromise, outcome, runBatch } from './promise.ts'
import type { Handler, PromiseRealm } from './promise.ts'
import { PromiseRegistry } from './registry.ts'
import { RejectionTracker } from './rejection-tracker.ts'
import type { RejectionReports } from './rejection-tracker.ts'

/** The members of a loop that its promises use. */
export interface PromiseLoop extends RejectionReports {
  readonly microtasks: MicrotaskPort
}

export interface RealmOptions {
  /** Binds a handler to the caller's context. Default: handlers run as they are. */
  readonly bind?: PromiseRealm['bind'] | undefined
  /** Records where each promise is made. Default `false`. */
  readonly debug?: boolean | undefined
}

/** What the promises of one loop share. */
export class Realm implements PromiseRealm {
  readonly bind: PromiseRealm['bind']
  readonly noteOrigin: ((promise: LoopPromise<unknown>) => void) | undefined
  readonly jobs: JobList<LoopPromise<unknown>>
  readonly #loop: PromiseLoop
  readonly nursery: PromiseRegistry = new PromiseRegistry()
  readonly #originOf: (promise: LoopPromise<unknown>) => string | undefined
  #tracker: RejectionTracker
  #ending = false
  #ended = false
  #endReason: unknown = undefined
  isCut = false
  #passedOver = 0

  constructor(loop: PromiseLoop, { bind, debug = false }: RealmOptions = {}) {
    this.bind = bind
    this.#loop = loop
    this.jobs = new JobList(loop.microtasks, () => runBatch(this.jobs))
    const origins = debug ? new WeakMap<LoopPromise<unknown>, PromiseOrigin>() : undefined
    this.noteOrigin = origins && ((promise) => void origins.set(promise, captureOrigin()))
    this.#originOf = (promise) => origins?.get(promise)?.stack
    this.#tracker = new RejectionTracker(loop, this.#originOf)
  }

  /** Pending promises held strongly, and weak references held to older ones. */
  get counts(): { readonly young: number; readonly old: number } {
    return { young: this.nursery.young, old: this.nursery.old }
  }

  rejected(promise: LoopPromise<unknown>): void {
    if (this.#ending && isLoopError(outcome(promise), 'ERR_LOOP_TERMINATED')) return // the end itself is nobody's mistake
    this.#tracker.rejected(promise)
  }

  handledLate(promise: LoopPromise<unknown>): void {
    this.#tracker.handledLate(promise)
  }

  /** Ages the registry; called at the end of each turn. */
  turnEnded(turn: number, clock: { readonly lastMs: number }): void {
    this.nursery.turnEnded(turn, clock)
  }

  /** When a parked loop must be visited to age the registry. */
  get nextVisitAtMs(): number {
    return this.nursery.nextVisitAtMs
  }

  get endReason(): unknown {
    return this.#endReason
  }

  /** Handlers that did not run because the end had caused too many; their promises were rejected with its reason. */
  get passedOverCount(): number {
    return this.#passedOver
  }

  admits(handler: Handler): boolean {
    if (settlesNativePromise(handler)) return true
    this.#passedOver++
    return false
  }

  /** From now on rejections with `ERR_LOOP_TERMINATED` are not reported. */
  beginEnd(reason: unknown): void {
    this.#ending = true
    this.#endReason = reason
  }

  /**
   * Rejects what is pending with the reason of the end: first what nothing of the loop settles; then, when that has run its
   * course, what is left because the promise it waited for was collected, or waits for it in turn.
   * @returns how many it rejected; 0 also while reactions are queued.
   */
  rejectPending(): number {
    const rejected = this.nursery.reject(this.#endReason)
    if (rejected > 0 || this.jobs.tail !== undefined) return rejected
    return this.nursery.rejectLeft(this.#endReason)
  }

  /** The end has caused too many reactions: the rest rejects without handlers, at once. */
  cutReactions(): void {
    this.isCut = true
    this.jobs.immediate = true
    while (this.jobs.tail !== undefined) runBatch(this.jobs)
  }

  /** The loop is gone: settled promises keep answering, on the native queues; new ones are nobody's to settle at an end. */
  ended(): void {
    if (this.#ended) return
    this.#ended = true
    this.isCut = false
    this.nursery.close()
    const successor = afterEnd(this.#loop)
    this.#tracker = new RejectionTracker(successor, this.#originOf)
    this.jobs.immediate = false
    this.jobs.moveTo(successor.microtasks)
  }
}

/** Stands in for the queues of a loop that has ended. */
function afterEnd(reports: RejectionReports): PromiseLoop {
  const settled = Promise.resolve()
  const microtasks = {
    sequence: 0,
    pushMicrotask: (job: () => void) => {
      microtasks.sequence++
      void settled.then(job)
    },
    charge: () => {},
  }
  return {
    microtasks,
    afterNativeCheckpoint: (callback) => void setTimeout(callback, 0),
    unhandled: (reason, promise, info) => reports.unhandled(reason, promise, info),
    handled: (promise, info) => reports.handled(promise, info),
  }
}

/**
 * Whether `handler` is a resolving function of a native promise, which an `await` or a native combinator subscribes with. It
 * runs nothing of a program by itself, and passing over it would leave an async function hanging.
 */
function settlesNativePromise(handler: Handler): boolean {
  return (
    handler.name === '' && handler.length === 1 && Function.prototype.toString.call(handler) === 'function () { [native code] }'
  )
}

/** Where a promise was made; the text is formatted when it is first read. */
interface PromiseOrigin {
  readonly stack?: string | undefined
}

function captureOrigin(): PromiseOrigin {
  const origin: { stack?: string } = {}
  Error.captureStackTrace(origin, LoopPromise)
  return origin
}
