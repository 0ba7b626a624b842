// What the loop says about a callback when it reports on it.
import type { TimerId } from './ids.ts'
import type { CallbackPhase } from './phase.ts'

/** Where an error, a slow callback or a limit came from. */
export interface CallbackInfo {
  readonly phase: CallbackPhase
  readonly label: string | undefined
  readonly timerId: TimerId | undefined
  readonly turn: number
  readonly context: unknown
  readonly correlationId: string | undefined
  /** Where the callback was handed to the loop; debug mode only. */
  readonly creationStack: string | undefined
}

/** Why a batch was ended before its work was done. */
export interface LimitInfo {
  readonly limit: 'time' | 'tasks'
  readonly elapsedMs: number
  readonly callbacks: number
  /** Callbacks that are ready and wait for the next batch. */
  readonly queued: number
  readonly phase: CallbackPhase
}
