// Runs one vitest suite under a named Node binary and reads back its record.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { crashed } from './record.ts'
import type { SuiteRecord } from './record.ts'
import type { VitestSuite } from './suites.ts'

export interface RunOptions {
  readonly repository: string
  /** Path of the Node binary under test. */
  readonly node: string
  readonly long: boolean
  /** Of a long run: the minutes after which each random run ends. Default: as many runs as it has; fuzzing, its own time. */
  readonly minutes?: number | undefined
  /** Only the files whose path contains one of these. Default: all. */
  readonly files?: readonly string[] | undefined
}

const OUTPUT_CHARS = 20_000

/** Never rejects: a suite that crashes, hangs up or writes no record counts as one failure with what it printed. */
export async function runVitest(
  suite: VitestSuite,
  { repository, node, long, minutes, files = [] }: RunOptions,
): Promise<SuiteRecord> {
  const folder = await mkdtemp(join(tmpdir(), 'loopwright-test-'))
  const report = join(folder, 'record.json')
  try {
    const output = await finished(
      spawn(
        node,
        [
          join(repository, 'node_modules/vitest/vitest.mjs'),
          'run',
          ...files,
          '--root',
          suite.root,
          `--reporter=${join(repository, 'tooling/test/reporter.mjs')}`,
        ],
        {
          cwd: suite.root,
          env: {
            ...process.env,
            LOOPWRIGHT_REPORT: report,
            LOOPWRIGHT_REAL_TIME: suite.realTime ? '1' : '0',
            LOOPWRIGHT_LONG: long ? '1' : '0',
            ...(minutes === undefined ? {} : { LOOPWRIGHT_LONG_MINUTES: String(minutes) }),
          },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      ),
    )
    let record: SuiteRecord
    try {
      record = JSON.parse(await readFile(report, 'utf8')) as SuiteRecord
    } catch {
      return crashed(suite.name, `the suite ended with ${output.ending} and wrote no result\n${output.text}`)
    }
    if (output.ending !== 'exit code 0' && record.failed === 0)
      return {
        ...record,
        ...addFailure(record, suite.name, `all tests passed, but the run ended with ${output.ending}\n${output.text}`),
      }
    if (record.passed + record.failed + record.notRun.length === 0)
      return crashed(suite.name, `the suite ran no test\n${output.text}`)
    return record
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function addFailure(record: SuiteRecord, name: string, text: string): Pick<SuiteRecord, 'failed' | 'failures'> {
  return { failed: record.failed + 1, failures: [...record.failures, { name, text }] }
}

interface Output {
  readonly ending: string
  readonly text: string
}

function finished(child: ReturnType<typeof spawn>): Promise<Output> {
  let text = ''
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-OUTPUT_CHARS)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  // What a long run looked at is told as it goes.
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.startsWith('long: ')) process.stdout.write(`${line}\n`)
    })
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ending: `an error (${error.message})`, text }))
    child.on('close', (code, signal) => resolve({ ending: signal === null ? `exit code ${code}` : `signal ${signal}`, text }))
  })
}
