// What the service is told from outside, with its defaults.
import type { SandboxLimits } from '@loopwright/js-adapter'

export interface ServiceOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  /** 0: any free one. Default 8080. */
  readonly port?: number | undefined
  /** File of the audit trail, and the key it is chained with. */
  readonly audit: { readonly path: string; readonly key: string }
  /** File of the log. Default: standard error. */
  readonly logPath?: string | undefined
  /** Sandboxes of this process. Default 4. */
  readonly sandboxes?: number | undefined
  readonly limits?: SandboxLimits | undefined
  /** Runs that may wait for a sandbox; the next gets status 429. Default 100. */
  readonly maxWaiting?: number | undefined
  /** Bytes of a request's body. Default 1 MiB. */
  readonly maxBodyBytes?: number | undefined
  /** Runs that are remembered with their lines. Default 200. */
  readonly keptRuns?: number | undefined
  /** Runs scripts through a BullMQ queue on this Redis, and not in this process. */
  readonly queue?: QueueOptions | undefined
}

export interface QueueOptions {
  readonly host: string
  readonly port: number
  readonly name: string
}

/** What a customer's script may use. A hung one is stopped after half a second; nothing can keep a worker for longer than two. */
export const LIMITS: SandboxLimits = {
  operationMs: 500,
  hardMs: 2000,
  wallMs: 10_000,
  memoryBytes: 32 * 1024 * 1024,
  maxTimers: 100,
  maxConsoleBytes: 64 * 1024,
}
