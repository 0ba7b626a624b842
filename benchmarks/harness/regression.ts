// The gate against slow decay: rows of this run beside those of a recorded report.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from './row.ts'

/** Ratios move by some percent from run to run on a shared machine; what is worse by more than this has a cause. */
const TOLERANCE = 1.3

export interface Regression {
  readonly row: Row
  readonly recorded: Row
  /** How many times worse the ratio is. */
  readonly factor: number
}

/** The rows that `--report` left in a folder. @throws Error when there are none. */
export function recordedRows(folder: string): readonly Row[] {
  try {
    const lines = readFileSync(join(folder, 'rows.jsonl'), 'utf8').trim().split('\n')
    return lines.map((line) => JSON.parse(line) as Row)
  } catch (cause) {
    throw new Error(`no recorded rows in ${folder}: make them with --report`, { cause })
  }
}

/** Node 24.21.0 is compared with what any 24 measured. */
const keyOf = ({ workload, subject, peer, node }: Row): string => [workload, subject, peer ?? '', node.split('.')[0]].join('\n')

/**
 * Rows that are worse than recorded by more than the tolerance, and whose best round is worse than the worst one recorded. Only ratios
 * between two subjects are compared: a figure of one subject speaks of its machine.
 */
export function regressions(rows: readonly Row[], recorded: readonly Row[]): readonly Regression[] {
  const before = new Map(recorded.map((row) => [keyOf(row), row]))
  return rows.flatMap((row) => {
    const old = before.get(keyOf(row))
    if (old === undefined || row.peer === null) return []
    const more = row.better === 'more'
    const factor = more ? old.ratio / row.ratio : row.ratio / old.ratio
    const apart = more ? row.spread[1] < old.spread[0] : row.spread[0] > old.spread[1]
    return factor > TOLERANCE && apart ? [{ row, recorded: old, factor }] : []
  })
}

/** Rows of two subjects that the record has no counterpart of: nothing guards them until a report is written. */
export function unrecorded(rows: readonly Row[], recorded: readonly Row[]): readonly Row[] {
  const before = new Set(recorded.map(keyOf))
  return rows.filter((row) => row.peer !== null && !before.has(keyOf(row)))
}
