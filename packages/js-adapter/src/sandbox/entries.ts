// Entries of one sandbox: made under a guard, and followed by results, limits and the end they may bring.
import { Exception, JsAdapterError, LimitError } from '../errors.ts'
import type { LimitName } from '../limit-names.ts'
import { CELL } from '../runtime/cells.ts'
import type { Core } from '../runtime/core.ts'
import type { EntryBounds, EntryOutcome } from '../runtime/entry.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import { clockMs } from './clock.ts'
import type { Captured, Contexts } from './contexts.ts'
import { closedError } from './ending.ts'
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
  readonly contexts: Contexts
  readonly ending: Ending
  /** The bounds of an entry that belongs to no `run` or `call`. */
  bounds(): EntryBounds
  checkEnd(): void
  /** Arms the loop for what the guest wants. */
  synchronise(): void
  /** Does it now, or when the guest has its memory again. */
  whenThere(work: () => void, refused: (error: unknown) => void): void
}

/** What an audit is told of an operation besides its kind. */
export type OperationFacts = Readonly<Record<string, unknown>>

/** The record of its start could not be written: it does not begin. */
function notEntered(kind: string, error: JsAdapterError): EntryOutcome {
  return {
    operationId: 0,
    kind,
    error,
    stopped: true,
    exited: false,
    elapsedMs: 0,
    cpuMs: 0,
    jobs: 0,
    polls: 0,
    discardedJobs: 0,
    discardedTicks: 0,
    stopLateMs: undefined,
  }
}

/** What a limit of real time means in a deterministic sandbox. */
export function nondeterministicStop(error: LimitError): JsAdapterError {
  return new JsAdapterError('ERR_NONDETERMINISTIC_STOP', `a limit of real time stopped a deterministic run: ${error.message}`, {
    cause: error,
    context: { limit: error.limit },
  })
}

export class Entries {
  readonly #options: ResolvedSandboxOptions
  readonly #core: Core
  readonly #results: PendingResults
  readonly #reports: Reports
  readonly #contexts: Contexts
  readonly #ending: Ending
  readonly #hooks: EntriesParts
  readonly #values = new Map<number, { readonly fulfilled: boolean; readonly value: unknown }>()
  /** The `run` or `call` whose entry, or settlement, is under way; 0 for none. */
  origin = 0
  /** How long the entry that comes next has waited in the loop. */
  #queueMs = 0
  /** Entries that wait in the loop. */
  queued = 0

  constructor(parts: EntriesParts) {
    this.#options = parts.options
    this.#core = parts.core
    this.#results = parts.results
    this.#reports = parts.reports
    this.#contexts = parts.contexts
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
  enter(kind: string, origin: number, body: () => void, bounds?: EntryBounds, facts?: OperationFacts): EntryOutcome {
    if (this.#reports.audited) {
      this.#reports.operationStarted(this.#core.nextOperationId, kind, facts)
      const lost = this.#ending.deadError()
      if (lost !== undefined) return notEntered(kind, lost)
    }
    const before = this.origin
    this.origin = origin
    const outcome = this.#core.hardLimit.enter(kind, this.#opened(kind, body), bounds)
    this.origin = before
    this.after(outcome, origin)
    return outcome
  }
  /** The guest knows by itself which context its call was made in. */
  #opened(kind: string, body: () => void): () => void {
    if (!this.#contexts.enabled) return body
    if (kind === 'settlement') {
      this.#contexts.moved()
      return body
    }
    return () => {
      this.#contexts.open(this.#core)
      body()
    }
  }
  /** Work that is no operation of the guest's: `set`, `get`. Also inside an entry. */
  now(kind: string, body: () => void): void {
    if (this.#core.inside) {
      try {
        this.#core.nested(body)
      } catch (thrown) {
        const error = this.#core.errorFrom(thrown)
        if (error instanceof LimitError && error.limit === 'maxEntryDepth')
          this.#reports.limitOutsideEntry(error.limit, error.operationId, error)
        throw error
      }
      return
    }
    const outcome = this.#contexts.here(this.#contexts.capture(), () => this.enter(kind, 0, body))
    if (outcome.error !== undefined) throw outcome.error
  }
  /** Profile code that touches nothing of the guest's. */
  trusted(work: () => void): void {
    try {
      this.#core.polling.muted(work)
    } catch (thrown) {
      throw this.ownError(thrown)
    }
  }
  /** What profile code threw: an error of this package's own as it is, if the guest let it through. */
  ownError(thrown: unknown): unknown {
    if (!(thrown instanceof GuestThrow)) return thrown
    const error = this.#core.errorFrom(thrown)
    const cause = error instanceof Exception ? error.unwrap() : undefined
    return cause instanceof JsAdapterError ? cause : error
  }

  /** Everything that follows from an entry. */
  after(given: EntryOutcome, origin: number): void {
    this.#reports.outbox.deliver()
    const outcome = this.#judged(given)
    const { latch } = this.#core
    this.#reports.operation(outcome, {
      heapBytes: this.#core.memoryBytes,
      timers: this.#ending.mayEnter ? this.#core.cell(CELL.timers) : 0,
      refusedTimers: this.#core.cell(CELL.timersRefused),
      queueMs: this.#queueMs,
    })
    this.#queueMs = 0
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
  /** A limit has fired outside of every entry, and ends the guest. */
  stop(given: LimitError): void {
    if (!this.#ending.mayEnter) return
    const error = this.#judgedError(given) ?? given
    this.#reports.limitOutsideEntry(given.limit, 0, given)
    this.#core.condemn(error)
    this.#reports.error(error, { operationId: 0, kind: 'thread', discardedJobs: 0, discardedTicks: 0 })
    this.#ending.run('limit', 'condemned', error)
  }
  /** In a deterministic sandbox, what a limit of real time stopped has no result that would come again: the run fails. */
  #judged(outcome: EntryOutcome): EntryOutcome {
    const failed = this.#judgedError(outcome.error)
    if (failed === undefined) return outcome
    this.#core.condemn(failed)
    return { ...outcome, error: failed }
  }
  #judgedError(error: JsAdapterError | undefined): JsAdapterError | undefined {
    if (this.#options.deterministic === undefined || !(error instanceof LimitError) || !REAL_TIME_LIMITS.has(error.limit))
      return undefined
    return nondeterministicStop(error)
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
    const captured = this.#contexts.active
    try {
      this.#options.loop.scheduleImmediate(() => {
        this.queued--
        this.#contexts.run(captured, () => {
          if (this.#ending.mayEnter) this.enter('drain', 0, () => {}, this.#hooks.bounds())
        })
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

  /** An entry in a loop task of its own, in a context. A loop that refuses it is ending, and ends the guest. */
  queue(
    captured: Captured | undefined,
    work: () => void,
    refused: (error: unknown) => void = (error) => this.#notThere(error),
  ): void {
    this.queued++
    this.#hooks.whenThere(
      () => {
        this.queued--
        this.#submit(captured, work)
      },
      (error) => {
        this.queued--
        refused(error)
      },
    )
  }
  /** What must be done cannot be: its memory did not come back. */
  #notThere(error: unknown): void {
    this.#ending.run('closed', 'closed', closedError('the sandbox could not be unparked', error))
  }
  #submit(captured: Captured | undefined, work: () => void): void {
    this.queued++
    const queuedAtMs = clockMs()
    try {
      this.#options.loop.submitInternal(() => {
        this.queued--
        this.#queueMs = clockMs() - queuedAtMs
        this.#contexts.run(captured, work)
      })
    } catch (refusal) {
      this.queued--
      this.#ending.loopRefused(refusal)
    }
  }
}
