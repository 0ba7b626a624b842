// Entries of one sandbox: made under a guard, and followed by results, limits and the end they may bring.
import { Exception, JsAdapterError, LimitError } from '../errors.ts'
import type { LimitName } from '../limit-names.ts'
import { CELL } from '../runtime/cells.ts'
import type { Core } from '../runtime/core.ts'
import type { EntryBounds, EntryOutcome } from '../runtime/entry.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import { clockMs } from './clock.ts'
import type { Ending } from './ending.ts'
import type { ResolvedSandboxOptions } from './options.ts'
import type { PendingResults } from './pending-results.ts'
import type { Reports } from './reports.ts'

const REAL_TIME_LIMITS: ReadonlySet<LimitName> = new Set<LimitName>(['operationMs', 'hardMs', 'cpuMs', 'wallMs'])

export interface EntriesParts {
  readonly options: ResolvedSandboxOptions
  readonly core: Core
  readonly results: PendingResults
  readonly reports: Reports
  readonly ending: Ending
  /** The bounds of an entry that belongs to no `run` or `call`. */
  bounds(): EntryBounds
  checkEnd(): void
  /** Arms the loop for what the guest wants. */
  synchronise(): void
}

export class Entries {
  readonly #options: ResolvedSandboxOptions
  readonly #core: Core
  readonly #results: PendingResults
  readonly #reports: Reports
  readonly #ending: Ending
  readonly #hooks: EntriesParts
  readonly #values = new Map<number, { readonly fulfilled: boolean; readonly value: unknown }>()
  /** The `run` or `call` whose entry, or settlement, is under way; 0 for none. */
  origin = 0
  /** Entries that wait in the loop. */
  queued = 0

  constructor(parts: EntriesParts) {
    this.#options = parts.options
    this.#core = parts.core
    this.#results = parts.results
    this.#reports = parts.reports
    this.#ending = parts.ending
    this.#hooks = parts
  }

  /** Takes what a script or call returned; a promise is watched. */
  deliver(id: number, pointer: number): void {
    const { marshal, instance } = this.#core
    try {
      if (marshal.isObject(pointer) && instance.exports._QTS_PromiseState(instance.ctx, pointer) >= 0) {
        if (this.#options.lifecycle === 'program') {
          this.#values.set(id, { fulfilled: true, value: undefined })
          return
        }
        const number = marshal.newNumber(id)
        marshal.runProfile('watch', number, pointer)
        marshal.free(number)
        return
      }
      const value = marshal.exportValue(pointer, undefined, this.#options.limits.maxResultBytes)
      this.#values.set(id, { fulfilled: true, value })
    } finally {
      marshal.free(pointer)
    }
  }
  /** A watched promise has settled. */
  settled(id: number, fulfilled: boolean, value: unknown): void {
    this.#values.set(id, { fulfilled, value })
  }
  /** Settles what the entry brought, unless the entry was stopped: then its own result is the stop. */
  #settleResults(outcome: EntryOutcome, origin: number): void {
    for (const [id, { fulfilled, value }] of this.#values) {
      const waiting = this.#results.get(id)
      if (waiting === undefined || (outcome.stopped && id === origin)) continue
      if (fulfilled) waiting.resolve(value)
      else if (value instanceof JsAdapterError) waiting.reject(value)
      else waiting.reject(this.#reports.exceptionOf(value, this.#core.dispatcher.hostErrorOf(value)))
    }
    this.#values.clear()
    const waiting = this.#results.get(origin)
    if (waiting === undefined || outcome.error === undefined) return
    const lostItsWay = outcome.stopped && (outcome.discardedJobs > 0 || outcome.kind === 'settlement')
    if (outcome.kind === 'run' || outcome.kind === 'call' || lostItsWay) waiting.reject(outcome.error)
  }

  /** One entry under a guard, and everything that follows from it. */
  enter(kind: string, origin: number, body: () => void, bounds?: EntryBounds): EntryOutcome {
    const before = this.origin
    this.origin = origin
    const outcome = this.#core.enterGuarded(kind, body, bounds)
    this.origin = before
    this.after(outcome, origin)
    return outcome
  }
  /** Work that is no operation of the guest's: `set`, `get`. Also inside an entry. */
  now(kind: string, body: () => void): void {
    if (this.#core.inside) {
      try {
        this.#core.nested(body)
      } catch (thrown) {
        const error = this.#core.errorFrom(thrown)
        if (error instanceof LimitError && error.limit === 'maxEntryDepth') this.#reports.limitOutsideEntry(error.limit)
        throw error
      }
      return
    }
    const outcome = this.enter(kind, 0, body)
    if (outcome.error !== undefined) throw outcome.error
  }
  /** Profile code that touches nothing of the guest's. */
  trusted(work: () => void): void {
    try {
      this.#core.polling.muted(work)
    } catch (thrown) {
      if (!(thrown instanceof GuestThrow)) throw thrown
      const error = this.#core.errorFrom(thrown)
      const cause = error instanceof Exception ? error.unwrap() : undefined
      throw cause instanceof JsAdapterError ? cause : error
    }
  }

  /** Everything that follows from an entry. */
  after(given: EntryOutcome, origin: number): void {
    const outcome = this.#judged(given)
    const { latch } = this.#core
    this.#reports.operation(outcome, this.#core.memoryBytes, this.#ending.mayEnter ? this.#core.cell(CELL.timers) : 0)
    this.#settleResults(outcome, origin)
    if (outcome.exited) {
      this.#ending.run(this.#ending.fatal === undefined ? 'exit' : 'uncaught', 'exited', undefined)
      return
    }
    const { condemned } = this.#core
    if (condemned !== undefined) {
      this.#reports.error(condemned, outcome)
      this.#ending.run('limit', 'condemned', condemned)
      return
    }
    if (outcome.stopped) {
      this.#stopped(outcome)
      if (!this.#ending.mayEnter) return
      latch.clear()
      this.#rejectLost(outcome)
    }
    this.#hooks.synchronise()
    // After the guest's own immediates, where Node puts it.
    if (this.#core.drainDeferred) this.#drainLater()
  }
  /** In a deterministic sandbox, what a limit of real time stopped has no result that would come again: the run fails. */
  #judged(outcome: EntryOutcome): EntryOutcome {
    const { error } = outcome
    if (this.#options.deterministic === undefined || !(error instanceof LimitError) || !REAL_TIME_LIMITS.has(error.limit))
      return outcome
    const failed = new JsAdapterError(
      'ERR_NONDETERMINISTIC_STOP',
      `a limit of real time stopped a deterministic run: ${error.message}`,
      { cause: error, context: { limit: error.limit } },
    )
    this.#core.condemn(failed)
    return { ...outcome, error: failed }
  }
  /** Promises that others wait for may have settled in a stopped entry, and what was to tell it is gone with its jobs. */
  #rejectLost({ error }: EntryOutcome): void {
    if (error === undefined || this.#results.size === 0) return
    this.trusted(() => {
      for (;;) {
        const id = this.#core.marshal.numberFromProfile('takeLost')
        if (id === 0) return
        this.#results.get(id)?.reject(error)
      }
    })
  }
  #drainLater(): void {
    this.queued++
    try {
      this.#options.loop.scheduleImmediate(() => {
        this.queued--
        if (this.#ending.mayEnter) this.enter('drain', 0, () => {}, this.#hooks.bounds())
        this.#hooks.checkEnd()
      })
    } catch (refusal) {
      this.queued--
      this.#ending.loopRefused(refusal)
    }
  }
  #stopped(outcome: EntryOutcome): void {
    const { error } = outcome
    if (error === undefined) return
    this.#reports.error(error, outcome)
    if (!(error instanceof LimitError)) return
    const condemning =
      this.#options.onInterrupt === 'close' ||
      error.limit === 'cpuMs' ||
      (error.limit === 'wallMs' && this.#options.lifecycle === 'program')
        ? error
        : this.#reports.tooManyInterrupts(error, clockMs())
    if (condemning === undefined) return
    this.#core.condemn(condemning)
    this.#ending.run('limit', 'condemned', condemning)
  }

  /** An entry in a loop task of its own. A loop that refuses it is ending, and ends the guest. */
  queue(work: () => void): void {
    this.queued++
    try {
      this.#options.loop.submitInternal(() => {
        this.queued--
        work()
      })
    } catch (refusal) {
      this.queued--
      this.#ending.loopRefused(refusal)
    }
  }
}
