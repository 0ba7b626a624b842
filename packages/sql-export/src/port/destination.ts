// What an export needs of the database that it writes.
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import type { JournalBatch, JournalRun, RunState } from '../structure/journal.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import type { Engine } from '../vocabulary/value-kind.ts'
import type { CopyRequest, RowCopier } from './row-copier.ts'
import type { Source, SourceSnapshot } from './source.ts'

/** How references are treated while rows are loaded. */
export type ReferenceMode = 'bulk' | 'deferred' | 'enforced'

/** Writes rows of one table. */
export interface RowWriter {
  /**
   * Sends what was written, and may wait for more: one statement takes all until the next flush. Writers that have it are not flushed
   * after each page.
   */
  push?(): Promise<void>
  /** Sends `row[positions[0]]`, `row[positions[1]]` and so on of each row. */
  write(rows: readonly Row[], positions: readonly number[]): Promise<void>
  /** The same of packed rows; the tail, if they have one, goes after the numbers. Only writers that take a tail unread have it. */
  writePacked?(rows: PackedRows, positions: readonly number[]): Promise<void>
  /** Waits for what was sent. @returns how many rows the database took since the last flush. */
  flush(): Promise<number>
  /** Drops what was not flushed. */
  close(): Promise<void>
}

/** Which constraint is meant. */
export interface ReferenceColumns {
  readonly child: TableRef
  readonly childColumns: readonly string[]
  readonly parent: TableRef
}

/** Asks how many rows refer to nothing. */
export interface OrphanRequest {
  readonly child: TableRef
  readonly childColumns: readonly string[]
  readonly parent: TableRef
  readonly parentColumns: readonly string[]
  readonly predicate: string | null
  /** Only rows whose integer key lies in this range, both ends included. */
  readonly range: KeyRange | null
}

/** Rows whose integer key lies between two values, both included. */
export interface KeyRange {
  readonly column: string
  readonly from: bigint
  readonly to: bigint
}

/** A destination while a run has it: one writer, holding the database's lock. */
export interface DestinationSession {
  /** The destination's catalog as it was when the session was opened. Default: it is read by the destination. */
  readonly catalog?: Catalog | undefined
  /** Makes tables and their plain indexes, as they are in a database of `engine`. */
  createTables(tables: readonly CatalogTable[], engine: Engine): Promise<void>
  begin(mode: ReferenceMode): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
  /** Greatest value of an integer column and of the generator behind it; 0 when there is none. */
  greatestKey(table: TableRef, column: string): Promise<bigint>
  /** Reserves `count` consecutive keys, past all that are there and past `past`. @returns the first. */
  reserveKeys(table: TableRef, column: string, count: bigint, past: bigint): Promise<bigint>
  /** Sets the table's generators past every value that is there. */
  advanceGenerators(table: TableRef): Promise<void>
  /** Rows of the table, or of a range of its integer key. */
  countRows(table: TableRef, range: KeyRange | null): Promise<number>
  countOrphans(request: OrphanRequest): Promise<number>
  /** Keys of at most `limit` of those rows, as a source of the engine gives them. */
  orphanKeys(request: OrphanRequest, key: readonly string[], limit: number): Promise<readonly Row[]>
  /** How many of the keys are there already. */
  countExisting(table: TableRef, key: readonly string[], values: readonly (readonly Cell[])[]): Promise<number>
  /** The form in which a writer takes columns that come as one cell of bytes: see `SourceSnapshot`. */
  readonly tailFormat?: string | undefined
  /** @param tail - columns whose values are in one cell after all others, in `tailFormat`. */
  openWriter(table: TableRef, columns: readonly string[], tail?: readonly string[]): RowWriter
  /**
   * Copies rows of a snapshot inside the engine, where both are of one engine that can; `undefined` where they are not. Engines that
   * cannot need not have it.
   */
  openCopier?(snapshot: Pick<SourceSnapshot, 'readPage'>, request: CopyRequest): RowCopier | undefined
  /** Sets `columns` of the rows that `key` names. Rows to write are the key's cells, then the columns'. */
  openPatcher(table: TableRef, key: readonly string[], columns: readonly string[]): RowWriter
  /**
   * Makes the constraints of these references wait for the end of the step, in the transaction at hand, though they are not
   * declared so. Engines that cannot need not have it.
   */
  relaxReferences?(edges: readonly ReferenceColumns[]): Promise<void>
  /** Checks what waited, and makes the constraints what they were. */
  restoreReferences?(): Promise<void>
  /** The engine's own check of references; `undefined` where there is none. Counts violations by child table. */
  checkReferences(tables: readonly TableRef[]): Promise<ReadonlyMap<string, number> | undefined>
  /** The least key that the table's generator may give next; `null` if it has none. */
  nextKeyFloor(table: TableRef): Promise<bigint | null>
  readonly journal: Journal
  /**
   * Opens a further writer beside this one, under its lock, over a connection of its own; whoever asked for it ends it. Engines with
   * one writer need not have it.
   */
  readonly another?: (() => Promise<DestinationSession>) | undefined
  /** What the report should say of how rows are written. */
  readonly notes?: readonly string[] | undefined
  /** Ends the statement at hand, which then fails. Engines whose statements end soon need not have it. */
  cancel?(): Promise<void>
  end(): Promise<void>
}

/** Two small tables at the destination. What is written in a transaction is committed with its rows. */
export interface Journal {
  create(): Promise<void>
  drop(): Promise<void>
  /** Runs that the destination remembers, oldest first. */
  runs(): Promise<readonly JournalRun[]>
  insertRun(run: JournalRun): Promise<void>
  /** @param facts - those of the run from now on, as JSON. Default: as they are. */
  setState(runId: string, state: RunState, facts?: string): Promise<void>
  batches(runId: string): Promise<readonly JournalBatch[]>
  insertBatch(batch: JournalBatch): Promise<void>
  deleteBatches(runId: string): Promise<void>
}

/** A database to write to. Made by an opener such as `openSqlite`; whoever opened it closes it. */
export interface Destination {
  readonly engine: Engine
  readonly identity: string
  readCatalog(): Promise<Catalog>
  /** Whether its sessions can copy rows of that source inside the engine. Engines that cannot need not have it. */
  copiesFrom?(source: Source): boolean
  /** Takes the destination. @throws ExportError `ERR_EXPORT_LOCKED` if another run has it. */
  openSession(): Promise<DestinationSession>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
