// Counts what a sandbox did, and tells the audit, the logger, the observer and the error handler, none of which can harm it.
import type { AuditFacts } from './audit-log.ts'
import { AuditLog } from './audit-log.ts'
import { JsAdapterError, LimitError, StackOverflowError } from '../errors.ts'
import { utf8Length } from '../platform/bytes.ts'
import type { LimitName } from '../limit-names.ts'
import type { InstanceSample, OperationSample, RejectionEvent } from '../ports.ts'
import type { EntryOutcome } from '../runtime/entry.ts'
import { detailsOf, exceptionFrom } from '../runtime/outcome.ts'
import type { GuestClock } from './clock.ts'
import type { Contexts } from './contexts.ts'
import type { ResolvedSandboxOptions } from './options.ts'
import { Outbox } from './outbox.ts'
import type { ExitInfo, SandboxState, Usage } from './usage.ts'

type CountedUsage =
  | 'operations'
  | 'elapsedMs'
  | 'jobs'
  | 'polls'
  | 'refusedTimers'
  | 'discardedJobs'
  | 'discardedTicks'
  | 'limits'
  | 'audit'
  | 'sinkFailures'

/** The entry that an error came out of. */
export type FailedEntry = Pick<EntryOutcome, 'operationId' | 'kind' | 'discardedJobs' | 'discardedTicks'>

export interface ReportsParts {
  readonly options: ResolvedSandboxOptions
  readonly clock: GuestClock
  readonly contexts: Contexts
  /** A record was not written, and must be. */
  onAuditLost(error: JsAdapterError): void
}

const MOST_SPECIFIER_CHARACTERS = 200

/** The limit that an entry ended with; a used-up stack has an error class of its own. */
function limitOf(error: JsAdapterError | undefined): LimitName | undefined {
  if (error instanceof LimitError) return error.limit
  return error instanceof StackOverflowError ? 'stackBytes' : undefined
}

export class Reports {
  readonly outbox: Outbox = new Outbox()
  readonly audit: AuditLog
  readonly #parts: ReportsParts
  readonly #options: ResolvedSandboxOptions
  readonly #limits: Partial<Record<LimitName, number>> = {}
  readonly #interrupts: number[] = []
  #operations = 0
  #elapsedMs = 0
  #jobs = 0
  #polls = 0
  #refusedTimers = 0
  #discardedJobs = 0
  #discardedTicks = 0
  #failures = 0

  constructor(parts: ReportsParts) {
    const { options, clock, contexts } = parts
    this.#parts = parts
    this.#options = options
    this.audit = new AuditLog({
      sink: options.audit,
      values: options.auditValues,
      sandboxId: options.id,
      tenant: options.tenant,
      clock,
      deterministic: options.deterministic !== undefined,
      outbox: this.outbox,
      correlationId: () => contexts.active?.correlationId,
      onFailure: (error) => this.#auditFailed(error),
    })
  }
  /** Whether each operation is to be told of before it begins. */
  get audited(): boolean {
    return this.audit.enabled
  }
  get #correlationId(): string | undefined {
    return this.#parts.contexts.active?.correlationId
  }

  usage(rest: Omit<Usage, CountedUsage>): Usage {
    // A deterministic report holds nothing that the platform's clock decides.
    const real = this.#options.deterministic === undefined
    return {
      operations: this.#operations,
      elapsedMs: real ? this.#elapsedMs : 0,
      jobs: this.#jobs,
      polls: real ? this.#polls : 0,
      refusedTimers: this.#refusedTimers,
      discardedJobs: this.#discardedJobs,
      discardedTicks: this.#discardedTicks,
      limits: { ...this.#limits },
      ...this.ofSinks,
      ...rest,
    }
  }

  /** What goes on counting after the end. */
  get ofSinks(): Pick<Usage, 'audit' | 'sinkFailures'> {
    return { audit: { written: this.audit.written, failed: this.audit.failed }, sinkFailures: this.#failures }
  }

  operationStarted(operationId: number, kind: string, detail: Readonly<Record<string, unknown>> = {}): void {
    this.audit.record('operation.start', { operationId, detail: { kind, ...detail } })
  }
  operation(
    outcome: EntryOutcome,
    state: { readonly heapBytes: number; readonly timers: number; readonly refusedTimers: number; readonly queueMs: number },
  ): void {
    this.#operations++
    this.#elapsedMs += outcome.elapsedMs
    this.#jobs += outcome.jobs
    this.#polls += outcome.polls
    this.#discardedJobs += outcome.discardedJobs
    this.#discardedTicks += outcome.discardedTicks
    const { error, operationId, kind, elapsedMs, jobs, polls } = outcome
    const limit = limitOf(error)
    if (limit !== undefined) this.#fired(limit, operationId, error)
    const refusedTimers = state.refusedTimers - this.#refusedTimers
    if (refusedTimers > 0) {
      this.#refusedTimers = state.refusedTimers
      this.audit.record('limit.fired', {
        operationId,
        code: 'ERR_TIMER_LIMIT',
        detail: { limit: 'maxTimers', count: refusedTimers },
      })
    }
    const ended = limit ?? (error === undefined ? 'ok' : 'error')
    if (this.audit.enabled) this.#recordEnd(outcome, ended)
    const { observer, id, tenant, limits } = this.#options
    if (observer?.onOperation === undefined || !observer.enabled) return
    const sample: OperationSample = {
      sandboxId: id,
      tenant,
      operationId,
      correlationId: this.#correlationId,
      kind,
      outcome: ended,
      queueMs: state.queueMs,
      elapsedMs,
      cpuMs: outcome.cpuMs,
      jobs,
      polls,
      guarded: limits.hardMs !== Number.POSITIVE_INFINITY,
      stopLateMs: outcome.stopLateMs,
      heapBytes: state.heapBytes,
      timers: state.timers,
      handles: 0,
    }
    this.#contained(() => observer.onOperation?.(sample))
  }
  #recordEnd(
    { operationId, error, kind, elapsedMs, jobs, polls, discardedJobs, discardedTicks }: EntryOutcome,
    outcome: string,
  ): void {
    this.audit.record('operation.end', {
      operationId,
      code: error?.code,
      detail: {
        kind,
        outcome,
        jobs,
        discardedJobs,
        discardedTicks,
        ...(this.#options.deterministic === undefined ? { elapsedMs, polls } : {}),
      },
    })
  }

  /** A limit that no entry ends with: it fired between entries, or on top of another one. */
  limitOutsideEntry(limit: LimitName, operationId = 0, error?: JsAdapterError): void {
    this.#fired(limit, operationId, error)
    const { observer, id, tenant } = this.#options
    if (observer?.onLimit === undefined || !observer.enabled) return
    const correlationId = this.#correlationId
    this.#contained(() => observer.onLimit?.({ sandboxId: id, tenant, operationId, correlationId, limit }))
  }
  #fired(limit: LimitName, operationId: number, error: JsAdapterError | undefined): void {
    this.#limits[limit] = (this.#limits[limit] ?? 0) + 1
    const { configured, observed } = error instanceof LimitError ? error : {}
    const measured = {
      ...(configured === undefined ? {} : { configured }),
      ...(this.#options.deterministic === undefined && observed !== undefined ? { observed } : {}),
    }
    this.audit.record('limit.fired', { operationId, code: error?.code, detail: { limit, ...measured } })
  }
  consoleDropped(): void {
    this.audit.record('limit.fired', { detail: { limit: 'maxConsoleBytes', configured: this.#options.limits.maxConsoleBytes } })
  }
  /** The name is the guest's: what is recorded of it is short. */
  module(operationId: number, name: string, code: string | undefined, text: string | undefined): void {
    const specifier = name.slice(0, MOST_SPECIFIER_CHARACTERS)
    if (code === undefined)
      this.audit.record('module.loaded', { operationId, detail: { specifier, bytes: utf8Length(text ?? '') } })
    else this.audit.record('module.denied', { operationId, code, detail: { specifier } })
  }

  instance(how: InstanceSample['how'], elapsedMs: number): void {
    const { observer, id } = this.#options
    if (observer?.onInstance === undefined || !observer.enabled) return
    this.#contained(() => observer.onInstance?.({ sandboxId: id, how, elapsedMs }))
  }
  /** The sandbox has come to its final state. */
  ended(state: SandboxState, { reason, exitCode, error }: ExitInfo): void {
    const facts: AuditFacts = { code: error?.code, detail: { reason, state, ...(exitCode === undefined ? {} : { exitCode }) } }
    this.audit.record(state === 'condemned' ? 'sandbox.condemned' : 'sandbox.closed', facts)
    if (state === 'condemned') this.#log('error', 'a sandbox was condemned', 'sandbox.condemned', error, {})
  }

  /** A limit or another error of one entry. Those of `run` and `call` reach their callers as well. */
  error(error: JsAdapterError, { operationId, kind, discardedJobs, discardedTicks }: FailedEntry): void {
    const { id, onError } = this.#options
    const limit = error instanceof LimitError ? error.limit : undefined
    this.#log(limit === undefined ? 'error' : 'warn', 'a guest was stopped or failed', 'sandbox.error', error, {
      operationId,
      kind,
      discardedJobs,
      discardedTicks,
    })
    if (onError === undefined || kind === 'run' || kind === 'call') return
    this.#contained(() => onError(error, { sandboxId: id, kind, limit, discardedJobs, discardedTicks }))
  }
  /** A rejection without a handler, or its handler. */
  rejection(event: RejectionEvent): void {
    const { onRejection } = this.#options
    if (onRejection !== undefined) this.#contained(() => onRejection(event))
  }
  /** An error that nothing in the guest took, and that ends it. */
  uncaught(error: JsAdapterError): void {
    const { id, onError } = this.#options
    this.audit.record('guest.uncaught', { code: error.code })
    this.#log('error', 'a guest was stopped or failed', 'sandbox.error', error, { kind: 'uncaught' })
    if (onError !== undefined)
      this.#contained(() =>
        onError(error, { sandboxId: id, kind: 'uncaught', limit: undefined, discardedJobs: 0, discardedTicks: 0 }),
      )
  }
  /** Messages and frames are the guest's words: they are left out unless they were asked for, and then they are a field. */
  #log(
    level: 'warn' | 'error',
    message: string,
    event: string,
    error: JsAdapterError | undefined,
    fields: Readonly<Record<string, unknown>>,
  ): void {
    const { logger, id, tenant, logGuestText } = this.#options
    if (logger === undefined) return
    const correlationId = this.#correlationId
    const limited =
      error instanceof LimitError ? { limit: error.limit, configured: error.configured, observed: error.observed } : {}
    this.#contained(() => {
      if (logger.enabled(level))
        logger.log(level, message, {
          event,
          sandboxId: id,
          tenant,
          correlationId,
          code: error?.code,
          ...limited,
          ...fields,
          ...(logGuestText && error !== undefined ? { detail: error.message } : {}),
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
    const error = new LimitError(
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
    this.limitOutsideEntry('maxInterrupts', cause.operationId, error)
    return error
  }
  /** The error for a value that the guest rejected with. */
  exceptionOf(value: unknown, hostError: { readonly error: unknown } | undefined): JsAdapterError {
    return exceptionFrom(detailsOf(value, false), false, hostError)
  }

  #auditFailed(error: unknown): void {
    this.sinkFailed(error)
    if (!this.#options.auditRequired) return
    this.#parts.onAuditLost(
      new JsAdapterError('ERR_AUDIT_WRITE', 'a record of the audit was not written, and auditRequired is set', { cause: error }),
    )
  }
  #contained(work: () => void): void {
    this.outbox.post(() => {
      try {
        work()
      } catch (error) {
        this.sinkFailed(error)
      }
    })
  }
  /** A sink threw: it is counted, and the first one is logged. */
  sinkFailed(error: unknown): void {
    this.#failures++
    const { logger, id, tenant } = this.#options
    if (this.#failures > 1 || logger === undefined) return
    try {
      if (logger.enabled('error'))
        logger.log('error', 'a sink of a sandbox threw; further failures are only counted', {
          event: 'sandbox.sink_error',
          sandboxId: id,
          tenant,
          error,
        })
    } catch {
      this.#failures++
    }
  }
}
