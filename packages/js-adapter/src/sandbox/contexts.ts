// The host's contexts that a guest's work belongs to: captured where work is asked for, entered from outside around each entry.
import type { ContextPort } from '../ports.ts'
import { CELL } from '../runtime/cells.ts'
import type { Core } from '../runtime/core.ts'

/** One captured context. */
export interface Captured {
  readonly context: unknown
  readonly correlationId: string | undefined
}

/**
 * The port is never entered under a guard: V8 may end a guard at any instruction, no `finally` would run, and the host would go on in the
 * guest's context (or, with AsyncResource, end). So a context is put around a whole guard, and callbacks of different contexts get guards
 * of their own.
 */
export class Contexts {
  readonly #port: ContextPort | undefined
  /** By the number that the guest knows it by. The engine says when nothing in the guest can come back to it any more. */
  readonly #kept = new Map<number, Captured>()
  #last: Captured | undefined
  /** What the guest was told last; `undefined` when that is not known for sure. */
  #told: { readonly captured: Captured | undefined } | undefined
  /** That of the entry under way. */
  active: Captured | undefined

  constructor(port: ContextPort | undefined) {
    this.#port = port
  }
  get enabled(): boolean {
    return this.#port !== undefined
  }
  /** Contexts that the guest can come back to. */
  get kept(): number {
    return this.#kept.size
  }

  /** The caller's context; `undefined` without a port. */
  capture(): Captured | undefined {
    const port = this.#port
    if (port === undefined) return undefined
    const context = port.capture()
    if (this.#last === undefined || this.#last.context !== context)
      this.#last = { context, correlationId: port.correlationId?.(context) }
    return this.#last
  }
  /** Runs `work` in a context. Not under a guard. */
  run(captured: Captured | undefined, work: () => void): void {
    if (this.#port === undefined) {
      work()
      return
    }
    const before = this.active
    this.active = captured
    try {
      if (captured === undefined) work()
      else this.#port.run(captured.context, work)
    } finally {
      this.active = before
    }
  }
  /** Runs `work`, which the caller has begun in the context that it is in. */
  here<T>(captured: Captured | undefined, work: () => T): T {
    const before = this.active
    this.active = captured
    try {
      return work()
    } finally {
      this.active = before
    }
  }

  /** Tells the guest which context it is in, at the start of an entry. */
  open({ marshal, instance, dispatcher }: Core): void {
    if (this.#port === undefined) return
    const captured = this.active
    const known = this.#told !== undefined && this.#told.captured === captured
    let kept = instance.undefined
    let id = 0
    if (captured !== undefined && !known) {
      id = dispatcher.addPointer(
        'context',
        () => 0,
        () => this.#kept.delete(id),
      )
      this.#kept.set(id, captured)
      kept = instance.withUtf8('context', (text) => instance.exports._QTS_NewFunction(instance.ctx, text, 0, 0, id))
    }
    const number = marshal.newNumber(captured !== undefined && known ? 1 : id)
    this.#told = undefined
    try {
      marshal.runProfile('openContext', number, kept)
      this.#told = { captured }
    } finally {
      if (kept !== instance.undefined) marshal.free(kept)
      marshal.free(number)
    }
  }
  /** The guest has gone to another context by itself. */
  moved(): void {
    this.#told = undefined
  }
  /** The context that the guest is in now, which `bindContext` may have changed. */
  current(core: Core): Captured | undefined {
    return this.#port === undefined ? undefined : this.#kept.get(core.cell(CELL.context))
  }
  /** The context of the timer or immediate that runs next, which the guest is in from now on; `undefined` when none is due. */
  next(core: Core, peek: 'peekTimers' | 'peekImmediates'): { readonly captured: Captured | undefined } | undefined {
    const id = core.polling.muted(() => core.marshal.numberFromProfile(peek))
    this.#told = { captured: this.#kept.get(id) }
    return id < 0 ? undefined : this.#told
  }
  /** The guest has ended: what it kept is let go of. */
  ended(): void {
    this.#kept.clear()
    this.#last = undefined
    this.#told = undefined
    this.#port?.release?.()
  }
}
