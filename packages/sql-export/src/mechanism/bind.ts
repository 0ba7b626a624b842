// Fits a plan's structure to a destination: columns, load strategies, losses and steps.
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { catalogFingerprint, columnOf, findTable } from '../structure/catalog.ts'
import { componentsInOrder } from '../structure/components.ts'
import type { LoadStrategy, PlanColumn, PlanEdge, PlanLoss, PlanStep, PlanTable } from '../structure/plan.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import type { Engine } from '../vocabulary/value-kind.ts'
import { lossBetween } from './type-map.ts'

export type ReferencePolicy = 'auto' | 'bulk' | 'enforced'

export interface BindOptions {
  readonly from: Engine
  readonly to: Engine
  readonly createTables: boolean
  readonly references: ReferencePolicy
  readonly triggers: 'allow' | 'error'
}

export interface Bound {
  readonly tables: readonly PlanTable[]
  readonly edges: readonly PlanEdge[]
  readonly losses: readonly PlanLoss[]
  readonly notes: readonly string[]
}

/** Identity of the tables that a plan touches: what else is there may change. */
export function plannedFingerprint(catalog: Catalog, tables: readonly PlanTable[]): string {
  return catalogFingerprint(tables.map(({ id }) => findTable(catalog, id)).filter((table) => table !== undefined))
}

/**
 * Checks that the destination can take the tables, and says how.
 * @throws ExportError `ERR_EXPORT_DESTINATION_SCHEMA` listing all that is lacking.
 */
export function bindDestination(
  source: Catalog,
  destination: Catalog,
  tables: readonly PlanTable[],
  edges: readonly PlanEdge[],
  options: BindOptions,
): Bound {
  const lacking: string[] = []
  const losses: PlanLoss[] = []
  const notes: string[] = []
  const bound = tables.map((table): PlanTable => {
    const there = findTable(destination, table.id) ?? (options.createTables ? findTable(source, table.id) : undefined)
    const isMade = findTable(destination, table.id) === undefined
    if (there === undefined || (isMade && table.rows === 'existing')) {
      lacking.push(`table ${tableText(table.id)}`)
      return table
    }
    if (isMade && there.notMade.length > 0) notes.push(`${tableText(table.id)}: not made: ${there.notMade.join(', ')}`)
    if (isMade && there.triggers.length > 0)
      notes.push(`${tableText(table.id)}: triggers are not made: ${there.triggers.join(', ')}`)
    if (!isMade && there.triggers.length > 0) onTriggers(table, there.triggers, options, notes)
    return { ...table, columns: bindColumns(table, there, isMade, options, lacking, losses) }
  })
  if (lacking.length > 0)
    throw new ExportError('ERR_EXPORT_DESTINATION_SCHEMA', `the destination lacks or cannot fill: ${lacking.join('; ')}`, {
      remedy: options.createTables
        ? 'Change the table at the destination; an existing table is never altered.'
        : 'Make the tables, or use createTables (--create-tables).',
    })
  requireRights(source, destination, tables)
  return {
    tables: bound,
    edges: withStrategies(tables, edges, options.references, destination),
    losses,
    notes,
  }
}

function onTriggers(table: PlanTable, triggers: readonly string[], options: BindOptions, notes: string[]): void {
  const text = `${tableText(table.id)} has triggers at the destination, which will fire: ${triggers.join(', ')}`
  if (options.triggers === 'error')
    throw new ExportError('ERR_EXPORT_DESTINATION_SCHEMA', text, { table: table.id, remedy: 'Drop them, or allow triggers.' })
  notes.push(text)
}

function bindColumns(
  table: PlanTable,
  there: CatalogTable,
  isMade: boolean,
  { from, to }: BindOptions,
  lacking: string[],
  losses: PlanLoss[],
): PlanColumn[] {
  const name = tableText(table.id)
  const columns = table.columns.map((column): PlanColumn => {
    if (column.omit !== null) return column
    const target = there.columns.find((candidate) => candidate.name === column.name)
    if (target === undefined) {
      if (table.rows === 'copy') lacking.push(`column ${name}.${column.name}`)
      return column
    }
    if (target.generated !== null) return { ...column, destinationType: target.type, omit: 'generated' }
    const loss = lossBetween(column.kind, from, isMade ? null : target, to)
    if (loss !== undefined) losses.push({ table: table.id, column: column.name, ...loss })
    return { ...column, destinationType: target.type }
  })
  for (const { name: column, notNull, hasDefault, generated } of there.columns) {
    const isGiven = table.columns.some((candidate) => candidate.name === column && candidate.omit === null)
    const isRowid = there.generator !== null && there.key[0] === column
    if (!isGiven && notNull && !hasDefault && generated === null && !isRowid && table.rows === 'copy')
      lacking.push(`a value for ${name}.${column}, which is NOT NULL`)
  }
  return columns
}

/** Members of the component of the edge graph that a table is in. */
export function loadComponents(tables: readonly PlanTable[], edges: readonly PlanEdge[]): TableRef[][] {
  const copied = new Map(tables.filter(({ rows }) => rows === 'copy').map(({ id }) => [tableId(id), id]))
  const parents = (name: string): string[] =>
    edges
      .filter(({ child, cut }) => !cut && tableId(child) === name)
      .map(({ parent }) => tableId(parent))
      .filter((id) => copied.has(id))
  return componentsInOrder([...copied.keys()], parents).map((members) =>
    members.map((id) => copied.get(id) ?? { schema: null, name: id }),
  )
}

/** Refuses what the users of the two databases may not do, all of it at once. */
function requireRights(source: Catalog, destination: Catalog, tables: readonly PlanTable[]): void {
  const lacking = (denied: readonly TableRef[], right: string, side: string): string[] =>
    tables
      .filter(({ id, rows }) => (right === 'SELECT' || rows === 'copy') && denied.some((ref) => sameTable(ref, id)))
      .map(({ id }) => `${right} on ${tableText(id)} at the ${side}`)
  const all = [
    ...lacking(source.denied.select, 'SELECT', 'source'),
    ...lacking(destination.denied.select, 'SELECT', 'destination'),
    ...lacking(destination.denied.insert, 'INSERT', 'destination'),
  ]
  if (all.length > 0)
    throw new ExportError('ERR_EXPORT_PRIVILEGE', `rights that are lacking: ${all.join('; ')}`, {
      remedy: 'Grant them, or connect as another user.',
    })
}

function withStrategies(
  tables: readonly PlanTable[],
  edges: readonly PlanEdge[],
  policy: ReferencePolicy,
  destination: Catalog,
): PlanEdge[] {
  const { bulk, deferral, statementEnd } = destination.references
  if (policy === 'bulk' && !bulk)
    throw new ExportError('ERR_EXPORT_PRIVILEGE', "the destination's user may not stop the checks of references", {
      remedy: 'Connect as a user that may, or use references "auto" or "enforced".',
    })
  const isBulk = policy !== 'enforced' && bulk
  const components = loadComponents(tables, edges)
  const isInside = ({ child, parent }: PlanEdge): boolean =>
    components.some((members) => [child, parent].every((end) => members.some((ref) => sameTable(ref, end))))
  const canWait = (edge: PlanEdge): boolean => {
    if (deferral !== 'declared') return deferral === 'all'
    const there = findTable(destination, edge.child)
    if (there === undefined) return edge.deferrable // it is made as it is at the source
    const same = there.edges.filter(
      ({ columns, parent }) => sameTable(parent, edge.parent) && columns.join('\0') === edge.childColumns.join('\0'),
    )
    return same.every(({ deferrable }) => deferrable)
  }
  const strategyOf = (edge: PlanEdge): LoadStrategy => {
    if (edge.kind !== 'declared') return 'verify-only'
    if (isBulk) return 'bulk'
    if (edge.cut || !isInside(edge)) return 'enforced'
    if (canWait(edge)) return 'deferred'
    return statementEnd && sameTable(edge.child, edge.parent) ? 'same-statement' : 'enforced'
  }
  const result = edges.map((edge) => ({ ...edge, load: strategyOf(edge) }))
  for (const members of components) requireOrder(members, result)
  return result
}

/** Tables of a component, parents first by the edges that no load strategy frees from order. */
function subcomponents(members: readonly TableRef[], edges: readonly PlanEdge[]): TableRef[][] {
  const byId = new Map(members.map((ref) => [tableId(ref), ref]))
  const parents = (name: string): string[] =>
    edges
      .filter(({ child, cut, load }) => !cut && tableId(child) === name && load === 'enforced')
      .map(({ parent }) => tableId(parent))
      .filter((id) => byId.has(id))
  return componentsInOrder([...byId.keys()], parents).map((ids) => ids.map((id) => byId.get(id) ?? { schema: null, name: id }))
}

function requireOrder(members: readonly TableRef[], edges: readonly PlanEdge[]): void {
  for (const cycle of subcomponents(members, edges)) {
    const isIn = (ref: TableRef): boolean => cycle.some((member) => sameTable(member, ref))
    const stuck = edges.filter(({ child, parent, load, cut }) => !cut && load === 'enforced' && isIn(child) && isIn(parent))
    if (stuck.length === 0) continue
    throw new ExportError(
      'ERR_EXPORT_CYCLE',
      `tables refer to each other in a cycle that cannot be loaded: ${stuck.map(({ name }) => name).join(', ')} ` +
        '(the user may not stop the checks, and no constraint of the cycle is deferrable)',
      { remedy: 'Make a constraint DEFERRABLE, connect as a user that may stop the checks, or cut a nullable edge.' },
    )
  }
}

/** What a run does, in order. */
export function planSteps(tables: readonly PlanTable[], edges: readonly PlanEdge[], source: Catalog): PlanStep[] {
  const components = loadComponents(tables, edges).map((members) => subcomponents(members, edges).flat())
  const order = components.flat()
  const find = (ref: TableRef): PlanTable | undefined => tables.find(({ id }) => sameTable(id, ref))
  const reserved = order.filter((ref) => find(ref)?.keys === 'remap')
  const generated = order.filter((ref) => {
    const table = findTable(source, ref)
    return table !== undefined && (table.generator !== null || columnOf(table, table.key[0] ?? '').generated === 'hidden')
  })
  return [
    ...(reserved.length === 0 ? [] : [{ kind: 'reserve' as const, tables: reserved, edges: [] }]),
    ...components.map((members) => ({
      kind: 'load' as const,
      tables: members,
      edges: edges.filter(({ child }) => members.some((ref) => sameTable(ref, child))).map(({ name }) => name),
    })),
    { kind: 'verify', tables: order, edges: edges.map(({ name }) => name) },
    ...(generated.length === 0 ? [] : [{ kind: 'sequence' as const, tables: generated, edges: [] }]),
  ]
}
