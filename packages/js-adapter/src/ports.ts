// What this package needs of its collaborators, each as the fewest members it uses.
import type { LimitName } from './limit-names.ts'

/** The members that this package uses of an event loop. `EventLoop` of `@loopwright/eventloop` fits. */
export interface LoopLike {
  submit(task: () => void): void
  queueMicrotask(task: () => void): void
  /** Never refused by admission. */
  submitInternal(task: () => void): void
  /** Calls `step` again, a checkpoint between, while it returns `true`. */
  submitSteps(step: () => boolean): void
  scheduleTimer(delayMs: number, task: () => void, options?: { readonly unref?: boolean | undefined }): number
  scheduleImmediate(task: () => void, options?: { readonly unref?: boolean | undefined }): number
  cancelTimer(id: number): boolean
  /** Monotonic time in milliseconds, cached for the turn. */
  nowMs(): number
  /** Keeps `run()` alive until the returned function is called; idempotent. */
  holdOpen(): () => void
  /** Resolves when the loop has ended. */
  readonly done: Promise<unknown>
}

/** A promise of the guest that was rejected and had no handler when its entry's queues were empty, or a handler that came later. */
export interface RejectionEvent {
  readonly kind: 'unhandled' | 'handled'
  /** Names the promise in its sandbox: its two events have the same one. */
  readonly promiseId: number
  /** What it was rejected with, of an `unhandled` one: an `Exception`. */
  readonly error: Error | undefined
  /** A listener of the guest is there for it; without one, `unhandled` goes on as an uncaught exception. */
  readonly taken: boolean
}

/** A rate limiter per category; `Limiter` of `@loopwright/catrate` fits. */
export interface RateLimiterLike {
  allow(category: string): { readonly allowed: boolean; readonly retryAfterMs: number }
}

/**
 * Carries a caller's context from where work is asked for to where it runs. `alsContext()` of `@loopwright/eventloop` fits, and so does any
 * other port of its loop.
 */
export interface ContextPort<C = unknown> {
  capture(): C
  /** Calls `run` exactly once, synchronously, inside `context`. */
  run(context: C, run: () => void): void
  /** Lets go of what was kept from the last capture. */
  release?(): void
  /** A short id for logs, audit and samples of what is done in this context. */
  correlationId?(context: C): string | undefined
}

/** Where diagnostics go: the two members of the loop's logger port. */
export interface AdapterLogger {
  enabled(level: 'debug' | 'info' | 'warn' | 'error'): boolean
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>): void
}

export interface OperationSample {
  sandboxId: string
  tenant: string | undefined
  operationId: number
  /** Of the context port. */
  correlationId: string | undefined
  kind: string
  outcome: 'ok' | 'error' | LimitName
  queueMs: number
  elapsedMs: number
  cpuMs: number
  jobs: number
  polls: number
  guarded: boolean
  stopLateMs: number | undefined
  heapBytes: number
  timers: number
  handles: number
}

export interface HostCallSample {
  sandboxId: string
  tenant: string | undefined
  /** The operation that made the call. */
  operationId: number
  /** `undefined` for synchronous functions. */
  callId: number | undefined
  correlationId: string | undefined
  name: string
  outcome: 'ok' | 'error' | 'refused' | 'late'
  elapsedMs: number
  bytes: number
}

export interface InstanceSample {
  sandboxId: string
  /** `parked` and `unparked`: it lives on without its memory, and with it again. */
  how: 'fresh' | 'image' | 'reset' | 'parked' | 'unparked' | 'dropped'
  elapsedMs: number
}

/** A limit that fired outside any entry (`wallMs` while the guest awaits, a source that is too large), or on top of another one. */
export interface LimitSample {
  sandboxId: string
  tenant: string | undefined
  /** 0 between operations. */
  operationId: number
  correlationId: string | undefined
  limit: LimitName
}

export interface LeaseSample {
  /** From `acquire` to the sandbox. */
  waitMs: number
}

/** Receives figures. Sample objects are reused: copy what is kept. */
export interface AdapterObserver {
  /** Read once per entry. */
  readonly enabled: boolean
  onOperation?(sample: OperationSample): void
  onLimit?(sample: LimitSample): void
  onHostCall?(sample: HostCallSample): void
  onInstance?(sample: InstanceSample): void
  /** A pool has leased a sandbox. */
  onLease?(sample: LeaseSample): void
}

/** Where the guest's `crypto` takes its randomness from. */
export interface Entropy {
  /** Fills all of `bytes`: at most 65 536, for one call of the guest. */
  fill(bytes: Uint8Array): void
}

/** Receives the guest's console output, one call a line, the line's end included. */
export interface ConsoleSink {
  write(stream: 'stdout' | 'stderr', text: string): void
}
