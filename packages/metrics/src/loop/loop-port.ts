// What this package needs of an event loop: the samples it hands to its observer, and the snapshot it gives when asked.

/** One measured callback. The loop reuses the object: numbers are taken out at once. */
export interface LoopCallbackSample {
  readonly phase: string
  readonly label: string | undefined
  readonly residenceMs: number
  readonly executionMs: number
  readonly latenessMs: number
}

/** One visit of the host to the loop. */
export interface LoopBatchRecord {
  readonly turns: number
  readonly callbacks: number
  readonly queued: number
  readonly busyMs: number
  readonly idleMs: number
  readonly limit: string
}

/** Exact figures of a loop. Members that a loop does not report are left out of the export. */
export interface WatchedLoopSnapshot {
  readonly turnCount: number
  readonly readyTasks: number
  readonly lagMs: number
  /** Callbacks run, by phase. */
  readonly callbacks?: Readonly<Record<string, number>> | undefined
  readonly errors?: number | undefined
  /** Submissions by outcome. */
  readonly admission?: Readonly<Record<string, number>> | undefined
  /** Live timers. */
  readonly timers?: number | undefined
  /** Promises held, by generation. */
  readonly promises?: Readonly<Record<string, number>> | undefined
  /** Age of the oldest entry, by queue; `undefined` for an empty one. */
  readonly oldestAgeMs?: Readonly<Record<string, number | undefined>> | undefined
}

/** A loop to be watched. */
export interface WatchedLoop {
  snapshot(): WatchedLoopSnapshot
}
