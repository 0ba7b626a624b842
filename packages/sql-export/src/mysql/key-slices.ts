// Keys of a page, in as many statements as a server takes.
import type { Cell } from '../vocabulary/cell.ts'
import { cellBytes } from '../vocabulary/cell.ts'

/** Of the keys of one statement, which holds their text and must stay below `max_allowed_packet`. */
const SLICE_BYTES = 1024 * 1024
/** What a key takes in a statement beside its text: quotes, commas and brackets. */
const KEY_BYTES = 8

/** The keys in their order, in slices whose text is short enough for one statement. None gives one slice of none. */
export function* keySlices(values: readonly (readonly Cell[])[]): Generator<{
  readonly from: number
  readonly values: readonly (readonly Cell[])[]
}> {
  let from = 0
  let bytes = 0
  for (let i = 0; i < values.length; i++) {
    let size = KEY_BYTES
    for (const cell of values[i] ?? []) size += cellBytes(cell)
    if (i > from && bytes + size > SLICE_BYTES) {
      yield { from, values: values.slice(from, i) }
      from = i
      bytes = 0
    }
    bytes += size
  }
  yield { from, values: from === 0 ? values : values.slice(from) }
}
