// From a catalog and a configuration to tables, edges and roots: what the plan's structure is.
import type { Source } from '../port/source.ts'
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { columnOf, requireColumn, requireTable } from '../structure/catalog.ts'
import type { ExportConfig } from '../structure/config.ts'
import { toParam } from '../structure/config.ts'
import { keyHashOf } from '../structure/key-hash.ts'
import type { KeyMode, PlanColumn, PlanEdge, PlanLimits, PlanRoot, PlanTable } from '../structure/plan.ts'
import { ExportError, configError } from '../vocabulary/errors.ts'
import { compareText, sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import { keyKindOf } from '../vocabulary/value-kind.ts'
import type { CompiledTemplate } from '../template/compile.ts'
import { compileTemplate } from '../template/compile.ts'
import { dialectOf } from '../template/dialect.ts'
import { shiftParameters } from '../template/lexer.ts'
import { allEdges, applyFollow, applyOutside, checkEdge, isUniqueEdge, requireRef } from './edges.ts'
import type { Settings } from './origins.ts'
import { checkMappings, originOf, withTransforms } from './origins.ts'

export interface Graph {
  readonly tables: readonly PlanTable[]
  readonly edges: readonly PlanEdge[]
  readonly roots: readonly PlanRoot[]
  readonly limits: PlanLimits
  readonly notes: readonly string[]
}

/** Builds the structure of a plan. @throws ExportError for names that the catalog lacks, and for what no run could do. */
export function buildGraph(
  catalog: Catalog,
  config: ExportConfig,
  source: Pick<Source, 'rootSql' | 'quoteName' | 'engine'>,
): Graph {
  const template = config.template === undefined ? undefined : compile(config.template, catalog, config, source)
  const notes = [...catalog.notes, ...(template?.notes ?? [])]
  const declared = applyFollow(catalog, allEdges(catalog, config, template), config.follow ?? [])
  const settings = new Map(tableSettings(catalog, config))
  const known = applyOutside(declared, template, config, settings)
  const rootTables =
    template?.tables.map((ref) => requireRef(catalog, ref)) ??
    (config.roots ?? []).map((root, i) => requireTable(catalog, root.table, `roots[${i}].table`))
  const isExisting = (table: CatalogTable): boolean => settings.get(tableId(table.ref))?.rows === 'existing'
  const tables = reachable(catalog, rootTables, known, isExisting)
  const ids = new Set(tables.map(({ ref }) => tableId(ref)))
  const edges = known.filter(
    (edge) =>
      ids.has(tableId(edge.child)) && (edge.cut || ids.has(tableId(edge.parent))) && !isExisting(requireRef(catalog, edge.child)),
  )
  for (const edge of edges) checkEdge(edge)
  for (const edge of edges)
    if (!isUniqueEdge(catalog, edge))
      notes.push(`${edge.name} refers to columns that are not unique: every matching row is selected`)
  const planTables = tables.map((table) => planTableOf(table, edges, settings.get(tableId(table.ref)), config))
  const resolved = planTables.map((table) => withTransforms(table, planTables, settings, config.strict ?? false, catalog))
  checkMappings(resolved, edges)
  for (const table of tables)
    if (table.triggers.length > 0) notes.push(`${tableText(table.ref)} has triggers at the source: ${table.triggers.join(', ')}`)
  return {
    tables: resolved,
    edges,
    roots:
      template?.roots.map((root): PlanRoot => ({ ...root, from: 'template' })) ??
      rootsOf(catalog, config, rootTables, edges, source),
    limits: limitsOf(config),
    notes,
  }
}

function tableSettings(catalog: Catalog, config: ExportConfig): Settings {
  const settings = new Map<string, NonNullable<ExportConfig['tables']>[string]>()
  for (const [name, setting] of Object.entries(config.tables ?? {})) {
    const table = requireTable(catalog, name, `tables.${name}`)
    const columns = Object.entries(setting.columns ?? {}).map(([column, spec]) => {
      return [requireColumn(table, column, `tables.${name}.columns`).name, spec] as const
    })
    settings.set(tableId(table.ref), { ...setting, columns: Object.fromEntries(columns) })
  }
  return settings
}

function compile(
  text: string,
  catalog: Catalog,
  config: ExportConfig,
  source: Pick<Source, 'quoteName' | 'engine'>,
): CompiledTemplate {
  const filters = (config.filters ?? []).map(({ alias, where, params = [] }, i) => {
    if (alias === undefined) throw configError(`filters[${i}]: a template's filter names an alias`)
    return { alias, where, params }
  })
  return compileTemplate(text, catalog, config.params ?? [], filters, (name) => source.quoteName(name), dialectOf(source.engine))
}

function reachable(
  catalog: Catalog,
  roots: readonly CatalogTable[],
  edges: readonly PlanEdge[],
  isExisting: (table: CatalogTable) => boolean,
): CatalogTable[] {
  const found = new Map<string, CatalogTable>()
  const queue = [...roots]
  for (let table = queue.pop(); table !== undefined; table = queue.pop()) {
    const { ref } = table
    if (found.has(tableId(ref))) continue
    found.set(tableId(ref), table)
    if (isExisting(table)) continue
    for (const edge of edges) {
      if (sameTable(edge.child, ref) && !edge.cut) queue.push(requireRef(catalog, edge.parent))
      if (sameTable(edge.parent, ref) && edge.children.follow) queue.push(requireRef(catalog, edge.child))
    }
  }
  return [...found.values()].sort((a, b) => compareText(tableText(a.ref), tableText(b.ref)))
}

function planTableOf(
  table: CatalogTable,
  edges: readonly PlanEdge[],
  setting: NonNullable<ExportConfig['tables']>[string] | undefined,
  config: ExportConfig,
): PlanTable {
  const name = tableText(table.ref)
  if (table.key.length === 0)
    throw new ExportError('ERR_EXPORT_NO_KEY', `table "${name}" has no key`, {
      table: table.ref,
      remedy: 'Give it a primary key.',
    })
  const keyKind = keyKindOf(table.key.map((column) => columnOf(table, column).kind))
  if (keyKind === null)
    throw new ExportError('ERR_EXPORT_KEY_TYPE', `the key of "${name}" is a float`, {
      table: table.ref,
      remedy: 'Give it another key.',
    })
  const isChild = edges.some((edge) => sameTable(edge.child, table.ref) && edge.childColumns.includes(table.key[0] ?? ''))
  const isHidden = columnOf(table, table.key[0] ?? '').generated !== null
  const { kind } = columnOf(table, table.key[0] ?? '')
  const canRemap = table.key.length === 1 && (kind === 'int64' || kind === 'uint64') && !isChild && !isHidden
  const rows = setting?.rows ?? 'copy'
  if (setting?.keys === 'remap' && !canRemap)
    throw new ExportError(
      'ERR_EXPORT_KEY_MODE',
      `the key of "${name}" cannot be remapped: it is not a single integer that refers to nothing`,
      {
        table: table.ref,
        remedy: 'Use "keep"; parts that refer to other tables follow those.',
      },
    )
  const keys = keyModeOf(table, edges, setting, canRemap, config)
  const columns = table.columns.map(
    (column): PlanColumn => ({
      name: column.name,
      kind: column.kind,
      sourceType: column.type,
      destinationType: null,
      omit: column.generated === null ? null : 'generated',
      origin: originOf({ table: table.ref, column: column.name }, edges, new Set()),
      transform: null,
      accepts: [],
    }),
  )
  const onConflict = setting?.onConflict ?? 'error'
  if (onConflict !== 'error' && (keys === 'remap' || rows === 'existing'))
    throw configError(`tables.${name}.onConflict: new keys never clash`, 'Set keys: "keep" or "hash", and rows: "copy".')
  return { id: table.ref, key: table.key, keyKind, keys, rows, onConflict, columns }
}

function keyModeOf(
  table: CatalogTable,
  edges: readonly PlanEdge[],
  setting: NonNullable<ExportConfig['tables']>[string] | undefined,
  canRemap: boolean,
  config: ExportConfig,
): KeyMode {
  if (setting?.rows === 'existing') return 'keep'
  if (setting?.keys !== 'hash') return canRemap ? (setting?.keys ?? config.keys ?? 'remap') : 'keep'
  const isFollowing = (name: string): boolean =>
    edges.some(
      ({ child, childColumns, cut, predicate }) =>
        !cut && predicate === null && sameTable(child, table.ref) && childColumns.includes(name),
    )
  const own = table.key.filter((name) => !isFollowing(name))
  const cannot = own.filter((name) => {
    const column = columnOf(table, name)
    return column.generated !== null || keyHashOf(column) === undefined
  })
  if (own.length > 0 && cannot.length === 0) return 'hash'
  throw new ExportError(
    'ERR_EXPORT_KEY_MODE',
    own.length === 0
      ? `the key of "${tableText(table.ref)}" cannot be hashed: all of it refers to other tables`
      : `the key of "${tableText(table.ref)}" cannot be hashed: ${cannot.join(', ')} has no room for 80 bits, or is no uuid, bytes or text`,
    { table: table.ref, remedy: 'Use "keep" or "remap"; parts that refer to other tables follow those.' },
  )
}

function rootsOf(
  catalog: Catalog,
  config: ExportConfig,
  tables: readonly CatalogTable[],
  edges: readonly PlanEdge[],
  source: Pick<Source, 'rootSql' | 'engine'>,
): PlanRoot[] {
  const filters = (config.filters ?? []).map((filter, i) => {
    if (filter.table === undefined || filter.alias !== undefined)
      throw configError(`filters[${i}]: a filter of roots names a table`)
    return { ...filter, ref: requireTable(catalog, filter.table, `filters[${i}].table`).ref }
  })
  for (const { ref, table } of filters)
    if (!tables.some((root) => sameTable(root.ref, ref))) throw configError(`filters: "${table}" is not the table of a root`)
  return (config.roots ?? []).map((root, i): PlanRoot => {
    const table = tables[i] ?? requireTable(catalog, root.table, `roots[${i}].table`)
    const narrowing = filters.filter(({ ref }) => sameTable(ref, table.ref))
    const params = [...(root.params ?? []), ...narrowing.flatMap((filter) => [...(filter.params ?? [])])]
    const dialect = dialectOf(source.engine)
    let bound = root.params?.length ?? 0
    const added = narrowing.map(({ where, params: values = [] }) => {
      const shifted = shiftParameters(where, dialect, bound)
      bound += values.length
      return shifted
    })
    const conditions = [root.where, ...added].filter((text) => text !== undefined)
    return {
      table: table.ref,
      sql: source.rootSql({
        table: table.ref,
        key: table.key,
        references: rootReferences(table, edges),
        conditions,
        limit: root.limit ?? null,
      }),
      params: params.map((value, at) => toParam(value, `roots[${i}].params[${at}]`)),
      from: 'roots',
    }
  })
}

/** Columns that a root gives beside its key: all that refer, if they are integers, which every driver reads alike wherever they stand. */
function rootReferences(table: CatalogTable, edges: readonly PlanEdge[]): readonly string[] {
  const own = edges.filter(({ child, cut }) => !cut && sameTable(child, table.ref))
  const names = [...new Set(own.flatMap(({ childColumns }) => childColumns))].filter((name) => !table.key.includes(name))
  const isPlain =
    own.every(({ predicate }) => predicate === null) && names.every((name) => columnOf(table, name).kind === 'int64')
  return isPlain ? names : []
}

function limitsOf({ limits = {} }: ExportConfig): PlanLimits {
  const { maxRows = null, maxRowsPerTable = null, maxBytes = null, deadlineMs = null, maxDepth = 64 } = limits
  return { maxRows, maxRowsPerTable, maxBytes, deadlineMs, maxDepth }
}
