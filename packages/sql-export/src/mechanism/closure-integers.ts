// Adds packed rows to the closure: those whose keys and references are integers.
import { IntegerKeyStore } from '../structure/integer-key-store.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import { unpackRow } from '../vocabulary/packed-rows.ts'
import type { ClosureTable } from './closure-table.ts'
import { hasNull, isPlain } from './encode-packed.ts'
import { DOWN, REQUIRED } from './row-marks.ts'

export interface IntegerWalk {
  /** Adds the rows of a root: `[...key, ...references]`. @param isRead - whether the references are there, all of them. */
  select(rows: PackedRows, isRead: boolean): void
  /** Adds what the rows of a page refer to: `[ordinal, ...key, ...references]`. @param page - indexes of the keys, by ordinal. */
  addParents(rows: PackedRows, page: readonly number[]): void
}

/** A reference of which the parent's key stands at `keyAt` of a row with an ordinal. */
interface IntegerEdge {
  readonly parent: ClosureTable
  readonly store: IntegerKeyStore
  readonly keyAt: readonly number[]
  readonly flags: number
}

/** @returns `undefined` if the table's rows are more than integers. It holds until a store is replaced: for one page. */
export function integerWalk(table: ClosureTable): IntegerWalk | undefined {
  const { store } = table
  const edges: IntegerEdge[] = []
  if (!(store instanceof IntegerKeyStore) || table.predicates.length > 0) return undefined
  for (const edge of table.outEdges) {
    const { parent } = edge
    const keyAt = edge.directPositions
    if (keyAt === undefined || !isPlain(edge) || !(parent.store instanceof IntegerKeyStore)) return undefined
    edges.push({ parent, store: parent.store, keyAt, flags: edge.edge.onMissing === 'error' ? REQUIRED : 0 })
  }
  return new Walk(table, store, edges)
}

class Walk implements IntegerWalk {
  readonly #table: ClosureTable
  readonly #store: IntegerKeyStore
  readonly #edges: readonly IntegerEdge[]
  /** Where the key stands in a row with an ordinal. */
  readonly #keyAt: readonly number[]
  /** By reference, what was marked last. */
  readonly #lastKeys: Float64Array
  readonly #lastDepths: Int32Array

  constructor(table: ClosureTable, store: IntegerKeyStore, edges: readonly IntegerEdge[]) {
    this.#lastKeys = new Float64Array(edges.length).fill(Number.NaN)
    this.#lastDepths = new Int32Array(edges.length)
    this.#table = table
    this.#store = store
    this.#edges = edges
    this.#keyAt = table.table.key.map((_, i) => i + 1)
  }

  select(rows: PackedRows, isRead: boolean): void {
    const { count, width, numbers } = rows
    for (let i = 0; i < count; i++) {
      const base = i * width - 1 // there is no ordinal
      if (hasNull(numbers, base, this.#keyAt)) this.#table.requireKey(unpackRow(rows, i), 0)
      const index = this.#store.addNumbers(numbers, base, this.#keyAt)
      if (this.#table.mark(index, 0, DOWN, isRead) && isRead) this.#refer(numbers, base, 0)
    }
  }

  addParents({ count, width, numbers }: PackedRows, page: readonly number[]): void {
    for (let i = 0; i < count; i++) {
      const base = i * width
      this.#refer(numbers, base, this.#table.depthOf(page[numbers[base] ?? 0] ?? 0))
    }
  }

  /** Neighbours often refer to one row, which is marked once then. hot: benchmarks/sql-export/shop-158886-pg-pg */
  #refer(numbers: Float64Array, base: number, depth: number): void {
    for (let i = 0; i < this.#edges.length; i++) {
      const { parent, store, keyAt, flags } = this.#edges[i] as IntegerEdge
      if (hasNull(numbers, base, keyAt)) continue
      const key = keyAt.length === 1 ? (numbers[base + (keyAt[0] as number)] as number) : Number.NaN
      if (key === this.#lastKeys[i] && depth >= (this.#lastDepths[i] as number)) continue
      this.#lastKeys[i] = key
      this.#lastDepths[i] = depth
      parent.mark(store.addNumbers(numbers, base, keyAt), depth, flags)
    }
  }
}
