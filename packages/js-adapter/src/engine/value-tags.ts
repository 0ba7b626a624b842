// How the engine marks the kinds of values.

/** The upper halves of a boxed value, by kind. A value with none of these is a number in floating point, or rare. */
export interface ValueTags {
  readonly int: number
  readonly bool: number
  readonly null: number
  readonly undefined: number
  readonly exception: number
  readonly string: number
  readonly object: number
  readonly symbol: number
  /** The first tag of the others; numbers in floating point have none of the `others` tags from here on, modulo 2^32. */
  readonly first: number
  readonly others: number
}
