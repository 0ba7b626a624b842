// What a caller of `acquire` may say.
import type { ConsoleSink } from '../ports.ts'

export interface AcquireOptions {
  /** Removes the waiting caller. */
  readonly signal?: AbortSignal | undefined
  /** For reports and audits. */
  readonly tenant?: string | undefined
  /** Names the sandbox in reports. Default: the pool's name and a number. */
  readonly id?: string | undefined
  /** Receives this tenant's console. Default: the pool's `console`. */
  readonly console?: ConsoleSink | undefined
}
