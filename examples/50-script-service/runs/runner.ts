// Where scripts run: in this process, or wherever a queue's workers are. Both give the same outcomes.
import type { StoredScript } from './script-store.ts'

export interface RunRequest {
  readonly id: string
  readonly script: StoredScript
  readonly input: unknown
  /** The requester has gone. */
  readonly signal: AbortSignal
  line(text: string): void
}

export interface RunFailure {
  /** A code of js-adapter's, such as `ERR_LIMIT_OPERATION`. */
  readonly code: string
  readonly message: string
}

export type RunOutcome = { readonly value: unknown } | { readonly failure: RunFailure }

export interface Runner {
  readonly kind: 'process' | 'queue'
  run(request: RunRequest): Promise<RunOutcome>
  /** What the page shows of it. */
  stats(): Promise<Readonly<Record<string, number>>>
  /** After the last run. */
  close(): Promise<void>
}

/** What every script is given, here and in a queue's workers. */
export const ENTRY = 'main'
