// Fits a plan's structure to a destination: columns, load strategies, losses and steps.
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { catalogFingerprint, columnOf, findTable } from '../structure/catalog.ts'
import type { PlanColumn, PlanEdge, PlanLoss, PlanStep, PlanTable } from '../structure/plan.ts'
import { lackingRights } from '../structure/rights.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import type { Engine } from '../vocabulary/value-kind.ts'
import { withKeyForms } from './key-form.ts'
import type { ReferencePolicy } from './load-strategy.ts'
import { loadComponents, subcomponents, withStrategies } from './load-strategy.ts'
import { lossBetween } from './type-map.ts'

export interface BindOptions {
  readonly from: Engine
  readonly to: Engine
  readonly createTables: boolean
  readonly references: ReferencePolicy
  readonly triggers: 'allow' | 'error'
  readonly allowAlter: boolean
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
    losses.push(...referenceLosses(table, findTable(source, table.id), options))
    return withKeyForms({ ...table, columns: bindColumns(table, there, isMade, options, lacking, losses) }, destination)
  })
  if (lacking.length > 0)
    throw new ExportError('ERR_EXPORT_DESTINATION_SCHEMA', `the destination lacks or cannot fill: ${lacking.join('; ')}`, {
      remedy: options.createTables
        ? 'Change the table at the destination; an existing table is never altered.'
        : 'Make the tables, or use createTables (--create-tables).',
    })
  const loaded = withStrategies(edges, {
    source,
    destination,
    tables: bound,
    policy: options.references,
    allowAlter: options.allowAlter,
    canAlter: options.to === 'postgres',
  })
  requireRights(source, destination, { tables: bound, edges: loaded })
  if (destination.denied.create)
    notes.push("the destination's user may not make tables, so a run keeps no journal: it needs commit 'once' (--commit once)")
  return { tables: bound, edges: loaded, losses, notes }
}

function onTriggers(table: PlanTable, triggers: readonly string[], options: BindOptions, notes: string[]): void {
  const text = `${tableText(table.id)} has triggers at the destination, which will fire: ${triggers.join(', ')}`
  if (options.triggers === 'error')
    throw new ExportError('ERR_EXPORT_DESTINATION_SCHEMA', text, { table: table.id, remedy: 'Drop them, or allow triggers.' })
  notes.push(text)
}

/** References that may be written in another case or with blanks, and that another engine would not find; M-2. */
function referenceLosses(table: PlanTable, known: CatalogTable | undefined, { from, to }: BindOptions): PlanLoss[] {
  if (from === to || known === undefined) return []
  const isReference = ({ name, origin }: PlanColumn): boolean => !sameTable(origin.table, table.id) || origin.column !== name
  return table.columns
    .filter((column) => column.omit === null && isReference(column) && !columnOf(known, column.name).isExact)
    .map(({ name }) => ({ table: table.id, column: name, code: 'reference-form', severity: 'representation' }))
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
    const loss = lossBetween(column.kind, column.sourceType, from, isMade ? null : target, to)
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

/** Refuses what the users of the two databases may not do, all of it at once. */
function requireRights(source: Catalog, destination: Catalog, bound: Pick<Bound, 'tables' | 'edges'>): void {
  const makes = bound.tables.some(({ id }) => findTable(destination, id) === undefined)
  const lacking = lackingRights(bound, source, destination, makes)
  if (lacking.length > 0)
    throw new ExportError('ERR_EXPORT_PRIVILEGE', `rights that are lacking: ${lacking.join('; ')}`, {
      remedy: 'Grant them, or connect as another user.',
    })
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
  const patching = edges.filter(({ load }) => load === 'null-then-update')
  const patched = patching.map(({ name }) => name)
  const isPatched = (ref: TableRef): boolean => patching.some(({ child }) => sameTable(child, ref))
  return [
    ...(reserved.length === 0 ? [] : [{ kind: 'reserve' as const, tables: reserved, edges: [] }]),
    ...components.map((members) => ({
      kind: 'load' as const,
      tables: members,
      edges: edges.filter(({ child }) => members.some((ref) => sameTable(ref, child))).map(({ name }) => name),
    })),
    ...(patched.length === 0 ? [] : [{ kind: 'patch' as const, tables: order.filter(isPatched), edges: patched }]),
    { kind: 'verify', tables: order, edges: edges.map(({ name }) => name) },
    ...(generated.length === 0 ? [] : [{ kind: 'sequence' as const, tables: generated, edges: [] }]),
  ]
}
