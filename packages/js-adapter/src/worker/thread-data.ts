// What a thread is started with, and what a pool's thread is asked.
import type { EngineHandover } from '../engine/engine.ts'
import type { AnyPoolOptions } from '../pool/pool-options.ts'
import type { LineOffer } from './protocol.ts'
import type { PlainOptions, SharedSettings, ThreadSettings } from './thread-settings.ts'

/** Of a thread that serves one sandbox. */
export interface ThreadData {
  readonly offer: LineOffer
  readonly settings: ThreadSettings
  /** Compiled by the owner. `undefined`: the thread compiles its own, of the installed package. */
  readonly engine: EngineHandover | undefined
  /** What the owner's randomness begins with: its loop may not run yet when the guest is made. */
  readonly random: Uint8Array | undefined
}

/** What the thread of a pool is told; its sandboxes differ in id and tenant alone. */
export type PoolThreadSettings = SharedSettings

export interface PoolThreadData {
  readonly settings: PoolThreadSettings
  readonly engine: EngineHandover | undefined
  readonly image: Uint8Array
  readonly options: Omit<PlainOptions, 'lifecycle' | 'argv' | 'env' | 'hardened' | 'noEval' | 'id' | 'tenant'> &
    Pick<AnyPoolOptions, 'maxUses' | 'recycleBelowBytes'>
}

/** One lease. The ports of the offer are transferred. */
export interface LeaseTask {
  readonly offer: LineOffer
  readonly id: string
  readonly tenant: string | undefined
  readonly random: Uint8Array | undefined
}
/** What a thread says of a lease that has ended: of its memory's reset, unless it was replaced. */
export interface LeaseEnd {
  readonly reset: Readonly<Record<string, unknown>> | undefined
}
