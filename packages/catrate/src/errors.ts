// The one error class of this package, and the guards that recognise it by shape.

export const RATE_ERROR_CODES = ['ERR_RATE_WINDOWS', 'ERR_RATE_OPTION', 'ERR_RATE_CLOCK'] as const
export type RateErrorCode = (typeof RATE_ERROR_CODES)[number]

/** Raised for a configuration that could never work, or for a clock that returns no instant. Match on `code`. */
export class RateError extends Error {
  override readonly name = 'RateError'
  readonly code: RateErrorCode
  /** Trying again with the same arguments gives the same result. */
  readonly isTemporary = false
  readonly isTimeout = false
  /** The member that failed and its value, where there is one. */
  readonly context: Readonly<Record<string, unknown>>

  constructor(code: RateErrorCode, message: string, context: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.code = code
    this.context = Object.freeze({ ...context })
  }
}

/** Recognises a `RateError` by shape, so also one of another copy of the package or of another realm. */
export function isRateError(value: unknown, code?: RateErrorCode): value is RateError {
  return (
    typeof value === 'object' &&
    value !== null &&
    Reflect.get(value, 'name') === 'RateError' &&
    (code === undefined ? RATE_ERROR_CODES.includes(Reflect.get(value, 'code')) : Reflect.get(value, 'code') === code)
  )
}

/** @throws the value itself if it is not a `RateError` (of that code). */
export function assertRateError(value: unknown, code?: RateErrorCode): asserts value is RateError {
  if (!isRateError(value, code)) throw value
}
