// Work given to promisify: counted while it runs, told to stop, its result brought back as a task of the loop.
import { checkSignal, onAbort } from '../abort/on-abort.ts'
import { rejected } from './construct.ts'
import { attach, createPromise, isOwnPromise, rejectPromise, resolvePromise } from './promise.ts'
import type { LoopPromise, PromiseRealm } from './promise.ts'

/** What operations use of their loop. */
export interface OperationQueue {
  /** Queues plumbing in the internal phase; accepted until a graceful end has awaited what is in flight. */
  submitPlumbing(task: () => void): void
  /** Throws `ERR_LOOP_TERMINATED` once the loop takes no new work. */
  requireAccepting(): void
}

/** Work that brings one result. Its signal aborts with the caller's, and when the loop ends at once. */
export type Operation<T> = (signal: AbortSignal) => T | PromiseLike<T>

/** The operations in flight of one loop. */
export class Operations {
  readonly #realm: PromiseRealm
  readonly #queue: OperationQueue
  readonly #running = new Set<RunningOperation>()
  #dropped = 0
  #stopped = 0
  #closed = false

  constructor(realm: PromiseRealm, queue: OperationQueue) {
    this.#realm = realm
    this.#queue = queue
  }

  /** Operations whose work has not ended, those whose promise has been rejected by a signal included. */
  get inFlight(): number {
    return this.#running.size
  }

  /** Operations that the end of the loop told to stop. */
  get stopped(): number {
    return this.#stopped
  }

  /** Results that came too late for anyone to see. */
  get dropped(): number {
    return this.#dropped
  }

  /**
   * Calls `work` in the internal phase and settles with its result, as an internal task. An abort of `signal` rejects at once
   * with its reason itself; the work keeps the loop alive until it ends, and its late result is dropped and counted.
   */
  promisify<T>(signal: AbortSignal | undefined, work: Operation<T>): LoopPromise<T> {
    try {
      if (typeof work !== 'function') throw new TypeError(`work must be a function, got ${typeof work}`)
      if (signal !== undefined) {
        checkSignal(signal)
        signal.throwIfAborted()
      }
      this.#queue.requireAccepting()
    } catch (error) {
      return rejected(this.#realm, error)
    }
    const promise = createPromise<T>(this.#realm)
    const controller = new AbortController()
    let isOpen = true
    let release: (() => void) | undefined
    const stop = (reason: unknown): void => {
      if (!isOpen) return
      isOpen = false
      release?.()
      rejectPromise(promise, reason)
      controller.abort(reason)
    }
    const running: RunningOperation = { stop }
    const finish = (settle: () => void): void => {
      this.#running.delete(running)
      if (isOpen) {
        isOpen = false
        release?.()
        settle()
      } else this.#dropped++
    }
    const start = (): void => {
      if (!isOpen) {
        this.#running.delete(running)
        return
      }
      let result: unknown
      try {
        result = work(controller.signal)
      } catch (error) {
        finish(() => rejectPromise(promise, error))
        return
      }
      const bringBack = (settle: () => void): void => {
        if (this.#closed) finish(settle)
        else this.#queue.submitPlumbing(() => finish(settle))
      }
      const fulfil = (value: unknown): void => bringBack(() => resolvePromise(promise, value))
      const reject = (reason: unknown): void => bringBack(() => rejectPromise(promise, reason))
      if (isOwnPromise(this.#realm, result)) attach(result, fulfil, reject)
      else if (typeof result === 'object' || typeof result === 'function') void Promise.resolve(result).then(fulfil, reject)
      else finish(() => resolvePromise(promise, result))
    }
    this.#running.add(running)
    if (signal !== undefined) release = onAbort(signal, stop)
    this.#queue.submitPlumbing(start)
    return promise
  }

  /** Tells all work in flight to stop, because the loop ends at once; its results will be dropped. */
  stopAll(reason: unknown): void {
    this.#closed = true
    this.#stopped = this.#running.size
    for (const running of [...this.#running]) running.stop(reason)
  }
}

interface RunningOperation {
  readonly stop: (reason: unknown) => void
}
