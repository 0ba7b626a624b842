// The programs recorded from Node, on both engines: the package's own tests of them are run, every script on every engine, and counted.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConformanceResult, ConformanceSuite } from './suite.ts'

const FAILURES_SHOWN = 20
const REPOSITORY = join(import.meta.dirname, '../..')
const ADAPTER = join(REPOSITORY, 'packages/js-adapter')
const FILES = { 'test/differential.test.ts': 'scripts', 'test/oracle.test.ts': 'themes' } as const

/** What is read of the runner's report. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly message?: string | undefined
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[]
      readonly title: string
      readonly status: string
      readonly failureMessages?: readonly string[] | undefined
    }[]
  }[]
}

function isReport(value: unknown): value is Report {
  return Array.isArray(Reflect.get(Object(value), 'testResults'))
}

/** @throws Error when the runner writes no report, with the end of what it said. */
async function runTests(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'loopwright-oracle-'))
  try {
    const file = join(folder, 'report.json')
    const vitest = join(REPOSITORY, 'node_modules/vitest/vitest.mjs')
    const words = ['run', ...Object.keys(FILES), '--root', ADAPTER, '--reporter=json', `--outputFile=${file}`]
    const child = spawn(process.execPath, [vitest, ...words], {
      cwd: ADAPTER,
      env: { ...process.env, LOOPWRIGHT_LONG: '1', LOOPWRIGHT_REAL_TIME: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000)
    })
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new Error(`the tests ended with code ${String(code)} and no report: ${said}`, { cause })
    })
    const report: unknown = JSON.parse(text)
    if (!isReport(report)) throw new TypeError('the report of the tests has another form')
    return report
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function run(): Promise<ConformanceResult> {
  const failures: string[] = []
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const compared = new Map<string, { passed: number; total: number }>()
  for (const { name: path, message = '', assertionResults } of (await runTests()).testResults) {
    const kind = Object.entries(FILES).find(([file]) => path.endsWith(file))?.[1] ?? path
    if (assertionResults.length === 0) failures.push(`${path}: no test ran: ${message}`)
    for (const { ancestorTitles, title, status, failureMessages = [] } of assertionResults) {
      const engine = /^I-3 (ng|bellard)$/u.exec(ancestorTitles[0] ?? '')?.[1]
      const key = engine === undefined ? 'the recordings themselves' : `${engine}, ${kind}`
      const count = compared.get(key) ?? { passed: 0, total: 0 }
      compared.set(key, count)
      if (status === 'pending' || status === 'skipped') {
        counts.skipped++
        continue
      }
      count.total++
      if (status === 'passed') {
        count.passed++
        counts.passed++
      } else failures.push(`${key}: ${title}: ${failureMessages[0]?.split('\n')[0] ?? status}`)
    }
  }
  return {
    ...counts,
    failed: failures.length,
    failures: failures.slice(0, FAILURES_SHOWN),
    table: [
      ...[...compared].map(([key, { passed, total }]) => `${key}: ${passed} of ${total}`),
      `Node ${process.versions.node}; skipped are the fixtures in this Node itself, unless it is the recorded line`,
    ],
  }
}

export const suite: ConformanceSuite = { name: 'oracle', run }
