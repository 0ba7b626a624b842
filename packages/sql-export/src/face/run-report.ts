// What a run tells when it is done.
import type { Closure } from '../mechanism/closure-set.ts'
import type { TableCounts } from '../mechanism/load.ts'
import type { CountedLoss } from '../mechanism/loss-counts.ts'
import type { VerifyCheck } from '../mechanism/verify.ts'
import type { ExportMeter } from '../port/ports.ts'
import type { Plan } from '../structure/plan.ts'
import { tableText } from '../vocabulary/table-ref.ts'

export interface TableReport {
  readonly table: string
  readonly read: number
  readonly written: number
  readonly dropped: number
  readonly nulled: number
  readonly patched: number
  readonly masked: number
  /** Of a table with `rows: 'existing'`, or left as they were by `onConflict: 'skip'`. */
  readonly existing: number
  /** Set to what the source has, by `onConflict: 'replace'`. */
  readonly replaced: number
  /** Of those that were written, rows that went over inside the engine, and of which only keys, references and masked columns were read. */
  readonly copied: number
}

export interface StepReport {
  readonly step: string
  readonly ms: number
}

export interface RunReport {
  readonly runId: string
  readonly planHash: string
  readonly tables: readonly TableReport[]
  readonly steps: readonly StepReport[]
  /** When the snapshots were taken; a resumed run read the source at two instants. */
  readonly snapshots: { readonly firstSourceEpochMs: number; readonly sourceEpochMs: number; readonly destinationEpochMs: number }
  /** Losses that the plan names, with the number of values that each befell; of a resumed run, since it was resumed. */
  readonly losses: readonly CountedLoss[]
  readonly checks: readonly VerifyCheck[]
  readonly notes: readonly string[]
  readonly verdict: 'complete'
}

export function noCounts(): TableCounts {
  return { read: 0, written: 0, dropped: 0, nulled: 0, patched: 0, masked: 0, existing: 0, replaced: 0, copied: 0, bytes: 0 }
}

/** One entry a table. Rows that the closure settled as dropped count with those that a transformer dropped. */
export function tableReports(closure: Closure, countsOf: (table: string) => TableCounts): TableReport[] {
  return closure.tables.map((closureTable) => {
    const { table } = closureTable
    const { bytes: _bytes, ...counts } = countsOf(tableText(table.id))
    return { table: tableText(table.id), ...counts, dropped: counts.dropped + closureTable.droppedRows() }
  })
}

/** Counts what became of the rows, and measures what their keys took. */
export function meterTables(meter: ExportMeter, closure: Closure, tables: readonly TableReport[]): void {
  for (const { table, written, dropped, nulled, patched } of tables) {
    meter.add('sql_export.rows_written', written, { table })
    if (dropped > 0) meter.add('sql_export.rows_dropped', dropped, { table })
    if (nulled > 0) meter.add('sql_export.rows_nulled', nulled, { table })
    if (patched > 0) meter.add('sql_export.rows_patched', patched, { table })
  }
  for (const { table, bytes } of closure.tables) meter.record('sql_export.key_bytes', bytes, { table: tableText(table.id) })
}

export function runNotes(plan: Plan, closure: Closure, found: readonly string[]): string[] {
  const notes = [...plan.observed.notes, ...found]
  if (closure.rows() === 0)
    notes.push(`0 rows: no row matched the roots ${plan.roots.map(({ table }) => tableText(table)).join(', ')}`)
  for (const [edge, count] of closure.cutChildren) notes.push(`${edge}: ${count} children lie beyond maxDepth`)
  return [...new Set(notes)]
}
