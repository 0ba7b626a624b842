// The report for people: one aligned row a figure.
import Table from 'cli-table3'
import type { Row } from './row.ts'

/** Three significant digits or so. */
export function shortText(value: number): string {
  const size = Math.abs(value)
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : size >= 0.1 ? value.toFixed(2) : value.toPrecision(2)
}

/** The number that a row's target speaks of. */
export function figureText(row: Row): string {
  return row.peer === null ? `${shortText(row.ratio)} ${row.unit}` : shortText(row.ratio)
}

export function rowsToTable(rows: readonly Row[]): string {
  const table = new Table({
    head: ['workload', 'subject', 'peer', 'ratio', 'spread', 'target', 'met', 'subject / peer', 'node'],
    style: { head: [], border: [] },
  })
  for (const row of rows) {
    table.push([
      row.workload,
      row.subject,
      row.peer ?? '',
      figureText(row),
      row.spread.map(shortText).join(' to '),
      row.target ?? '',
      row.met === null ? '' : row.met ? 'yes' : 'MISSED',
      `${shortText(row.subjectMedian)}${row.peerMedian === null ? '' : ` / ${shortText(row.peerMedian)}`} ${row.unit}`,
      row.node,
    ])
  }
  return table.toString()
}
