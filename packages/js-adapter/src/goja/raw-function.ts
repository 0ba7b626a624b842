// Marks host functions that read their arguments themselves.
import type { RawFunction } from '../runtime/dispatcher.ts'

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
