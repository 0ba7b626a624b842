// A recorded run: Markdown with every figure, one SVG plot a workload, drawn by the metrics package, and the rows for later comparison.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { seriesSvg } from '@loopwright/metrics/report'
import type { SeriesBar } from '@loopwright/metrics/report'
import type { Row } from './row.ts'
import { figureText, shortText } from './table.ts'

export interface Report {
  readonly title: string
  readonly rows: readonly Row[]
  /** Workloads that could not run here, with their reason. */
  readonly notRun: readonly string[]
  /** Load average of the machine when the run began. */
  readonly loadBefore: number
}

const BAR_PIXELS = 22

/** Replaces `folder`: a report is of one run. */
export function writeReport(folder: string, report: Report): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [workload, rows] of byWorkload(report.rows)) writeFileSync(join(folder, plotName(workload)), plotOf(workload, rows))
  writeFileSync(join(folder, 'README.md'), reportText(report))
  writeFileSync(join(folder, 'rows.jsonl'), report.rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}

function byWorkload(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) groups.set(row.workload, [...(groups.get(row.workload) ?? []), row])
  return groups
}

function plotName(workload: string): string {
  return `${workload.replaceAll('/', '-')}.svg`
}

/** Every subject of a workload as one bar a Node version: medians, in the order in which they were declared. */
export function plotOf(workload: string, rows: readonly Row[]): string {
  const [first] = rows
  if (first === undefined) throw new RangeError(`no rows of ${workload}`)
  const bars = new Map<string, number>()
  for (const row of rows) {
    bars.set(`${row.subject}, ${row.node}`, row.subjectMedian)
    if (row.peer !== null && row.peerMedian !== null) bars.set(`${row.peer}, ${row.node}`, row.peerMedian)
  }
  const perMs = { ns: 1e-6, us: 1e-3, ms: 1 }[first.unit]
  const series: SeriesBar[] = Array.from(bars, ([name, value]) => ({ name, value: value * (perMs ?? 1) }))
  return seriesSvg(series, {
    title: perMs === undefined ? `${workload} (${first.unit})` : workload,
    width: 900,
    height: Math.max(120, 60 + BAR_PIXELS * series.length),
    unit: perMs === undefined ? 'none' : 'ms',
  })
}

function reportText({ title, rows, notRun, loadBefore }: Report): string {
  const versions = [...new Set(rows.map(({ node }) => node))]
  const rounds = Math.max(...rows.map((row) => row.rounds))
  const missed = rows.filter(({ met }) => met === false)
  const load = `${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`
  return `${[
    `# Benchmarks: ${title}`,
    '',
    `Node ${versions.join(', ')}; ${cpus()[0]?.model.trim() ?? 'unknown processor'} x ${cpus().length}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${type()} ${release()}; load ${load}.`,
    `Medians of ${rounds} rounds, each subject in a fresh process a round, by turns. A ratio is formed within a round; the spread is the least and the greatest of them.`,
    '',
    missed.length === 0
      ? rows.some(({ target }) => target !== null)
        ? 'Every target was met.'
        : 'No row has a target: ratios above 1 are for the subject.'
      : `Missed: ${missed.map((row) => `${row.workload}, ${row.subject} (${row.node})`).join('; ')}.`,
    '',
    ...[...byWorkload(rows)].flatMap(([workload, group]) => [
      `## ${workload}`,
      '',
      ...tableOf(group),
      '',
      `![${workload}](${plotName(workload)})`,
      '',
    ]),
    ...(notRun.length === 0 ? [] : ['## Not run', '', ...notRun.map((line) => `- ${line}`), '']),
  ].join('\n')}`
}

function tableOf(rows: readonly Row[]): readonly string[] {
  const cells = (row: Row): readonly string[] => [
    row.subject,
    row.peer ?? '',
    figureText(row),
    row.spread.map(shortText).join(' to '),
    row.target ?? '',
    row.met === null ? '' : row.met ? 'yes' : '**no**',
    `${shortText(row.subjectMedian)}${row.peerMedian === null ? '' : ` / ${shortText(row.peerMedian)}`} ${row.unit}`,
    row.node,
  ]
  const line = (texts: readonly string[]): string => `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const head = ['subject', 'peer', 'ratio', 'spread', 'target', 'met', 'subject / peer', 'node']
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(cells(row)))]
}
