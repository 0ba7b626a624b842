// Public names of this entry.
export type { Clock } from './clock.ts'
export { assertRateError, isRateError, RATE_ERROR_CODES, RateError } from './errors.ts'
export type { RateErrorCode } from './errors.ts'
export { Limiter } from './limiter.ts'
export type { LimiterOptions, LimiterStats, RateResult } from './limiter.ts'
export type { RateWindow } from './windows.ts'
