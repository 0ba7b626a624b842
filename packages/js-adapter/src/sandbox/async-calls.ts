// What bounds the calls of an asynchronous host function, and what it is told of each.
export interface RateWindowOption {
  readonly windowMs: number
  readonly count: number
}

/** What an asynchronous host function gets after the guest's arguments. */
export interface HostCallContext {
  /** Aborts when the call, its operation or the sandbox ends. */
  readonly signal: AbortSignal
  readonly callId: number
  readonly operationId: number
  /** The context of the `context` port in which the guest made the call; its code runs inside it. `undefined` without a port. */
  readonly context: unknown
}

/** Bounds on the calls of one asynchronous function. */
export interface AsyncCallBounds {
  /** Calls of this function that have not settled. 1 to 2^31-1. Default: no bound of its own. */
  readonly maxConcurrent?: number | undefined
  /** Milliseconds to its settlement; then `signal` aborts and the guest's promise rejects. Default: none. */
  readonly timeoutMs?: number | undefined
  /** Calls allowed in each window, over all callers in this sandbox. Default: none. */
  readonly rates?: readonly RateWindowOption[] | undefined
}
