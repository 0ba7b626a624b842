// Promises of the loop's time: sleep, and work under a deadline.
import { LoopError } from '../errors.ts'
import { checkSignal } from '../abort/on-abort.ts'
import { rejected, resolved } from './construct.ts'
import { attach, createPromise, rejectPromise, resolvePromise } from './promise.ts'
import type { LoopPromise, PromiseRealm } from './promise.ts'
import type { WaitOptions, Waits } from './waits.ts'

/**
 * Fulfils `delayMs` of loop time from now. Rejects with the signal's reason when it aborts, with `ERR_LOOP_TERMINATED` when
 * the loop ends first, and with what `scheduleTimer` throws. Keeps the loop alive unless `unref`.
 */
export function sleep(realm: PromiseRealm, waits: Waits, delayMs: number, options: WaitOptions = {}): LoopPromise<void> {
  const promise = createPromise<void>(realm)
  try {
    const { signal } = options
    if (signal !== undefined) {
      checkSignal(signal)
      signal.throwIfAborted()
    }
    const outcome = {
      expired: () => resolvePromise(promise, undefined),
      interrupted: (reason: unknown) => rejectPromise(promise, reason),
    }
    waits.open(delayMs, outcome, options)
  } catch (error) {
    rejectPromise(promise, error)
  }
  return promise
}

/** Work under a deadline; its signal aborts at the deadline, with `signal`, and when the loop ends. */
export type TimedWork<T> = (signal: AbortSignal) => T | PromiseLike<T>

/**
 * Calls `work` at once and takes what it returns, unless `delayMs` of loop time pass first: then its signal aborts and the
 * promise rejects, both with the same `ERR_TIMEOUT`. Without `work` it only rejects at the deadline.
 */
export function timeout<T = never>(
  realm: PromiseRealm,
  waits: Waits,
  delayMs: number,
  work: TimedWork<T> | undefined,
  options: WaitOptions = {},
): LoopPromise<T> {
  const { signal } = options
  try {
    if (work !== undefined && typeof work !== 'function') throw new TypeError(`work must be a function, got ${typeof work}`)
    if (signal !== undefined) {
      checkSignal(signal)
      signal.throwIfAborted()
    }
    const promise = createPromise<T>(realm)
    const controller = new AbortController()
    const fail = (reason: unknown): void => {
      rejectPromise(promise, reason)
      controller.abort(reason)
    }
    const outcome = { expired: () => fail(timeoutError(delayMs)), interrupted: fail }
    const close = waits.open(delayMs, outcome, options)
    if (work !== undefined) follow(realm, promise, work, controller.signal, close)
    return promise
  } catch (error) {
    return rejected(realm, error)
  }
}

/** Calls `work` and settles `promise` as its result does, if nothing else has; `close` ends the wait first. */
function follow<T>(
  realm: PromiseRealm,
  promise: LoopPromise<T>,
  work: TimedWork<T>,
  signal: AbortSignal,
  close: () => void,
): void {
  let result: unknown
  try {
    result = work(signal)
  } catch (error) {
    close()
    rejectPromise(promise, error)
    return
  }
  attach(
    resolved(realm, result),
    (value) => {
      close()
      resolvePromise(promise, value)
    },
    (reason) => {
      close()
      rejectPromise(promise, reason)
    },
  )
}

export function timeoutError(delayMs: number): LoopError {
  return new LoopError('ERR_TIMEOUT', `the work had not ended after ${delayMs} ms`, { context: { delayMs } })
}
