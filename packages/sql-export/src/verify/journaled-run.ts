// Runs as the destination's journal remembers them, and what it says of their rows.
import type { DestinationSession } from '../port/destination.ts'
import type { VerifyCheck } from '../mechanism/verify.ts'
import type { JournalFacts, JournalRun } from '../structure/journal.ts'
import { journalError, parseFacts } from '../structure/journal.ts'
import type { Plan } from '../structure/plan.ts'
import { parsePlan } from '../structure/plan.ts'
import { tableId, tableText } from '../vocabulary/table-ref.ts'

export interface JournaledRun {
  readonly run: JournalRun
  readonly plan: Plan
  readonly facts: JournalFacts
}

/** @throws ExportError `ERR_EXPORT_JOURNAL` if what the journal holds is not what was written. */
export function parseRun(run: JournalRun): JournaledRun {
  try {
    return { run, plan: parsePlan(run.plan), facts: parseFacts(run) }
  } catch (error) {
    throw journalError(
      `the plan in the journal of run ${run.runId} is corrupt`,
      'Empty the tables that it wrote, and run again.',
      error,
    )
  }
}

/**
 * The runs that are meant.
 * @param runId - a run's id, or how it begins; `undefined` for all.
 * @throws ExportError `ERR_EXPORT_JOURNAL` if the destination knows no such run.
 */
export function chooseRuns(runs: readonly JournalRun[], runId: string | undefined): JournaledRun[] {
  const chosen = runs.filter((run) => runId === undefined || run.runId.startsWith(runId))
  if (runId !== undefined && chosen.length === 0)
    throw journalError('the destination has no such run', `It has: ${runs.map((run) => run.runId).join(', ') || 'none'}.`)
  return chosen.map(parseRun)
}

/** Whether each table has as many rows as its runs left there: in a run's block of keys, else in the whole table. */
export async function verifyJournaledRows(
  session: DestinationSession,
  runs: readonly JournaledRun[],
  later: readonly JournaledRun[],
): Promise<VerifyCheck[]> {
  const checks: VerifyCheck[] = []
  for (const journaled of runs) {
    const { run, plan, facts } = journaled
    const newer = later.slice(later.findIndex((other) => other.run.runId === run.runId) + 1)
    for (const { id, key } of plan.tables) {
      const done = facts.done?.[tableId(id)]
      const block = facts.blocks[tableId(id)]
      const count = facts.keys[tableId(id)]?.count ?? 0
      if (done === undefined) continue
      if (done.after !== null && newer.some((other) => other.facts.done?.[tableId(id)] !== undefined)) continue
      const [column = ''] = key
      const from = BigInt(block ?? 0)
      const range = done.after === null ? { column, from, to: from + BigInt(count) - 1n } : null
      const violations = Math.abs((await session.countRows(id, range)) - (done.after ?? done.rows))
      const whose = runs.length > 1 ? ` of run ${run.runId.slice(0, 8)}` : ''
      checks.push({ name: `rows of ${tableText(id)}${whose}`, passed: violations === 0, violations })
    }
  }
  return checks
}
