// How host functions are declared for a guest: plain, raw, or constructors.
import type { GuestObject, GuestValue } from './guest-object.ts'

/** What a raw host function or constructor sees of its call. Valid only until it returns. */
export interface RawCall {
  /** Number of arguments. */
  readonly count: number
  /** The receiver; `undefined` in a plain call. For a constructor the object under construction. */
  readonly this: GuestValue
  /** The constructor that `new` was applied to; `undefined` in a plain call. */
  readonly newTarget: GuestObject | undefined
  /** The argument, not converted: a primitive or a wrapper. `undefined` when it is absent. */
  argument(index: number): GuestValue
  /** The argument by `Number()`'s rules for primitives; NaN when it is absent. */
  number(index: number): number
  /** The argument by `String()`'s rules; `''` when it is absent. */
  text(index: number): string
}

export type RawFunction = (call: RawCall) => unknown

/** A host function that converts nothing: the fast path from guest to host. */
export class RawHostFunction {
  readonly fn: RawFunction
  constructor(fn: RawFunction) {
    this.fn = fn
  }
}

/** Marks `fn` for `toValue` and `set`: it gets the call itself, and its result is converted back. */
export function rawFunction(fn: RawFunction): RawHostFunction {
  return new RawHostFunction(fn)
}

export type HostClass = new (...args: never[]) => object

/** A host class or function that becomes a guest constructor. */
export class HostConstructor {
  readonly target: HostClass | RawFunction
  readonly isClass: boolean
  constructor(target: HostClass | RawFunction) {
    this.target = target
    this.isClass = /^class\b/.test(Function.prototype.toString.call(target))
  }
}

/**
 * Marks a host class, or a function of the call, for `toValue` and `set`: the guest gets a constructor whose prototype, `instanceof`
 * and subclassing hold. Of a class the guest gets live instances; arguments are copies. A function may return the object that stands for
 * the new one; otherwise `call.this` does. A call without `new` passes an object `this` through, else makes a new object.
 */
export function constructor(target: HostClass | RawFunction): HostConstructor {
  return new HostConstructor(target)
}

/** Marks any host object to be passed by reference instead of by copy. */
export class LiveObject {
  readonly target: object
  constructor(target: object) {
    this.target = target
  }
}

/** Passes `target` by reference: the guest sees its own enumerable data properties and its methods, as they are at the time. */
export function live(target: object): LiveObject {
  return new LiveObject(target)
}
