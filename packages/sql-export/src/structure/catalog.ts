// What a database says of its tables, columns, keys and references, in words that hold for every engine.
import type { ExportErrorOptions } from '../vocabulary/errors.ts'
import { ExportError } from '../vocabulary/errors.ts'
import { didYouMean } from '../vocabulary/nearest.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { canonicalHash } from './canonical-json.ts'

export interface CatalogColumn {
  readonly name: string
  /** The type as declared. */
  readonly type: string
  readonly kind: ValueKind
  readonly notNull: boolean
  readonly hasDefault: boolean
  /** `hidden`: a key that the engine keeps and no INSERT names, such as SQLite's rowid. */
  readonly generated: 'stored' | 'virtual' | 'hidden' | null
  /** Whether the engine tells apart any two texts that differ. */
  readonly isExact: boolean
}

export interface CatalogEdge {
  readonly name: string
  readonly columns: readonly string[]
  readonly parent: TableRef
  readonly parentColumns: readonly string[]
  readonly match: 'simple' | 'full'
  readonly deferrable: boolean
  readonly validated: boolean
  /** Whether the parent columns are a key or declared unique. */
  readonly isUnique: boolean
}

export interface CatalogTable {
  readonly ref: TableRef
  readonly columns: readonly CatalogColumn[]
  /** The primary key, or the smallest unique key without NULLs, or the engine's own row number; empty when there is none. */
  readonly key: readonly string[]
  readonly uniqueKeys: readonly (readonly string[])[]
  readonly edges: readonly CatalogEdge[]
  /** What gives the next key: SQLite's row number, or a sequence of the server. */
  readonly generator: 'rowid' | 'autoincrement' | 'sequence' | null
  readonly triggers: readonly string[]
  /** The engine's own statements that make the table and its plain indexes. */
  readonly ddl: readonly string[]
  /** Statements that declare its references, for engines that want the other tables made before. */
  readonly edgeDdl: readonly string[]
  /** Parts of the table that `ddl` does not make: partial and expression indexes. */
  readonly notMade: readonly string[]
}

/** How a database checks references while rows are written. */
export interface ReferenceAbility {
  /** Whether this user may stop the checks for a transaction. */
  readonly bulk: boolean
  /** Which constraints can wait for the commit: all, those declared so, or none. */
  readonly deferral: 'all' | 'declared' | 'none'
  /** Whether rows of one statement may refer to each other in any order. */
  readonly statementEnd: boolean
}

/** What this user may not do, as far as the server tells beforehand: tables by what is not allowed on them. */
export interface CatalogDenials {
  readonly select: readonly TableRef[]
  readonly insert: readonly TableRef[]
  readonly update: readonly TableRef[]
  /** Tables whose sequences may not be read, used or set. */
  readonly generator: readonly TableRef[]
  /** Whether tables cannot be made where they are named without a schema. */
  readonly create: boolean
}

/** Of engines, and of users, for whom nothing is refused beforehand. */
export const NOTHING_DENIED: CatalogDenials = { select: [], insert: [], update: [], generator: [], create: false }

export interface Catalog {
  readonly references: ReferenceAbility
  /** The schema whose tables are named without one. */
  readonly defaultSchema: string
  readonly denied: CatalogDenials
  readonly tables: readonly CatalogTable[]
  readonly views: readonly string[]
  readonly notes: readonly string[]
}

/** Identity of what an export relies on: tables, columns, types, keys and edges of `tables`. */
export function catalogFingerprint(tables: readonly CatalogTable[]): string {
  return canonicalHash(
    tables.map(({ ref, columns, key, uniqueKeys, edges, generator }) => ({ ref, columns, key, uniqueKeys, edges, generator })),
  )
}

/** Identity of what a run must leave as it was: all of the above, and triggers and indexes. */
export function constraintFingerprint(tables: readonly CatalogTable[]): string {
  return canonicalHash(tables)
}

export function findTable(catalog: Catalog, ref: TableRef): CatalogTable | undefined {
  return catalog.tables.find((table) => sameTable(table.ref, ref))
}

/**
 * Finds a table by the text a user wrote: `name` or `schema.name`; case matters only if it decides.
 * @param path - where the text stands, for the message.
 * @throws ExportError `ERR_EXPORT_CONFIG` with the nearest name.
 */
export function requireTable(catalog: Catalog, text: string, path: string): CatalogTable {
  const whole = catalog.tables.filter((table) => tableText(table.ref) === text)
  const exact = whole.length > 0 ? whole : catalog.tables.filter((table) => table.ref.name === text)
  const found = exact.length > 0 ? exact : catalog.tables.filter((table) => table.ref.name.toLowerCase() === text.toLowerCase())
  const [table] = found
  if (table === undefined) {
    const isView = catalog.views.includes(text)
    throw new ExportError(
      'ERR_EXPORT_CONFIG',
      isView
        ? `${path}: "${text}" is a view`
        : `${path}: unknown table "${text}"${didYouMean(
            text,
            catalog.tables.map((t) => tableText(t.ref)),
          )}`,
      { remedy: isView ? 'Name the tables that the view reads.' : 'Use the name of a table of the source.' },
    )
  }
  if (found.length > 1)
    throw new ExportError('ERR_EXPORT_CONFIG', `${path}: table "${text}" is ambiguous`, { remedy: 'Write schema.name.' })
  return table
}

/** Finds a column by the text a user wrote. */
export function requireColumn(table: CatalogTable, text: string, path: string, options: ExportErrorOptions = {}): CatalogColumn {
  const column =
    table.columns.find(({ name }) => name === text) ?? table.columns.find(({ name }) => name.toLowerCase() === text.toLowerCase())
  if (column !== undefined) return column
  const hint = didYouMean(
    text,
    table.columns.map(({ name }) => name),
  )
  throw new ExportError('ERR_EXPORT_CONFIG', `${path}: table "${tableText(table.ref)}" has no column "${text}"${hint}`, options)
}

export function columnOf(table: CatalogTable, name: string): CatalogColumn {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column === undefined) throw new TypeError(`no column ${name} in ${tableText(table.ref)}`)
  return column
}
