// The totals must be right also when a suite crashes: a run that could not report is never a pass.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { notRunLines, requireServices, totalsLine } from './record.ts'
import { runVitest } from './run-vitest.ts'

const repository = join(import.meta.dirname, '../..')
let root: string

beforeEach(() => {
  // Inside the repository, so that the fixture finds vitest; outside every suite's own `include`.
  mkdirSync(join(repository, 'test-results'), { recursive: true })
  root = mkdtempSync(join(repository, 'test-results', 'suite-'))
  writeFileSync(join(root, 'vitest.config.ts'), `export default { test: { include: ['**/*.case.ts'] } }\n`)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function runCase(source: string): ReturnType<typeof runVitest> {
  writeFileSync(join(root, 'a.case.ts'), `import { expect, test } from 'vitest'\n${source}`)
  return runVitest(
    { name: 'fixture', root, realTime: false, portable: 'all' },
    { repository, node: process.execPath, long: false },
  )
}

test('counts what passed and failed, and keeps the reason of what was skipped', async () => {
  const record = await runCase(`
    test('one', () => {})
    test('two', () => expect(1).toBe(2))
    test('three', (context) => context.skip('needs mariadb: connection refused'))
  `)
  expect(record).toMatchObject({ passed: 1, failed: 1 })
  expect(record.failures[0]?.name).toBe('a.case.ts > two')
  expect(notRunLines('fixture', record)).toEqual(['not run: fixture: needs mariadb: connection refused (a.case.ts > three)'])
  expect(totalsLine([record])).toBe('1 passed, 1 failed')
})

test('what was not run for want of a required service fails where services are required', async () => {
  const record = requireServices({
    passed: 3,
    failed: 0,
    failures: [],
    notRun: [
      { name: 'a', reason: 'needs postgresql: connection refused' },
      { name: 'b', reason: 'needs Node 22.13' },
    ],
  })
  expect(record).toMatchObject({ passed: 3, failed: 1, notRun: [{ name: 'b' }] })
})

test('a test process that dies counts as a failure', async () => {
  const record = await runCase(`test('dies', () => { process.kill(process.pid, 'SIGKILL') })`)
  expect(record.failed).toBeGreaterThan(0)
})

test('a file that cannot be loaded counts as a failure', async () => {
  const record = await runCase(`throw new Error('at import')`)
  expect(record.failed).toBe(1)
  expect(record.failures[0]?.text).toContain('at import')
})

test('an error outside any test fails the run although every test passed', async () => {
  const record = await runCase(`test('leaks', () => { setTimeout(() => { throw new Error('later') }, 0) })
    test('waits', () => new Promise((resolve) => setTimeout(resolve, 50)))`)
  expect(record).toMatchObject({ passed: 2, failed: 1 })
})

test('a runner that cannot even start counts as a failure, with what it printed', async () => {
  writeFileSync(join(root, 'vitest.config.ts'), `throw new Error('broken configuration')\n`)
  const record = await runCase(`test('never', () => {})`)
  expect(record).toMatchObject({ passed: 0, failed: 1 })
  expect(record.failures[0]?.text).toContain('broken configuration')
})

test('a random run of a long one ends when its minutes are over, and says how many runs it had', async () => {
  const setup = JSON.stringify(join(repository, 'tooling/property-seed.ts'))
  writeFileSync(
    join(root, 'vitest.config.ts'),
    `export default { test: { include: ['**/*.case.ts'], setupFiles: [${setup}] } }\n`,
  )
  writeFileSync(
    join(root, 'a.case.ts'),
    `import * as fc from 'fast-check'\nimport { expect, test } from 'vitest'
    test('goes on', () => fc.assert(fc.property(fc.nat(), (n) => n >= 0), { numRuns: 1e9 }))
    test('fails', () => fc.assert(fc.property(fc.nat(), (n) => n < 3), { numRuns: 1e9 }))\n`,
  )
  const told = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const suite = { name: 'fixture', root, realTime: false, portable: 'all' } as const
  const record = await runVitest(suite, { repository, node: process.execPath, long: true, minutes: 0.005 })
  const lines = told.mock.calls.map(([line]) => String(line))
  told.mockRestore()
  expect(record).toMatchObject({ passed: 1, failed: 1 })
  expect(record.failures[0]?.text).toContain('Counterexample: [3]')
  expect(lines.join('')).toMatch(/^long: goes on: \d+ of 1000000000 runs in 0\.005 min, seed -?\d+\n$/)
})
