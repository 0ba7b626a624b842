// What a run must know to load rows: from the beginning, or from its journal.
import type { Closure } from '../mechanism/closure-set.ts'
import type { Baseline, KeyRanges } from '../mechanism/verify.ts'
import type { JournalFacts, JournalRun, RunIdentity } from '../structure/journal.ts'
import { identityDifferences, identityOf } from '../structure/journal.ts'
import { ExportError } from '../vocabulary/errors.ts'
import { tableId, tableText } from '../vocabulary/table-ref.ts'

export interface RunStart {
  readonly starts: ReadonlyMap<string, bigint>
  readonly ranges: KeyRanges
  readonly baseline: Baseline
  readonly constraints: string
  /** When the run's first snapshot was taken. */
  readonly sourceEpochMs: number
  /** As the journal has them. */
  readonly facts: JournalFacts
}

/** Count and digest of each table's keys. */
export function keysOf(closure: Closure): JournalFacts['keys'] {
  return Object.fromEntries(
    closure.tables.map(({ table, store }) => [tableId(table.id), { count: store.rankedSize, digest: store.digest() }]),
  )
}

/** Rows that the closure has for the destination. */
export function rowsOf(closure: Closure): number {
  return closure.tables.reduce((sum, { table, store }) => sum + (table.rows === 'copy' ? store.rankedSize : 0), 0)
}

/** Refuses to go on when the closure is not the one that the run began with. */
export function requireSameKeys(closure: Closure, facts: JournalFacts): void {
  const different = closure.tables.filter(({ table, store }) => {
    const known = facts.keys[tableId(table.id)]
    return known === undefined || known.count !== store.rankedSize || known.digest !== store.digest()
  })
  if (different.length === 0) return
  const list = different.map(
    ({ table, store }) =>
      `${tableText(table.id)} (${facts.keys[tableId(table.id)]?.count ?? 0} keys then, ${store.rankedSize} now)`,
  )
  throw new ExportError('ERR_EXPORT_SOURCE_CHANGED', `the source has changed since the run began: ${list.join(', ')}`, {
    step: 'closure',
    remedy: 'Empty the destination, and run again.',
  })
}

/** Refuses to go on with a run as another one, and says what is another. */
export function requireIdentity(run: JournalRun, { identity: then }: JournalFacts, now: RunIdentity): void {
  if (run.identity === identityOf(now)) return
  throw new ExportError('ERR_EXPORT_PLAN_CHANGED', `the run had another identity: ${identityDifferences(then, now).join('; ')}`, {
    remedy: 'Give what it began with.',
  })
}

export function factsToState(closure: Closure, facts: JournalFacts): RunStart {
  const starts = new Map(Object.entries(facts.blocks).map(([table, first]) => [table, BigInt(first)]))
  const ranges = new Map<string, { readonly from: bigint; readonly to: bigint }>()
  for (const { table, store } of closure.tables) {
    const from = starts.get(tableId(table.id))
    if (from !== undefined) ranges.set(tableId(table.id), { from, to: from + BigInt(store.rankedSize) - 1n })
  }
  const baseline = { orphans: new Map(Object.entries(facts.orphans)), references: new Map(Object.entries(facts.references)) }
  return { starts, ranges, baseline, constraints: facts.constraints, sourceEpochMs: facts.sourceEpochMs, facts }
}
