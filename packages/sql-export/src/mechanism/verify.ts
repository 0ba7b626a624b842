// Checks what is at a destination: references, counts, generators.
import type { DestinationSession, OrphanRequest } from '../port/destination.ts'
import type { PlanEdge, PlanTable } from '../structure/plan.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'

export interface VerifyCheck {
  readonly name: string
  readonly passed: boolean
  /** Rows that violate it. */
  readonly violations: number
}

/** What was true of the destination before rows were written. */
export interface Baseline {
  readonly orphans: ReadonlyMap<string, number>
  readonly references: ReadonlyMap<string, number>
}

export const EMPTY_BASELINE: Baseline = { orphans: new Map(), references: new Map() }

/** First and last key of this run's rows, by table, where they form a block. */
export type KeyRanges = ReadonlyMap<string, { readonly from: bigint; readonly to: bigint }>

/** What is asked of an edge: of this run's rows alone, where they form a block. */
export function orphanRequest(edge: PlanEdge, tables: readonly PlanTable[], ranges: KeyRanges): OrphanRequest {
  const range = ranges.get(tableId(edge.child))
  const column = tables.find(({ id }) => sameTable(id, edge.child))?.key[0]
  const { child, childColumns, parent, parentColumns, predicate } = edge
  return {
    child,
    childColumns,
    parent,
    parentColumns,
    predicate,
    range: range === undefined || column === undefined ? null : { column, ...range },
  }
}

export const verifiable = (edges: readonly PlanEdge[]): PlanEdge[] => edges.filter(({ cut }) => !cut)

/** Name of the check of an edge. */
export const edgeCheck = ({ name }: PlanEdge): string => `references of ${name}`

/** Counts violations that are there already, of edges that have no block to look at alone. */
export async function takeBaseline(
  session: DestinationSession,
  tables: readonly PlanTable[],
  edges: readonly PlanEdge[],
  ranges: KeyRanges,
): Promise<Baseline> {
  const orphans = new Map<string, number>()
  for (const edge of verifiable(edges)) {
    if (ranges.has(tableId(edge.child))) continue
    const count = await session.countOrphans(orphanRequest(edge, tables, ranges))
    if (count > 0) orphans.set(edge.name, count)
  }
  return { orphans, references: (await session.checkReferences(copied(tables))) ?? new Map() }
}

const copied = (tables: readonly PlanTable[]): TableRef[] => tables.filter(({ rows }) => rows === 'copy').map(({ id }) => id)

/** Checks each edge by an anti-join over this run's rows, and by the engine's own means. */
export async function verifyReferences(
  session: DestinationSession,
  tables: readonly PlanTable[],
  edges: readonly PlanEdge[],
  ranges: KeyRanges,
  baseline: Baseline,
): Promise<VerifyCheck[]> {
  const checks: VerifyCheck[] = []
  for (const edge of verifiable(edges)) {
    const found = await session.countOrphans(orphanRequest(edge, tables, ranges))
    const violations = found - (baseline.orphans.get(edge.name) ?? 0)
    checks.push({ name: edgeCheck(edge), passed: violations <= 0, violations: Math.max(0, violations) })
  }
  const own = await session.checkReferences(copied(tables))
  for (const [table, count] of own ?? []) {
    const violations = count - (baseline.references.get(table) ?? 0)
    if (violations > 0) checks.push({ name: `foreign_key_check of ${table}`, passed: false, violations })
  }
  if (own !== undefined)
    checks.push({
      name: 'foreign_key_check',
      passed: checks.every(({ name, passed }) => passed || !name.startsWith('foreign_key_check')),
      violations: 0,
    })
  return checks
}

/** Checks that each table's generator gives keys past all that are there. */
export async function verifyGenerators(session: DestinationSession, tables: readonly PlanTable[]): Promise<VerifyCheck[]> {
  const checks: VerifyCheck[] = []
  for (const { id, key } of tables) {
    const floor = await session.nextKeyFloor(id)
    if (floor === null || key[0] === undefined) continue
    const greatest = await session.greatestKey(id, key[0])
    checks.push({ name: `next key of ${tableText(id)}`, passed: floor > greatest, violations: floor > greatest ? 0 : 1 })
  }
  return checks
}

/** Checks that each block of keys holds as many rows as were written. */
export async function verifyRowCounts(
  session: DestinationSession,
  tables: readonly PlanTable[],
  ranges: KeyRanges,
  written: (table: string) => number,
): Promise<VerifyCheck[]> {
  const checks: VerifyCheck[] = []
  for (const { id, key } of tables) {
    const range = ranges.get(tableId(id))
    const [column] = key
    if (range === undefined || column === undefined) continue
    const missing = written(tableText(id)) - (await session.countRows(id, { column, ...range }))
    checks.push({ name: `rows of ${tableText(id)}`, passed: missing === 0, violations: Math.abs(missing) })
  }
  return checks
}
