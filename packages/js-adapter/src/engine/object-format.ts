// How a build of the engine serialises plain data.

/** What differs between builds; the marks below are common to those that calibration accepts. */
export interface ObjectFormat {
  /** The first byte. */
  readonly version: number
  /** Whether a byte before each name says that it is one. */
  readonly typedNames: boolean
  /** Whether BigInts are written as we write them. */
  readonly bigints: boolean
  /** `undefined`: dates are written in another way. */
  readonly date: DateFormat | undefined
}

/** A date is a mark and a number. */
export interface DateFormat {
  readonly mark: number
  /** Whether its number is always one in floating point, small integers too. */
  readonly asFloat: boolean
}

export const MARK = {
  null: 1,
  undefined: 2,
  false: 3,
  true: 4,
  integer: 5,
  float: 6,
  text: 7,
  object: 8,
  array: 9,
  bigint: 10,
} as const
/** The byte before a name, where there is one. */
export const NAME_TYPE = 1
/** A key up to here that is a canonical index is a number and no name. */
export const MAX_INDEX_KEY = 0x7fff_ffff
