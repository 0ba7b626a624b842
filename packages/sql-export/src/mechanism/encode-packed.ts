// Turns packed rows of the source into those of the destination: integer keys and references.
import { IntegerKeyStore } from '../structure/integer-key-store.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import type { ClosureEdge, ClosureTable } from './closure-table.ts'

/** What a row's encoder knows of a reference. */
export interface ReferencePart {
  readonly edge: ClosureEdge
  /** What is written otherwise than it is read, and where; `isKey` if it is the parent's key. */
  readonly columns: readonly { readonly at: number; readonly isKey: boolean }[]
  /** Of the parent's keys. */
  readonly start: bigint | undefined
  readonly restoredAt: readonly number[] | undefined
}

/** Encodes packed rows in place. */
export interface PackedEncoder {
  /** @param page - indexes of the keys, by ordinal. @throws ExportError `ERR_EXPORT_UNMAPPED` */
  encode(rows: PackedRows, page: Int32Array): void
}

/** A reference whose parent is found by numbers. */
interface PackedPart {
  readonly edge: ClosureEdge
  readonly store: IntegerKeyStore
  /** Where the components of the parent's key stand. */
  readonly keyAt: readonly number[]
  /** Where the parent's new key is written; -1 if the reference is kept. */
  readonly mappedAt: number
  readonly start: number
}

/** @param start - of the block that the table's own keys come from. @returns `undefined` where integers are not all there is to it. */
export function packedEncoder(
  table: ClosureTable,
  parts: readonly ReferencePart[],
  keyAt: number,
  start: bigint | undefined,
  onUnmapped: (edge: ClosureEdge) => never,
): PackedEncoder | undefined {
  const packed = parts.map(packedPart)
  const { store } = table
  if (!(store instanceof IntegerKeyStore) || !isSafeBlock(start, store)) return undefined
  return packed.every((part) => part !== undefined)
    ? new IntegerEncoder(store, packed, keyAt, start === undefined ? undefined : Number(start), onUnmapped)
    : undefined
}

function packedPart({ edge, columns, start, restoredAt }: ReferencePart): PackedPart | undefined {
  const { store } = edge.parent
  const keyAt = edge.directPositions
  const [mapped, ...others] = columns
  if (restoredAt !== undefined || others.length > 0 || (mapped !== undefined && !mapped.isKey)) return undefined
  if (keyAt === undefined || edge.edge.onMissing !== 'error' || !isPlain(edge)) return undefined
  if (!(store instanceof IntegerKeyStore) || !isSafeBlock(start, store)) return undefined
  return { edge, store, keyAt, mappedAt: mapped === undefined ? -1 : mapped.at, start: Number(start ?? 0n) }
}

/** Whether a reference is set or not, without conditions: none of it is NULL. */
export function isPlain({ edge }: ClosureEdge): boolean {
  return edge.predicate === null && (edge.match === 'simple' || edge.childColumns.length === 1)
}

function isSafeBlock(start: bigint | undefined, { size }: IntegerKeyStore): boolean {
  return start === undefined || Number.isSafeInteger(Number(start) + size)
}

class IntegerEncoder implements PackedEncoder {
  readonly #store: IntegerKeyStore
  readonly #parts: readonly PackedPart[]
  readonly #keyAt: number
  readonly #start: number | undefined
  readonly #onUnmapped: (edge: ClosureEdge) => never
  readonly #indexes: Int32Array

  constructor(
    store: IntegerKeyStore,
    parts: readonly PackedPart[],
    keyAt: number,
    start: number | undefined,
    onUnmapped: (edge: ClosureEdge) => never,
  ) {
    this.#store = store
    this.#parts = parts
    this.#keyAt = keyAt
    this.#start = start
    this.#onUnmapped = onUnmapped
    this.#indexes = new Int32Array(parts.length)
  }

  /** hot: benchmarks/sql-export/shop-158886-pg-pg */
  encode({ count, width, numbers }: PackedRows, page: Int32Array): void {
    const parts = this.#parts
    const indexes = this.#indexes
    for (let row = 0; row < count; row++) {
      const base = row * width
      // all are found before one is changed: references may share columns
      for (let i = 0; i < parts.length; i++) {
        const part = parts[i] as PackedPart
        const index = hasNull(numbers, base, part.keyAt)
          ? -2
          : part.edge.presentIndex(part.store.findNumbers(numbers, base, part.keyAt))
        if (index === -1) this.#onUnmapped(part.edge)
        indexes[i] = index
      }
      for (let i = 0; i < parts.length; i++) {
        const { store, mappedAt, start } = parts[i] as PackedPart
        const index = indexes[i] ?? -2
        if (index !== -2 && mappedAt !== -1) numbers[base + mappedAt] = start + store.rankAt(index)
      }
      if (this.#start !== undefined) {
        const index = page[numbers[base] ?? 0] ?? 0
        numbers[base + this.#keyAt] = this.#start + this.#store.rankAt(index)
      }
    }
  }
}

/** Whether one of the cells is NULL. */
export function hasNull(numbers: Float64Array, base: number, at: readonly number[]): boolean {
  for (let i = 0; i < at.length; i++) if (Number.isNaN(numbers[base + (at[i] ?? 0)])) return true
  return false
}
