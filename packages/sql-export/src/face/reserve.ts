// Reserves keys before rows are written, and refuses keys that are there already.
import type { Closure } from '../mechanism/closure-set.ts'
import { columnMask } from '../mechanism/encode.ts'
import type { KeyRanges } from '../mechanism/verify.ts'
import type { DestinationSession } from '../port/destination.ts'
import type { JournalFacts } from '../structure/journal.ts'
import type { Plan } from '../structure/plan.ts'
import { ExportError } from '../vocabulary/errors.ts'
import { greatestInteger } from '../vocabulary/integer-range.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'

const PAGE_ROWS = 5000

export interface Reserved {
  readonly starts: ReadonlyMap<string, bigint>
  readonly ranges: KeyRanges
}

/**
 * Reserves a block of keys for each table whose keys are remapped: from one past the greatest key, under the run's lock, and past
 * the blocks of unfinished runs, which may still be filled.
 */
export async function reserveBlocks(
  plan: Plan,
  closure: Closure,
  session: DestinationSession,
  unfinished: readonly JournalFacts[],
): Promise<Reserved> {
  const starts = new Map<string, bigint>()
  const ranges = new Map<string, { readonly from: bigint; readonly to: bigint }>()
  for (const { id, keys, rows, key, columns } of plan.tables) {
    if (keys !== 'remap' || rows !== 'copy') continue
    const count = BigInt(closure.table(id).store.rankedSize)
    let past = 0n
    for (const { blocks, keys: counts } of unfinished) {
      const last = BigInt(blocks[tableId(id)] ?? 0) + BigInt(counts[tableId(id)]?.count ?? 0) - 1n
      if (last > past) past = last
    }
    const start = await session.reserveKeys(id, key[0] ?? '', count, past)
    const type = columns.find(({ name }) => name === key[0])?.destinationType ?? ''
    if (start + count - 1n > greatestInteger(type, plan.destination?.engine !== 'sqlite'))
      throw new ExportError('ERR_EXPORT_KEY_MODE', `${tableText(id)}: no room for ${count} keys past the greatest`, {
        table: id,
        remedy: 'Remove the row with the greatest key, or keep the keys.',
      })
    starts.set(tableId(id), start)
    ranges.set(tableId(id), { from: start, to: start + count - 1n })
  }
  return { starts, ranges }
}

/** Refuses rows whose kept, masked or hashed keys are at the destination already. */
export async function requireKeyMode(
  plan: Plan,
  closure: Closure,
  session: DestinationSession,
  maskKey: Uint8Array | undefined,
): Promise<void> {
  for (const { id, keys, rows, key, columns, onConflict } of plan.tables) {
    if (keys === 'remap' || rows !== 'copy' || onConflict !== 'error') continue
    const isKnown = key.every((name) => {
      const column = columns.find((candidate) => candidate.name === name)
      return column !== undefined && column.omit === null && sameTable(column.origin.table, id)
    })
    if (!isKnown) continue // a key that follows another, or is made anew, is checked by the key itself when it is written
    const { store } = closure.table(id)
    const masks = key.map((name) => {
      const column = columns.find((candidate) => candidate.name === name)
      return column === undefined || column.transform === null ? undefined : columnMask(column, maskKey)
    })
    for (let at = 0; at < store.rankedSize; at += PAGE_ROWS) {
      const values = Array.from(store.indexesOfRanks(at, at + PAGE_ROWS), (index) =>
        store.keyAt(index).map((cell, i) => masks[i]?.(cell) ?? cell),
      )
      const there = await session.countExisting(id, key, values)
      if (there > 0)
        throw new ExportError(
          'ERR_EXPORT_KEY_COLLISION',
          `${tableText(id)}: ${there} or more keys are at the destination already`,
          {
            table: id,
            remedy: 'Remap the keys, or empty the table.',
          },
        )
    }
  }
}

/** Refuses rows of tables that should exist at the destination, and do not. @returns how many there are, by table. */
export async function requireExisting(
  closure: Closure,
  session: DestinationSession,
  batchRows: number,
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (const { table, store } of closure.tables) {
    if (table.rows !== 'existing') continue
    let there = 0
    for (let at = 0; at < store.rankedSize; at += batchRows) {
      const keys = Array.from(store.indexesOfRanks(at, at + batchRows), (index) => store.keyAt(index))
      there += await session.countExisting(table.id, table.key, keys)
    }
    found.set(tableText(table.id), there)
    if (there < store.rankedSize)
      throw new ExportError(
        'ERR_EXPORT_EXISTING_MISSING',
        `${tableText(table.id)}: ${store.rankedSize - there} of ${store.rankedSize} rows that should exist are not at the destination`,
        {
          table: table.id,
          remedy: 'Load them first, or set rows: "copy".',
        },
      )
  }
  return found
}
