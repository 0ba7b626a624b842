// Edges of a plan: declared, virtual and from a template; and what follow rules make of them.
import type { Catalog, CatalogEdge, CatalogTable } from '../structure/catalog.ts'
import { columnOf, requireColumn, requireTable } from '../structure/catalog.ts'
import type { ExportConfig, FollowConfig } from '../structure/config.ts'
import type { PlanChildren, PlanEdge } from '../structure/plan.ts'
import { configError } from '../vocabulary/errors.ts'
import { didYouMean } from '../vocabulary/nearest.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { compareText, sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import type { CompiledTemplate, TemplateEdge } from '../template/compile.ts'

const NO_CHILDREN: PlanChildren = { follow: false, where: null, perParent: null, maxDepth: null, fromParents: false }

export function requireRef(catalog: Catalog, ref: TableRef): CatalogTable {
  const table = catalog.tables.find((candidate) => sameTable(candidate.ref, ref))
  if (table === undefined) throw new TypeError(`no table ${tableText(ref)}`)
  return table
}

/** What becomes of declared references that lead out of a template. */
export function applyOutside(
  edges: readonly PlanEdge[],
  template: CompiledTemplate | undefined,
  { outside = 'follow' }: ExportConfig,
  settings: Map<string, NonNullable<ExportConfig['tables']>[string]>,
): readonly PlanEdge[] {
  if (template === undefined || outside === 'follow') return edges
  const isInside = (ref: TableRef): boolean => template.tables.some((known) => sameTable(known, ref))
  const leads = (edge: PlanEdge): boolean => !edge.cut && isInside(edge.child) && !isInside(edge.parent)
  const leading = edges.filter(leads)
  if (outside === 'error' && leading.length > 0)
    throw configError(
      `references lead out of the template: ${leading.map(({ name }) => name).join(', ')}`,
      'Join their tables, or choose another policy for outside.',
    )
  if (outside === 'existing')
    for (const { parent } of leading) settings.set(tableId(parent), { ...settings.get(tableId(parent)), rows: 'existing' })
  return outside === 'null' ? edges.map((edge) => (leads(edge) ? { ...edge, cut: true } : edge)) : edges
}

export function allEdges(catalog: Catalog, config: ExportConfig, template: CompiledTemplate | undefined): PlanEdge[] {
  const declared = catalog.tables.flatMap((table) => table.edges.map((edge) => planEdge(table, edge, 'declared', null)))
  const virtual = (config.edges ?? []).map((edge, i): PlanEdge => {
    const path = `edges[${i}]`
    const child = requireTable(catalog, edge.child, `${path}.child`)
    const parent = requireTable(catalog, edge.parent, `${path}.parent`)
    const columns = edge.columns.map((name) => requireColumn(child, name, `${path}.columns`).name)
    const parentColumns =
      edge.parentColumns?.map((name) => requireColumn(parent, name, `${path}.parentColumns`).name) ?? parent.key
    if (columns.length !== parentColumns.length)
      throw configError(`${path}: ${columns.length} columns refer to ${parentColumns.length}`)
    if (!isUniqueIn(parent, parentColumns))
      throw configError(`${path}: the parent columns are no key of "${tableText(parent.ref)}"`)
    columns.forEach((name, at) => requireComparable(child, name, parent, parentColumns[at] ?? '', path))
    const catalogEdge: CatalogEdge = {
      name: `${tableText(child.ref)}.${columns.join(',')}`,
      columns,
      parent: parent.ref,
      parentColumns,
      match: 'simple',
      deferrable: false,
      validated: false,
      isUnique: true,
    }
    return planEdge(child, catalogEdge, 'virtual', edge.where ?? null)
  })
  const joined = (template?.edges ?? []).filter((edge) => ![...declared, ...virtual].some((other) => sameEdge(edge, other)))
  return distinctNames([...declared, ...virtual, ...distinctEdges(joined).map((edge) => templateEdge(catalog, edge))])
}

function sameEdge(a: TemplateEdge, b: TemplateEdge): boolean {
  if (!sameTable(a.child, b.child) || !sameTable(a.parent, b.parent) || a.childColumns.length !== b.childColumns.length)
    return false
  return a.childColumns.every((name, i) => b.parentColumns[b.childColumns.indexOf(name)] === a.parentColumns[i])
}

function distinctEdges(edges: readonly TemplateEdge[]): TemplateEdge[] {
  return edges.filter((edge, i) => edges.findIndex((other) => sameEdge(edge, other)) === i)
}

function templateEdge(catalog: Catalog, { child, childColumns, parent, parentColumns }: TemplateEdge): PlanEdge {
  const table = requireRef(catalog, child)
  const isUnique = isUniqueIn(requireRef(catalog, parent), parentColumns)
  const edge: CatalogEdge = {
    name: `${tableText(child)}.${childColumns.join(',')}`,
    columns: childColumns,
    parent,
    parentColumns,
    match: 'simple',
    deferrable: false,
    validated: false,
    isUnique,
  }
  return planEdge(table, edge, 'template', null)
}

function requireComparable(child: CatalogTable, column: string, parent: CatalogTable, parentColumn: string, path: string): void {
  const kinds = [columnOf(child, column).kind, columnOf(parent, parentColumn).kind]
  const family = kinds.map((kind) => (kind === 'boolean' || kind === 'decimal' ? 'int64' : kind))
  if (family[0] === family[1] || family.includes('any')) return
  throw configError(`${path}: "${column}" (${kinds[0]}) cannot refer to "${parentColumn}" (${kinds[1]})`)
}

function planEdge(child: CatalogTable, edge: CatalogEdge, kind: PlanEdge['kind'], predicate: string | null): PlanEdge {
  return {
    name: edge.name,
    kind,
    child: child.ref,
    childColumns: edge.columns,
    parent: edge.parent,
    parentColumns: edge.parentColumns,
    nullable: edge.columns.some((name) => isNullable(child, name)),
    match: edge.match,
    deferrable: edge.deferrable,
    validated: edge.validated,
    predicate,
    cut: false,
    children: NO_CHILDREN,
    onMissing: 'error',
    load: kind === 'declared' ? 'bulk' : 'verify-only',
    patch: [],
  }
}

/** Whether NULL may be written there. */
export function isNullable(table: CatalogTable, column: string): boolean {
  const { notNull, generated } = columnOf(table, column)
  return !notNull && generated === null && !table.key.includes(column)
}

/** Several edges over the same columns are told apart by what they refer to. */
function distinctNames(edges: readonly PlanEdge[]): PlanEdge[] {
  const count = new Map<string, number>()
  for (const { name } of edges) count.set(name, (count.get(name) ?? 0) + 1)
  const named = edges.map((edge) =>
    (count.get(edge.name) ?? 0) > 1 ? { ...edge, name: `${edge.name}->${tableText(edge.parent)}` } : edge,
  )
  const used = new Map<string, number>()
  return named
    .map((edge) => {
      const n = (used.get(edge.name) ?? 0) + 1
      used.set(edge.name, n)
      return n === 1 ? edge : { ...edge, name: `${edge.name}#${n}` }
    })
    .sort((a, b) => compareText(a.name, b.name))
}

export function applyFollow(catalog: Catalog, edges: readonly PlanEdge[], rules: readonly FollowConfig[]): PlanEdge[] {
  const result = [...edges]
  rules.forEach((rule, i) => {
    const path = `follow[${i}]`
    if ((rule.edge === undefined) === (rule.table === undefined)) throw configError(`${path} must name either an edge or a table`)
    const { table } = rule
    const ref = table === undefined ? undefined : requireTable(catalog, table, `${path}.table`).ref
    const matches = (edge: PlanEdge): boolean =>
      ref === undefined
        ? edge.name === rule.edge || edge.name.toLowerCase() === rule.edge?.toLowerCase()
        : sameTable(edge.parent, ref) || (rule.cut !== true && sameTable(edge.child, ref))
    if (!edges.some(matches)) {
      const name = rule.edge ?? table ?? ''
      throw configError(
        `${path}.edge: unknown edge "${name}"${didYouMean(
          name,
          edges.map((edge) => edge.name),
        )}`,
        'Write child.column.',
      )
    }
    result.forEach((edge, at) => {
      if (matches(edge)) result[at] = followed(edge, rule, path)
    })
  })
  return result
}

function followed(edge: PlanEdge, rule: FollowConfig, path: string): PlanEdge {
  const follow = rule.children ?? edge.children.follow
  if (!follow && (rule.perParent ?? rule.where ?? rule.maxDepth ?? rule.fromParents) !== undefined)
    throw configError(`${path} limits children, but does not follow them`, 'Add "children": true.')
  return {
    ...edge,
    cut: rule.cut ?? edge.cut,
    onMissing: rule.onMissing ?? edge.onMissing,
    children: {
      follow,
      where: rule.where ?? edge.children.where,
      perParent: rule.perParent ?? edge.children.perParent,
      maxDepth: rule.maxDepth ?? edge.children.maxDepth,
      fromParents: rule.fromParents ?? edge.children.fromParents,
    },
  }
}

export function checkEdge(edge: PlanEdge): void {
  if (edge.cut && !edge.nullable)
    throw configError(
      `the edge ${edge.name} cannot be cut: its columns are NOT NULL`,
      'Give its parent table rows: "existing" instead.',
    )
  if (edge.cut && edge.children.follow) throw configError(`the edge ${edge.name} is cut, so its children cannot be followed`)
  if (edge.onMissing === 'null' && !edge.nullable)
    throw configError(`the edge ${edge.name} cannot be NULL: use onMissing "skip" or "error"`)
}

function isUniqueIn(table: CatalogTable, columns: readonly string[]): boolean {
  return [table.key, ...table.uniqueKeys].some(
    (key) => key.length === columns.length && key.every((name) => columns.includes(name)),
  )
}

export function isUniqueEdge(catalog: Catalog, edge: PlanEdge): boolean {
  return isUniqueIn(requireRef(catalog, edge.parent), edge.parentColumns)
}
