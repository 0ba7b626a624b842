// What the demo says beside its compared output: log lines with their request id, redacted; metrics; a checked subset.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'

const examples = join(import.meta.dirname, '../../examples')

interface Run {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

function run(folder: string): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(examples, folder, 'main.ts')], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr })
    })
  })
}

describe('a guest on the loop', () => {
  let result: Run
  let lines: readonly Readonly<Record<string, unknown>>[]
  beforeAll(async () => {
    result = await run('01-guest-on-the-loop')
    lines = result.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  })

  test('the guest prints what is expected, and the program succeeds', async () => {
    expect(result.stdout).toBe(await readFile(join(examples, '01-guest-on-the-loop/expected.txt'), 'utf8'))
    expect(result.exitCode).toBe(0)
  })
  test('every log line of the operation carries its request id, also across the guest', () => {
    expect(lines.length).toBeGreaterThanOrEqual(3)
    for (const line of lines) expect(line).toHaveProperty('requestId', 'r-1')
  })
  test('the interrupted timer is reported once, with the limit that fired', () => {
    const reports = lines.filter((line) => line['code'] === 'ERR_LIMIT_OPERATION')
    expect(reports).toHaveLength(1)
    expect(reports[0]).toMatchObject({ level: 40 })
  })
  test('the e-mail address of the customer reaches no line', () => {
    expect(lines.some((line) => line['msg'] === 'looked up a customer')).toBe(true)
    expect(result.stderr).not.toContain('ada@example.com')
    expect(result.stderr).toContain('[Redacted]')
  })
  test('metrics show counts and percentiles of callback time', () => {
    expect(result.stderr).toMatch(/p50.*p99/)
    expect(result.stderr).toMatch(/^loopwright_loop_callbacks_total\{.*phase="timers".*\} [1-9]\d*$/m)
  })
})

test('the masked subset says how far it is, checks itself, and shows no address of the source', async () => {
  const { exitCode, stdout, stderr } = await run('02-masked-subset')
  expect(stdout).toBe(await readFile(join(examples, '02-masked-subset/expected.txt'), 'utf8'))
  expect(exitCode).toBe(0)
  expect(stderr).toMatch(/load: .* of 84 rows/)
  expect(stdout).toContain('rows that PRAGMA foreign_key_check reports: none')
})
