// What a raw host function sees of its call: its arguments, read where they lie.
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
  constructor(marshal: Marshal) {
    this.#marshal = marshal
  }
  number(index: number): number {
    return index < this.count ? this.#marshal.readNumber(this.argv + index * 8) : Number.NaN
  }
  text(index: number): string {
    return index < this.count ? this.#marshal.readText(this.argv + index * 8) : ''
  }
  argument(index: number): unknown {
    return index < this.count ? this.#marshal.exportValue(this.argv + index * 8) : undefined
  }
}
