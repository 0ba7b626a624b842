// How rows are found by other columns than their key, or by values that are written otherwise.
import type { Cell } from '../vocabulary/cell.ts'

/** A value by which a row is asked for. */
export interface AddressRequest {
  readonly values: readonly Cell[]
  readonly text: string
  depth: number
  flags: number
}

/** Columns of a table by which edges name its rows, other than by the key as it is stored. */
export interface Address {
  readonly columns: readonly string[]
  readonly isUnique: boolean
  /** Whether two values that differ can name one row. */
  readonly isExact: boolean
  readonly pending: Map<string, AddressRequest>
  readonly resolved: Map<string, ResolvedAddress>
}

interface ResolvedAddress {
  /** Of the row that the value names, or -1. */
  readonly index: number
  readonly depth: number
  /** The value as that row has it, where it is written otherwise. */
  readonly stored: readonly Cell[] | undefined
}

/** Values to look up at once. */
export interface AddressPage {
  readonly address: readonly string[]
  readonly requests: readonly AddressRequest[]
  readonly isUnique: boolean
  readonly isExact: boolean
}
