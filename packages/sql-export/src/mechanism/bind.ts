// Fits a plan's structure to a destination: columns, load strategies, losses and steps.
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { catalogFingerprint, columnOf, findTable } from '../structure/catalog.ts'
import { componentsInOrder } from '../structure/components.ts'
import type { LoadStrategy, PlanColumn, PlanEdge, PlanLoss, PlanStep, PlanTable } from '../structure/plan.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'

export type ReferencePolicy = 'auto' | 'bulk' | 'enforced'

export interface BindOptions {
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

/** Tables of the destination that the plan touches, for its fingerprint. */
export function destinationFingerprint(catalog: Catalog, tables: readonly PlanTable[]): string {
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
    return { ...table, columns: bindColumns(table, there, lacking, losses) }
  })
  if (lacking.length > 0)
    throw new ExportError('ERR_EXPORT_DESTINATION_SCHEMA', `the destination lacks or cannot fill: ${lacking.join('; ')}`, {
      remedy: options.createTables
        ? 'Change the table at the destination; an existing table is never altered.'
        : 'Make the tables, or use createTables (--create-tables).',
    })
  return {
    tables: bound,
    edges: edges.map((edge) => ({ ...edge, load: strategyOf(edge, tables, edges, options.references) })),
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

function bindColumns(table: PlanTable, there: CatalogTable, lacking: string[], losses: PlanLoss[]): PlanColumn[] {
  const name = tableText(table.id)
  const columns = table.columns.map((column): PlanColumn => {
    if (column.omit !== null) return column
    const target = there.columns.find((candidate) => candidate.name === column.name)
    if (target === undefined) {
      if (table.rows === 'copy') lacking.push(`column ${name}.${column.name}`)
      return column
    }
    if (target.generated !== null) return { ...column, destinationType: target.type, omit: 'generated' }
    if (target.kind !== column.kind) losses.push({ table: table.id, column: column.name, code: 'affinity', severity: 'possible' })
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

function strategyOf(
  edge: PlanEdge,
  tables: readonly PlanTable[],
  edges: readonly PlanEdge[],
  policy: ReferencePolicy,
): LoadStrategy {
  if (edge.kind !== 'declared') return 'verify-only'
  if (policy !== 'enforced') return 'bulk'
  const component = loadComponents(tables, edges).find((members) => members.some((ref) => sameTable(ref, edge.child)))
  return component?.some((ref) => sameTable(ref, edge.parent)) === true ? 'deferred' : 'enforced'
}

/** What a run does, in order. */
export function planSteps(tables: readonly PlanTable[], edges: readonly PlanEdge[], source: Catalog): PlanStep[] {
  const components = loadComponents(tables, edges)
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
