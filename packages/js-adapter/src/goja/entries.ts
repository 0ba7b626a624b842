// Entering a guest from this face: what is checked before, and what a guest exception becomes after.
import { InterruptedError, JsAdapterError } from '../errors.ts'
import type { Core } from '../runtime/core.ts'
import type { EntryBounds, EntryOutcome } from '../runtime/entry.ts'
import { GuestThrow } from '../runtime/marshal.ts'

export interface EntryOptions {
  /** Clears an interrupt when the outermost call returns. */
  readonly autoClear: boolean
  /** Turns the owned pointer of a thrown value into an error. */
  readonly describe: (thrown: GuestThrow) => JsAdapterError
  /** Called before each outermost entry. */
  readonly onBefore: () => void
}

const KEEP_JOBS: EntryBounds = { keepJobs: true }

/** A failure that can only come out of WebAssembly, or that cannot be told from one. */
function crossedTheEngine(error: unknown): boolean {
  if (error instanceof RangeError) return error.message.includes('call stack')
  return error instanceof Error && error.name === 'RuntimeError'
}

export class Entries {
  readonly #core: Core
  readonly #options: EntryOptions
  #disposed = false
  /** The callback that runs now and must not enter the guest. */
  #forbidden: string | undefined
  /** What such a callback threw. */
  #failure: { readonly error: unknown } | undefined
  /** Promise jobs stay queued: somebody else runs them. */
  keepJobs = false
  /** Called after each outermost entry, when the guest may be entered again. */
  afterEntry: (() => void) | undefined
  /** Called after each outermost entry, before its error is thrown. */
  onLeave: ((outcome: EntryOutcome) => void) | undefined
  /** Called when an interrupt was cleared. */
  onCleared: (() => void) | undefined
  onDisposed: (() => void) | undefined
  /** Put around each outermost entry of the host's own, outside the guest. */
  around: ((entry: () => EntryOutcome, kind: string) => EntryOutcome) | undefined
  /** Called at the start of each such entry, inside the guest. */
  onOpen: (() => void) | undefined

  constructor(core: Core, options: EntryOptions) {
    this.#core = core
    this.#options = options
  }
  get disposed(): boolean {
    return this.#disposed
  }
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.onDisposed?.()
  }
  /** Between entries: forgets an interrupt. An exit stays. */
  clear(): void {
    const { latch } = this.#core
    if (this.#core.inside || latch.cause?.kind === 'exit') return
    latch.clear()
    this.onCleared?.()
  }
  /** Clears the interrupt that stopped an entry, when that is to happen by itself. */
  settleInterrupt(outcome: EntryOutcome): void {
    if (this.#options.autoClear && outcome.stopped && this.#core.latch.cause?.kind === 'interrupt') this.clear()
  }

  /** @throws what keeps the guest from being entered: disposed, condemned, forbidden, interrupted or exited. */
  assertUsable(): void {
    if (this.#disposed) throw new JsAdapterError('ERR_SANDBOX_CLOSED', 'the runtime was disposed of')
    const { condemned, latch } = this.#core
    if (condemned !== undefined)
      throw new JsAdapterError('ERR_SANDBOX_CONDEMNED', 'the runtime was condemned', { cause: condemned })
    if (this.#forbidden !== undefined)
      throw new JsAdapterError('ERR_REENTRANT', `the guest may not be entered from ${this.#forbidden}`)
    if (!latch.set) return
    const { cause } = latch
    if (this.#options.autoClear && !this.#core.inside && cause?.kind === 'interrupt') latch.clear()
    if (cause?.kind === 'exit') throw new JsAdapterError('ERR_SANDBOX_EXITED', 'the guest has exited')
    throw new InterruptedError(cause?.kind === 'interrupt' ? cause.value : undefined)
  }

  /** Runs a callback that is called inside the engine. What it throws is thrown when the entry ends. */
  withoutEntering(place: string, callback: () => void): void {
    const before = this.#forbidden
    this.#forbidden = place
    try {
      callback()
    } catch (error) {
      this.#failure ??= { error }
    } finally {
      this.#forbidden = before
    }
  }

  /** Calls host code from inside the engine, where nothing may be thrown: its error is thrown when the entry ends. */
  outside<T>(callback: () => T): T | undefined {
    let result: T | undefined
    this.withoutEntering('a time source', () => {
      result = callback()
    })
    return result
  }

  /**
   * Begins an entry without a closure and an outcome; `end` or `fail` must follow. `false`: use `enter`.
   * hot: benchmarks/js-adapter/guest-call-number
   */
  begin(): boolean {
    if (this.#disposed || this.onLeave !== undefined || this.#forbidden !== undefined) return false
    const core = this.#core
    if (core.inside || core.latch.set || core.condemned !== undefined) return false
    this.#options.onBefore()
    return core.beginUnwatched()
  }
  end(): void {
    const error = this.#core.endUnwatched(this.keepJobs)
    if (error !== undefined || this.#failure !== undefined || this.afterEntry !== undefined) this.#ended(error, undefined)
  }
  /** @throws the error for what `begin`'s work threw. */
  fail(thrown: unknown): never {
    const core = this.#core
    let own: { readonly error: unknown } | undefined
    try {
      if (thrown instanceof GuestThrow) own = { error: core.latch.set ? core.errorFrom(thrown) : this.#options.describe(thrown) }
      else if (crossedTheEngine(thrown)) own = { error: core.errorFrom(thrown) }
      else own = { error: thrown }
    } finally {
      const error = core.endUnwatched(this.keepJobs)
      this.#ended(error, own)
    }
    throw own.error
  }
  #ended(error: unknown, own: { readonly error: unknown } | undefined): void {
    if (this.#options.autoClear && this.#core.latch.cause?.kind === 'interrupt') this.clear()
    this.afterEntry?.()
    const failure = error === undefined ? (own ?? this.#failure) : { error }
    this.#failure = undefined
    if (failure !== undefined) throw failure.error
  }

  /** An entry, or a visit inside one. What the host's own code throws inside `work` passes through. */
  enter<T>(work: () => T, kind = 'run'): T {
    this.assertUsable()
    const core = this.#core
    if (core.inside) return core.nested(() => this.#translated(work))
    this.#options.onBefore()
    let result: { readonly value: T } | undefined
    let passed: { readonly error: unknown } | undefined
    const entry = (): EntryOutcome =>
      core.enter(
        kind,
        () => {
          try {
            this.onOpen?.()
            result = { value: work() }
          } catch (thrown) {
            if (thrown instanceof GuestThrow) throw core.latch.set ? thrown : this.#options.describe(thrown)
            if (thrown instanceof JsAdapterError || crossedTheEngine(thrown)) throw thrown
            passed = { error: thrown }
          }
        },
        this.keepJobs ? KEEP_JOBS : undefined,
      )
    const outcome = this.around === undefined ? entry() : this.around(entry, kind)
    this.settleInterrupt(outcome)
    this.onLeave?.(outcome)
    this.afterEntry?.()
    if (outcome.error !== undefined) throw outcome.error
    const failure = passed ?? this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure.error
    if (result === undefined) throw new JsAdapterError('ERR_SANDBOX_EXITED', 'the guest has exited')
    return result.value
  }
  #translated<T>(work: () => T): T {
    try {
      return work()
    } catch (thrown) {
      if (thrown instanceof GuestThrow) throw this.#core.latch.set ? this.#core.errorFrom(thrown) : this.#options.describe(thrown)
      if (thrown instanceof JsAdapterError || !crossedTheEngine(thrown)) throw thrown
      throw this.#core.errorFrom(thrown)
    }
  }
}
