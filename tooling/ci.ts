// The steps of `.ci/run` after the install. A step that fails does not hide the next ones.
import { join } from 'node:path'
import { provideChromium } from './ci/chromium.ts'
import { providePrometheus } from './ci/prometheus.ts'
import { ensureServices } from './ci/services.ts'
import { countChecks, countConformance, countFigures, countNone, countTotals, runStep } from './ci/step.ts'
import type { Step, StepResult } from './ci/step.ts'

const repository = join(import.meta.dirname, '..')
const required = process.env['CI_REQUIRE'] === '1'

const STEPS: readonly Step[] = [
  { name: 'check', command: ['pnpm', '-s', 'check'], count: countChecks },
  // The README's own command, as a newcomer types it.
  { name: 'test', command: ['npx', '-y', 'pnpm@12', 'test'], count: countTotals },
  { name: 'matrix', command: ['pnpm', '-s', 'test', '--node', '20,22,26'], count: countTotals },
  // The hostile suite's lateness needs an idle machine; what its programs come to is part of `test`.
  { name: 'conformance', command: ['pnpm', '-s', 'conformance', 'promises', '--json'], count: countConformance },
  { name: 'publish', command: ['pnpm', '-s', 'test:publish'], count: countTotals },
  { name: 'demo', command: ['npx', '-y', 'pnpm@12', 'demo'], count: countNone },
  { name: 'bench', command: ['pnpm', '-s', 'bench', '--smoke', '--json'], count: countFigures },
]

const problems = await ensureServices()
for (const problem of problems) process.stdout.write(`service: ${problem}\n`)
process.stdout.write(`service: ${provideChromium()}\n`)
process.stdout.write(`service: ${providePrometheus(join(repository, 'test-results/prometheus'))}\n`)

const results: StepResult[] = []
if (required) results.push({ name: 'services', passed: problems.length === 0 ? 1 : 0, failed: problems.length, seconds: 0 })
for (const step of STEPS) results.push(await runStep(step, repository))

process.stdout.write('\n')
for (const { name, passed, failed, seconds } of results)
  process.stdout.write(
    `${failed === 0 ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed ${seconds.toFixed(1).padStart(7)} s\n`,
  )
const total = (pick: (result: StepResult) => number): number => results.reduce((sum, result) => sum + pick(result), 0)
const failed = total((result) => result.failed)
process.stdout.write(`${total((result) => result.passed)} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
