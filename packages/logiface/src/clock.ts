// The two times that a logger reads.

/** Source of time; the platform's by default. */
export interface LogClock {
  /** Wall-clock time, milliseconds since 1970. Stamps events. */
  epochMs(): number
  /** Monotonic time in milliseconds. Drives rate limits, sampling and flushing. */
  nowMs(): number
}

export const systemClock: LogClock = Object.freeze({ epochMs: () => Date.now(), nowMs: () => performance.now() })
