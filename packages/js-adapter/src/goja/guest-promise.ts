// The host's wrapper of a guest promise.
import { GuestObject } from './guest-object.ts'
import type { GuestValue, ObjectOwner } from './guest-object.ts'
import type { PromiseState } from './promise-state.ts'

/** A guest promise. Reading `state` and `result` runs no guest code. */
export class GuestPromise extends GuestObject {
  readonly #owner: ObjectOwner
  constructor(owner: ObjectOwner) {
    super(owner)
    this.#owner = owner
  }
  get state(): PromiseState {
    return this.#owner.promiseState(this)
  }
  /** The value or the reason; `undefined` while it is pending. */
  get result(): GuestValue {
    return this.#owner.promiseResult(this)
  }
}
