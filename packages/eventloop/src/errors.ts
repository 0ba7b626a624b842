// The error vocabulary of the loop: one class, one literal code a failure, helpers that look at shape.

/** Codes of failures that may succeed when tried again later. */
const TEMPORARY_CODES = [
  'ERR_TIMER_LIMIT',
  'ERR_QUEUE_FULL',
  'ERR_RATE_LIMITED',
  'ERR_TASK_SHED',
  'ERR_WAIT_TIMEOUT',
  'ERR_FD_LIMIT',
] as const
/** Codes of failures that mean that a wait was bounded and the bound passed. */
const TIMEOUT_CODES = ['ERR_SHUTDOWN_TIMEOUT', 'ERR_TIMEOUT', 'ERR_WAIT_TIMEOUT', 'ERR_FD_TIMEOUT'] as const

/** Every code that a {@link LoopError} can carry. */
export const LOOP_ERROR_CODES = [
  'ERR_LOOP_RUNNING',
  'ERR_LOOP_REENTRANT',
  'ERR_LOOP_TERMINATED',
  'ERR_SHUTDOWN_TIMEOUT',
  'ERR_HOST_UNSUPPORTED',
  'ERR_CHECKPOINT_UNAVAILABLE',
  'ERR_TURN_LIMIT',
  'ERR_FAST_PATH_FORCED',
  'ERR_TIMER_LIMIT',
  'ERR_TIMER_IDS_EXHAUSTED',
  'ERR_TIMEOUT',
  'ERR_QUEUE_FULL',
  'ERR_RATE_LIMITED',
  'ERR_TASK_SHED',
  'ERR_WAIT_TIMEOUT',
  'ERR_READINESS_UNSUPPORTED',
  'ERR_FD_INVALID',
  'ERR_FD_UNSUPPORTED',
  'ERR_FD_EXISTS',
  'ERR_FD_NOT_REGISTERED',
  'ERR_FD_LIMIT',
  'ERR_FD_TIMEOUT',
  'ERR_FD_BACKEND',
  'ERR_INGRESS_CLOSED',
  'ERR_INGRESS_CLAIMED',
  'ERR_INGRESS_PAYLOAD_TOO_LARGE',
  'ERR_INGRESS_PROTOCOL',
] as const
export type LoopErrorCode = (typeof LOOP_ERROR_CODES)[number]

/** Plain facts about a failure: numbers, strings, booleans. Never a host object. */
export type LoopErrorContext = Readonly<Record<string, string | number | boolean | undefined>>

export interface LoopErrorOptions {
  /** What led to it. */
  readonly cause?: unknown
  /** Facts for logs and for callers that react; frozen on the error. */
  readonly context?: LoopErrorContext | undefined
}

const NO_CONTEXT: LoopErrorContext = Object.freeze({})

/** A failure of the loop. Match on `code`: `instanceof` fails across realms and duplicate copies. */
export class LoopError extends Error {
  override readonly name = 'LoopError'
  readonly code: LoopErrorCode
  /** The same call may succeed later, without a change by the caller. */
  readonly isTemporary: boolean
  /** A wait was bounded, and the bound passed. */
  readonly isTimeout: boolean
  readonly context: LoopErrorContext

  constructor(code: LoopErrorCode, message: string, options: LoopErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.isTemporary = (TEMPORARY_CODES as readonly string[]).includes(code)
    this.isTimeout = (TIMEOUT_CODES as readonly string[]).includes(code)
    this.context = options.context === undefined ? NO_CONTEXT : Object.freeze({ ...options.context })
  }
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

/** Whether `value` is a loop error, and of this code if one is given. Looks at shape, so it works across realms and copies. */
export function isLoopError<Code extends LoopErrorCode = LoopErrorCode>(
  value: unknown,
  code?: Code,
): value is LoopError & { readonly code: Code } {
  if (property(value, 'name') !== 'LoopError') return false
  const actual = property(value, 'code')
  return code === undefined ? (LOOP_ERROR_CODES as readonly unknown[]).includes(actual) : actual === code
}

/** Whether trying again later may help. Anything with `isTemporary: true` counts. */
export function isTemporary(value: unknown): boolean {
  return property(value, 'isTemporary') === true
}

/** Whether a bounded wait passed its bound. Anything with `isTimeout: true` counts. */
export function isTimeout(value: unknown): boolean {
  return property(value, 'isTimeout') === true
}

/**
 * Narrows `value` to a loop error of `code`.
 * @throws TypeError, with `value` as its cause, if it is anything else.
 */
export function assertLoopError<Code extends LoopErrorCode>(
  value: unknown,
  code: Code,
): asserts value is LoopError & { readonly code: Code } {
  if (!isLoopError(value, code)) throw new TypeError(`expected a LoopError with code ${code}`, { cause: value })
}

/** A loop error in plain data, for structured clone and JSON, which drop `code` from error objects. */
export interface LoopErrorRecord {
  readonly name: string
  readonly code: string | undefined
  readonly message: string
  readonly context: LoopErrorContext
  readonly cause: LoopErrorRecord | undefined
}

const CAUSE_DEPTH = 8

/** Reduces an error, and up to eight of its causes, to plain data. Values that are not errors become their string form. */
export function toRecord(value: unknown): LoopErrorRecord {
  return recordOf(value, CAUSE_DEPTH)
}

function recordOf(value: unknown, depth: number): LoopErrorRecord {
  if (!(value instanceof Error) && typeof property(value, 'message') !== 'string') {
    return { name: 'Error', code: undefined, message: String(value), context: NO_CONTEXT, cause: undefined }
  }
  const code = property(value, 'code')
  const cause = property(value, 'cause')
  const context = isLoopError(value) ? value.context : NO_CONTEXT
  return {
    name: String(property(value, 'name')),
    code: typeof code === 'string' ? code : undefined,
    message: String(property(value, 'message')),
    context: { ...context },
    cause: cause === undefined || depth === 0 ? undefined : recordOf(cause, depth - 1),
  }
}

/** Rebuilds an error from {@link toRecord}'s data: a `LoopError` if the code is one of ours, else an `Error` with name and code. */
export function fromRecord(record: LoopErrorRecord): Error {
  const cause = record.cause === undefined ? undefined : fromRecord(record.cause)
  if (record.name === 'LoopError' && (LOOP_ERROR_CODES as readonly unknown[]).includes(record.code)) {
    const options = { context: record.context, ...(cause === undefined ? {} : { cause }) }
    return new LoopError(record.code as LoopErrorCode, record.message, options)
  }
  const error = new Error(record.message, cause === undefined ? undefined : { cause })
  error.name = record.name
  if (record.code !== undefined)
    Object.defineProperty(error, 'code', { value: record.code, enumerable: true, configurable: true })
  return error
}
