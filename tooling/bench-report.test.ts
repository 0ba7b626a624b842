// The report of a benchmark run: every figure in it, and one valid plot a workload.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeWorkload } from '../benchmarks/harness/describe.ts'
import { recordedRows, regressions, unrecorded } from '../benchmarks/harness/regression.ts'
import { writeReport } from '../benchmarks/harness/report.ts'
import type { Row } from '../benchmarks/harness/row.ts'
import { defineWorkload } from '../benchmarks/harness/workload.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const row = (more: Partial<Row>): Row => ({
  workload: 'metrics/record',
  subject: 'histogram',
  peer: 'ring store',
  ratio: 1.04,
  spread: [0.9, 1.2],
  better: 'less',
  target: '<= 1.5',
  met: true,
  node: 'v24.21.0',
  rounds: 9,
  unit: 'ns',
  subjectMedian: 6.8,
  peerMedian: 6.6,
  ...more,
})

test('a report holds each figure, what was missed, what was not run, and a plot a workload', () => {
  const rows = [
    row({}),
    row({ node: 'v20.20.2', ratio: 1.7, met: false }),
    row({ workload: 'metrics/memory', subject: 'one <histogram>', peer: null, peerMedian: null, unit: 'bytes', ratio: 20_979 }),
  ]
  writeReport(folder, { title: 'metrics', rows, notRun: ['pg (Node 24): no server'], loadBefore: 1.25 })
  expect(readdirSync(folder).toSorted()).toEqual(['README.md', 'metrics-memory.svg', 'metrics-record.svg', 'rows.jsonl'])
  const text = readFileSync(join(folder, 'README.md'), 'utf8')
  expect(text).toContain('| histogram | ring store | 1.04 | 0.90 to 1.20 | <= 1.5 | yes | 6.80 / 6.60 ns | v24.21.0 |')
  expect(text).toContain('Missed: metrics/record, histogram (v20.20.2).')
  expect(text).toContain('- pg (Node 24): no server')
  expect(text).toContain('![metrics/memory](metrics-memory.svg)')
  const plot = readFileSync(join(folder, 'metrics-record.svg'), 'utf8')
  for (const bar of ['histogram, v24.21.0', 'ring store, v24.21.0', 'histogram, v20.20.2', '6.80 ns']) expect(plot).toContain(bar)
  const bytes = readFileSync(join(folder, 'metrics-memory.svg'), 'utf8')
  expect(bytes).toContain('one &#60;histogram&#62;')
  expect(bytes).not.toContain('<histogram>')
})

test('a report replaces the one before: plots of another run do not stay', () => {
  writeReport(folder, { title: 'a', rows: [row({ workload: 'metrics/merge' })], notRun: [], loadBefore: 0 })
  writeReport(folder, { title: 'b', rows: [row({})], notRun: [], loadBefore: 0 })
  expect(readdirSync(folder).toSorted()).toEqual(['README.md', 'metrics-record.svg', 'rows.jsonl'])
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('Every target was met.')
})

test('a ratio is worse when it is so by more than the tolerance and beyond both spreads; other Node lines are other rows', () => {
  writeReport(folder, {
    title: 'a',
    rows: [row({}), row({ node: 'v20.20.2', ratio: 3, spread: [2.9, 3.1] })],
    notRun: [],
    loadBefore: 0,
  })
  const recorded = recordedRows(folder)
  expect(recorded).toHaveLength(2)
  expect(regressions([row({ ratio: 1.3, spread: [1.25, 1.4] })], recorded)).toEqual([]) // within the tolerance
  expect(regressions([row({ ratio: 1.6, spread: [1.1, 2] })], recorded)).toEqual([]) // one of its rounds was as good
  const worse = row({ node: 'v24.30.0', ratio: 1.6, spread: [1.5, 1.8] })
  expect(regressions([worse], recorded)).toEqual([{ row: worse, recorded: row({}), factor: 1.6 / 1.04 }])
  const speedup = row({ better: 'more', ratio: 4, spread: [3.8, 4.2] })
  expect(regressions([{ ...speedup, ratio: 2, spread: [1.9, 2.1] }], [speedup])).toHaveLength(1)
  expect(regressions([{ ...speedup, ratio: 8, spread: [7, 9] }], [speedup])).toEqual([]) // better
  expect(regressions([row({ peer: null, ratio: 9, spread: [9, 9] })], [row({ peer: null })])).toEqual([])
  expect(() => recordedRows(join(folder, 'missing'))).toThrow('make them with --report')
})

test('a row that no report has recorded is told apart from one that was compared; a figure of one subject is neither', () => {
  const recorded = [row({ node: 'v24.21.0' })]
  const added = row({ peer: 'another peer' })
  const otherLine = row({ node: 'v26.10.0' })
  expect(unrecorded([row({ node: 'v24.30.0' }), added, otherLine, row({ peer: null })], recorded)).toEqual([added, otherLine])
})

test('a subject that cannot run is left out with the figures that name it, and its reason is told', async () => {
  const subjects = { ours: () => 1, native: () => 1, absent: () => 1 }
  const figures = [{ subject: 'ours', peer: 'native' }, { subject: 'ours', peer: 'absent' }, { subject: 'absent' }]
  const some = defineWorkload({
    unit: 'ms',
    subjects,
    figures,
    subjectsNotRun: { absent: async () => 'no binary', native: () => undefined },
  })
  expect(await describeWorkload(some)).toEqual({
    subjects: ['ours', 'native'],
    figures: [{ subject: 'ours', peer: 'native' }],
    unit: 'ms',
    execArgv: [],
    notRun: undefined,
    subjectsNotRun: { absent: 'no binary' },
  })
  const all = await describeWorkload(defineWorkload({ unit: 'ms', subjects, figures }))
  expect(all).toMatchObject({ subjects: ['ours', 'native', 'absent'], figures, subjectsNotRun: {} })
  expect(() => defineWorkload({ unit: 'ms', subjects, figures, subjectsNotRun: { another: () => undefined } })).toThrow(
    '"another", which may be absent, is not declared',
  )
})
