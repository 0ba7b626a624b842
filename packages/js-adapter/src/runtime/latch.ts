// The host-side fact that something stopped an operation. The first to set it wins; the guest cannot unset it.
import type { LimitName } from '../limit-names.ts'

export type LatchCause =
  | { readonly kind: 'limit'; readonly limit: LimitName; readonly configured: number; readonly observed: number }
  | { readonly kind: 'interrupt'; readonly value: unknown }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'crossed'; readonly error: unknown }

export class Latch {
  #cause: LatchCause | undefined
  #operationId = 0
  #later = 0

  get set(): boolean {
    return this.#cause !== undefined
  }
  get cause(): LatchCause | undefined {
    return this.#cause
  }
  get operationId(): number {
    return this.#operationId
  }
  /** Causes that came after the first. */
  get later(): number {
    return this.#later
  }
  fire(cause: LatchCause, operationId: number): void {
    if (this.#cause !== undefined) {
      this.#later++
      return
    }
    this.#cause = cause
    this.#operationId = operationId
  }
  clear(): void {
    this.#cause = undefined
    this.#later = 0
  }
}
