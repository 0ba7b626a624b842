// Row transformers: code of the caller that changes values on their way.

/** A value as a transformer sees it. */
export type TypedValue = null | boolean | number | bigint | string | Uint8Array
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
