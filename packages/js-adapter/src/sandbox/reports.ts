// Counts what a sandbox did, and tells the logger, the observer and the error handler, none of which can harm it.
import { LimitError, StackOverflowError } from '../errors.ts'
import type { JsAdapterError } from '../errors.ts'
import type { LimitName } from '../limit-names.ts'
import type { InstanceSample, OperationSample } from '../ports.ts'
import type { EntryOutcome } from '../runtime/entry.ts'
import { detailsOf, exceptionFrom } from '../runtime/outcome.ts'
import type { ResolvedSandboxOptions } from './options.ts'
import type { Usage } from './usage.ts'

type CountedUsage = 'operations' | 'elapsedMs' | 'jobs' | 'polls' | 'discardedJobs' | 'discardedTicks' | 'limits'

/** The limit that an entry ended with; a used-up stack has an error class of its own. */
function limitOf(error: JsAdapterError | undefined): LimitName | undefined {
  if (error instanceof LimitError) return error.limit
  return error instanceof StackOverflowError ? 'stackBytes' : undefined
}

export class Reports {
  readonly #options: ResolvedSandboxOptions
  readonly #limits: Partial<Record<LimitName, number>> = {}
  readonly #interrupts: number[] = []
  #operations = 0
  #elapsedMs = 0
  #jobs = 0
  #polls = 0
  #discardedJobs = 0
  #discardedTicks = 0
  #failures = 0

  constructor(options: ResolvedSandboxOptions) {
    this.#options = options
  }

  usage(rest: Omit<Usage, CountedUsage>): Usage {
    return {
      operations: this.#operations,
      // A deterministic report holds nothing that the platform's clock decides.
      elapsedMs: this.#options.deterministic === undefined ? this.#elapsedMs : 0,
      jobs: this.#jobs,
      polls: this.#options.deterministic === undefined ? this.#polls : 0,
      discardedJobs: this.#discardedJobs,
      discardedTicks: this.#discardedTicks,
      limits: { ...this.#limits },
      ...rest,
    }
  }

  operation(outcome: EntryOutcome, heapBytes: number, timers: number): void {
    this.#operations++
    this.#elapsedMs += outcome.elapsedMs
    this.#jobs += outcome.jobs
    this.#polls += outcome.polls
    this.#discardedJobs += outcome.discardedJobs
    this.#discardedTicks += outcome.discardedTicks
    const { error } = outcome
    const limit = limitOf(error)
    if (limit !== undefined) this.#count(limit)
    const { observer, id, tenant, limits } = this.#options
    if (observer?.onOperation === undefined || !observer.enabled) return
    const sample: OperationSample = {
      sandboxId: id,
      tenant,
      kind: outcome.kind,
      outcome: limit ?? (error === undefined ? 'ok' : 'error'),
      queueMs: 0,
      elapsedMs: outcome.elapsedMs,
      cpuMs: outcome.elapsedMs - outcome.hostMs,
      jobs: outcome.jobs,
      polls: outcome.polls,
      guarded: limits.hardMs !== Number.POSITIVE_INFINITY,
      stopLateMs: outcome.stopLateMs,
      heapBytes,
      timers,
      handles: 0,
    }
    this.#contained(() => observer.onOperation?.(sample))
  }

  /** A limit that no entry ends with: it fired between entries, or on top of another one. */
  limitOutsideEntry(limit: LimitName): void {
    this.#count(limit)
    const { observer, id, tenant } = this.#options
    if (observer?.onLimit === undefined || !observer.enabled) return
    this.#contained(() => observer.onLimit?.({ sandboxId: id, tenant, limit }))
  }

  #count(limit: LimitName): void {
    this.#limits[limit] = (this.#limits[limit] ?? 0) + 1
  }

  instance(how: InstanceSample['how'], elapsedMs: number): void {
    const { observer, id } = this.#options
    if (observer?.onInstance === undefined || !observer.enabled) return
    this.#contained(() => observer.onInstance?.({ sandboxId: id, how, elapsedMs }))
  }

  /** A limit or another error of one entry. Those of `run` and `call` reach their callers as well. */
  error(error: JsAdapterError, outcome: Pick<EntryOutcome, 'kind' | 'discardedJobs' | 'discardedTicks'>): void {
    const { id, onError } = this.#options
    const limit = error instanceof LimitError ? error.limit : undefined
    this.#log(limit === undefined ? 'error' : 'warn', error, {
      kind: outcome.kind,
      discardedJobs: outcome.discardedJobs,
      discardedTicks: outcome.discardedTicks,
    })
    if (onError === undefined || outcome.kind === 'run' || outcome.kind === 'call') return
    this.#contained(() =>
      onError(error, {
        sandboxId: id,
        kind: outcome.kind,
        limit,
        discardedJobs: outcome.discardedJobs,
        discardedTicks: outcome.discardedTicks,
      }),
    )
  }
  /** An error that nothing in the guest took, and that ends it. */
  uncaught(error: JsAdapterError): void {
    const { id, onError } = this.#options
    this.#log('error', error, { kind: 'uncaught' })
    if (onError !== undefined)
      this.#contained(() =>
        onError(error, { sandboxId: id, kind: 'uncaught', limit: undefined, discardedJobs: 0, discardedTicks: 0 }),
      )
  }
  #log(level: 'warn' | 'error', error: JsAdapterError, fields: Readonly<Record<string, unknown>>): void {
    const { logger, id, tenant } = this.#options
    if (logger === undefined) return
    this.#contained(() => {
      if (logger.enabled(level))
        logger.log(level, 'a guest was stopped or failed', {
          event: 'sandbox.error',
          sandboxId: id,
          tenant,
          code: error.code,
          detail: error.message,
          ...fields,
        })
    })
  }

  /** Counts a soft interrupt. @returns the error that condemns when there were too many within the window. */
  tooManyInterrupts(cause: LimitError, nowMs: number): LimitError | undefined {
    const { count, windowMs } = this.#options.limits.maxInterrupts
    if (count === Number.POSITIVE_INFINITY) return undefined
    this.#interrupts.push(nowMs)
    while ((this.#interrupts[0] ?? nowMs) < nowMs - windowMs) this.#interrupts.shift()
    if (this.#interrupts.length < count) return undefined
    this.limitOutsideEntry('maxInterrupts')
    return new LimitError(
      'ERR_LIMIT_INTERRUPTS',
      `the guest was interrupted ${this.#interrupts.length} times within ${windowMs} ms: maxInterrupts is ${count}`,
      {
        limit: 'maxInterrupts',
        configured: count,
        observed: this.#interrupts.length,
        operationId: cause.operationId,
        cause,
      },
    )
  }
  /** The error for a value that the guest rejected with. */
  exceptionOf(value: unknown, hostError: { readonly error: unknown } | undefined): JsAdapterError {
    return exceptionFrom(detailsOf(value, false), false, hostError)
  }

  #contained(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failures++
      const { logger, id } = this.#options
      if (this.#failures > 1 || logger === undefined) return
      try {
        if (logger.enabled('error'))
          logger.log('error', 'a sink of a sandbox threw; further failures are only counted', {
            event: 'sandbox.sink_error',
            sandboxId: id,
            error,
          })
      } catch {
        this.#failures++
      }
    }
  }
}
