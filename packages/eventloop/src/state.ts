// The states of a loop and the ways in which it can end.

export const LOOP_STATES = ['awake', 'running', 'sleeping', 'terminating', 'terminated'] as const
/** `awake`: nothing runs it now; `running` or `sleeping`: inside `run()`; then `terminating`, and `terminated` for good. */
export type LoopState = (typeof LOOP_STATES)[number]

export const EXIT_MODES = ['autoExit', 'shutdown', 'abort', 'close'] as const
/** What ended the loop. The first of them fixes it. */
export type ExitMode = (typeof EXIT_MODES)[number]

export const FAST_PATH_MODES = ['auto', 'forced', 'disabled'] as const
export type FastPathMode = (typeof FAST_PATH_MODES)[number]

export const CHECKPOINT_MODES = ['callback', 'turn', 'host'] as const
export type CheckpointMode = (typeof CHECKPOINT_MODES)[number]

/** How a loop ended. */
export interface LoopExit {
  readonly mode: ExitMode
  /** A graceful end was cut short by `close()`. */
  readonly escalated: boolean
  /** What cleanup threw: nothing, the one error, or one `AggregateError`. */
  readonly errors: readonly unknown[]
  /** What never ran, by kind. */
  readonly discarded: Readonly<Record<string, number>>
}
