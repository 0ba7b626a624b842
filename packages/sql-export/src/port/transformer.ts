// Row transformers: code of the caller that changes values on their way.

/**
 * A value as a transformer sees it. Integers of at most 32 bits, and doubles, are numbers; those of 64 bits, which are all of SQLite's,
 * are bigints. Decimals, dates and times are the source's text, bytes a `Uint8Array`. An array of PostgreSQL is an array of such
 * values, unless its bounds are other than usual: then its text. JSON is text, but for columns that are named in `parses`.
 */
export type TypedValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly TypedValue[]
  | { readonly [name: string]: TypedValue }
export type TypedRow = Readonly<Record<string, TypedValue>>

export interface TransformBatch {
  readonly table: string
  /** Rows with the columns named in `reads`. */
  readonly rows: readonly TypedRow[]
  readonly signal: AbortSignal | undefined
}

export interface TransformColumns {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  /**
   * Columns of `reads` whose text is JSON that is seen as what it stands for: numbers beyond 2^53 are rounded, and of a name that is
   * there twice the last counts. What is given back for one is written as JSON, `null` as NULL; what says the same as before stays as it
   * was. A text that is no JSON is `ERR_EXPORT_TRANSFORM`. Default: none.
   */
  readonly parses?: readonly string[] | undefined
}

/**
 * Changes rows of some tables, a batch at a time. The answer has the batch's length and order; `null` drops a row, which is
 * allowed only in tables that nothing refers to. A column that is not in `writes`, or is returned unchanged, keeps its value.
 */
export interface RowTransformer {
  /** Names the transformer and its version: part of the run's identity. */
  readonly identity: string
  readonly tables: Readonly<Record<string, TransformColumns>>
  transform(batch: TransformBatch): Promise<readonly (TypedRow | null)[]> | readonly (TypedRow | null)[]
}
