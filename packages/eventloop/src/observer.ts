// The port to metrics: sampled callbacks, one record a batch, transitions; and the exact hooks for diagnosis.
import type { CallbackPhase } from './phase.ts'
import type { LoopState } from './state.ts'

/** One sampled callback. The object is reused: copy what is kept. */
export interface CallbackSample {
  phase: string
  label: string | undefined
  correlationId: string | undefined
  /** Milliseconds from submission (timers: from the deadline) to the start of the callback. */
  residenceMs: number
  /** Milliseconds from the callback's start to its return, without its checkpoint. */
  executionMs: number
  /** Timers: the clock reading of the timers phase minus the deadline; others 0. Never negative. */
  latenessMs: number
}

/** One visit of the host. The object is reused. */
export interface BatchRecord {
  turns: number
  callbacks: number
  /** Callbacks that were ready and waiting when the batch ended. */
  queued: number
  busyMs: number
  /** Milliseconds between the end of the last reported batch and the start of this one, without visits that found nothing to run. */
  idleMs: number
  limit: 'none' | 'time' | 'tasks'
}

export interface LoopObserver {
  /** Read when the loop is made, and once per batch. */
  readonly enabled: boolean
  /** Mean distance between samples, 1 to 65 536. */
  readonly sampleEvery: number
  onSample?(sample: CallbackSample): void
  /** Once per host visit that ran a turn. */
  onBatch?(record: BatchRecord): void
  onTransition?(kind: 'state' | 'fastPath' | 'limit', from: string, to: string): void
}

/** What a hook is told about a callback. The object is reused. */
export interface TaskInfo {
  phase: CallbackPhase
  label: string | undefined
  turn: number
  /** Loop time at the start of the slice that the callback is in. */
  nowMs: number
}

/** Exact and synchronous: every call is made, on the loop's stack. For diagnosis and traces, not for production metrics. */
export interface LoopHooks {
  /** A turn begins. Default none, as for all of these. */
  turnStart?(turn: number): void
  /** A turn has ended. */
  turnEnd?(turn: number): void
  /** Before each user callback of a phase. The object is reused. */
  taskStart?(info: TaskInfo): void
  /** After it, before its checkpoint. The object is reused. */
  taskEnd?(info: TaskInfo): void
  /** Before a wait, with the deadline it ends at (`Infinity`: none). */
  beforePark?(deadlineMs: number): void
  /** After a wait. */
  afterPark?(): void
  /** The state of the loop has changed. */
  stateChange?(from: LoopState, to: LoopState): void
}
