// web-platform-tests of what the profile has, in guests of both engines; a failure that is not expected fails, and so does one expected in vain.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EventLoop } from '@loopwright/eventloop'
import type { ConformanceResult, ConformanceSuite } from './suite.ts'
import { isLeftOut, readWptFile, wptPaths } from './wpt/files.ts'
import { runWptFile } from './wpt/guest.ts'
import type { WptResult } from './wpt/guest.ts'

const FAILURES_SHOWN = Number(process.env['LOOPWRIGHT_WPT_SHOWN'] ?? 40)
/** Files whose paths begin with one of `LOOPWRIGHT_WPT` (separated by commas), for looking at a few. */
const PREFIXES = process.env['LOOPWRIGHT_WPT']?.split(',') ?? ['']

/** The revision whose report is recorded in docs/conformance.md; of another one, expectations may have come to nothing. */
const RECORDED_COMMIT = '0d4f5079526492412a427152fcc1d08958bdf952'

function commitOf(checkout: string): string {
  if (!existsSync(join(checkout, '.git'))) return 'unknown'
  return execFileSync('git', ['-C', checkout, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
}

/** Failures that stay, with their reason. A name that ends with `*` stands for all that begin so; `engine` where only one has it. */
interface Expectation {
  readonly reason: string
  readonly engine?: 'ng' | 'bellard' | undefined
  readonly tests: Readonly<Record<string, readonly string[]>>
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}

/** Tells expected failures from others, and remembers which expectations came true. */
class Expectations {
  readonly #rows: readonly { readonly path: string; readonly pattern: string; met: boolean }[]
  constructor(engine: 'ng' | 'bellard') {
    const file = join(import.meta.dirname, 'wpt/expectations.json')
    const all = JSON.parse(readFileSync(file, 'utf8')) as readonly Expectation[]
    this.#rows = all
      .filter((one) => one.engine === undefined || one.engine === engine)
      .flatMap(({ tests }) =>
        Object.entries(tests).flatMap(([path, patterns]) => patterns.map((pattern) => ({ path, pattern, met: false }))),
      )
  }
  expected(path: string, name: string): boolean {
    const rows = this.#rows.filter((row) => row.path === path && matches(row.pattern, name))
    for (const row of rows) row.met = true
    return rows.length > 0
  }
  unmet(path: string): readonly string[] {
    return this.#rows.filter((row) => row.path === path && !row.met).map(({ pattern }) => pattern)
  }
}

interface Counts {
  passed: number
  expected: number
  failed: number
}

async function runEngine(engine: 'ng' | 'bellard', checkout: string, failures: string[]): Promise<Map<string, Counts>> {
  await using loop = new EventLoop({ slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } })
  const running = loop.run()
  const release = loop.holdOpen()
  const expectations = new Expectations(engine)
  const folders = new Map<string, Counts>()
  const recorded = commitOf(checkout) === RECORDED_COMMIT
  for (const path of wptPaths(checkout)) {
    if (isLeftOut(path) || !PREFIXES.some((prefix) => path.startsWith(prefix))) continue
    const file = readWptFile(checkout, path)
    const folder = path.slice(0, path.lastIndexOf('/'))
    const counts = folders.get(folder) ?? { passed: 0, expected: 0, failed: 0 }
    folders.set(folder, counts)
    for (const variant of file.variants) {
      for (const result of await runWptFile({ loop, variant: engine, checkout }, file, variant)) {
        if (result.passed) counts.passed++
        else if (expectations.expected(path, result.name)) counts.expected++
        else {
          counts.failed++
          failures.push(failureLine(engine, `${path}${variant}`, result))
        }
      }
    }
    if (!recorded) continue
    for (const pattern of expectations.unmet(path)) {
      counts.failed++
      failures.push(`${engine}: ${path}: ${pattern}: is expected to fail and does not: take it out of the expectations`)
    }
  }
  release()
  await loop.shutdown()
  await running
  return folders
}

function failureLine(engine: string, path: string, { name, why }: WptResult): string {
  return `${engine}: ${path}: ${name}: ${why.split('\n')[0] ?? ''}`
}

async function run(checkout: string | undefined): Promise<ConformanceResult | { readonly notRun: string }> {
  if (checkout === undefined) return { notRun: 'it needs --checkout with a checkout of web-platform-tests/wpt' }
  if (!existsSync(join(checkout, 'resources/testharness.js')))
    return { notRun: `${checkout} has no resources/testharness.js: it is no checkout of web-platform-tests` }
  const failures: string[] = []
  const sum = { passed: 0, failed: 0, skipped: 0 }
  const table: string[] = [
    `commit ${commitOf(checkout)} (recorded: ${RECORDED_COMMIT}); Node ${process.versions.node}`,
    'engine   passed  expected to fail  failed  folder',
  ]
  for (const engine of ['ng', 'bellard'] as const) {
    for (const [folder, { passed, expected, failed }] of await runEngine(engine, checkout, failures)) {
      sum.passed += passed
      sum.skipped += expected
      sum.failed += failed
      table.push(
        `${engine.padEnd(8)} ${String(passed).padStart(6)}  ${String(expected).padStart(16)}  ${String(failed).padStart(6)}  ${folder}`,
      )
    }
  }
  return { ...sum, failures: failures.slice(0, FAILURES_SHOWN), table }
}

export const suite: ConformanceSuite = { name: 'wpt', run: ({ checkout }) => run(checkout) }
