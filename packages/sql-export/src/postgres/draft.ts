// What is known of a PostgreSQL table before it is an entry of the catalog.
import type { CatalogColumn } from '../structure/catalog.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import type { TextRow } from './connection.ts'

/** A type, or what a domain rests on. */
export interface TypeFacts {
  /** Its qualified name, for casts: `format_type` writes `character`, which as a cast means `character(1)`. */
  readonly cast: string
  readonly schema: string
  readonly name: string
  readonly kind: string
  readonly category: string
  /** The base type as the domain declares it; `null` if the column's type is no domain. */
  readonly domainOf: string | null
  readonly labels: readonly string[] | null
  /** Labels of the elements, in an array of an enum. */
  readonly element: { readonly name: string; readonly labels: readonly string[] } | null
}

export interface ColumnFacts {
  readonly column: CatalogColumn
  readonly type: TypeFacts
  readonly identity: 'ALWAYS' | 'BY DEFAULT' | null
  /** The default or the generation expression. */
  readonly expression: string | null
  readonly sequence: string | null
}

export interface DraftIndex {
  readonly name: string
  readonly isUnique: boolean
  readonly columns: readonly string[]
  /** Whether `CREATE INDEX` on the columns makes it again. */
  readonly isPlain: boolean
  /** Whether it speaks of all rows, and of columns only. */
  readonly isWhole: boolean
}

export interface DraftTable {
  readonly ref: TableRef
  readonly isPartitioned: boolean
  readonly columns: readonly ColumnFacts[]
  readonly primaryKey: readonly string[]
  readonly uniqueKeys: readonly (readonly string[])[]
  readonly constraints: readonly TextRow[]
  readonly indexes: readonly DraftIndex[]
  /** Names of columns by a JSON list of their numbers. */
  columnNames(json: string | null | undefined): string[]
}
