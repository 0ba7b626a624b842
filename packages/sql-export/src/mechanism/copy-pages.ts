// Pages that the destination copies by itself, where it shares an engine with the source: with the checks of those that pass by here.
import type { DestinationSession } from '../port/destination.ts'
import type { CopyPage, RowCopier } from '../port/row-copier.ts'
import type { SourceSnapshot } from '../port/source.ts'
import type { PlanEdge, PlanLoss, PlanTable } from '../structure/plan.ts'
import { copiedColumns } from '../structure/plan.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { cellBytes } from '../vocabulary/cell.ts'
import { ExportError, isExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import type { ClosureTable } from './closure-table.ts'
import type { RowEncoder } from './encode.ts'
import type { LimitWatch } from './limits.ts'

/**
 * Rows that are copied by one statement, between which a run can be aborted. `node:sqlite` keeps what it calls a function with until the
 * statement ends, so that more of them make the engine's young generation grow.
 */
const COPY_ROWS = 500

/** Whether the rows of a table may be copied: they are written as they are read, but for keys, references and masks, and lose nothing. */
export function mayCopy({ id, onConflict, rows }: PlanTable, edges: readonly PlanEdge[], losses: readonly PlanLoss[]): boolean {
  const isPlain = ({ predicate, load }: PlanEdge): boolean =>
    predicate === null && load !== 'same-statement' && load !== 'by-depth' && load !== 'null-then-update'
  // what a loss befalls is counted value by value
  if (losses.some(({ table }) => sameTable(table, id))) return false
  return rows === 'copy' && onConflict === 'error' && edges.every(isPlain)
}

/** Columns of a table that are looked at: its key, references and masked ones. */
export function lookedAt(table: PlanTable, edges: readonly PlanEdge[]): string[] {
  const columns = new Set(table.key)
  const copied = copiedColumns(table)
  for (const { childColumns, cut } of edges)
    for (const name of childColumns) if (!cut || copied.some((column) => column.name === name)) columns.add(name)
  for (const { name, transform } of copied) if (transform !== null) columns.add(name)
  return [...columns]
}

export interface CopyCounts {
  read: number
  written: number
  nulled: number
  masked: number
  copied: number
  bytes: number
}

/** What a copy tells of the rows that it wrote. */
export interface CopyProgress {
  readonly counts: CopyCounts
  readonly batchRows: number
  readonly maxRowBytes: number
  readonly signal: AbortSignal | undefined
  readonly limits: LimitWatch
  readonly onRows: (table: string, rows: number, bytes: number) => void
  readonly onPage: (ref: TableRef, ms: number) => void
  readonly onWritten: (ref: TableRef, last: number) => Promise<void>
}

/** How a table's pages are asked for: once a page cannot be had in one form, that page and those after it are in the next. */
const FORMS = ['whole', 'range', 'list'] as const
type Form = (typeof FORMS)[number]

/** A row that is not the next one, is too large, or cannot be encoded. */
class NotNext extends Error {}

/** Copies the rows of one table, in the order of their ranks. */
export class TableCopy {
  readonly #table: ClosureTable
  readonly #copier: RowCopier
  readonly #encoder: RowEncoder
  #form: Form | undefined

  constructor(table: ClosureTable, copier: RowCopier, encoder: RowEncoder) {
    this.#table = table
    this.#copier = copier
    this.#encoder = encoder
    this.#form = table.keyKinds.every((kind) => kind === 'int64') ? FORMS[0] : 'list'
  }

  /** Opens one, if the destination can copy from that snapshot. @param columns - those that are looked at. */
  static open(
    table: ClosureTable,
    snapshot: Pick<SourceSnapshot, 'readPage'>,
    session: Pick<DestinationSession, 'openCopier'>,
    encoder: RowEncoder,
    columns: readonly string[],
  ): TableCopy | undefined {
    const changed = encoder.changed()
    if ([...changed].some((at) => at > columns.length)) return undefined
    const copier = session.openCopier?.(snapshot, {
      table: table.table.id,
      key: table.table.key,
      columns,
      changed: columns.filter((_, i) => changed.has(i + 1)),
      written: copiedColumns(table.table).map(({ name }) => name),
    })
    return copier === undefined ? undefined : new TableCopy(table, copier, encoder)
  }

  /** Copies from a rank on. @returns the rank from which on rows are to be read and written: past the last, if all were copied. */
  async run(start: number, progress: CopyProgress): Promise<number> {
    const { store, table } = this.#table
    const total = store.rankedSize
    let from = start
    try {
      while (from < total) {
        const startedAtMs = performance.now()
        const end = Math.min(from + progress.batchRows, total)
        while (from < end) {
          progress.signal?.throwIfAborted()
          const isCopied = await this.#copy(store.indexesOfRanks(from, Math.min(from + COPY_ROWS, end)), from, progress)
          if (!isCopied) return from
          from = Math.min(from + COPY_ROWS, end)
        }
        progress.limits.requireTime('load', table.id)
        progress.onPage(table.id, performance.now() - startedAtMs)
        await progress.onWritten(table.id, from - 1)
      }
    } finally {
      this.#copier.close()
    }
    return from
  }

  async #copy(page: Int32Array, from: number, progress: CopyProgress): Promise<boolean> {
    const { counts, maxRowBytes } = progress
    const { store, table } = this.#table
    const { nulled, masked } = counts
    const to = from + page.length
    let next = from
    let bytes = 0
    /** Rows come in the order of their ranks, each once; anything else goes the long way, which finds the fault's code and names the row. */
    const onRow = (row: Row): boolean => {
      const index = store.find(row, 1)
      const rank = index === -1 ? -1 : store.rankAt(index)
      if (rank < from || rank >= to) return false
      let size = Number(row[0])
      for (let i = 1; i < row.length; i++) size += cellBytes(row[i] ?? null)
      if (rank !== next || size > maxRowBytes) throw new NotNext()
      bytes += size
      next++
      try {
        this.#encoder.encode(row, index)
      } catch (error) {
        throw isExportError(error) ? new NotNext() : error
      }
      return true
    }
    const attempt = async (keys: CopyPage['keys']): Promise<number | undefined> => {
      next = from
      bytes = 0
      counts.nulled = nulled
      counts.masked = masked
      try {
        return await this.#copier.copy({ rows: page.length, keys }, onRow)
      } catch (error) {
        if (error instanceof NotNext) return undefined
        throw error
      }
    }
    const keyAt = (i: number): Cell[] => store.keyAt(page[i] ?? 0)
    const keysAs = (form: Form): CopyPage['keys'] =>
      form === 'list'
        ? Array.from(page, (_, i) => keyAt(i))
        : { first: keyAt(0), last: keyAt(page.length - 1), isWhole: form === 'whole' }
    let taken: number | undefined
    while (taken === undefined) {
      if (this.#form === undefined) {
        counts.nulled = nulled
        counts.masked = masked
        return false
      }
      taken = await attempt(keysAs(this.#form))
      if (taken === undefined) this.#form = FORMS[FORMS.indexOf(this.#form) + 1]
    }
    requireTaken(table.id, page.length, taken)
    progress.limits.takeBytes(table.id, bytes)
    counts.read += page.length
    counts.written += taken
    counts.copied += taken
    counts.bytes += bytes
    progress.onRows(tableText(table.id), page.length, bytes)
    return true
  }
}

/** @throws ExportError `ERR_EXPORT_WRITE_COUNT` if the destination took another number of rows than it was sent. */
export function requireTaken(ref: TableRef, sent: number, taken: number): void {
  if (taken === sent) return
  throw new ExportError('ERR_EXPORT_WRITE_COUNT', `${tableText(ref)}: ${sent} rows were sent, and ${taken} taken`, {
    table: ref,
    step: 'load',
    remedy: 'A trigger or rule at the destination leaves rows out; disable it for the load.',
  })
}
