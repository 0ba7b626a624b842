// The phases of a turn, in the order in which a turn visits them.

export const PHASES = ['poll', 'check', 'close', 'timers', 'internal', 'external'] as const
/** Where a callback ran: one of the phases, or a checkpoint's `nextTick` or `microtask`. */
export type Phase = (typeof PHASES)[number]
export type CallbackPhase = Phase | 'nextTick' | 'microtask'
