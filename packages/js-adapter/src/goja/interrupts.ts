// Interrupts of one runtime: by a call, or by a word that any thread may set.
import type { Core } from '../runtime/core.ts'
import type { Entries } from './entries.ts'

export class Interrupts {
  readonly #core: Core
  readonly #entries: Entries
  #flag: SharedArrayBuffer | undefined

  constructor(core: Core, entries: Entries) {
    this.#core = core
    this.#entries = entries
  }
  /** What runs, or would run next, was told to stop. */
  get set(): boolean {
    return this.#core.latch.set
  }
  /** Stops what runs, or the next run before its first statement. */
  fire(reason: unknown): void {
    if (this.#entries.disposed) return
    this.#core.latch.fire({ kind: 'interrupt', value: reason }, this.#core.operation?.id ?? 0)
    this.#core.polling.soon()
  }
  /** Between calls only: inside one it does nothing, for the interrupt is still unwinding the guest. */
  clear(): void {
    this.#entries.clear()
    if (this.#flag !== undefined) Atomics.store(new Int32Array(this.#flag), 0, 0)
  }
  /** Storing 1 in it interrupts at the next poll. */
  flag(): SharedArrayBuffer {
    this.#flag ??= new SharedArrayBuffer(4)
    this.#core.polling.watch(new Int32Array(this.#flag))
    return this.#flag
  }
}
