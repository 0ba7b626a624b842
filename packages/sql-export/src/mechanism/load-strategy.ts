// How each reference is loaded, so that every cycle of references can be: the first that applies of order, one statement, NULL and
// a later UPDATE, and constraints that wait for the commit.
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { columnOf, findTable } from '../structure/catalog.ts'
import { componentsInOrder } from '../structure/components.ts'
import type { LoadStrategy, PlanEdge, PlanTable } from '../structure/plan.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { compareText, sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'

export type ReferencePolicy = 'auto' | 'bulk' | 'enforced'

export interface StrategyContext {
  readonly source: Catalog
  readonly destination: Catalog
  readonly tables: readonly PlanTable[]
  readonly policy: ReferencePolicy
  /** Whether constraints may be altered for the time of a transaction. */
  readonly allowAlter: boolean
  /** Whether the destination can do that. */
  readonly canAlter: boolean
}

/** Members of the component of the edge graph that a table is in. */
export function loadComponents(tables: readonly PlanTable[], edges: readonly PlanEdge[]): TableRef[][] {
  const copied = tables.filter(({ rows }) => rows === 'copy').map(({ id }) => id)
  return components(
    copied,
    edges.filter(({ cut }) => !cut),
  )
}

/** Tables of a component, parents first by the edges that no load strategy frees from order. */
export function subcomponents(members: readonly TableRef[], edges: readonly PlanEdge[]): TableRef[][] {
  return components(
    members,
    edges.filter(({ cut, load }) => !cut && load === 'enforced'),
  )
}

function components(members: readonly TableRef[], edges: readonly PlanEdge[]): TableRef[][] {
  const byId = new Map(members.map((ref) => [tableId(ref), ref]))
  const parents = new Map<string, string[]>()
  for (const { child, parent } of edges) {
    if (!byId.has(tableId(parent))) continue
    const known = parents.get(tableId(child))
    if (known === undefined) parents.set(tableId(child), [tableId(parent)])
    else known.push(tableId(parent))
  }
  return componentsInOrder([...byId.keys()], (name) => parents.get(name) ?? []).map((ids) =>
    ids.map((id) => byId.get(id) ?? { schema: null, name: id }),
  )
}

/**
 * Gives each edge its strategy.
 * @throws ExportError `ERR_EXPORT_PRIVILEGE` if bulk is asked for and not allowed, `ERR_EXPORT_CYCLE` for a cycle that no strategy
 * loads, with the reason for each.
 */
export function withStrategies(edges: readonly PlanEdge[], context: StrategyContext): PlanEdge[] {
  const { destination, policy, tables } = context
  const { bulk } = destination.references
  if (policy === 'bulk' && !bulk)
    throw new ExportError('ERR_EXPORT_PRIVILEGE', "the destination's user may not stop the checks of references", {
      remedy: 'Connect as a user that may, or use references "auto" or "enforced".',
    })
  const isBulk = policy !== 'enforced' && bulk
  const inner = new Set<PlanEdge>()
  const groups = loadComponents(tables, edges)
  for (const edge of edges) {
    const { child, parent, cut, kind } = edge
    const isInside = groups.some((members) => [child, parent].every((end) => members.some((ref) => sameTable(ref, end))))
    if (kind === 'declared' && !cut && isInside) inner.add(edge)
  }
  const chosen = isBulk ? new Map<PlanEdge, LoadStrategy>() : breakCycles([...inner], context)
  const result = edges.map((edge): PlanEdge => {
    const load: LoadStrategy = edge.kind !== 'declared' ? 'verify-only' : isBulk ? 'bulk' : (chosen.get(edge) ?? 'enforced')
    return { ...edge, load, patch: load === 'null-then-update' ? (patchColumns(edge, context) ?? []) : [] }
  })
  if (!isBulk) for (const members of groups) requireOrder(members, result, context)
  return result
}

const COST: Readonly<Record<'null-then-update' | 'deferred', number>> = { 'null-then-update': 1, deferred: 2 }

/** Frees edges from order: each of a table to itself, and of the others as few as break every cycle, the cheap ones first. */
function breakCycles(inner: readonly PlanEdge[], context: StrategyContext): Map<PlanEdge, LoadStrategy> {
  const chosen = new Map<PlanEdge, LoadStrategy>()
  const crossing: { readonly edge: PlanEdge; readonly load: 'null-then-update' | 'deferred' }[] = []
  for (const edge of inner) {
    const isSelf = sameTable(edge.child, edge.parent)
    if (isSelf) {
      chosen.set(edge, selfStrategy(edge, context))
      continue
    }
    const load = crossStrategy(edge, context)
    if (load !== 'enforced') crossing.push({ edge, load })
  }
  const freed = new Set(crossing.map(({ edge }) => edge))
  const order = crossing.toSorted((a, b) => COST[b.load] - COST[a.load] || compareText(b.edge.name, a.edge.name))
  for (const { edge, load } of order) {
    freed.delete(edge)
    if (isAcyclic(inner.filter((other) => !freed.has(other) && !sameTable(other.child, other.parent)))) continue
    freed.add(edge)
    chosen.set(edge, load)
  }
  return chosen
}

function isAcyclic(edges: readonly PlanEdge[]): boolean {
  const refs = new Map(edges.flatMap(({ child, parent }) => [child, parent]).map((ref) => [tableId(ref), ref]))
  return components([...refs.values()], edges).every(({ length }) => length === 1)
}

function selfStrategy(edge: PlanEdge, context: StrategyContext): LoadStrategy {
  if (canWait(edge, context)) return 'deferred'
  // what is there already is settled between statements: the table then has several
  const isOneStatement = plannedOf(edge, context)?.onConflict === 'error'
  if (context.destination.references.statementEnd && isOneStatement) return 'same-statement'
  if (patchColumns(edge, context) !== undefined) return 'null-then-update'
  return canAlter(context) ? 'deferred' : 'by-depth'
}

function crossStrategy(edge: PlanEdge, context: StrategyContext): 'null-then-update' | 'deferred' | 'enforced' {
  if (patchColumns(edge, context) !== undefined) return 'null-then-update'
  return canWait(edge, context) || canAlter(context) ? 'deferred' : 'enforced'
}

const canAlter = ({ allowAlter, canAlter: isAble }: StrategyContext): boolean => allowAlter && isAble

/** Whether the constraint waits for the commit as it is. */
function canWait(edge: PlanEdge, { destination }: StrategyContext): boolean {
  const { deferral } = destination.references
  if (deferral !== 'declared') return deferral === 'all'
  const there = findTable(destination, edge.child)
  if (there === undefined) return edge.deferrable // it is made as it is at the source
  const same = there.edges.filter(
    ({ columns, parent }) => sameTable(parent, edge.parent) && columns.join('\0') === edge.childColumns.join('\0'),
  )
  return same.every(({ deferrable }) => deferrable)
}

function plannedOf({ child }: PlanEdge, { tables }: StrategyContext): PlanTable | undefined {
  return tables.find(({ id }) => sameTable(id, child))
}

/** The table as it is at the destination, or as it will be made there. */
function tableThere({ destination, source }: StrategyContext, ref: TableRef): CatalogTable | undefined {
  return findTable(destination, ref) ?? findTable(source, ref)
}

/** Columns whose NULL makes the reference refer to nothing; `undefined` if it cannot be written so and set later. */
function patchColumns(edge: PlanEdge, context: StrategyContext): readonly string[] | undefined {
  const there = tableThere(context, edge.child)
  const planned = plannedOf(edge, context)
  if (there === undefined || planned === undefined) return undefined
  if (planned.onConflict === 'skip') return undefined // the UPDATE would reach rows that are to be left as they are
  const isAddressed = planned.key.every((name) => planned.columns.some((column) => column.name === name && column.omit === null))
  if (!isAddressed) return undefined
  const isReferred = (name: string): boolean =>
    there.edges.some(({ parent, parentColumns }) => sameTable(parent, edge.child) && parentColumns.includes(name)) ||
    [...context.source.tables, ...context.destination.tables].some(({ edges }) =>
      edges.some(({ parent, parentColumns }) => sameTable(parent, edge.child) && parentColumns.includes(name)),
    )
  const free = edge.childColumns.filter((name) => {
    const { notNull, generated } = columnOf(there, name)
    return !notNull && generated === null && !planned.key.includes(name) && !there.key.includes(name) && !isReferred(name)
  })
  if (free.length === 0 || (edge.match === 'full' && free.length < edge.childColumns.length)) return undefined
  return free
}

function requireOrder(members: readonly TableRef[], edges: readonly PlanEdge[], context: StrategyContext): void {
  for (const cycle of subcomponents(members, edges)) {
    const isIn = (ref: TableRef): boolean => cycle.some((member) => sameTable(member, ref))
    const stuck = edges.filter(({ child, parent, load, cut }) => !cut && load === 'enforced' && isIn(child) && isIn(parent))
    if (stuck.length === 0) continue
    const { references } = context.destination
    const reasons = [
      references.bulk ? 'bulk: references are to be enforced' : 'bulk: the user may not stop the checks',
      'null-then-update: the columns are NOT NULL, part of a key, or referred to, or the table has no key, or onConflict "skip"',
      references.deferral === 'none' ? 'deferred: the engine cannot' : 'deferred: no constraint of the cycle is DEFERRABLE',
      context.canAlter ? 'alter: allowAlter is not set' : 'alter: the engine cannot',
    ]
    throw new ExportError(
      'ERR_EXPORT_CYCLE',
      `${cycle.map(tableText).join(', ')}: references go in a cycle that cannot be loaded: ` +
        `${stuck.map(({ name }) => name).join(', ')} (${reasons.join('; ')})`,
      {
        table: cycle[0],
        remedy:
          'Make a constraint DEFERRABLE, set allowAlter, connect as a user that may stop the checks, or cut a nullable edge.',
      },
    )
  }
}
