// Names rows of the run that refer to nothing at the destination, by their keys at the source: L-4, V-12.
import type { DestinationSession } from '../port/destination.ts'
import type { Plan } from '../structure/plan.ts'
import type { RowTags } from '../structure/row-tag.ts'
import { MOST_TAGS } from '../structure/row-tag.ts'
import type { Cell } from '../vocabulary/cell.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableId } from '../vocabulary/table-ref.ts'
import type { Closure } from './closure-set.ts'
import type { ClosureTable } from './closure-table.ts'
import type { Blocks } from './encode.ts'
import { originOf } from './origins.ts'
import type { Baseline, KeyRanges, VerifyCheck } from './verify.ts'
import { edgeCheck, orphanRequest, verifiable } from './verify.ts'

/** Rows that dangled before the run are among those that are found, and are looked past: this many at most. */
const MOST_LOOKED_AT = 1000

export interface OrphanContext {
  readonly session: Pick<DestinationSession, 'orphanKeys'>
  readonly plan: Plan
  readonly closure: Closure
  readonly blocks: Blocks
  readonly ranges: KeyRanges
  readonly baseline: Baseline
  readonly tags: RowTags
}

/**
 * At most five rows of the run, of those that the checks of references found. A row whose key is hashed or masked has no name: its key at the
 * source cannot be told from the one at the destination.
 */
export async function nameOrphans(failed: readonly VerifyCheck[], context: OrphanContext): Promise<string[]> {
  const { session, plan, closure, ranges, baseline, tags } = context
  const names = new Set<string>()
  for (const edge of verifiable(plan.edges)) {
    if (!failed.some(({ name }) => name === edgeCheck(edge))) continue
    const table = closure.tables.find((candidate) => sameTable(candidate.table.id, edge.child))
    if (table === undefined || table.table.rows !== 'copy') continue
    const limit = Math.min(MOST_LOOKED_AT, MOST_TAGS + (baseline.orphans.get(edge.name) ?? 0))
    const keys = await session.orphanKeys(orphanRequest(edge, plan.tables, ranges), table.table.key, limit)
    for (const key of keys) {
      const source = keyAtSource(table, key, context)
      if (source !== undefined && names.size < MOST_TAGS) names.add(tags.of(edge.child, source))
    }
  }
  return [...names]
}

/** @returns `undefined` if the row is none of the run, or its key at the source cannot be told. */
function keyAtSource(table: ClosureTable, key: readonly Cell[], context: OrphanContext): readonly Cell[] | undefined {
  const source: Cell[] = []
  for (const [i, name] of table.table.key.entries()) {
    const origin = originOf({ table: table.table.id, column: name }, context.plan.edges, new Set())
    const mapped = unmapped(origin.table, origin.column, key[i] ?? null, context)
    const column = table.table.columns.find((candidate) => candidate.name === name)
    if (mapped === null || (mapped === undefined && column?.transform !== null)) return undefined
    source.push(mapped ?? key[i] ?? null)
  }
  return table.store.find(source, 0) === -1 ? undefined : source
}

/** The key that was given a place in a block; `undefined` if the column's values come from no block. */
function unmapped(ref: TableRef, column: string, cell: Cell, { closure, blocks }: OrphanContext): Cell | undefined {
  const start = blocks.get(tableId(ref))
  const owner = closure.tables.find(({ table }) => sameTable(table.id, ref))
  if (start === undefined || owner?.table.keys !== 'remap' || owner.table.key[0] !== column || typeof cell !== 'bigint')
    return undefined
  const rank = Number(cell - start)
  if (rank < 0 || rank >= owner.store.rankedSize) return null // no key of the run
  const [index = -1] = owner.store.indexesOfRanks(rank, rank + 1)
  return owner.store.keyAt(index)[0] ?? null
}
