// all, allSettled, any and race, as ECMAScript has them, on the promises of one loop.
import { resolved } from './construct.ts'
import { attach, createPromise, LoopPromise, markDependent, resolvingFunctions } from './promise.ts'
import type { PromiseRealm } from './promise.ts'

type Settle = (argument: unknown) => void

/** What a combinator does with one more input. */
type Subscribe = () => { readonly onFulfilled: Settle; readonly onRejected: Settle }

/** Resolves with the values in input order; rejects with the first reason. */
export function all<T>(realm: PromiseRealm, inputs: Iterable<T>): LoopPromise<Awaited<T>[]> {
  return combine<Awaited<T>[]>(realm, inputs, (resolve, reject) => {
    const values = new Collection(resolve)
    return { subscribe: () => ({ onFulfilled: values.expect(), onRejected: reject }), finish: () => values.close() }
  })
}

/** Resolves with one record an input, in input order; no input rejects it. */
export function allSettled<T>(realm: PromiseRealm, inputs: Iterable<T>): LoopPromise<PromiseSettledResult<Awaited<T>>[]> {
  return combine<PromiseSettledResult<Awaited<T>>[]>(realm, inputs, (resolve) => {
    const records = new Collection(resolve)
    const subscribe: Subscribe = () => {
      const settle = records.expect()
      return {
        onFulfilled: (value) => settle({ status: 'fulfilled', value }),
        onRejected: (reason) => settle({ status: 'rejected', reason }),
      }
    }
    return { subscribe, finish: () => records.close() }
  })
}

/** Resolves with the first value; rejects with an `AggregateError` of all reasons, in input order. */
export function any<T>(realm: PromiseRealm, inputs: Iterable<T>): LoopPromise<Awaited<T>> {
  return combine<Awaited<T>>(realm, inputs, (resolve, reject) => {
    const reasons = new Collection((errors) => reject(new AggregateError(errors, 'All promises were rejected')))
    return { subscribe: () => ({ onFulfilled: resolve, onRejected: reasons.expect() }), finish: () => reasons.close() }
  })
}

/** Settles as the first input that settles. Never settles, before the end of the loop, if there is none. */
export function race<T>(realm: PromiseRealm, inputs: Iterable<T>): LoopPromise<Awaited<T>> {
  return combine<Awaited<T>>(realm, inputs, (resolve, reject) => ({
    subscribe: () => ({ onFulfilled: resolve, onRejected: reject }),
    finish: () => {},
  }))
}

/** Arguments in input order, handed over when every expected one has come. */
class Collection {
  readonly #collected: unknown[] = []
  readonly #complete: (collected: unknown[]) => void
  #missing = 1 // for `close`: nothing is complete before all inputs have been read

  constructor(complete: (collected: unknown[]) => void) {
    this.#complete = complete
  }

  /** @returns a function whose first call hands in the argument of the next place. */
  expect(): Settle {
    const place = this.#collected.push(undefined) - 1
    this.#missing++
    let called = false
    return (argument) => {
      if (called) return
      called = true
      this.#collected[place] = argument
      this.close()
    }
  }

  close(): void {
    if (--this.#missing === 0) this.#complete(this.#collected)
  }
}

/**
 * Reads the inputs and subscribes to each. The iteration protocol is that of `for of`: a throw from the iterator rejects
 * and leaves it alone; a throw while subscribing calls its `return` once, whose own error is ignored.
 */
function combine<T>(
  realm: PromiseRealm,
  inputs: Iterable<unknown>,
  plan: (resolve: Settle, reject: Settle) => { readonly subscribe: Subscribe; readonly finish: () => void },
): LoopPromise<T> {
  const promise = createPromise<T>(realm)
  markDependent(promise)
  const { resolve, reject } = resolvingFunctions(promise)
  const { subscribe, finish } = plan(resolve, reject)
  try {
    for (const input of inputs) {
      const { onFulfilled, onRejected } = subscribe()
      const source = resolved(realm, input)
      const { then } = source // read once, as the specification says: a promise may have a `then` of its own
      if (then === LoopPromise.prototype.then) attach(source, onFulfilled, onRejected)
      else Reflect.apply(then, source, [onFulfilled, onRejected])
    }
  } catch (error) {
    reject(error)
    return promise
  }
  finish()
  return promise
}
