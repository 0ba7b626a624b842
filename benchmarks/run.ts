// `pnpm bench [FILTER] [--json] [--node 20,22] [--smoke] [--rounds N] [--cpu] [--report] [--compare]`: subjects and peers by turns, ratios of one run.
import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { endWithUsage, readCommandLine, readNodeLines } from '../tooling/command-line.ts'
import { isNodeLine, nodeBinary } from '../tooling/node-matrix/matrix.ts'
import type { NodeLine } from '../tooling/node-matrix/matrix.ts'
import { bundleWorkloads } from './harness/bundle.ts'
import { discoverWorkloads } from './harness/discover.ts'
import { describe, measure } from './harness/measure.ts'
import { recordedRows, regressions, unrecorded } from './harness/regression.ts'
import { writeReport } from './harness/report.ts'
import { rowOf } from './harness/row.ts'
import type { Row } from './harness/row.ts'
import { rowsToTable } from './harness/table.ts'

const usage = `usage: pnpm bench [FILTER] [--json] [--node 20,22] [--smoke] [--rounds N] [--cpu] [--report] [--compare]

  FILTER     part of a path under benchmarks/
  --json     one object a line: workload, subject, peer, ratio, spread, target, met, node, rounds
  --node     Node lines to measure; default: the one that runs this
  --smoke    each subject once, without targets; workloads of minutes do a part of their work
  --rounds   fresh processes for each subject, by turns (default 9)
  --cpu      processor time in place of time, where a workload counts operations: for a machine that others load
  --report   writes benchmarks/reports/FILTER/: the table, and a plot of each workload
  --compare  with the ratios recorded there before: one that is worse by more than 30 % and by more than its spread fails
Exit code: 0 all targets met, 1 one was missed, a ratio has become worse or a workload failed, 2 wrong usage.`
const { values, positionals } = readCommandLine(
  usage,
  {
    json: { type: 'boolean', default: false },
    node: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    cpu: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    compare: { type: 'boolean', default: false },
  },
  1,
)
const rounds = values.smoke ? 1 : Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) endWithUsage(`--rounds takes an integer from 1, got "${values.rounds}"`, usage)
if (values.smoke && values.report) endWithUsage('a smoke run measures nothing worth a report', usage)

if (values.smoke && values.compare) endWithUsage('a smoke run measures nothing that could be compared', usage)

// The measured processes inherit both.
if (values.cpu) process.env['LOOPWRIGHT_BENCH_CPU'] = '1'
if (values.smoke) process.env['LOOPWRIGHT_BENCH_SMOKE'] = '1'

const root = import.meta.dirname
const reportFolder = join(root, 'reports', (positionals[0] ?? 'all').replace(/[^a-z0-9-]+/gi, '-'))
const before = values.compare ? recordedRows(reportFolder) : []
const workloads = discoverWorkloads(root, positionals[0])
if (workloads.length === 0) endWithUsage(`no workload's path contains "${positionals[0]}"`, usage)

/** The binaries to measure: the workspace's own Node, or those of `--node`. */
async function binaries(): Promise<readonly { readonly line: NodeLine; readonly path: string }[]> {
  if (values.node === undefined) {
    const line = process.versions.node.split('.')[0] ?? ''
    if (!isNodeLine(line)) throw new RangeError(`no targets are stated for Node ${line}`)
    return [{ line, path: process.execPath }]
  }
  const found: { line: NodeLine; path: string }[] = []
  for (const line of readNodeLines(values.node, usage)) {
    const binary = await nodeBinary(line)
    if ('path' in binary) found.push({ line, path: binary.path })
    else process.stderr.write(`not run: ${binary.notRun}\n`)
  }
  return found
}

const loadBefore = loadavg()[0] ?? 0
const build = await bundleWorkloads(root, workloads)
const rows: Row[] = []
const notRun: string[] = []
let failures = 0
for (const { line, path } of await binaries()) {
  const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
  process.stderr.write(
    `Node ${version}, ${cpus()[0]?.model ?? 'unknown processor'} x ${cpus().length}, load ${loadavg()[0]?.toFixed(2)}\n`,
  )
  for (const { name } of workloads) {
    try {
      const description = await describe({ node: path, build }, name)
      if (description.notRun !== undefined) {
        notRun.push(`${name} (Node ${line}): ${description.notRun}`)
        process.stderr.write(`not run: ${name}: ${description.notRun}\n`)
        continue
      }
      for (const [subject, reason] of Object.entries(description.subjectsNotRun)) {
        notRun.push(`${name}, ${subject} (Node ${line}): ${reason}`)
        process.stderr.write(`not run: ${name}, ${subject}: ${reason}\n`)
      }
      const figures = await measure({ node: path, build }, name, description, rounds)
      for (const figure of description.figures) {
        const row = rowOf(figure, figures, { workload: name, unit: description.unit, node: version, line, smoke: values.smoke })
        rows.push(row)
        if (values.json) process.stdout.write(`${JSON.stringify(row)}\n`)
      }
      if (!values.json) process.stderr.write(`measured ${name}\n`)
    } catch (error) {
      failures++
      process.stderr.write(`FAILED ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
}

if (!values.json && rows.length > 0) process.stdout.write(`${rowsToTable(rows)}\n`)
if (values.report && rows.length > 0) {
  writeReport(reportFolder, { title: positionals[0] ?? 'all workloads', rows, notRun, loadBefore })
  process.stderr.write(`wrote ${reportFolder}\n`)
}
const missed = rows.filter((row) => row.met === false)
if (missed.length > 0) process.stderr.write(`${missed.length} of ${rows.length} figures missed their target\n`)
if (values.compare)
  for (const row of unrecorded(rows, before))
    process.stderr.write(`not compared: ${row.workload}, ${row.subject} to ${row.peer} (${row.node}) has no recorded ratio\n`)
const worse = regressions(rows, before)
for (const { row, recorded, factor } of worse)
  process.stderr.write(
    `WORSE ${row.workload}, ${row.subject} to ${row.peer} (${row.node}): ${row.ratio.toFixed(2)}, recorded ${recorded.ratio.toFixed(2)}, ${factor.toFixed(2)} times\n`,
  )
process.exitCode = failures > 0 || missed.length > 0 || worse.length > 0 ? 1 : 0
