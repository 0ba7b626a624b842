// A backend over the logs API of OpenTelemetry.
import { LogError } from '../errors.ts'
import type { Backend } from '../event/backend.ts'
import type { EventHost } from '../event/host.ts'
import type { FieldKey } from '../event/key-table.ts'
import type { FieldRecord } from '../event/record-event.ts'
import { RecordEvent } from '../event/record-event.ts'

/** A record as the logs API takes it. */
export interface OtelLogRecord {
  readonly timestamp: Date
  readonly severityNumber: number
  readonly severityText: string
  readonly body?: string
  readonly attributes: Record<string, never>
}

/** The member of an OpenTelemetry logger that is used; what `logs.getLogger(name)` returns fits. */
export interface OtelLoggerLike {
  emit(record: OtelLogRecord): void
}

export interface OtelLogsOptions {
  /** Severity numbers of levels by name, 1 to 24, such as `{ audit: 10 }`. Custom levels are 9 by default. */
  readonly severities?: Readonly<Record<string, number>> | undefined
}

/** emerg to trace */
const SEVERITIES: readonly number[] = [21, 19, 18, 17, 13, 10, 9, 5, 1]
const CUSTOM_SEVERITY = 9

/**
 * Writes events as log records: the message as body, fields as attributes, typed and nested. An error under `err` becomes `exception.type`,
 * `exception.message` and `exception.stacktrace`. A field `__proto__` is
 * written as `__proto___`. Trace context is the SDK's to add. Flushing is the provider's.
 *
 * @throws LogError `ERR_LOG_BACKEND` without `emit`, `ERR_LOG_OPTION` for a severity out of range.
 */
export function otelLogs(logger: OtelLoggerLike, { severities = {} }: OtelLogsOptions = {}): Backend<OtelEvent> {
  if (typeof logger?.emit !== 'function')
    throw new LogError('ERR_LOG_BACKEND', 'otelLogs takes an OpenTelemetry logger: otelLogs(logs.getLogger(name))')
  for (const [name, severity] of Object.entries(severities))
    if (!Number.isInteger(severity) || severity < 1 || severity > 24)
      throw new LogError('ERR_LOG_OPTION', `severities.${name} must be an integer from 1 to 24, got ${String(severity)}`)
  return {
    name: 'otel',
    newEvent: (level, host) => new OtelEvent(level, host),
    openFragment: (host) => new OtelEvent(0, host),
    // the SDK exports records later, and the API tells of no failure
    holds: () => true,
    write(event) {
      const { host, level, message } = event
      const severityText = host.levelName(level)
      logger.emit({
        timestamp: new Date(host.clock.epochMs()),
        severityNumber: Object.hasOwn(severities, severityText)
          ? (severities[severityText] as number)
          : (SEVERITIES[level] ?? CUSTOM_SEVERITY),
        severityText,
        ...(message === undefined ? {} : { body: message }),
        // the API's recursive type of values cannot be named without importing it; records hold nothing but such values
        attributes: attributesOf(event.record) as Record<string, never>,
      })
      return undefined
    },
  }
}

/** Keeps copies: records are exported later, when the objects of the event may have changed. */
export class OtelEvent extends RecordEvent {
  constructor(level: number, host: EventHost) {
    super(level, host, true)
  }

  /** Attributes know no bigint. */
  addBigInt(key: FieldKey, value: bigint): boolean {
    this.addField(key, String(value))
    return true
  }
}

/** The SDKs copy attributes by assignment, which would lose this one. */
const LOST_KEY = '__proto__'

function attributesOf(record: FieldRecord): FieldRecord {
  const error = record['err']
  const isError = typeof error === 'object' && error !== null && 'message' in error
  if (!isError && !(LOST_KEY in record)) return record
  const { type, message, stack, ...rest } = (isError ? error : {}) as FieldRecord
  const attributes = Object.create(null) as FieldRecord
  for (const key of Object.keys(record)) {
    if (key === LOST_KEY) attributes[`${key}_`] = record[key]
    else if (key !== 'err' || !isError) attributes[key] = record[key]
    else {
      if (type !== undefined) attributes['exception.type'] = type
      attributes['exception.message'] = message
      if (stack !== undefined) attributes['exception.stacktrace'] = stack
      if (Object.keys(rest).length > 0) attributes['err'] = rest
    }
  }
  return attributes
}
