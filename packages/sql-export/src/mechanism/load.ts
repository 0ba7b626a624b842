// Reads the rows of the closure, page by page, and writes them.
import type { DestinationSession } from '../port/destination.ts'
import type { PageReader } from '../port/source.ts'
import type { RowTransformer } from '../port/transformer.ts'
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import { findTable } from '../structure/catalog.ts'
import type { Plan } from '../structure/plan.ts'
import { copiedColumns } from '../structure/plan.ts'
import { MOST_TAGS } from '../structure/row-tag.ts'
import type { RowTags } from '../structure/row-tag.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { INTEGER_BYTES, cellBytes } from '../vocabulary/cell.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import { unpackRow } from '../vocabulary/packed-rows.ts'
import { ExportError, withRows } from '../vocabulary/errors.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import type { Closure } from './closure-set.ts'
import type { ClosureTable } from './closure-table.ts'
import { TableCopy, lookedAt, mayCopy, requireTaken } from './copy-pages.ts'
import { Conflicts } from './conflicts.ts'
import type { Blocks } from './encode.ts'
import { depthEdges, depthOrder, placesOf } from './depth-order.ts'
import { RowEncoder } from './encode.ts'
import type { PackedEncoder } from './encode-packed.ts'
import { isNullable } from './edges.ts'
import type { LimitWatch } from './limits.ts'
import { pageRequest } from './page-request.ts'
import { readCheckedPage } from './pages.ts'
import type { LossCounts } from './loss-counts.ts'
import { RowNames } from './row-names.ts'
import { tellingCollisions } from './mask-collision.ts'
import { PageAhead } from './read-ahead.ts'
import type { TransformStep } from './typed-rows.ts'
import { transformStep } from './typed-rows.ts'

/** Rows of one statement, about: what it fires is kept by the server until it ends. */
const STATEMENT_ROWS = 200_000

export interface TableCounts {
  read: number
  written: number
  dropped: number
  nulled: number
  patched: number
  masked: number
  existing: number
  replaced: number
  copied: number
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
  /** Names rows in messages. */
  readonly tags: RowTags
  /** Default: losses are not counted. */
  readonly losses?: LossCounts | undefined
  readonly maxRowBytes: number
  /** What may wait between reader and writer. */
  readonly bufferBytes: number
  /** The table as it is at the destination. */
  readonly tableThere?: ((ref: TableRef) => CatalogTable | undefined) | undefined
  readonly onRows: (table: string, rows: number, bytes: number) => void
  /** Called after each page. */
  readonly onPage: (ref: TableRef, ms: number) => void
  /** Called when rows were taken by the destination, with the rank of the last row asked for. It may commit. */
  readonly onWritten: (ref: TableRef, last: number) => Promise<void>
  /** Whether what was written should be taken now, so that it can be committed. Default: after each page. */
  readonly isDue?: (() => boolean) | undefined
}

/** Where rows go. Only one that can tell what is there already deals with conflicts. */
export type LoadTarget = Pick<DestinationSession, 'openWriter' | 'tailFormat'> &
  Partial<Pick<DestinationSession, 'openPatcher' | 'countExisting' | 'openCopier'>>

/** Loads one table from a rank on. Rows are asked for in key order; every one must arrive, once. */
export async function loadTable(
  ref: TableRef,
  snapshot: PageReader,
  session: LoadTarget,
  options: LoadOptions,
  counts: TableCounts,
  start: number,
): Promise<void> {
  const { closure, plan } = options
  const table = closure.table(ref)
  const byDepth = start === 0 ? depthEdges(table) : []
  const order = byDepth.length === 0 ? undefined : await depthOrder(table, byDepth, snapshot, { ...options, requireAll })
  const written = copiedColumns(table.table)
  const edges = plan.edges.filter(({ child }) => sameTable(child, ref))
  const { onConflict } = table.table
  const tail = onConflict === 'error' ? tailOf(table, edges, snapshot, session, options) : []
  const seen = lookedAt(table.table, edges)
  const columns = [...seen]
  for (const { name } of written) if (!columns.includes(name) && !tail.includes(name)) columns.push(name)
  for (const { edge } of table.outEdges) for (const name of edge.childColumns) if (!columns.includes(name)) columns.push(name)
  const predicates = [...new Set(edges.map(({ predicate }) => predicate).filter((predicate) => predicate !== null))]
  const known = findTable(options.catalog, ref)
  const encoder = new RowEncoder(closure, table, columns, options.blocks, {
    edges: plan.edges,
    maskKey: options.maskKey,
    isNullable: (name) => known !== undefined && isNullable(known, name),
    predicates,
    counts,
    engines: { from: plan.source.engine, to: plan.destination?.engine ?? plan.source.engine },
    phase: 'load',
  })
  const names = new RowNames(table, options.tags)
  const losses = options.losses?.of(ref, (name) => columns.indexOf(name) + 1)
  const steps = transformSteps(table, columns, edges, options, counts, names)
  const changing = written.map(({ name }) => name).filter((name) => !tail.includes(name))
  const positions = changing.map((name) => columns.indexOf(name) + 1)
  if (tail.length > 0) positions.push(1 + columns.length + predicates.length)
  const writer = tellingCollisions(session.openWriter(ref, changing, tail), table.table, options.tableThere?.(ref))
  const isByDepth = edges.some(({ load }) => load === 'by-depth')
  const conflicts =
    onConflict === 'error' || !canSettle(session)
      ? undefined
      : new Conflicts(
          session,
          ref,
          { key: table.table.key, written: changing, at: (name) => columns.indexOf(name) + 1 },
          onConflict,
          counts,
          isByDepth,
        )
  const isOneStatement = isByDepth || edges.some(({ load }) => load === 'same-statement')
  const { store } = table
  const total = store.rankedSize
  const placeOf = order === undefined ? (index: number): number => store.rankAt(index) : placesOf(order)
  let sent = 0
  const isPackable = steps.length === 0 && losses === undefined && conflicts === undefined && writer.writePacked !== undefined
  const packer = isPackable ? encoder.packed() : undefined
  const isCopied = mayCopy(table.table, edges, options.plan.losses) && steps.length === 0 && order === undefined
  const copy = isCopied ? TableCopy.open(table, snapshot, session, encoder, seen) : undefined
  const first = (await copy?.run(start, { ...options, counts })) ?? start
  const pages = function* () {
    for (let from = first, batch = 0; from < total; from += options.batchRows, batch++) {
      const to = from + options.batchRows
      const page = order?.subarray(from, to) ?? store.indexesOfRanks(from, to)
      const asked = { table: ref, address: table.table.key, columns, predicates, tail }
      yield { from, batch, page, request: pageRequest(asked, store, page, packer !== undefined) }
    }
  }
  const ahead = new PageAhead(snapshot, pages(), options.bufferBytes)
  try {
    for (let taken = ahead.take(); taken !== undefined; taken = ahead.take()) {
      const { chunks } = taken
      const { from, batch, page, request } = taken.page
      options.signal?.throwIfAborted()
      const startedAtMs = performance.now()
      const wasDelivered = (row: readonly Cell[], offset: number): boolean => {
        const index = table.store.find(row, offset)
        return index !== -1 && placeOf(index) >= 0 && placeOf(index) < from
      }
      const check = { batch, keyKinds: table.keyKinds, byStoredKey: true, allowRepeats: false, tags: options.tags, wasDelivered }
      const missing = await readCheckedPage(
        { readPage: () => chunks },
        request,
        check,
        (rows) => writeRows(rows, page, batch),
        packer === undefined ? undefined : (packed) => writePacked(packer, packed, page, batch),
      )
      requireAll(ref, batch, missing, 'load', (ordinal) => options.tags.of(ref, request.values[ordinal] ?? []))
      options.limits.requireTime('load', ref)
      options.onPage(ref, performance.now() - startedAtMs)
      if (from + page.length < total && isGoingOn()) {
        await names.telling(async () => writer.push?.())
        continue
      }
      await flush()
      await options.onWritten(ref, from + page.length - 1)
    }
  } finally {
    await ahead.close()
    await writer.close()
    await conflicts?.close()
  }

  /**
   * Whether the statement at hand takes the next page as well. Rows of one statement are not committed before it has ended. Conflicts are settled by
   * statements of the same connection, which would wait for the end of this one.
   */
  function isGoingOn(): boolean {
    if (isOneStatement) return true
    return conflicts === undefined && writer.push !== undefined && sent < STATEMENT_ROWS && options.isDue?.() === false
  }

  async function flush(): Promise<void> {
    const taken = await names.telling(() => writer.flush())
    names.flushed()
    requireTaken(ref, sent, taken)
    counts.written += taken
    sent = 0
  }

  function tooLarge(row: Row, batch: number): never {
    let largest = 1
    for (let at = 1; at < row.length; at++) if (cellBytes(row[at] ?? null) > cellBytes(row[largest] ?? null)) largest = at
    const [name = ''] = names.ofRows([row])
    throw new ExportError(
      'ERR_EXPORT_VALUE',
      `${tableText(ref)}, page ${batch}, ordinal ${row[0]} (row ${name}): a row has more than the ${options.maxRowBytes} bytes of maxRowBytes, most of them in ${columns[largest - 1] ?? tail.join(', ')}`,
      { table: ref, step: 'load', batch, rows: [name], remedy: 'Raise maxRowBytes, or mask the column.' },
    )
  }

  async function writeRows(rows: readonly Row[], page: Int32Array, batch: number): Promise<void> {
    options.signal?.throwIfAborted()
    options.limits.requireTime('load', ref)
    names.page = page
    const bytes = sizeOf(rows, options.maxRowBytes, (row) => tooLarge(row, batch))
    options.limits.takeBytes(ref, bytes)
    let kept = rows
    for (const step of steps) kept = await step.apply(kept)
    losses?.read(kept)
    let at = 0
    try {
      for (; at < kept.length; at++) {
        const row = kept[at] ?? []
        encoder.encode(row, page[Number(row[0])] ?? 0)
      }
    } catch (error) {
      throw withRows(error, names.ofRows([kept[at] ?? []]))
    }
    if (conflicts === undefined) await send(kept)
    else {
      // Statements of the same connection: they would wait for the end of the one at hand, which waits for rows.
      if (sent > 0) await flush()
      for await (const others of conflicts.settle(kept)) {
        await send(others)
        if (isByDepth) await flush() // what is replaced next may refer to them
      }
    }
    moved(rows.length, bytes)
  }

  async function send(rows: readonly Row[]): Promise<void> {
    losses?.written(rows)
    names.send(rows)
    await names.telling(() => writer.write(rows, positions))
    sent += rows.length
  }

  async function writePacked(by: PackedEncoder, packed: PackedRows, page: Int32Array, batch: number): Promise<void> {
    options.signal?.throwIfAborted()
    options.limits.requireTime('load', ref)
    names.page = page
    const bytes = packedSizeOf(packed, options.maxRowBytes, (row) => tooLarge(row, batch))
    options.limits.takeBytes(ref, bytes)
    by.encode(packed, page)
    names.sendPacked(packed)
    await names.telling(async () => writer.writePacked?.(packed, positions))
    sent += packed.count
    moved(packed.count, bytes)
  }

  function moved(rows: number, bytes: number): void {
    counts.read += rows
    counts.bytes += bytes
    options.onRows(tableText(ref), rows, bytes)
  }
}

function canSettle(target: LoadTarget): target is LoadTarget & Pick<DestinationSession, 'openPatcher' | 'countExisting'> {
  return target.openPatcher !== undefined && target.countExisting !== undefined
}

/** @throws ExportError `ERR_EXPORT_ROW_MISSING` if some ordinals of a page did not arrive. */
export function requireAll(
  ref: TableRef,
  batch: number,
  missing: readonly number[],
  step: 'load' | 'patch' = 'load',
  nameOf: ((ordinal: number) => string) | undefined = undefined,
): void {
  if (missing.length === 0) return
  const rows = nameOf === undefined ? [] : missing.slice(0, MOST_TAGS).map(nameOf)
  throw new ExportError(
    'ERR_EXPORT_ROW_MISSING',
    `${tableText(ref)}, page ${batch}: ${missing.length} rows did not arrive, the first at ordinal ${missing[0]}${rows.length === 0 ? '' : `: rows ${rows.join(', ')}`}`,
    {
      rows,
      table: ref,
      batch,
      step,
      remedy: 'Rows vanished from the source during the run. Nothing of this batch was written.',
    },
  )
}

/** Columns that are written just as they are read, where source and destination can hand them over unread. */
function tailOf(
  { table }: ClosureTable,
  edges: Plan['edges'],
  snapshot: PageReader,
  session: Pick<DestinationSession, 'openWriter' | 'tailFormat'>,
  { transformers }: LoadOptions,
): string[] {
  if (snapshot.tailFormat === undefined || snapshot.tailFormat !== session.tailFormat) return []
  if (transformers.some(({ tables }) => Object.hasOwn(tables, tableText(table.id)))) return []
  return copiedColumns(table)
    .filter(({ transform, sourceType, destinationType }) => transform === null && (destinationType ?? sourceType) === sourceType)
    .map(({ name }) => name)
    .filter((name) => !table.key.includes(name) && !edges.some(({ childColumns }) => childColumns.includes(name)))
}

/** @param onLarge - called with a row of more than `maxRowBytes`. */
function sizeOf(rows: readonly Row[], maxRowBytes: number, onLarge: (row: Row) => never): number {
  let bytes = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? []
    const before = bytes
    for (let j = 1; j < row.length; j++) bytes += cellBytes(row[j] ?? null)
    if (bytes - before > maxRowBytes) onLarge(row)
  }
  return bytes
}

/** The same of packed rows. */
function packedSizeOf(packed: PackedRows, maxRowBytes: number, onLarge: (row: Row) => never): number {
  const { count, width, tails } = packed
  let bytes = 0
  for (let i = 0; i < count; i++) {
    const tail = tails === undefined ? 0 : (tails.bounds[i * 2 + 1] ?? 0) - (tails.bounds[i * 2] ?? 0)
    const row = (width - 1) * INTEGER_BYTES + tail
    if (row > maxRowBytes) onLarge(unpackRow(packed, i))
    bytes += row
  }
  return bytes
}

function transformSteps(
  table: ClosureTable,
  columns: readonly string[],
  edges: Plan['edges'],
  options: LoadOptions,
  counts: TableCounts,
  names: RowNames,
): TransformStep[] {
  const fixed = new Set([...table.table.key, ...edges.flatMap(({ childColumns }) => [...childColumns])])
  for (const { edge } of table.inEdges) for (const name of edge.parentColumns) fixed.add(name)
  const planColumns = columns
    .map((name) => table.table.columns.find((column) => column.name === name))
    .filter((column) => column !== undefined)
  const shared = {
    engine: options.plan.source.engine,
    transformRows: options.transformRows,
    timeoutMs: options.transformTimeoutMs,
    signal: options.signal,
    fixed,
    canDrop: table.inEdges.length === 0,
    nameRows: (rows: readonly Row[]) => names.ofRows(rows),
    onDropped: (rows: number) => {
      counts.dropped += rows
    },
  }
  return options.transformers
    .map((transformer) => transformStep(transformer, table.table, planColumns, shared))
    .filter((step) => step !== undefined)
}
