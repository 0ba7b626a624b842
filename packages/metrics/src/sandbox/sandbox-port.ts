// What this package needs of a sandbox adapter: the samples it hands to its observer. The objects are reused.

/** The end of one operation. `outcome` is `ok`, `error`, or the name of the limit that fired. */
export interface SandboxOperationSample {
  readonly tenant: string | undefined
  readonly outcome: string
  readonly queueMs: number
  readonly elapsedMs: number
  readonly cpuMs: number
  /** From the limit's instant to the guest's stop; `undefined` if no limit fired. */
  readonly stopLateMs: number | undefined
  readonly heapBytes: number
  readonly timers: number
  readonly sandboxId: string
}

/** A limit that fired outside any operation, or on top of another one. */
export interface SandboxLimitSample {
  readonly tenant: string | undefined
  readonly limit: string
}

/** One call from the guest to a host function. */
export interface SandboxHostCallSample {
  readonly tenant: string | undefined
  readonly outcome: string
  readonly elapsedMs: number
}

/** An instance made, reset or dropped. */
export interface SandboxInstanceSample {
  readonly sandboxId: string
  readonly how: string
  readonly elapsedMs: number
}

/** A sandbox taken from a pool. */
export interface SandboxLeaseSample {
  readonly waitMs: number
}
