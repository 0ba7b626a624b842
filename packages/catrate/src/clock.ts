// The time that a limiter reads.

/** Source of monotonic time: fractional milliseconds since an arbitrary origin. */
export interface Clock {
  nowMs(): number
}

/** The platform's monotonic clock. */
export const monotonicClock: Clock = Object.freeze({ nowMs: (): number => performance.now() })
