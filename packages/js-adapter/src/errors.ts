// The coded errors of this package, and the helpers that recognise them across copies.
import type { LimitName } from './limit-names.ts'
import type { Frame } from './values/frames.ts'

export const ERROR_CODES = [
  'ERR_GUEST_EXCEPTION',
  'ERR_GUEST_SYNTAX',
  'ERR_INTERRUPTED',
  'ERR_LIMIT_OPERATION',
  'ERR_LIMIT_HARD',
  'ERR_LIMIT_WALL',
  'ERR_LIMIT_CPU',
  'ERR_LIMIT_INTERRUPTS',
  'ERR_LIMIT_MEMORY',
  'ERR_LIMIT_STACK',
  'ERR_LIMIT_JOBS',
  'ERR_LIMIT_SOURCE',
  'ERR_LIMIT_RESULT',
  'ERR_LIMIT_DEPTH',
  'ERR_LIMIT_HANDLES',
  'ERR_LIMIT_UNSUPPORTED',
  'ERR_SANDBOX_BUSY',
  'ERR_SANDBOX_CLOSED',
  'ERR_SANDBOX_CONDEMNED',
  'ERR_SANDBOX_EXITED',
  'ERR_SANDBOX_PARKED',
  'ERR_AUDIT_WRITE',
  'ERR_ENGINE_CALIBRATION',
  'ERR_ENGINE_VARIANT',
  'ERR_FETCH_ADDRESS',
  'ERR_FETCH_DENIED',
  'ERR_FETCH_FAILED',
  'ERR_FETCH_REDIRECT',
  'ERR_FETCH_SIZE',
  'ERR_FETCH_TIMEOUT',
  'ERR_HOST_EXCEPTION_CROSSED',
  'ERR_IMAGE_MISMATCH',
  'ERR_IMAGE_NOT_QUIESCENT',
  'ERR_LEASE_ENDED',
  'ERR_POOL_CLOSED',
  'ERR_POOL_FULL',
  'ERR_POOL_TIMEOUT',
  'ERR_JOB_DATA',
  'ERR_NONDETERMINISTIC_STOP',
  'ERR_NOT_CALLABLE',
  'ERR_PROFILE_CONFLICT',
  'ERR_HANDLE_RELEASED',
  'ERR_VALUE_FOREIGN',
  'ERR_VALUE_UNSUPPORTED',
  'ERR_VALUE_CONVERSION',
  'ERR_REENTRANT',
  'ERR_MODULE_DENIED',
  'ERR_MODULE_NOT_FOUND',
  'ERR_WORKER_REPLY',
  'ERR_WORKER_START',
  'ERR_WORKER_TERMINATED',
  'ERR_WORKER_VALUE',
] as const
export type JsAdapterErrorCode = (typeof ERROR_CODES)[number]

/** The code that each limit raises. */
export const LIMIT_CODES: Readonly<Record<LimitName, JsAdapterErrorCode>> = {
  operationMs: 'ERR_LIMIT_OPERATION',
  hardMs: 'ERR_LIMIT_HARD',
  wallMs: 'ERR_LIMIT_WALL',
  cpuMs: 'ERR_LIMIT_CPU',
  maxInterrupts: 'ERR_LIMIT_INTERRUPTS',
  memoryBytes: 'ERR_LIMIT_MEMORY',
  stackBytes: 'ERR_LIMIT_STACK',
  maxJobsPerDrain: 'ERR_LIMIT_JOBS',
  maxSourceBytes: 'ERR_LIMIT_SOURCE',
  maxResultBytes: 'ERR_LIMIT_RESULT',
  maxResultNodes: 'ERR_LIMIT_RESULT',
  maxEntryDepth: 'ERR_LIMIT_DEPTH',
}

export interface JsAdapterErrorOptions extends ErrorOptions {
  readonly context?: Readonly<Record<string, unknown>> | undefined
}

const TIMEOUT_CODES: ReadonlySet<string> = new Set([
  'ERR_LIMIT_OPERATION',
  'ERR_LIMIT_HARD',
  'ERR_LIMIT_WALL',
  'ERR_LIMIT_CPU',
  'ERR_FETCH_TIMEOUT',
  'ERR_POOL_TIMEOUT',
  'ERR_WORKER_REPLY',
])
const TEMPORARY_CODES: ReadonlySet<string> = new Set([
  'ERR_LIMIT_OPERATION',
  'ERR_FETCH_FAILED',
  'ERR_FETCH_TIMEOUT',
  'ERR_POOL_FULL',
  'ERR_POOL_TIMEOUT',
  'ERR_SANDBOX_BUSY',
  'ERR_SANDBOX_PARKED',
])

/** Base of all errors that this package raises. Match on `code`. */
export class JsAdapterError extends Error {
  override readonly name: string = 'JsAdapterError'
  readonly code: JsAdapterErrorCode
  /** `true` when the same call may succeed later, in the same sandbox. */
  readonly isTemporary: boolean
  readonly isTimeout: boolean
  readonly context: Readonly<Record<string, unknown>>
  constructor(code: JsAdapterErrorCode, message: string, options: JsAdapterErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.isTemporary = TEMPORARY_CODES.has(code)
    this.isTimeout = TIMEOUT_CODES.has(code)
    this.context = Object.freeze({ ...options.context })
  }
}

/** What a description of a thrown guest value holds; everything in it is a copy. */
export interface ExceptionDetails {
  readonly guestName: string
  readonly guestMessage: string
  readonly frames: readonly Frame[]
  /** The guest's own text of the error: header and frames. */
  readonly guestStack: string
  /** The exported value that was thrown. */
  readonly value: unknown
  readonly cause?: unknown
  /** Some property of the thrown value could not be read safely. */
  readonly partial: boolean
}

/** Something that guest code threw and did not catch. */
export class Exception extends JsAdapterError {
  override readonly name: string = 'Exception'
  readonly guestName: string
  readonly guestMessage: string
  readonly frames: readonly Frame[]
  readonly guestStack: string
  readonly value: unknown
  readonly partial: boolean
  #hostError: { readonly error: unknown } | undefined
  constructor(
    details: ExceptionDetails,
    {
      code = 'ERR_GUEST_EXCEPTION',
      hostError,
    }: { code?: JsAdapterErrorCode; hostError?: { readonly error: unknown } | undefined } = {},
  ) {
    const { guestName, guestMessage } = details
    const header = guestName === '' ? guestMessage : guestMessage === '' ? guestName : `${guestName}: ${guestMessage}`
    super(code, header, details.cause === undefined ? {} : { cause: details.cause })
    this.guestName = guestName
    this.guestMessage = guestMessage
    this.frames = details.frames
    this.guestStack = details.guestStack
    this.value = details.value
    this.partial = details.partial
    this.#hostError = hostError
  }
  /** The host error that the guest let through, by identity; `undefined` when the guest made this error itself. */
  unwrap(): unknown {
    return this.#hostError?.error
  }
  /** Whether `unwrap()` gives a host error. */
  get hasHostError(): boolean {
    return this.#hostError !== undefined
  }
  /** @internal Replaces parts by what a closer look at the thrown value gave. */
  static adopt(
    exception: Exception,
    parts: {
      readonly value: unknown
      readonly hostError: { readonly error: unknown } | undefined
      readonly frames?: readonly Frame[] | undefined
    },
  ): void {
    const define = (key: 'value' | 'frames', value: unknown): void => {
      Object.defineProperty(exception, key, { value, writable: true, enumerable: true, configurable: true })
    }
    define('value', parts.value)
    if (parts.frames !== undefined) define('frames', parts.frames)
    if (parts.hostError !== undefined) exception.#hostError = parts.hostError
  }
}

export interface SourcePosition {
  readonly fileName: string
  readonly line: number
  readonly column: number | undefined
}

/** Source that the engine refused. The column is that of an earlier token with the `ng` engine. */
export class SyntaxException extends Exception {
  override readonly name: string = 'SyntaxException'
  readonly position: SourcePosition | undefined
  constructor(details: ExceptionDetails, position: SourcePosition | undefined) {
    super(details, { code: 'ERR_GUEST_SYNTAX' })
    this.position = position
  }
}

/** The guest's stack ended, and the guest did not catch that. Not an `Exception`. */
export class StackOverflowError extends JsAdapterError {
  override readonly name: string = 'StackOverflowError'
  readonly frames: readonly Frame[]
  constructor(message: string, frames: readonly Frame[]) {
    super('ERR_LIMIT_STACK', message, { context: { limit: 'stackBytes' } })
    this.frames = frames
  }
}

/** `interrupt(reason)` stopped this operation. Not an `Exception`. */
export class InterruptedError extends JsAdapterError {
  override readonly name: string = 'InterruptedError'
  readonly value: unknown
  constructor(value: unknown) {
    super('ERR_INTERRUPTED', 'the operation was interrupted by the host', { cause: value })
    this.value = value
  }
}

/** A limit stopped the operation. `limit` is the option's name, `configured` its value, `observed` what was seen. */
export class LimitError extends JsAdapterError {
  override readonly name: string = 'LimitError'
  readonly limit: LimitName
  readonly configured: number
  readonly observed: number
  readonly operationId: number
  /** Where the guest was when it was stopped; empty when that is not known. */
  readonly frames: readonly Frame[]
  constructor(
    code: JsAdapterErrorCode,
    message: string,
    details: {
      readonly limit: LimitName
      readonly configured: number
      readonly observed: number
      readonly operationId: number
      readonly frames?: readonly Frame[] | undefined
      readonly cause?: unknown
      readonly context?: Readonly<Record<string, unknown>> | undefined
    },
  ) {
    const { limit, configured, observed, operationId } = details
    super(code, message, {
      context: { limit, configured, observed, operationId, ...details.context },
      ...('cause' in details ? { cause: details.cause } : {}),
    })
    this.limit = limit
    this.configured = configured
    this.observed = observed
    this.operationId = operationId
    this.frames = details.frames ?? []
  }
}

/** Tells by shape whether `value` is an error of this package, and of that code if one is given. */
export function isJsAdapterError(value: unknown, code?: JsAdapterErrorCode): value is JsAdapterError {
  if (typeof value !== 'object' || value === null) return false
  const own: unknown = Reflect.get(value, 'code')
  if (typeof own !== 'string' || !(ERROR_CODES as readonly string[]).includes(own)) return false
  return code === undefined || own === code
}

/** @throws TypeError when `value` is no error of this package with that code. */
export function assertJsAdapterError(value: unknown, code?: JsAdapterErrorCode): asserts value is JsAdapterError {
  if (isJsAdapterError(value, code)) return
  throw new TypeError(`expected a JsAdapterError${code === undefined ? '' : ` with code ${code}`}`, { cause: value })
}
