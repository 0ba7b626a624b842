// Writes the records of one sandbox, in order, to a sink that cannot harm it.
import type { AuditEvent, AuditRecord, AuditRedactor, AuditSink } from '../audit.ts'
import type { GuestClock } from './clock.ts'
import type { Outbox } from './outbox.ts'

export interface AuditFacts {
  readonly operationId?: number | undefined
  readonly callId?: number | undefined
  readonly correlationId?: string | undefined
  readonly code?: string | undefined
  readonly detail?: Readonly<Record<string, unknown>> | undefined
}

export interface AuditLogParts {
  readonly sink: AuditSink | undefined
  readonly values: Readonly<Record<string, AuditRedactor>>
  readonly sandboxId: string
  readonly tenant: string | undefined
  /** Given for a deterministic sandbox: its records hold nothing that the platform's clock decides. */
  readonly clock: GuestClock
  readonly deterministic: boolean
  readonly outbox: Outbox
  /** The context that the guest's work under way belongs to. */
  correlationId(): string | undefined
  /** A record was not written. */
  onFailure(error: unknown): void
}

export class AuditLog {
  readonly #parts: AuditLogParts
  #seq = 0
  #written = 0
  #failed = 0

  constructor(parts: AuditLogParts) {
    this.#parts = parts
  }
  get enabled(): boolean {
    return this.#parts.sink !== undefined
  }
  get written(): number {
    return this.#written
  }
  get failed(): number {
    return this.#failed
  }

  record(event: AuditEvent, facts: AuditFacts = {}): void {
    const { sink, sandboxId, tenant, clock, deterministic, outbox, correlationId } = this.#parts
    if (sink === undefined) return
    const guestMs = deterministic ? clock.nowMs() - clock.createdAtMs : 0
    const correlated = facts.correlationId ?? correlationId()
    const { operationId = 0, callId, code, detail } = facts
    const record: AuditRecord = {
      v: 1,
      seq: ++this.#seq,
      epochMs: deterministic ? clock.epochMs + Math.floor(guestMs) : Date.now(),
      atMs: deterministic ? guestMs : performance.now(),
      sandboxId,
      ...(tenant === undefined ? {} : { tenant }),
      ...(correlated === undefined ? {} : { correlationId: correlated }),
      ...(operationId === 0 ? {} : { operationId }),
      ...(callId === undefined ? {} : { callId }),
      event,
      ...(code === undefined ? {} : { code }),
      ...(detail === undefined ? {} : { detail }),
    }
    outbox.post(() => this.#write(sink, record))
  }
  #write(sink: AuditSink, record: AuditRecord): void {
    try {
      sink.write(record)
      this.#written++
    } catch (error) {
      this.#failed++
      this.#parts.onFailure(error)
    }
  }

  /** What a record may hold of the values of one host function: nothing, unless its name is listed. */
  valuesOf(name: string, values: readonly unknown[], part: 'arguments' | 'result'): { readonly values?: unknown } {
    const redact = Object.hasOwn(this.#parts.values, name) ? this.#parts.values[name] : undefined
    if (redact === undefined || this.#parts.sink === undefined) return {}
    try {
      return { values: redact(values, part) }
    } catch (error) {
      this.#failed++
      this.#parts.onFailure(error)
      return {}
    }
  }
}
