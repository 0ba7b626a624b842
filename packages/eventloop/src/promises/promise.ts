// LoopPromise: the promise of ECMAScript, on the queues of one loop.
// One class in one file: settlement, reactions and the registry share its private fields.
import { CHUNK_PROMISES } from './chunks.ts'
import type { Chunk } from './chunks.ts'
import type { JobList } from './jobs.ts'
import type { Handler, NurseryOf, RealmOf } from './promise-realm.ts'
import {
  FULFILLED,
  REJECTED,
  SETTLED,
  RESOLVED,
  HANDLED,
  REPORTED,
  DEPENDENT,
  LAST,
  ADOPT,
  CALL,
  CARRIER,
  LATE,
  HELD,
  PLACE_SHIFT,
  FLAGS,
} from './promise-flags.ts'

export type { Handler }
export type Nursery = NurseryOf<LoopPromise<unknown>>
export type PromiseRealm = RealmOf<LoopPromise<unknown>>
type Then = (this: unknown, resolve: (value: unknown) => void, reject: (reason: unknown) => void) => unknown

/** Makes a pending promise. Not resolving it leaves it to the end of its loop. */
export let createPromise: <T>(realm: PromiseRealm) => LoopPromise<T>
/** Runs the resolution procedure of ECMAScript. Does nothing to a settled promise. */
export let resolvePromise: (promise: LoopPromise<unknown>, value: unknown) => void
/** Rejects; does nothing to a settled promise. */
export let rejectPromise: (promise: LoopPromise<unknown>, reason: unknown) => void
/** Makes the two resolving functions of a promise; of all calls to them only the first counts. */
export let resolvingFunctions: (promise: LoopPromise<unknown>) => {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}
/** Adds handlers of our own, which do not throw, without a promise of their outcome. */
export let attach: (source: LoopPromise<unknown>, onFulfilled: Handler, onRejected: Handler) => void
/** Whether `value` is a promise of `realm`. */
export let isOwnPromise: (realm: PromiseRealm, value: unknown) => value is LoopPromise<unknown>
/** Says that other pending promises of the loop settle this one, so that its end is theirs. */
export let markDependent: (promise: LoopPromise<unknown>) => void
export let isDependent: (promise: LoopPromise<unknown>) => boolean
export let isPending: (promise: LoopPromise<unknown>) => boolean
export let isHandled: (promise: LoopPromise<unknown>) => boolean
export let markReported: (promise: LoopPromise<unknown>) => void
/** The value or the reason of a settled promise. */
export let outcome: (promise: LoopPromise<unknown>) => unknown
/** Gives a promise that is in no chunk a place in one that has room. */
export let enter: (chunk: Chunk<LoopPromise<unknown>>, promise: LoopPromise<unknown>) => void
/** Takes a promise out of its chunk. */
export let leave: (promise: LoopPromise<unknown>) => void
/** Runs one batch of jobs. */
export let runBatch: (jobs: JobList<LoopPromise<unknown>>) => void

/**
 * A promise that belongs to one loop: its reactions are microtasks of that loop, and it settles when the loop ends.
 * Made by `loop.promise` and its companions. `await`, `Promise.all` and every other taker of thenables accept it.
 * hot: benchmarks/eventloop/promise-then, promise-chain, promise-1000-handlers.
 */
export class LoopPromise<T> implements Promise<T> {
  readonly #realm: PromiseRealm
  #flags: number
  /** The value or the reason; before, what it waits for: the promise it reacts to, or the thenable it was resolved with. */
  #value: unknown = undefined
  /** The last promise that reacts to this one; its link is the first, so that they form a ring. */
  #reactions: LoopPromise<unknown> | undefined = undefined
  /** Where the registry holds it while it is young. */
  #chunk: Chunk<LoopPromise<unknown>> | undefined = undefined
  #onFulfilled: Handler | undefined = undefined
  #onRejected: Handler | undefined = undefined
  /** The next of the ring of reactions, then the next job; a promise is in one list at a time. */
  #link: LoopPromise<unknown> | undefined = undefined

  /** @param realm - of the loop; programs use `loop.promise(executor)`. */
  constructor(realm: PromiseRealm, flags = 0) {
    this.#realm = realm
    this.#flags = flags
    if (flags === CARRIER) return
    if (realm.noteOrigin !== undefined) realm.noteOrigin(this)
    if ((flags & DEPENDENT) === 0) LoopPromise.#hold(this, realm.nursery)
  }

  get [Symbol.toStringTag](): string {
    return 'LoopPromise'
  }

  /**
   * Adds handlers, and makes the promise of their outcome. As in ECMAScript: a handler runs as a microtask of the loop,
   * never inside this call; its result is adopted; what it throws rejects; what is not a function passes the outcome on.
   */
  // oxlint-disable-next-line unicorn/no-thenable -- a promise is one
  then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null | undefined,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null | undefined,
  ): LoopPromise<R1 | R2> {
    const realm = this.#realm
    const target = new LoopPromise<R1 | R2>(realm, realm.isCut ? DEPENDENT | LATE : DEPENDENT)
    if (typeof onFulfilled === 'function')
      target.#onFulfilled = realm.bind === undefined ? (onFulfilled as Handler) : realm.bind(onFulfilled as Handler)
    if (typeof onRejected === 'function')
      target.#onRejected = realm.bind === undefined ? (onRejected as Handler) : realm.bind(onRejected as Handler)
    LoopPromise.#attach(this, target)
    return target
  }

  /** `then(undefined, onRejected)`. */
  catch<R = never>(onRejected?: ((reason: unknown) => R | PromiseLike<R>) | null | undefined): LoopPromise<T | R> {
    return this.then(undefined, onRejected)
  }

  /** Calls `onFinally` in either case and passes the outcome on, unless `onFinally` throws or returns what rejects. */
  finally(onFinally?: (() => void) | null | undefined): LoopPromise<T> {
    if (typeof onFinally !== 'function') return this.then(onFinally, onFinally)
    const realm = this.#realm
    const settled = (): LoopPromise<unknown> => {
      const result: unknown = onFinally()
      if (isOwnPromise(realm, result)) return result
      const waiting = new LoopPromise<unknown>(realm)
      LoopPromise.#resolve(waiting, result)
      return waiting
    }
    return this.then(
      (value) => settled().then(() => value),
      (reason) =>
        settled().then((): never => {
          throw reason
        }),
    )
  }

  /**
   * Hands a pending promise to the registry. What a pending promise of the loop will settle need not be: it is found through that one,
   * which it refers to, and which refers to it.
   */
  static #hold(promise: LoopPromise<unknown>, nursery: Nursery): void {
    const { chunk } = nursery
    if (chunk === undefined) return
    nursery.young++
    promise.#flags |= HELD
    LoopPromise.#enter(chunk.used === CHUNK_PROMISES ? nursery.nextChunk() : chunk, promise)
  }

  static #enter(chunk: Chunk<LoopPromise<unknown>>, promise: LoopPromise<unknown>): void {
    const place = chunk.used++
    chunk.items[place] = promise
    promise.#chunk = chunk
    promise.#flags = (promise.#flags & FLAGS) | (place << PLACE_SHIFT)
  }

  static #leave(chunk: Chunk<LoopPromise<unknown>>, promise: LoopPromise<unknown>): void {
    promise.#chunk = undefined
    chunk.items[promise.#flags >>> PLACE_SHIFT] = undefined
    if (++chunk.left === CHUNK_PROMISES) chunk.list.drop(chunk)
  }

  /** Makes `reaction` react to `source`. */
  static #attach(source: LoopPromise<unknown>, reaction: LoopPromise<unknown>): void {
    const flags = source.#flags
    reaction.#value = source
    if ((flags & SETTLED) === 0) {
      const last = source.#reactions
      if (last === undefined) reaction.#link = reaction
      else {
        reaction.#link = last.#link
        last.#link = reaction
      }
      source.#reactions = reaction
    } else {
      if ((flags & (REPORTED | HANDLED)) === REPORTED) source.#realm.handledLate(source)
      LoopPromise.#enqueue(reaction, reaction)
    }
    source.#flags |= HANDLED
  }

  static #resolve(promise: LoopPromise<unknown>, value: unknown): void {
    if ((promise.#flags & SETTLED) !== 0) return
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') {
      LoopPromise.#settle(promise, FULFILLED, value)
      return
    }
    if (value === promise) {
      const message = 'a promise cannot be resolved with itself: resolve it with the value, or with another promise'
      const error = Object.assign(new TypeError(message), { code: 'ERR_PROMISE_SELF_RESOLUTION' })
      LoopPromise.#settle(promise, REJECTED, error)
      return
    }
    let then: unknown
    try {
      then = (value as { readonly then?: unknown }).then
    } catch (error) {
      LoopPromise.#settle(promise, REJECTED, error)
      return
    }
    if (typeof then !== 'function') {
      LoopPromise.#settle(promise, FULFILLED, value)
      return
    }
    promise.#value = value
    // From here on it may wait for something foreign, or in a ring of promises that wait for each other.
    if ((promise.#flags & HELD) === 0) LoopPromise.#hold(promise, promise.#realm.nursery)
    if (then === LoopPromise.prototype.then && #realm in value && value.#realm === promise.#realm) {
      promise.#flags |= DEPENDENT | ADOPT
      LoopPromise.#enqueue(promise, promise)
      return
    }
    promise.#flags = (promise.#flags & ~DEPENDENT) | CALL
    promise.#onFulfilled = then as Handler
    // A native promise is subscribed to at once: by the turn that would run the job it could count as unhandled.
    if (then === Promise.prototype.then && value instanceof Promise) LoopPromise.#run(promise)
    else LoopPromise.#enqueue(promise, promise)
  }

  static #reject(promise: LoopPromise<unknown>, reason: unknown): void {
    if ((promise.#flags & SETTLED) === 0) LoopPromise.#settle(promise, REJECTED, reason)
  }

  /** Settles a pending promise and queues everything that reacts to it as one list. */
  static #settle(promise: LoopPromise<unknown>, state: number, value: unknown): void {
    const realm = promise.#realm
    const chunk = promise.#chunk
    if (chunk !== undefined) {
      LoopPromise.#leave(chunk, promise)
      realm.nursery.young--
    }
    promise.#flags |= state
    promise.#value = value
    const last = promise.#reactions
    if (last !== undefined) {
      promise.#reactions = undefined
      const first = last.#link as LoopPromise<unknown> // a ring is closed
      last.#link = undefined
      LoopPromise.#enqueue(first, last)
    } else if (state === REJECTED) realm.rejected(promise)
  }

  /** Queues the jobs from `first` to `last`, which are linked. */
  static #enqueue(first: LoopPromise<unknown>, last: LoopPromise<unknown>): void {
    const { jobs } = first.#realm
    const { tail } = jobs
    if (jobs.join()) {
      if (tail === undefined) jobs.extended = true
      else tail.#flags &= ~LAST
    }
    if (tail === undefined) {
      if (first !== last) jobs.head = first // a single job is found by the tail: one store less into what is old
    } else {
      jobs.head ??= tail
      tail.#link = first
    }
    jobs.tail = last
    last.#flags |= LAST
    if (jobs.immediate && !jobs.running) LoopPromise.#runBatch(jobs)
  }

  /** Writes to `jobs` only where it must: it is old, and each store of a young promise into it costs the collector. */
  static #runBatch(jobs: JobList<LoopPromise<unknown>>): void {
    let next = jobs.head ?? jobs.tail
    let ran = 0
    let completed = false
    jobs.running = true
    try {
      while (next !== undefined) {
        const job: LoopPromise<unknown> = next
        next = job.#link
        job.#link = undefined // let go: a job that ran must not keep the younger ones behind it reachable
        if (next === undefined) {
          jobs.head = undefined
          jobs.tail = undefined
        }
        const last = (job.#flags & LAST) !== 0
        job.#flags &= ~LAST
        ran++
        LoopPromise.#run(job)
        next ??= jobs.head ?? jobs.tail // which came while the list was empty
        if (!last) continue
        if (!jobs.extended) break
        jobs.extended = false
      }
      completed = true
    } finally {
      jobs.head = next
      jobs.running = false
      if (completed) jobs.ran(ran)
      else jobs.resume() // out of stack in the middle of our own code: the rest of the batch must not be lost
    }
  }

  /** Does what `job` was queued for. Handlers are isolated: what one throws rejects its promise. */
  static #run(job: LoopPromise<unknown>): void {
    const source = job.#value
    const flags = job.#flags
    if ((flags & SETTLED) !== 0) return // by the end of the loop, while it waited
    job.#value = undefined
    if ((flags & (ADOPT | CALL)) !== 0) {
      job.#flags &= ~(ADOPT | CALL)
      if ((flags & ADOPT) !== 0) LoopPromise.#attach(source as LoopPromise<unknown>, job)
      else LoopPromise.#call(job, source)
      return
    }
    const settled = source as LoopPromise<unknown>
    const state = settled.#flags
    const value = settled.#value
    const handler = (state & FULFILLED) !== 0 ? job.#onFulfilled : job.#onRejected
    job.#onFulfilled = undefined
    job.#onRejected = undefined
    if (handler === undefined) {
      if ((state & FULFILLED) !== 0) LoopPromise.#resolve(job, value)
      else LoopPromise.#reject(job, value)
    } else if ((flags & CARRIER) !== 0) {
      handler(value)
    } else if (job.#realm.isCut && ((flags & LATE) !== 0 || !job.#realm.admits(handler))) {
      LoopPromise.#reject(job, job.#realm.endReason)
    } else {
      let result: unknown
      try {
        result = handler(value)
      } catch (error) {
        LoopPromise.#reject(job, error)
        return
      }
      LoopPromise.#resolve(job, result)
    }
  }

  /** Calls the `then` of a foreign thenable; it was read when `promise` was resolved with it. */
  static #call(promise: LoopPromise<unknown>, thenable: unknown): void {
    const then = promise.#onFulfilled as Then
    promise.#onFulfilled = undefined
    const realm = promise.#realm
    if (realm.isCut && !realm.admits(then as Handler)) {
      LoopPromise.#reject(promise, realm.endReason)
      return
    }
    let called = false
    const resolve = (value: unknown): void => {
      if (called) return
      called = true
      LoopPromise.#resolve(promise, value)
    }
    const reject = (reason: unknown): void => {
      if (called) return
      called = true
      LoopPromise.#reject(promise, reason)
    }
    try {
      Reflect.apply(then, thenable, [resolve, reject])
    } catch (error) {
      reject(error)
    }
  }

  static {
    createPromise = <T>(realm: PromiseRealm) => new LoopPromise<T>(realm)
    resolvePromise = (promise, value) => LoopPromise.#resolve(promise, value)
    rejectPromise = (promise, reason) => LoopPromise.#reject(promise, reason)
    resolvingFunctions = (promise) => ({
      resolve: (value) => {
        if ((promise.#flags & RESOLVED) !== 0) return
        promise.#flags |= RESOLVED
        LoopPromise.#resolve(promise, value)
      },
      reject: (reason) => {
        if ((promise.#flags & RESOLVED) !== 0) return
        promise.#flags |= RESOLVED
        LoopPromise.#reject(promise, reason)
      },
    })
    attach = (source, onFulfilled, onRejected) => {
      const carrier = new LoopPromise<unknown>(source.#realm, CARRIER)
      carrier.#onFulfilled = onFulfilled
      carrier.#onRejected = onRejected
      LoopPromise.#attach(source, carrier)
    }
    isOwnPromise = (realm, value): value is LoopPromise<unknown> =>
      typeof value === 'object' && value !== null && #realm in value && value.#realm === realm
    markDependent = (promise) => {
      promise.#flags |= DEPENDENT
    }
    isDependent = (promise) => (promise.#flags & DEPENDENT) !== 0
    isPending = (promise) => (promise.#flags & SETTLED) === 0
    isHandled = (promise) => (promise.#flags & HANDLED) !== 0
    markReported = (promise) => {
      promise.#flags |= REPORTED
    }
    outcome = (promise) => promise.#value
    enter = (chunk, promise) => LoopPromise.#enter(chunk, promise)
    leave = (promise) => {
      if (promise.#chunk !== undefined) LoopPromise.#leave(promise.#chunk, promise)
    }
    runBatch = (jobs) => LoopPromise.#runBatch(jobs)
  }
}
