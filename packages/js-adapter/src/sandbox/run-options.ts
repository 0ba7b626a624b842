// What `run` and `call` take.

export interface RunOptions {
  /** File name in stacks and positions. Default `script.js`. */
  readonly name?: string | undefined
  /** Runs the source as an ES module; resolves with a copy of its namespace. Default `false`. */
  readonly module?: boolean | undefined
  /** Lowers `wallMs` for this call. */
  readonly timeoutMs?: number | undefined
  /** Lowers `operationMs` for this call's first entry. */
  readonly operationMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export type CallOptions = Omit<RunOptions, 'name' | 'module'>
