// What a thread is started with, and what a pool's thread is asked.
import type { PoolOptions } from '../pool/pool-options.ts'
import type { LineOffer } from './protocol.ts'
import type { ThreadSettings } from './worker-options.ts'

/** Of a thread that serves one sandbox. */
export interface ThreadData {
  readonly offer: LineOffer
  readonly settings: ThreadSettings
}

/** What the thread of a pool is told; its sandboxes differ in id and tenant alone. */
export type PoolThreadSettings = Omit<ThreadSettings, 'image' | 'options'>

export interface PoolThreadData {
  readonly settings: PoolThreadSettings
  readonly image: Uint8Array
  readonly options: Omit<PoolOptions, 'loop' | 'image' | 'mode'>
}

/** One lease. The ports of the offer are transferred. */
export interface LeaseTask {
  readonly offer: LineOffer
  readonly id: string
  readonly tenant: string | undefined
}
