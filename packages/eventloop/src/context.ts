// The port that carries a caller's context from where a callback is made to where it runs.

/** Captured where a callback is handed over, entered around it, left before its checkpoint. */
export interface ContextPort<C = unknown> {
  capture(): C
  /** Calls `run` exactly once, synchronously, inside `context`. */
  run(context: C, run: () => void): void
  /** The loop is about to wait: lets go of what was kept from the last capture. */
  release?(): void
  /** A short id for diagnostics and samples of callbacks in this context. */
  correlationId?(context: C): string | undefined
}
