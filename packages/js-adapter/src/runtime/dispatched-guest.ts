// What the dispatcher uses of the guest it serves.
import type { Calibration } from '../engine/calibration.ts'
import type { Instance } from '../engine/instance.ts'
import type { JsAdapterError } from '../errors.ts'
import type { Latch } from './latch.ts'
import type { Marshal } from './marshal.ts'
import type { Polling } from './polling.ts'

export interface DispatchedGuest {
  readonly engine: { readonly calibration: Calibration }
  readonly instance: Instance
  readonly marshal: Marshal
  readonly latch: Latch
  readonly polling: Polling
  readonly limits: { readonly maxResultBytes: number }
  /** Evaluates global code; the result may be an exception. */
  evaluate(source: string, fileName: string): number
  errorFrom(thrown: unknown): JsAdapterError
}
