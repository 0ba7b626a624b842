// Contexts of the owner's that a guest in a thread may come back to: kept by number until the thread lets go of them.
import type { ContextPort } from '../ports.ts'
import type { WireContext } from './protocol.ts'

interface Kept {
  readonly context: unknown
  readonly wire: WireContext
  /** How often the thread was handed it, less what it has let go of. */
  times: number
}

export class OwnerContexts {
  readonly #port: ContextPort | undefined
  readonly #byId = new Map<number, Kept>()
  readonly #byContext = new Map<unknown, Kept>()
  #lastId = 0

  constructor(port: ContextPort | undefined) {
    this.#port = port
  }
  /** Contexts that the thread may name. */
  get kept(): number {
    return this.#byId.size
  }
  /** The caller's context, to be sent; `undefined` without a port. */
  capture(): WireContext | undefined {
    const port = this.#port
    if (port === undefined) return undefined
    const context = port.capture()
    let kept = this.#byContext.get(context)
    if (kept === undefined) {
      kept = { context, wire: { id: ++this.#lastId, correlationId: port.correlationId?.(context) }, times: 0 }
      this.#byContext.set(context, kept)
      this.#byId.set(kept.wire.id, kept)
    }
    kept.times++
    return kept.wire
  }
  /** The context of a number. */
  of(id: number): unknown {
    return this.#byId.get(id)?.context
  }
  /** Runs `work` in the context of a number. */
  run(id: number, work: () => void): void {
    const kept = this.#byId.get(id)
    if (this.#port === undefined || kept === undefined) work()
    else this.#port.run(kept.context, work)
  }
  /** Nothing in the thread held it any more when it had been handed over so often. */
  gone(id: number, times: number): void {
    const kept = this.#byId.get(id)
    if (kept === undefined) return
    kept.times -= times
    if (kept.times > 0) return
    this.#byId.delete(id)
    this.#byContext.delete(kept.context)
  }
  /** The guest has ended. */
  ended(): void {
    this.#byId.clear()
    this.#byContext.clear()
    this.#port?.release?.()
  }
}
