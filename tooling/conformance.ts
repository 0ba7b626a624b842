// `pnpm conformance [FILTER] [--json] [--checkout PATH]`: one row a suite of integration/conformance.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { endWithUsage, readCommandLine } from './command-line.ts'
import type { ConformanceSuite } from '../integration/conformance/suite.ts'

const usage = `usage: pnpm conformance [FILTER] [--json] [--checkout PATH] [--peers]

  FILTER      part of a suite's name
  --json      one object a line: suite, passed, failed, skipped, total
  --checkout  a checkout of the suite's own sources, for suites that need one
  --peers     runs the suites that compare us with other libraries, and only those
A suite that cannot run has no row, but a line on standard error. Exit code: 0, 1 for a failure, 2 for wrong usage.`
const { values, positionals } = readCommandLine(
  usage,
  {
    json: { type: 'boolean', default: false },
    checkout: { type: 'string' },
    peers: { type: 'boolean', default: false },
  },
  1,
)
const [filter = ''] = positionals

const folder = join(import.meta.dirname, '../integration/conformance')
const suites: ConformanceSuite[] = []
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && name !== 'suite.ts')
  .toSorted()) {
  const { suite } = (await import(pathToFileURL(join(folder, file)).href)) as { readonly suite?: ConformanceSuite }
  if (suite === undefined) throw new TypeError(`integration/conformance/${file} exports no \`suite\``)
  if (suite.name.includes(filter) && (!values.peers || suite.peers === true)) suites.push(suite)
}
if (suites.length === 0)
  endWithUsage(`no conformance suite${values.peers ? ' with peers' : ''} has a name that contains "${filter}"`, usage)

let failed = 0
for (const suite of suites) {
  const result = await suite.run({ checkout: values.checkout, peers: values.peers }).catch((error: unknown) => ({
    passed: 0,
    failed: 1,
    skipped: 0,
    failures: [`the suite ended early: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`],
  }))
  if ('notRun' in result) {
    process.stderr.write(`not run: ${suite.name}: ${result.notRun}\n`)
    continue
  }
  const { passed, skipped, failures } = result
  const total = passed + result.failed + skipped
  failed += result.failed
  for (const line of failures) process.stderr.write(`${suite.name}: ${line}\n`)
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ suite: suite.name, passed, failed: result.failed, skipped, total })}\n`
      : `${suite.name.padEnd(24)} ${passed} of ${total} passed, ${result.failed} failed, ${skipped} skipped\n`,
  )
  if (!values.json && 'table' in result) for (const line of result.table ?? []) process.stdout.write(`  ${line}\n`)
}
process.exitCode = failed > 0 ? 1 : 0
