// The host's wrapper of a guest ArrayBuffer.
import { GuestObject } from './guest-object.ts'
import type { ObjectOwner } from './guest-object.ts'

/** A guest ArrayBuffer. */
export class GuestArrayBuffer extends GuestObject {
  readonly #owner: ObjectOwner
  constructor(owner: ObjectOwner) {
    super(owner)
    this.#owner = owner
  }
  /** A copy of its bytes; for a view without copying see the shape `bytesView`. */
  bytes(): Uint8Array {
    return this.#owner.bytes(this)
  }
  /** Empties the buffer for the guest: `byteLength` is 0 afterwards, and views on it are out of bounds. */
  detach(): void {
    this.#owner.operate('detach', this)
  }
  get detached(): boolean {
    return this.#owner.operate('isDetached', this) === true
  }
}
