// The order in which rows of one table can be written one by one, each after those of the table that it refers to: L-3.
import type { SourceSnapshot } from '../port/source.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { ClosureEdge, ClosureTable } from './closure-table.ts'
import { readCheckedPage } from './pages.ts'

export interface DepthOrderOptions {
  readonly batchRows: number
  readonly signal: AbortSignal | undefined
  /** @throws ExportError if rows of a page did not arrive. */
  readonly requireAll: (ref: TableRef, batch: number, missing: readonly number[]) => void
}

const NONE = -1

/**
 * Indexes of the table's rows, parents before children, else in key order. Reads keys and references once; holds 12 bytes a row
 * and 8 more a reference. A row may refer to itself.
 * @throws ExportError `ERR_EXPORT_CYCLE` if rows refer to each other in a circle.
 */
export async function depthOrder(
  table: ClosureTable,
  edges: readonly ClosureEdge[],
  snapshot: Pick<SourceSnapshot, 'readPage'>,
  options: DepthOrderOptions,
): Promise<Int32Array> {
  const { store } = table
  const total = store.rankedSize
  const parents = await readParents(table, edges, snapshot, options)
  /** Children of each rank, as lists: the first, and the one after each reference. */
  const first = new Int32Array(total).fill(NONE)
  const next = new Int32Array(total * edges.length).fill(NONE)
  const waiting = new Int32Array(total)
  for (let reference = next.length - 1; reference >= 0; reference--) {
    const parent = parents[reference] ?? NONE
    if (parent === NONE) continue
    next[reference] = first[parent] ?? NONE
    first[parent] = reference
    const child = reference % total
    waiting[child] = (waiting[child] ?? 0) + 1
  }
  const order = new Int32Array(total)
  let placed = 0
  for (let rank = 0; rank < total; rank++) if (waiting[rank] === 0) order[placed++] = rank
  for (let at = 0; at < placed; at++)
    for (let reference = first[order[at] ?? 0] ?? NONE; reference !== NONE; reference = next[reference] ?? NONE) {
      const child = reference % total
      waiting[child] = (waiting[child] ?? 0) - 1
      if (waiting[child] === 0) order[placed++] = child
    }
  if (placed < total) throw circle(table, edges, total - placed)
  const ranked = store.indexesOfRanks(0, total)
  return order.map((rank) => ranked[rank] ?? 0)
}

/** For each edge and rank the rank of the parent; none for NULL, for a row itself, and for one that is not part of the export. */
async function readParents(
  table: ClosureTable,
  edges: readonly ClosureEdge[],
  snapshot: Pick<SourceSnapshot, 'readPage'>,
  { batchRows, signal, requireAll }: DepthOrderOptions,
): Promise<Int32Array> {
  const { id, key } = table.table
  const columns = [...new Set([...key, ...edges.flatMap(({ edge }) => [...edge.childColumns])])]
  for (const edge of edges) {
    edge.positions = edge.edge.childColumns.map((name) => columns.indexOf(name) + 1)
    edge.predicateAt = NONE
  }
  const { store } = table
  const total = store.rankedSize
  const parents = new Int32Array(total * edges.length).fill(NONE)
  for (let from = 0, batch = 0; from < total; from += batchRows, batch++) {
    signal?.throwIfAborted()
    const page = store.indexesOfRanks(from, from + batchRows)
    const values = Array.from(page, (index) => store.keyAt(index))
    const request = { table: id, address: key, values, columns, predicates: [] }
    const check = { batch, keyKinds: table.keyKinds, byStoredKey: true, allowRepeats: false }
    const missing = await readCheckedPage(snapshot, request, check, (rows) => {
      for (const row of rows) {
        const rank = from + Number(row[0])
        edges.forEach((edge, i) => {
          const parent = edge.isSet(row) ? edge.parentIndex(row) : NONE
          const parentRank = parent === NONE ? NONE : store.rankAt(parent)
          if (parentRank !== rank) parents[i * total + rank] = parentRank
        })
      }
    })
    requireAll(id, batch, missing)
  }
  return parents
}

function circle({ table }: ClosureTable, edges: readonly ClosureEdge[], rows: number): ExportError {
  const names = edges.map(({ edge }) => edge.name).join(', ')
  return new ExportError(
    'ERR_EXPORT_CYCLE',
    `${tableText(table.id)}: ${rows} rows refer by ${names} to each other in circles, or to rows that do, and can be written in no order`,
    {
      table: table.id,
      step: 'load',
      remedy: 'Load in bulk (references "auto" or "bulk"), or let the columns be NULL at the destination.',
    },
  )
}

/** Edges of a table to itself whose rows are written by depth. */
export function depthEdges(table: ClosureTable): ClosureEdge[] {
  return table.outEdges.filter(({ edge }) => edge.load === 'by-depth' && sameTable(edge.child, edge.parent))
}

/** Where each row stands in an order; -1 for one that is not in it. */
export function placesOf(order: Int32Array): (index: number) => number {
  const places = new Int32Array(order.reduce((most, index) => Math.max(most, index + 1), 0)).fill(NONE)
  order.forEach((index, place) => (places[index] = place))
  return (index) => places[index] ?? NONE
}
