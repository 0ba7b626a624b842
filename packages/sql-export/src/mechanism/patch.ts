// Sets the references that were loaded as NULL, once every row is there.
import type { DestinationSession } from '../port/destination.ts'
import type { SourceSnapshot } from '../port/source.ts'
import type { Row } from '../vocabulary/cell.ts'
import { ExportError, withRows } from '../vocabulary/errors.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { RowEncoder } from './encode.ts'
import type { LoadOptions, TableCounts } from './load.ts'
import { requireAll } from './load.ts'
import { readCheckedPage } from './pages.ts'

/** Patches one table from a rank on. Its keys and references are read again, and mapped as they were when its rows were loaded. */
export async function patchTable(
  ref: TableRef,
  snapshot: SourceSnapshot,
  session: DestinationSession,
  options: LoadOptions,
  counts: TableCounts,
  start: number,
): Promise<void> {
  const { closure, plan } = options
  const table = closure.table(ref)
  const { key } = table.table
  const edges = plan.edges.filter(({ child }) => sameTable(child, ref))
  const columns = [...new Set([...key, ...edges.flatMap(({ childColumns }) => childColumns)])]
  const predicates = [...new Set(edges.map(({ predicate }) => predicate).filter((predicate) => predicate !== null))]
  const patched = [...new Set(edges.flatMap(({ patch }) => patch))]
  const encoder = new RowEncoder(closure, table, columns, options.blocks, {
    edges: plan.edges,
    maskKey: options.maskKey,
    isNullable: (name) => patched.includes(name),
    predicates,
    counts: { nulled: 0, masked: 0 }, // counted when the rows were loaded
    engines: { from: plan.source.engine, to: plan.destination?.engine ?? plan.source.engine },
    phase: 'patch',
  })
  const at = (name: string): number => columns.indexOf(name) + 1
  const positions = [...key, ...patched].map(at)
  const { store } = table
  const total = store.rankedSize
  const writer = session.openPatcher(ref, key, patched)
  try {
    for (let from = start, batch = 0; from < total; from += options.batchRows, batch++) {
      options.signal?.throwIfAborted()
      options.limits.requireTime('patch', ref)
      const startedAtMs = performance.now()
      const page = store.indexesOfRanks(from, from + options.batchRows)
      const values = Array.from(page, (index) => store.keyAt(index))
      const request = { table: ref, address: key, values, columns, predicates }
      const check = { batch, keyKinds: table.keyKinds, byStoredKey: true, allowRepeats: false, tags: options.tags }
      const found: Row[] = []
      const missing = await readCheckedPage(snapshot, request, check, (rows) => {
        for (const row of rows) {
          const index = page[Number(row[0])] ?? 0
          try {
            if (encoder.encode(row, index)) found.push(row)
          } catch (error) {
            throw withRows(error, [options.tags.of(ref, store.keyAt(index))])
          }
        }
      })
      requireAll(ref, batch, missing, 'patch', (ordinal) => options.tags.of(ref, values[ordinal] ?? []))
      if (found.length > 0) await writer.write(found, positions)
      const taken = await writer.flush()
      if (taken !== found.length)
        throw new ExportError(
          'ERR_EXPORT_WRITE_COUNT',
          `${tableText(ref)}: references of ${found.length} rows were to be set, and ${taken} were`,
          { table: ref, step: 'patch', remedy: 'A trigger or rule at the destination removes rows; disable it for the load.' },
        )
      counts.patched += taken
      options.onRows(tableText(ref), found.length, 0)
      options.onPage(ref, performance.now() - startedAtMs)
      await options.onWritten(ref, from + page.length - 1)
    }
  } finally {
    await writer.close()
  }
}
