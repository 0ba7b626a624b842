// The words of an audit: what is recorded, and where it goes.

/** What a record tells of. */
export const AUDIT_EVENTS = [
  'sandbox.created',
  'sandbox.leased',
  'sandbox.reset',
  'sandbox.parked',
  'sandbox.unparked',
  'sandbox.condemned',
  'sandbox.closed',
  'operation.start',
  'operation.end',
  'limit.fired',
  'call.admitted',
  'call.refused',
  'call.settled',
  'module.loaded',
  'module.denied',
  'guest.uncaught',
] as const
export type AuditEvent = (typeof AUDIT_EVENTS)[number]

/** One fact about a guest. Members that do not apply are absent. Values of the guest are never in it, unless `auditValues` put them there. */
export interface AuditRecord {
  /** Of this form. */
  readonly v: 1
  /** Counts the records of one sandbox from 1, without gaps. */
  readonly seq: number
  /** Wall-clock time; in a deterministic sandbox the guest's. */
  readonly epochMs: number
  /** Monotonic time; in a deterministic sandbox the guest's. */
  readonly atMs: number
  readonly sandboxId: string
  readonly tenant?: string
  /** Of the context port. */
  readonly correlationId?: string
  readonly operationId?: number
  readonly callId?: number
  readonly event: AuditEvent
  /** The error that the host or the guest got. */
  readonly code?: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Takes records, in order. A throw means: not written. `auditSink` of `@loopwright/logiface/audit` fits. */
export interface AuditSink {
  /** True: records may wait, and one that was taken may still be lost. `auditRequired` refuses such a sink. */
  readonly holdsRecords?: boolean | undefined
  write(record: AuditRecord): void
}

/** Makes what a record may hold of the values of one host function; what it returns is recorded as `values`. */
export type AuditRedactor = (values: readonly unknown[], part: 'arguments' | 'result') => unknown

/** A kind of value, which tells nothing of the value. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (Array.isArray(value)) return 'array'
  if (value instanceof Error) return 'error'
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'bytes'
  if (value instanceof Date) return 'date'
  if (value instanceof Map) return 'map'
  return value instanceof Set ? 'set' : 'object'
}
