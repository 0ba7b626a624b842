// The steps of a run that write rows: tables are loaded, and then references that were written as NULL are set.
import type { Closure } from '../mechanism/closure-set.ts'
import type { LimitWatch } from '../mechanism/limits.ts'
import type { LoadOptions, TableCounts } from '../mechanism/load.ts'
import { loadTable } from '../mechanism/load.ts'
import type { LossCounts } from '../mechanism/loss-counts.ts'
import { patchTable } from '../mechanism/patch.ts'
import type { SourceSnapshot } from '../port/source.ts'
import type { Catalog } from '../structure/catalog.ts'
import { findTable } from '../structure/catalog.ts'
import type { Plan } from '../structure/plan.ts'
import type { RowTags } from '../structure/row-tag.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { compareText, tableId, tableText } from '../vocabulary/table-ref.ts'
import type { BatchCommits } from './batch-commits.ts'
import { referenceMode } from './destination-schema.ts'
import type { Lane } from './load-lanes.ts'
import { loadInLanes } from './load-lanes.ts'
import type { ResolvedRunOptions } from './run-options.ts'
import { rowsOf } from './run-state.ts'
import type { RunStart } from './run-state.ts'

/** Before a table's id, in the journal: what was patched. */
export const PATCH = 'patch '

export interface RowSteps {
  readonly plan: Plan
  readonly catalog: Catalog
  /** The destination's, before tables are made there: those are made as they are at the source. */
  readonly there: Catalog
  readonly options: ResolvedRunOptions
  readonly limits: LimitWatch
  readonly tags: RowTags
  readonly losses: LossCounts
  readonly runId: string
  readonly closure: Closure
  readonly start: RunStart
  readonly main: Lane & { readonly snapshot: SourceSnapshot }
  countsOf(table: string): TableCounts
  /** Hears of rows on their way. */
  moved(table: string, rows: number, bytes: number): void
  timed<T>(step: string, work: () => Promise<T>): Promise<T>
}

export async function loadRows(steps: RowSteps): Promise<void> {
  const { plan, closure, main, options, runId } = steps
  const { session, commits } = main
  // a run that is one transaction has one connection
  if (options.concurrency > 1 && rowsOf(closure) > options.commitRows) {
    await commits.commit(runId) // what lanes go on from, and then what they wrote, is for every connection to see
    const loaded = plan.steps.filter(({ kind }) => kind === 'load').flatMap(({ tables }) => tables)
    const left = (ref: TableRef): number => closure.table(ref).store.rankedSize - commits.nextOf(tableId(ref))
    const tables = loaded.toSorted((a, b) => left(b) - left(a) || compareText(tableId(a), tableId(b)))
    const { concurrency } = options
    await loadInLanes({ runId, concurrency, mode: referenceMode(plan), tables, main }, (ref, lane) =>
      loadOne(ref, lane, steps, true),
    )
    await commits.commit(runId)
    return
  }
  for (const { tables, edges } of plan.steps.filter(({ kind }) => kind === 'load')) {
    const waiting = plan.edges.filter(({ name, load }) => load === 'deferred' && edges.includes(name))
    const isOneTransaction = waiting.length > 0
    if (isOneTransaction && plan.destination?.allowAlter === true) await session.relaxReferences?.(waiting)
    for (const ref of tables) await loadOne(ref, main, steps, !isOneTransaction)
    if (isOneTransaction && plan.destination?.allowAlter === true) await session.restoreReferences?.()
    if (isOneTransaction) await commits.commitIfDue(runId)
  }
}

async function loadOne(ref: TableRef, lane: Lane, steps: RowSteps, mayCommit: boolean): Promise<void> {
  const { runId } = steps
  const counts = steps.countsOf(tableText(ref))
  const { snapshot, session, commits, signal } = lane
  const onWritten = async (table: TableRef, last: number): Promise<void> => {
    commits.note(tableId(table), last, counts.written)
    if (mayCommit) await commits.commitIfDue(runId)
  }
  const load = { ...loadOptions(steps, commits), signal, onWritten, isDue: () => mayCommit && commits.isDue }
  await steps.timed(`load ${tableText(ref)}`, () => loadTable(ref, snapshot, session, load, counts, commits.nextOf(tableId(ref))))
}

/** Sets the references that were written as NULL, now that every row is there. */
export async function patchRows(tables: readonly TableRef[], steps: RowSteps): Promise<void> {
  const { main, runId } = steps
  const { snapshot, session, commits } = main
  const options = loadOptions(steps, commits)
  for (const ref of tables) {
    const step = `${PATCH}${tableId(ref)}`
    const counts = steps.countsOf(tableText(ref))
    const onWritten = async (_table: TableRef, last: number): Promise<void> => {
      commits.note(step, last, counts.patched)
      await commits.commitIfDue(runId)
    }
    await steps.timed(`patch ${tableText(ref)}`, () =>
      patchTable(ref, snapshot, session, { ...options, onWritten }, counts, commits.nextOf(step)),
    )
  }
}

function loadOptions(steps: RowSteps, commits: BatchCommits): Omit<LoadOptions, 'onWritten'> {
  const { plan, catalog, closure, there, options, limits, start, tags, losses } = steps
  return {
    plan,
    catalog,
    closure,
    blocks: start.starts,
    ...options,
    limits,
    tags,
    losses,
    tableThere: (ref) => findTable(there, ref) ?? findTable(catalog, ref),
    onPage: (table, ms) => options.meter.record('sql_export.page_ms', ms, { table: tableText(table) }),
    onRows: (table, rows, bytes) => {
      commits.moved(rows)
      steps.moved(table, rows, bytes)
    },
  }
}
