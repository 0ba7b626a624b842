// What a raw host function sees of its call: its arguments, read where they lie.
import { tooLargeArguments } from './host-error.ts'
import { ResultTooLarge } from '../engine/result-too-large.ts'
import type { Marshal } from './marshal.ts'

/** What a raw host function sees of its call. Valid only until it returns. */
export interface RawCall {
  /** Number of arguments. */
  readonly count: number
  /** The argument by `Number()`'s rules; NaN when it is absent. */
  number(index: number): number
  /** The argument by `String()`'s rules; `''` when it is absent. */
  text(index: number): string
  /** A copy of the argument. */
  argument(index: number): unknown
}

export type RawFunction = (call: RawCall) => unknown

export class RawCallView implements RawCall {
  count = 0
  argv = 0
  readonly #marshal: Marshal
  readonly #maxBytes: number
  constructor(marshal: Marshal, maxBytes: number) {
    this.#marshal = marshal
    this.#maxBytes = maxBytes
  }
  number(index: number): number {
    return index < this.count ? this.#marshal.readNumber(this.argv + index * 8) : Number.NaN
  }
  text(index: number): string {
    if (index >= this.count) return ''
    const pointer = this.argv + index * 8
    const { tags } = this.#marshal
    if (this.#marshal.high(pointer) === tags.string && this.#marshal.lengthOf(pointer) > this.#maxBytes)
      throw tooLargeArguments(this.#maxBytes)
    return this.#marshal.readText(pointer)
  }
  argument(index: number): unknown {
    if (index >= this.count) return undefined
    try {
      return this.#marshal.exportValue(this.argv + index * 8, undefined, this.#maxBytes)
    } catch (error) {
      throw error instanceof ResultTooLarge ? tooLargeArguments(this.#maxBytes) : error
    }
  }
}
