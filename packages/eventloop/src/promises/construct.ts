// The ways to make a promise of a loop, as ECMAScript has them.
import { createPromise, isOwnPromise, rejectPromise, resolvePromise, resolvingFunctions } from './promise.ts'
import type { LoopPromise, PromiseRealm } from './promise.ts'

/** A promise with the functions that settle it. */
export interface Resolvers<T> {
  readonly promise: LoopPromise<T>
  readonly resolve: (value: T | PromiseLike<T>) => void
  readonly reject: (reason?: unknown) => void
}

/** What `loop.promise` calls, at once, with the functions that settle the promise. */
export type PromiseExecutor<T> = (resolve: (value: T | PromiseLike<T>) => void, reject: (reason?: unknown) => void) => void

/** What the executor throws rejects the promise, and so does one that is not a function. */
export function newPromise<T>(realm: PromiseRealm, executor: PromiseExecutor<T>): LoopPromise<T> {
  const promise = createPromise<T>(realm)
  const { resolve, reject } = resolvingFunctions(promise)
  try {
    if (typeof executor !== 'function') throw new TypeError(`executor must be a function, got ${typeof executor}`)
    executor(resolve, reject)
  } catch (error) {
    reject(error)
  }
  return promise
}

export function withResolvers<T>(realm: PromiseRealm): Resolvers<T> {
  const promise = createPromise<T>(realm)
  const { resolve, reject } = resolvingFunctions(promise)
  return { promise, resolve, reject }
}

/** @returns `value` itself if it is a promise of the loop, else a new one resolved with it. */
export function resolved<T>(realm: PromiseRealm, value: T): LoopPromise<Awaited<T>> {
  if (isOwnPromise(realm, value)) return value as LoopPromise<Awaited<T>>
  const promise = createPromise<Awaited<T>>(realm)
  resolvePromise(promise, value)
  return promise
}

export function rejected<T = never>(realm: PromiseRealm, reason: unknown): LoopPromise<T> {
  const promise = createPromise<T>(realm)
  rejectPromise(promise, reason)
  return promise
}

/** Calls `work` at once; the promise takes what it returns or throws. */
export function attempt<A extends unknown[], T>(
  realm: PromiseRealm,
  work: (...parameters: A) => T,
  parameters: A,
): LoopPromise<Awaited<T>> {
  const promise = createPromise<Awaited<T>>(realm)
  let result: T
  try {
    result = work(...parameters)
  } catch (error) {
    rejectPromise(promise, error)
    return promise
  }
  resolvePromise(promise, result)
  return promise
}
