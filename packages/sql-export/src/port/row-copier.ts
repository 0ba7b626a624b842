// Rows that go from source to destination inside one engine, so that only some of their columns come by here.
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'

export interface CopyRequest {
  readonly table: TableRef
  readonly key: readonly string[]
  /** Columns that come by; the key's are first. */
  readonly columns: readonly string[]
  /** Those of them that are written as they are after they came by; the others are written as they are read. */
  readonly changed: readonly string[]
  readonly written: readonly string[]
}

export interface CopyPage {
  readonly rows: number
  /**
   * The rows' keys, in order; or, where those are integers, the first and the last: of all rows between them, or of some, which are told
   * by what `onRow` returns.
   */
  readonly keys:
    | readonly (readonly Cell[])[]
    | { readonly first: readonly Cell[]; readonly last: readonly Cell[]; readonly isWhole: boolean }
}

/**
 * Sees a row `[bytes, ...columns]` before it is written, and may change it; `bytes` is what the other columns have, about. What it throws
 * ends the page.
 * @returns whether the row is written.
 */
export type RowSeen = (row: Row) => boolean

/** Copies pages of one table. */
export interface RowCopier {
  /**
   * Copies a page whole or not at all.
   * @returns how many rows the database took; `undefined` if it cannot copy the page, or not all of its rows are there. Nothing is written
   * then, nor if `onRow` throws.
   */
  copy(page: CopyPage, onRow: RowSeen): Promise<number | undefined>
  close(): void
}
