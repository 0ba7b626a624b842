// The port to the outside world: monotonic time, "visit me soon or then", and the native checkpoint.

/** What a host calls. The loop implements it. */
export interface HostEntry {
  /** Runs at most one batch, then asks for the next visit. Only on an empty stack: never inside `request`, a job or a tick. */
  enter(): void
  /** Turns run so far; a visit that had nothing to do adds none. */
  readonly turnCount: number
  /** Says what would run next, for messages. */
  describeNext(): string
}

/** Empties the platform's own queues (next-ticks and promise jobs) between two callbacks of one visit. */
export interface NativeCheckpoint {
  /** `tick`: `run` empties them; `step`: only returning to the host does; `none`: they are left alone. Read once per visit. */
  readonly means: 'tick' | 'step' | 'none'
  /** Never to be called inside `try … catch`: an exception must reach the host through the visit. */
  run(): void
}

/** Where and how a loop waits. One host serves one loop. */
export interface Host {
  readonly kind: string
  readonly checkpoint: NativeCheckpoint
  /** Shared memory that other threads notify; `undefined`: no ingress on this host. */
  readonly wakeWord: Int32Array | undefined
  /** Time moves only when told: nobody asks for visits that only tidy up. Default false. */
  readonly virtualTime?: boolean | undefined
  /** Monotonic milliseconds, fractional, from an arbitrary origin. */
  nowMs(): number
  /** Called once, before anything else. */
  start(entry: HostEntry): void
  /** Asks for a visit soon. Several requests before the visit are one. */
  request(): void
  /**
   * Optional: asks for a visit soon and lets up to `visits - 1` further requests be served in the same round of the platform's
   * loop. Used where each callback needs a visit of its own and a round for each would be dear.
   */
  requestRow?(visits: number): void
  /** Asks for a visit at `deadlineMs` of this host's clock; replaces the earlier deadline; `Infinity` disarms. */
  requestAt(deadlineMs: number): void
  /** Whether waiting keeps the process alive. */
  setRef(ref: boolean): void
  /** Ends it; idempotent; no handle is left. */
  stop(): void
}
