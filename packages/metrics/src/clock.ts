// The clock port: monotonic time for spans, wall-clock time for start times.

/** Source of time. Replaced in tests, and by a loop's own clock where its virtual time should count. */
export interface MetricsClock {
  /** Fractional milliseconds since an arbitrary origin; expected not to go back. */
  nowMs(): number
  /** Wall-clock time in milliseconds since 1970. */
  epochMs(): number
}

/** The platform's clock: `performance.now()` and the wall clock it is anchored to. */
export const systemClock: MetricsClock = Object.freeze({
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
})
