// Guest functions as functions of the host: one each, and back again.
import { Exception } from '../errors.ts'
import type { GuestFunction } from './exporting.ts'
import type { GuestObject } from './guest-object.ts'

export class Callables {
  readonly #call: (fn: GuestObject, args: readonly unknown[]) => unknown
  readonly #originals = new WeakMap<Function, GuestObject>()
  readonly #callables = new WeakMap<GuestObject, WeakRef<GuestFunction>>()

  constructor(call: (fn: GuestObject, args: readonly unknown[]) => unknown) {
    this.#call = call
  }

  /** The host function that calls `wrapper`. It throws what a host function behind the guest threw, not what the guest made of that. */
  of(wrapper: GuestObject): GuestFunction {
    const known = this.#callables.get(wrapper)?.deref()
    if (known !== undefined) return known
    const fn: GuestFunction = (...args) => {
      try {
        return this.#call(wrapper, args)
      } catch (error) {
        if (error instanceof Exception && error.hasHostError) throw error.unwrap()
        throw error
      }
    }
    this.#callables.set(wrapper, new WeakRef(fn))
    this.#originals.set(fn, wrapper)
    return fn
  }

  /** The guest function that `fn` calls; `undefined` for a function that is not of here. */
  original(fn: Function): GuestObject | undefined {
    return this.#originals.get(fn)
  }
}
