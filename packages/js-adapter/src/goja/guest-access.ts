// What the parts of a runtime use of each other.
import type { JsAdapterError } from '../errors.ts'
import type { Core } from '../runtime/core.ts'
import type { PointerFunction } from '../runtime/dispatcher.ts'
import type { GuestThrow } from '../runtime/marshal.ts'
import type { Entries } from './entries.ts'
import type { Exporter } from './exporting.ts'
import type { GuestObject, GuestValue } from './guest-object.ts'
import type { HostCalls } from './host-calls.ts'
import type { Operations } from './operations.ts'
import type { StandIns } from './stand-ins.ts'
import type { Wrappers } from './wrappers.ts'

export interface GuestAccess {
  readonly core: Core
  readonly ops: Operations
  readonly entries: Entries
  readonly wrappers: Wrappers
  readonly standIns: StandIns
  readonly exporter: Exporter
  readonly calls: HostCalls
  /** An owned pointer for a host value. */
  give(value: unknown): number
  /** Turns an owned pointer into a primitive or a wrapper. */
  take(pointer: number): GuestValue
  /** The same for a pointer that stays the caller's. */
  borrowed(pointer: number): GuestValue
  call(fn: GuestObject, self: unknown, args: readonly unknown[]): GuestValue
  /** An owned guest function. */
  newFunction(name: string, call: PointerFunction, forget?: () => void): number
  /** The error for a thrown guest value. Frees the pointer. */
  describe(thrown: GuestThrow): JsAdapterError
  expectObject(value: GuestValue): GuestObject
}
