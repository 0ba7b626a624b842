// The error class of this package and its codes.

/** Every way in which this package refuses work. */
export const METRICS_ERROR_CODES = [
  'ERR_METRICS_OPTION',
  'ERR_METRICS_NAME',
  'ERR_METRICS_DUPLICATE',
  'ERR_METRICS_LAYOUT',
  'ERR_METRICS_EXPORT_TIMEOUT',
] as const
export type MetricsErrorCode = (typeof METRICS_ERROR_CODES)[number]

/** Details of a {@link MetricsError}: what was given and what is allowed. Holds only what the caller passed as an option or a name. */
export type MetricsErrorContext = Readonly<Record<string, string | number | boolean | undefined>>

export interface MetricsErrorOptions extends ErrorOptions {
  readonly context?: MetricsErrorContext | undefined
}

/** Raised on misuse of this package, and for an export that took too long. Match on `code`. */
export class MetricsError extends Error {
  override readonly name = 'MetricsError'
  readonly code: MetricsErrorCode
  readonly context: MetricsErrorContext

  constructor(code: MetricsErrorCode, message: string, { context = {}, ...options }: MetricsErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.context = Object.freeze({ ...context })
  }

  /** Whether the same call may succeed later without a change of its arguments. */
  get isTemporary(): boolean {
    return this.code === 'ERR_METRICS_EXPORT_TIMEOUT'
  }

  /** Whether time ran out. */
  get isTimeout(): boolean {
    return this.code === 'ERR_METRICS_EXPORT_TIMEOUT'
  }
}

/** Tells whether `value` is an error of this package (of any copy of it, from any realm), with `code` if one is given. */
export function isMetricsError(value: unknown, code?: MetricsErrorCode): value is MetricsError {
  return (
    typeof value === 'object' &&
    value !== null &&
    Reflect.get(value, 'name') === 'MetricsError' &&
    METRICS_ERROR_CODES.includes(Reflect.get(value, 'code')) &&
    (code === undefined || Reflect.get(value, 'code') === code)
  )
}

/** Throws `value` itself unless it is an error of this package, with `code` if one is given. */
export function assertMetricsError(value: unknown, code?: MetricsErrorCode): asserts value is MetricsError {
  if (!isMetricsError(value, code)) throw value
}

/** Builds the error for an option outside its range. */
export function optionError(option: string, value: unknown, allowed: string): MetricsError {
  const shown =
    typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : typeof value === 'symbol' ? 'a symbol' : describe(value)
  return new MetricsError('ERR_METRICS_OPTION', `${option} must be ${allowed}, got ${shown}`, {
    context: { option, value: shown, allowed },
  })
}

/** Returns `value` if it is an integer from `low` to `high`. @throws MetricsError `ERR_METRICS_OPTION` */
export function integerOption(option: string, value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high)
    throw optionError(option, value, `an integer from ${low} to ${high}`)
  return value
}

/** Returns `value` if it is a finite number from `low` to `high`. @throws MetricsError `ERR_METRICS_OPTION` */
export function numberOption(option: string, value: number, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high))
    throw optionError(option, value, `a number from ${low} to ${high}`)
  return value
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : typeof value === 'function' ? 'a function' : String(value)
}

/** What a handler of errors throws goes to the platform, in a turn of its own: whoever called the handler goes on. */
export function rethrowAlone(thrown: unknown): void {
  setTimeout(() => {
    throw thrown
  }, 0)
}
