// The records of one sandbox at its owner: those of its thread in order, and those of an end that the thread could not tell.
import type { AuditEvent, AuditRecord, AuditRedactor, AuditSink } from '../audit.ts'
import { LimitError } from '../errors.ts'
import type { JsAdapterError } from '../errors.ts'
import { unpackValue } from './wire.ts'
import type { WireValue } from './wire.ts'
import type { End } from './worker-end.ts'

export interface AuditTrailParts {
  readonly sink: AuditSink | undefined
  readonly values: Readonly<Record<string, AuditRedactor>>
  readonly sandboxId: string
  readonly tenant: string | undefined
  readonly deterministic: boolean
  /** A record was not written, or its values could not be made. */
  onFailure(error: unknown): void
}

type Facts = Pick<AuditRecord, 'operationId' | 'correlationId' | 'code' | 'detail'>

export class AuditTrail {
  readonly #parts: AuditTrailParts
  #last: AuditRecord | undefined
  /** The operation whose end has not been told. */
  #open: AuditRecord | undefined
  #ended = false
  #written = 0
  #failed = 0

  constructor(parts: AuditTrailParts) {
    this.#parts = parts
  }
  /** The end has been told. */
  get ended(): boolean {
    return this.#ended
  }
  get counts(): { readonly written: number; readonly failed: number } {
    return { written: this.#written, failed: this.#failed }
  }

  /** A record of the thread's. */
  take(record: AuditRecord): void {
    if (record.event === 'operation.start') this.#open = record
    else if (record.event === 'operation.end') this.#open = undefined
    else if (record.event === 'sandbox.closed' || record.event === 'sandbox.condemned') this.#ended = true
    this.#write(this.#redacted(record))
  }
  #redacted(record: AuditRecord): AuditRecord {
    const { detail, event } = record
    const name = detail?.['name']
    if (detail === undefined || !('values' in detail) || typeof name !== 'string') return record
    const { values, ...rest } = detail
    const redact = Object.hasOwn(this.#parts.values, name) ? this.#parts.values[name] : undefined
    if (redact === undefined) return { ...record, detail: rest }
    try {
      const given = unpackValue(values as WireValue)
      const made = redact(Array.isArray(given) ? given : [], event === 'call.admitted' ? 'arguments' : 'result')
      return { ...record, detail: { ...rest, values: made } }
    } catch (error) {
      this.#failed++
      this.#parts.onFailure(error)
      return { ...record, detail: rest }
    }
  }
  #write(record: AuditRecord): void {
    this.#last = record
    try {
      this.#parts.sink?.write(record)
      this.#written++
    } catch (error) {
      this.#failed++
      this.#parts.onFailure(error)
    }
  }

  /** Tells what the thread was not there to tell any more. */
  end({ reason, state, error, exitCode }: End): void {
    if (this.#ended || this.#parts.sink === undefined) return
    const open = this.#open
    const limit = limitOf(error)
    const facts: Facts = {
      ...(open?.correlationId === undefined ? {} : { correlationId: open.correlationId }),
      ...(open?.operationId === undefined ? {} : { operationId: open.operationId }),
      ...(error === undefined ? {} : { code: error.code }),
    }
    if (limit !== undefined) {
      const { limit: name, configured, observed } = limit
      const measured = this.#parts.deterministic ? { configured } : { configured, observed }
      this.#add('limit.fired', { ...facts, detail: { limit: name, ...measured } })
    }
    if (open !== undefined)
      this.#add('operation.end', { ...facts, detail: { kind: open.detail?.['kind'], outcome: limit?.limit ?? 'error' } })
    this.#add(state === 'condemned' ? 'sandbox.condemned' : 'sandbox.closed', {
      ...(error === undefined ? {} : { code: error.code }),
      detail: { reason, state, ...(exitCode === undefined ? {} : { exitCode }) },
    })
    this.#ended = true
    this.#open = undefined
  }
  /** The memory of the ended sandbox was made ready for the next one. */
  reset(detail: Readonly<Record<string, unknown>>): void {
    if (this.#parts.sink !== undefined) this.#add('sandbox.reset', { detail })
  }
  #add(event: AuditEvent, { code, detail, ...ids }: Facts): void {
    const { sandboxId, tenant, deterministic } = this.#parts
    const last = this.#last
    this.#write({
      v: 1,
      seq: (last?.seq ?? 0) + 1,
      epochMs: deterministic ? (last?.epochMs ?? 0) : Date.now(),
      atMs: deterministic ? (last?.atMs ?? 0) : performance.now(),
      sandboxId,
      ...(tenant === undefined ? {} : { tenant }),
      ...ids,
      event,
      ...(code === undefined ? {} : { code }),
      ...(detail === undefined ? {} : { detail }),
    })
  }
}

/** The limit that ended the sandbox, also where it is the cause of what was made of it. */
function limitOf(error: JsAdapterError | undefined): LimitError | undefined {
  if (error instanceof LimitError) return error
  return error?.cause instanceof LimitError ? error.cause : undefined
}
