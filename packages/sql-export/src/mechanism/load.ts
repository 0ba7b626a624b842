// Reads the rows of the closure, page by page, and writes them.
import type { DestinationSession } from '../port/destination.ts'
import type { SourceSnapshot } from '../port/source.ts'
import type { RowTransformer } from '../port/transformer.ts'
import type { Catalog } from '../structure/catalog.ts'
import { findTable } from '../structure/catalog.ts'
import type { Plan } from '../structure/plan.ts'
import { copiedColumns } from '../structure/plan.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { cellBytes } from '../vocabulary/cell.ts'
import { ExportError } from '../vocabulary/errors.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import type { Closure, ClosureTable } from './closure-table.ts'
import type { Blocks } from './encode.ts'
import { RowEncoder } from './encode.ts'
import { isNullable } from './edges.ts'
import type { LimitWatch } from './limits.ts'
import { readCheckedPage } from './pages.ts'
import type { TransformStep } from './typed-rows.ts'
import { transformStep } from './typed-rows.ts'

export interface TableCounts {
  read: number
  written: number
  dropped: number
  nulled: number
  patched: number
  masked: number
  existing: number
  bytes: number
}

export interface LoadOptions {
  readonly plan: Plan
  readonly catalog: Catalog
  readonly closure: Closure
  readonly blocks: Blocks
  readonly transformers: readonly RowTransformer[]
  readonly maskKey: Uint8Array | undefined
  readonly batchRows: number
  readonly transformRows: number
  readonly transformTimeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly limits: LimitWatch
  readonly onRows: (table: string, rows: number, bytes: number) => void
  /** Called after each page, with the rank of the last row asked for. It may commit. */
  readonly onPage: (ref: TableRef, last: number, ms: number) => Promise<void>
}

/** Loads one table from a rank on. Rows are asked for in key order; every one must arrive, once. */
export async function loadTable(
  ref: TableRef,
  snapshot: SourceSnapshot,
  session: DestinationSession,
  options: LoadOptions,
  counts: TableCounts,
  start: number,
): Promise<void> {
  const { closure, plan } = options
  const table = closure.table(ref)
  const written = copiedColumns(table.table)
  const columns = [...table.table.key]
  for (const { name } of written) if (!columns.includes(name)) columns.push(name)
  for (const { edge } of table.outEdges) for (const name of edge.childColumns) if (!columns.includes(name)) columns.push(name)
  const edges = plan.edges.filter(({ child }) => sameTable(child, ref))
  const predicates = [...new Set(edges.map(({ predicate }) => predicate).filter((predicate) => predicate !== null))]
  const known = findTable(options.catalog, ref)
  const encoder = new RowEncoder(closure, table, columns, options.blocks, {
    edges: plan.edges,
    maskKey: options.maskKey,
    isNullable: (name) => known !== undefined && isNullable(known, name),
    predicates,
    counts,
    engines: { from: plan.source.engine, to: plan.destination?.engine ?? plan.source.engine },
  })
  const steps = transformSteps(table, columns, edges, options, counts)
  const positions = written.map(({ name }) => columns.indexOf(name) + 1)
  const writer = session.openWriter(
    ref,
    written.map(({ name }) => name),
  )
  const isOneStatement = edges.some(({ load }) => load === 'same-statement')
  const ranked = table.store.ranked()
  let sent = 0
  try {
    for (let from = start, batch = 0; from < ranked.length; from += options.batchRows, batch++) {
      options.signal?.throwIfAborted()
      const startedAtMs = performance.now()
      const page = ranked.subarray(from, Math.min(ranked.length, from + options.batchRows))
      const values = Array.from(page, (index) => table.store.keyAt(index))
      const request = { table: ref, address: table.table.key, values, columns, predicates }
      const wasDelivered = (row: readonly Cell[], offset: number): boolean => {
        const index = table.store.find(row, offset)
        return index !== -1 && table.store.rankAt(index) >= 0 && table.store.rankAt(index) < from
      }
      const check = { batch, keyKinds: table.keyKinds, byStoredKey: true, allowRepeats: false, wasDelivered }
      const missing = await readCheckedPage(snapshot, request, check, async (rows) => {
        await writeRows(rows, page)
      })
      if (missing.length > 0)
        throw new ExportError(
          'ERR_EXPORT_ROW_MISSING',
          `${tableText(ref)}, page ${batch}: ${missing.length} rows did not arrive, the first at ordinal ${missing[0]}`,
          {
            table: ref,
            batch,
            step: 'load',
            remedy: 'Rows vanished from the source during the run. Nothing of this batch was written.',
          },
        )
      if (!isOneStatement) await flush()
      options.limits.requireTime('load', ref)
      await options.onPage(ref, from + page.length - 1, performance.now() - startedAtMs)
    }
    await flush()
  } finally {
    await writer.close()
  }

  async function flush(): Promise<void> {
    const taken = await writer.flush()
    if (taken !== sent)
      throw new ExportError('ERR_EXPORT_WRITE_COUNT', `${tableText(ref)}: ${sent} rows were sent, and ${taken} taken`, {
        table: ref,
        step: 'load',
        remedy: 'A trigger or rule at the destination leaves rows out; disable it for the load.',
      })
    counts.written += taken
    sent = 0
  }

  async function writeRows(rows: readonly Row[], page: Int32Array): Promise<void> {
    options.signal?.throwIfAborted()
    options.limits.requireTime('load', ref)
    const bytes = sizeOf(rows)
    options.limits.takeBytes(ref, bytes)
    let kept = rows
    for (const step of steps) kept = await step.apply(kept)
    for (let i = 0; i < kept.length; i++) {
      const row = kept[i] ?? []
      encoder.encode(row, page[Number(row[0])] ?? 0)
    }
    await writer.write(kept, positions)
    sent += kept.length
    counts.read += rows.length
    counts.bytes += bytes
    options.onRows(tableText(ref), rows.length, bytes)
  }
}

function sizeOf(rows: readonly Row[]): number {
  let bytes = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? []
    for (let j = 1; j < row.length; j++) bytes += cellBytes(row[j] ?? null)
  }
  return bytes
}

function transformSteps(
  table: ClosureTable,
  columns: readonly string[],
  edges: Plan['edges'],
  options: LoadOptions,
  counts: TableCounts,
): TransformStep[] {
  const fixed = new Set([...table.table.key, ...edges.flatMap(({ childColumns }) => [...childColumns])])
  for (const { edge } of table.inEdges) for (const name of edge.parentColumns) fixed.add(name)
  const planColumns = columns
    .map((name) => table.table.columns.find((column) => column.name === name))
    .filter((column) => column !== undefined)
  const shared = {
    transformRows: options.transformRows,
    timeoutMs: options.transformTimeoutMs,
    signal: options.signal,
    fixed,
    canDrop: table.inEdges.length === 0,
    onDropped: (rows: number) => {
      counts.dropped += rows
    },
  }
  return options.transformers
    .map((transformer) => transformStep(transformer, table.table, planColumns, shared))
    .filter((step) => step !== undefined)
}
