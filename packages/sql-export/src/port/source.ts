// What an export needs of the database that it reads.
import type { Catalog } from '../structure/catalog.ts'
import type { ParamValue } from '../structure/plan.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import type { Engine } from '../vocabulary/value-kind.ts'

/** Rows of a result. Every chunk names the result's columns; the last has `isLast`, and without it a result has not ended. */
export interface RowChunk {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Where the asker takes them: the chunk's rows in another form. `rows` is empty then. */
  readonly packed?: PackedRows | undefined
  readonly isLast: boolean
}

/** Asks for the rows whose `address` columns equal the given values. */
export interface PageRequest {
  readonly table: TableRef
  readonly address: readonly string[]
  /** One entry a requested row, each with one cell an address column. */
  readonly values: readonly (readonly Cell[])[]
  /** The same values, one after the other, where all are safe integers and the asker takes packed rows. */
  readonly numbers?: Float64Array | undefined
  /** Columns of the answer, after the ordinal of the requested value. */
  readonly columns: readonly string[]
  /** SQL conditions over the row; each adds a column that is 1 where it holds, else 0. */
  readonly predicates: readonly string[]
  /**
   * Columns that only pass by: where source and destination share a `tailFormat` they come together, as one cell of bytes in that
   * format, after the predicates.
   */
  readonly tail?: readonly string[] | undefined
}

/** Asks for the children that refer to the given parents by one edge. */
export interface ChildRequest {
  readonly child: TableRef
  readonly childColumns: readonly string[]
  readonly parent: TableRef
  readonly parentColumns: readonly string[]
  readonly parentKey: readonly string[]
  /** Keys of the parents. */
  readonly values: readonly (readonly Cell[])[]
  /** Key columns of the child: the answer's columns, after the ordinal of the parent. */
  readonly columns: readonly string[]
  readonly predicate: string | null
  readonly where: string | null
  readonly perParent: number | null
}

/** A read-only view of the source at one instant. All reads of one export go through one snapshot. */
export interface SourceSnapshot {
  readonly atEpochMs: number
  /** The source's catalog as the snapshot has it. Default: it is read by the source. */
  readonly catalog?: Catalog | undefined
  /** The form in which a page can give columns that nobody looks at, such as `postgres-copy-text`. */
  readonly tailFormat?: string | undefined
  /** @param takesPacked - whether rows may come packed. Default: false. */
  readRoot(sql: string, params: readonly ParamValue[], takesPacked?: boolean): AsyncIterable<RowChunk>
  readPage(request: PageRequest): AsyncIterable<RowChunk>
  readChildren(request: ChildRequest): AsyncIterable<RowChunk>
  /**
   * Opens a further reader of this very snapshot, over a connection of its own; whoever asked for it ends it. Sources that have one
   * connection, or whose snapshots cannot be shared, need not have it.
   */
  readonly another?: (() => Promise<SourceSnapshot>) | undefined
  /** Ends the statement at hand, which then fails. Engines whose statements end soon need not have it. */
  cancel?(): Promise<void>
  /** Ends the snapshot. @throws ExportError `ERR_EXPORT_SOURCE_CHANGED` if the engine finds that it was none. */
  end(): Promise<void>
}

/** What rows are loaded through. */
export type PageReader = Pick<SourceSnapshot, 'readPage' | 'tailFormat'>

export interface RootSql {
  readonly table: TableRef
  readonly key: readonly string[]
  /** Columns that are given after the key: references, so that rows need not be read again for them. */
  readonly references?: readonly string[] | undefined
  readonly conditions: readonly string[]
  readonly limit: number | null
}

/** A database to read from. Made by an opener such as `openSqlite`; whoever opened it closes it. */
export interface Source {
  readonly engine: Engine
  /** Equal for handles on one database, different for different ones. */
  readonly identity: string
  /** The statement that gives the key columns of a root, and the references, ordered by key. */
  rootSql(root: RootSql): string
  /** Quotes a name in the source's dialect. */
  quoteName(name: string): string
  readCatalog(): Promise<Catalog>
  begin(): Promise<SourceSnapshot>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Column that holds the ordinal of the requested value, in answers to pages and child reads. */
export const ORDINAL = '~ord'

/** Name of the cell that holds the columns of a page's `tail`. */
export const TAIL = '~tail'

/** The columns of a page's answer, in their order. */
export function pageColumns({ columns, predicates, tail = [] }: PageRequest): string[] {
  return [ORDINAL, ...columns, ...predicates.map((_, i) => predicateColumn(i)), ...(tail.length === 0 ? [] : [TAIL])]
}

/** Name of the column that tells whether predicate `i` of a page holds. */
export function predicateColumn(i: number): string {
  return `~p${i}`
}
