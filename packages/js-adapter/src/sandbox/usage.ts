// What a sandbox has used, and how it ended.
import type { JsAdapterError } from '../errors.ts'
import type { LimitName } from '../limit-names.ts'
import type { HostCallCounts } from './host-calls.ts'

export const SANDBOX_STATES = ['ready', 'running', 'parked', 'exited', 'condemned', 'closed'] as const
/** `ready`: may be entered. `running`: is being entered. `parked`: has no instance until it is entered again. The others are final. */
export type SandboxState = (typeof SANDBOX_STATES)[number]

export interface Usage {
  readonly operations: number
  /** Milliseconds inside the guest in sum, host functions excluded. Elapsed time, not the processor's. In a deterministic sandbox this, `elapsedMs` and `polls` are 0. */
  readonly cpuMs: number
  readonly elapsedMs: number
  readonly jobs: number
  readonly polls: number
  readonly timers: number
  /** Timers and immediates that `maxTimers` refused. */
  readonly refusedTimers: number
  readonly discardedJobs: number
  readonly discardedTicks: number
  /** Timer callbacks that a limit stopped. */
  readonly interruptedTimers: number
  /** Limits that fired, by name. */
  readonly limits: Readonly<Partial<Record<LimitName, number>>>
  /** Size of the WebAssembly memory; it never shrinks. 0 while the sandbox is parked. */
  readonly memoryBytes: number
  /** What is kept in place of the memory while the sandbox is parked, in bytes; else 0. */
  readonly parkedBytes: number
  readonly consoleBytesDropped: number
  readonly hostCalls: HostCallCounts
  /** Audit records. */
  readonly audit: { readonly written: number; readonly failed: number }
  /** Times that a console, audit, observer, logger, error handler or limiter threw. */
  readonly sinkFailures: number
}

export const EXIT_REASONS = ['finished', 'exit', 'uncaught', 'limit', 'closed', 'loop', 'terminated'] as const
/** `finished`: nothing was left to do. `exit`: `process.exit`. `uncaught`: an error nobody took. `limit`: a limit ended it. `terminated`: its thread died. */
export type ExitReason = (typeof EXIT_REASONS)[number]

export interface ExitInfo {
  readonly reason: ExitReason
  /** The guest's exit code, 1 after an uncaught error; `undefined` when the guest did not end by itself. */
  readonly exitCode: number | undefined
  /** What ended it, for `uncaught`, `limit` and `closed`. */
  readonly error: JsAdapterError | undefined
  readonly usage: Usage
}
