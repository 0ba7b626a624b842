// The port to a structured log, and the names of the events that the loop logs.

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** The members that the loop needs of a logger. It is called synchronously and may throw: the loop contains that. */
export interface LoopLogger {
  /** Asked before fields are built. */
  enabled(level: LogLevel): boolean
  log(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>): void
}

/** Stable values of the `event` field of each diagnostic. */
export const LOOP_EVENTS = [
  'loop.callback_error',
  'loop.fast_path',
  'loop.batch_limit',
  'loop.slow_callback',
  'loop.microtask_starvation',
  'loop.microtask_deferred',
  'loop.checkpoint_step',
  'loop.unhandled_rejection',
  'loop.rejection_handled',
  'loop.shed',
  'loop.limiter_error',
  'loop.reactions_dropped',
  'loop.late_result',
  'loop.ingress_closed',
  'loop.diagnostics_disabled',
  'loop.exit',
] as const
export type LoopEvent = (typeof LOOP_EVENTS)[number]
