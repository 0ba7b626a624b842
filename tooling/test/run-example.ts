// Runs one example program and compares what it writes to standard output with the file beside it.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { crashed } from './record.ts'
import type { SuiteRecord } from './record.ts'
import type { Example } from './suites.ts'

const TIMEOUT_MS = 120_000

/** Programs run on the workspace's own Node: they are TypeScript. */
export async function runExample(example: Example, repository: string): Promise<SuiteRecord> {
  const expected = await readFile(example.expected, 'utf8')
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [example.program],
      { cwd: repository, timeout: TIMEOUT_MS, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        if (error !== null) resolve(crashed(example.name, `${error.message}\n${stderr}`))
        else if (stdout !== expected) resolve(crashed(example.name, firstDifference(expected, stdout)))
        else resolve({ passed: 1, failed: 0, failures: [], notRun: [] })
      },
    )
  })
}

/** The first line that differs, with its number: what a reader needs to see first. */
export function firstDifference(expected: string, actual: string): string {
  const wanted = expected.split('\n')
  const got = actual.split('\n')
  const index = wanted.findIndex((line, position) => line !== got[position])
  const line = index === -1 ? wanted.length : index
  return `output differs from expected.txt at line ${line + 1}\n  expected: ${wanted[line] ?? '(end)'}\n  actual:   ${got[line] ?? '(end)'}`
}
