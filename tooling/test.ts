// `pnpm test`: every suite of the workspace, two at a time, then one plain line with the totals.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { endWithUsage, readCommandLine, readNodeLines } from './command-line.ts'
import { nodeBinary } from './node-matrix/matrix.ts'
import { crashed, notRunLines, requireServices, totalsLine } from './test/record.ts'
import type { SuiteRecord } from './test/record.ts'
import { runExample } from './test/run-example.ts'
import { runVitest } from './test/run-vitest.ts'
import { discoverExamples, discoverSuites, hasFiles } from './test/suites.ts'

const repository = join(import.meta.dirname, '..')
const usage = `usage: pnpm test [SUITE...] [--files PART,...] [--node 20,22,26] [--long [--minutes N]]

  SUITE    how the names of the suites to run begin, such as eventloop or examples
  --files  runs only the test files whose path contains one of these, such as resume-kill
  --node   runs the suites that are meant for every Node line under these, instead of all under the workspace's own
  --long   adds soaks, fuzzing and kill runs
  --minutes  ends each random run of a long one after so many minutes, with what it has seen
Ends with one line of totals. Exit code: 0, 1 for a failure, 2 for wrong usage.`
const { values, positionals } = readCommandLine(
  usage,
  {
    long: { type: 'boolean', default: false },
    node: { type: 'string' },
    files: { type: 'string' },
    minutes: { type: 'string' },
  },
  Number.POSITIVE_INFINITY,
)
const parts = values.files?.split(',').filter((part) => part !== '')
const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
if (minutes !== undefined && !(minutes > 0 && values.long)) endWithUsage('--minutes is above 0, and for --long', usage)

interface Job {
  readonly name: string
  /** Alone: measures clocks, so nothing may run beside it. */
  readonly alone: boolean
  run(): Promise<SuiteRecord>
}

const jobs: Job[] = []
const wanted = (name: string): boolean => positionals.length === 0 || positionals.some((word) => name.startsWith(word))
for (const line of values.node === undefined ? [undefined] : readNodeLines(values.node, usage)) {
  const binary = line === undefined ? { path: process.execPath } : await nodeBinary(line)
  for (const suite of discoverSuites(repository)) {
    const portable = line === undefined || suite.portable === 'all' ? undefined : suite.portable
    if (!wanted(suite.name)) continue
    if (parts !== undefined && !hasFiles(suite, parts)) continue
    const files =
      portable === undefined ? parts : (parts?.filter((part) => portable.some((own) => part.includes(own))) ?? portable)
    if (files?.length === 0) continue
    const name = line === undefined ? suite.name : `${suite.name} on Node ${line}`
    const run =
      'path' in binary
        ? () => runVitest(suite, { repository, node: binary.path, long: values.long, minutes, files })
        : async () => ({ passed: 0, failed: 0, failures: [], notRun: [{ name, reason: binary.notRun }] })
    jobs.push({ name, alone: suite.realTime, run })
  }
}
if (values.node === undefined && parts === undefined) {
  for (const example of discoverExamples(repository)) {
    const name = `examples/${example.name}`
    if (wanted(name)) jobs.push({ name, alone: false, run: () => runExample(example, repository) })
  }
}
if (jobs.length === 0)
  endWithUsage(
    `no suite's name begins with ${positionals.join(' or ')}${parts === undefined ? '' : ' and has such a file'}`,
    usage,
  )

const records = new Map<string, SuiteRecord>()
async function runJob(job: Job): Promise<void> {
  const startedAt = performance.now()
  let record = await job.run().catch((error: unknown) => crashed(job.name, String(error)))
  if (process.env['CI_REQUIRE'] === '1') record = requireServices(record)
  records.set(job.name, record)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const outcome = record.failed > 0 ? 'FAILED' : 'ok    '
  process.stdout.write(
    `${outcome} ${job.name}: ${record.passed} passed, ${record.failed} failed, ${record.notRun.length} not run, ${seconds} s\n`,
  )
  for (const { name, text } of record.failures)
    process.stdout.write(`\n  ✗ ${job.name}: ${name}\n${text.replace(/^/gm, '    ')}\n\n`)
}

const shared = jobs.filter((job) => !job.alone)
async function worker(): Promise<void> {
  for (let job = shared.shift(); job !== undefined; job = shared.shift()) await runJob(job)
}
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker))
for (const job of jobs.filter((candidate) => candidate.alone)) await runJob(job)

for (const [name, record] of records) for (const line of notRunLines(name, record)) process.stdout.write(`${line}\n`)
process.stdout.write(`${totalsLine([...records.values()])}\n`)
process.exitCode = [...records.values()].some((record) => record.failed > 0) ? 1 : 0
