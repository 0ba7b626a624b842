// Host handlers behind guest objects and arrays whose properties are computed.
import type { GuestValue } from './guest-object.ts'

/** The handler of a dynamic object. All its properties are writable, enumerable and configurable. */
export interface DynamicObject {
  /** `undefined` goes on to the prototype. */
  get(key: string): unknown
  /** @returns `false` to refuse. */
  set(key: string, value: GuestValue): boolean
  has(key: string): boolean
  /** @returns `false` to refuse. */
  delete(key: string): boolean
  keys(): readonly string[]
}

/** The handler of a dynamic array, which is never sparse: deleting an item sets it to `undefined`. */
export interface DynamicArray {
  readonly length: number
  get(index: number): unknown
  /** @returns `false` to refuse. The index may be beyond the length. */
  set(index: number, value: GuestValue): boolean
  /** @returns `false` to refuse. */
  setLength(length: number): boolean
}
