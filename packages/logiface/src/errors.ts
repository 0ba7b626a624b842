// The error classes of this package, and the guards that recognise them by shape.

export const LOG_ERROR_CODES = [
  'ERR_LOG_OPTION',
  'ERR_LOG_LEVEL',
  'ERR_LOG_REDACT',
  'ERR_LOG_BACKEND',
  'ERR_LOG_BUILDER_SPENT',
  'ERR_LOG_PANIC',
  'ERR_LOG_FIELD',
  'ERR_LOG_WRITE',
  'ERR_LOG_FULL',
  'ERR_LOG_CLOSED',
  'ERR_AUDIT_LOCKED',
  'ERR_AUDIT_BROKEN',
] as const
export type LogErrorCode = (typeof LOG_ERROR_CODES)[number]

export interface LogErrorOptions {
  readonly cause?: unknown
  readonly context?: Readonly<Record<string, unknown>> | undefined
}

const TEMPORARY: ReadonlySet<LogErrorCode> = new Set(['ERR_LOG_WRITE', 'ERR_LOG_FULL'])

/** Base class of what this package throws, and of what it hands to `onError`. Match on `code`. */
export class LogError extends Error {
  override readonly name: string = 'LogError'
  readonly code: LogErrorCode
  /** Whether the same call may succeed later. */
  readonly isTemporary: boolean
  readonly isTimeout = false
  readonly context: Readonly<Record<string, unknown>>

  constructor(code: LogErrorCode, message: string, { cause, context = {} }: LogErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.isTemporary = TEMPORARY.has(code)
    this.context = Object.freeze({ ...context })
  }
}

/** Thrown by `panic().msg()`, and by `dpanic().msg()` in development: code `ERR_LOG_PANIC`, the event's error as cause. */
export class LogPanicError extends LogError {
  override readonly name: string = 'LogPanicError'
  constructor(message: string, cause?: unknown) {
    super('ERR_LOG_PANIC', message, { cause })
  }
}

/** Recognises an error of this package by shape, so also one of another copy or of another realm. */
export function isLogError(value: unknown, code?: LogErrorCode): value is LogError {
  if (typeof value !== 'object' || value === null) return false
  const name: unknown = Reflect.get(value, 'name')
  if (name !== 'LogError' && name !== 'LogPanicError') return false
  const found: unknown = Reflect.get(value, 'code')
  return code === undefined ? (LOG_ERROR_CODES as readonly unknown[]).includes(found) : found === code
}

/** @throws the value itself if it is not an error of this package (with that code). */
export function assertLogError(value: unknown, code?: LogErrorCode): asserts value is LogError {
  if (!isLogError(value, code)) throw value
}

const REPORTED = Symbol.for('@loopwright/logiface.reported')

/** Marks an error that repeats one already handed to `onError`: it is counted, and not reported again. */
export function markReported<E extends Error>(error: E): E {
  return Object.defineProperty(error, REPORTED, { value: true })
}

export function isReported(error: Error): boolean {
  return Object.hasOwn(error, REPORTED)
}

const FAIL_CLOSED = Symbol.for('@loopwright/logiface.failClosed')

/** Marks an error that a writer throws because its user asked for it: it is the one that leaves `msg()`. */
export function markFailClosed<E extends Error>(error: E): E {
  return Object.defineProperty(error, FAIL_CLOSED, { value: true })
}

export function isFailClosed(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && Object.hasOwn(error, FAIL_CLOSED)
}
