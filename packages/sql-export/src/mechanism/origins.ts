// Where values of columns come from, and what follows for masks and key modes.
import { canonicalJson } from '../structure/canonical-json.ts'
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { columnOf } from '../structure/catalog.ts'
import type { ExportConfig } from '../structure/config.ts'
import type { KeyHash } from '../structure/key-hash.ts'
import { keyHashOf } from '../structure/key-hash.ts'
import type { MaskSpec } from '../structure/mask-spec.ts'
import type { PlanColumn, PlanEdge, PlanTable } from '../structure/plan.ts'
import { ExportError, configError } from '../vocabulary/errors.ts'
import type { ColumnRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import { ownMember } from '../vocabulary/own-member.ts'
import { requireRef } from './edges.ts'

/** Characters of these masks, of which 26 and 20 hold bits of the value. */
const HMAC_LENGTH = 26
const EMAIL_LENGTH = 32

export type Settings = ReadonlyMap<string, NonNullable<ExportConfig['tables']>[string]>

/** Follows edges from child to parent, until a column that refers to nothing for certain. */
export function originOf(ref: ColumnRef, edges: readonly PlanEdge[], visited: Set<string>): ColumnRef {
  const id = `${tableId(ref.table)}.${ref.column}`
  if (visited.has(id)) return ref
  visited.add(id)
  for (const edge of edges) {
    if (edge.cut || edge.predicate !== null || !sameTable(edge.child, ref.table)) continue
    const at = edge.childColumns.indexOf(ref.column)
    const column = edge.parentColumns[at]
    if (at === -1 || column === undefined || visited.has(`${tableId(edge.parent)}.${column}`)) continue
    return originOf({ table: edge.parent, column }, edges, visited)
  }
  return ref
}

export function withTransforms(
  table: PlanTable,
  all: readonly PlanTable[],
  settings: Settings,
  strict: boolean,
  catalog: Catalog,
): PlanTable {
  if (table.rows === 'existing') return table
  const declared = settings.get(tableId(table.id))?.columns
  const undeclared: string[] = []
  const columns = table.columns.map((column): PlanColumn => {
    const { origin, name } = column
    const originSpec = ownMember(settings.get(tableId(origin.table))?.columns, origin.column)
    const own = ownMember(declared, name)
    const isOwn = sameTable(origin.table, table.id) && origin.column === name
    const hash = hashOf(origin, all, catalog)
    const spec = originSpec ?? own
    if (hash !== undefined && spec !== undefined && spec !== 'keep' && spec.mask !== 'keep')
      throw configError(
        `tables.${tableText(origin.table)}.columns.${origin.column}: a key that is hashed cannot be masked as well`,
      )
    if (strict && own === undefined && column.omit === null) undeclared.push(`${tableText(table.id)}.${name}`)
    if (hash !== undefined && column.omit === null) return { ...column, transform: canonicalJson(hash) }
    if (own !== undefined && own !== 'keep' && own.accept !== undefined) return { ...column, accepts: own.accept }
    if (spec === undefined || spec === 'keep' || spec.mask === 'keep' || column.omit !== null) return column
    if (!isOwn && own !== undefined && originSpec === undefined)
      throw configError(
        `tables.${tableText(table.id)}.columns.${name} refers to ${tableText(origin.table)}.${origin.column}`,
        'Mask that column: references follow it.',
      )
    const isRemapped = all.some(
      ({ id, key, keys }) => sameTable(id, origin.table) && keys === 'remap' && key[0] === origin.column,
    )
    if (isRemapped)
      throw configError(`tables.${tableText(origin.table)}.columns.${origin.column}: a key that is remapped cannot be masked`)
    checkUnique(requireRef(catalog, table.id), name, spec)
    return { ...column, transform: canonicalJson(spec) }
  })
  if (undeclared.length > 0)
    throw new ExportError(
      'ERR_EXPORT_UNDECLARED_COLUMN',
      `columns that the configuration does not declare: ${undeclared.join(', ')}`,
      {
        remedy: 'Give each a mask, or "keep".',
      },
    )
  return { ...table, columns }
}

/** How the key that a column comes from is hashed. */
function hashOf(origin: ColumnRef, all: readonly PlanTable[], catalog: Catalog): KeyHash | undefined {
  const isHashed = all.some(({ id, key, keys }) => keys === 'hash' && sameTable(id, origin.table) && key.includes(origin.column))
  return isHashed ? keyHashOf(columnOf(requireRef(catalog, origin.table), origin.column)) : undefined
}

function checkUnique(table: CatalogTable, column: string, spec: MaskSpec): void {
  const { mask } = spec
  const { notNull, type } = columnOf(table, column)
  if (mask === 'null' && (notNull || table.key.includes(column)))
    throw configError(`${tableText(table.ref)}.${column} is NOT NULL: the mask "null" cannot be used`)
  const isUnique = [table.key, ...table.uniqueKeys].some((key) => key.length === 1 && key[0] === column)
  if (isUnique && (mask === 'name' || mask === 'constant' || mask === 'dateShift'))
    throw configError(
      `${tableText(table.ref)}.${column} is unique: the mask "${mask}" would make equal values`,
      'Use hmac, email or digits.',
    )
  const width = /\((\d+)\)/.exec(type)?.[1]
  const needed = mask === 'hmac' ? (spec.length ?? HMAC_LENGTH) : mask === 'email' ? EMAIL_LENGTH : 0
  if (isUnique && width !== undefined && Number(width) < needed)
    throw configError(
      `${tableText(table.ref)}.${column} is unique and holds ${width} characters: the mask "${mask}" needs ${needed}`,
      mask === 'hmac' ? 'Give the mask a length that fits; fewer than 16 characters, 80 bits, could collide.' : 'Use hmac.',
    )
}

export function checkMappings(tables: readonly PlanTable[], edges: readonly PlanEdge[]): void {
  const isRemapped = (ref: ColumnRef): boolean =>
    tables.some(({ id, key, keys }) => sameTable(id, ref.table) && keys === 'remap' && key.length === 1 && key[0] === ref.column)
  const mappingOf = (edge: PlanEdge, column: string): string => {
    const parentColumn = edge.parentColumns[edge.childColumns.indexOf(column)] ?? ''
    const origin = originOf({ table: edge.parent, column: parentColumn }, edges, new Set([`${tableId(edge.child)}.${column}`]))
    const masked = tables
      .find(({ id }) => sameTable(id, origin.table))
      ?.columns.find(({ name, transform }) => name === origin.column && transform !== null)
    return isRemapped(origin) || masked !== undefined ? `${tableId(origin.table)}.${origin.column}` : 'as it is'
  }
  const seen = new Map<string, { readonly edge: PlanEdge; readonly mapping: string }>()
  for (const edge of edges) {
    if (edge.cut || edge.predicate !== null) continue
    for (const column of edge.childColumns) {
      const id = `${tableId(edge.child)}.${column}`
      const mapping = mappingOf(edge, column)
      const other = seen.get(id)
      if (other !== undefined && other.mapping !== mapping)
        throw new ExportError(
          'ERR_EXPORT_KEY_MODE',
          `${edge.name} and ${other.edge.name} map the column "${column}" differently`,
          {
            table: edge.child,
            remedy: 'Set keys: "keep" for the tables that they refer to.',
          },
        )
      if (other === undefined) seen.set(id, { edge, mapping })
    }
  }
}
