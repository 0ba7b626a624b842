// The command: one line a check, later checks after a failed one, and its exit codes.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inParallel, outputLines, runCommand } from './check/command.ts'
import { manifest, seedTree } from './check/seeded-tree.ts'

const program = join(import.meta.dirname, 'check.ts')
const check = (...args: readonly string[]): ReturnType<typeof runCommand> =>
  runCommand(process.execPath, [program, ...args], { cwd: import.meta.dirname, timeoutMs: 30_000 })

test('a failed check is told with its findings, the checks after it still run, and the exit code is 1', async () => {
  using tree = seedTree({
    'packages/catrate/package.json': manifest('catrate'),
    'packages/catrate/src/index.ts': "export const code = 'ERR_RATE_NEW'\nexport { x } from '@loopwright/logiface'\n",
    'packages/logiface/package.json': manifest('logiface'),
  })
  const { code, stdout } = await check('imports', 'console', 'errors', '--root', tree.root)
  const lines = stdout.trim().split('\n')
  expect(code).toBe(1)
  expect(lines.map((line) => line.replace(/ +\d+\.\d s$/, ''))).toEqual([
    'FAILED  imports',
    "        packages/catrate/src/index.ts:2: import climbs floors: '@loopwright/logiface'",
    'FAILED  errors',
    '        packages/catrate/src/index.ts:1: ERR_RATE_NEW is not listed in docs/errors.md',
    'ok      console',
    'checks: 1 ok, 2 failed',
  ])
})

test('sound trees give exit code 0, unknown names and options exit code 2 with the usage', async () => {
  using tree = seedTree({ 'packages/catrate/package.json': manifest('catrate') })
  expect((await check('imports', 'errors', '--root', tree.root)).code).toBe(0)
  const unknown = await check('import')
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('no such check: import')
  expect((await check('--updates')).code).toBe(2)
  expect((await check('--help')).stdout).toContain('imports')
})

test('a check that throws has failed', async () => {
  using tree = seedTree({ 'packages/catrate/package.json': '{' })
  const { code, stdout } = await check('imports', '--root', tree.root)
  expect(code).toBe(1)
  expect(stdout).toContain('SyntaxError')
})

test('a command that outlives its time is stopped and told', async () => {
  const result = await runCommand(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("started")'], {
    cwd: import.meta.dirname,
    timeoutMs: 1000,
  })
  expect(result.code).toBeUndefined()
  expect(outputLines(result)).toEqual(['stopped by its time limit', 'started'])
})

test('work in parallel keeps its order and its width', async () => {
  let running = 0
  let most = 0
  const results = await inParallel([3, 1, 2], 2, async (turns) => {
    most = Math.max(most, ++running)
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    running--
    return turns * 10
  })
  expect(results).toEqual([30, 10, 20])
  expect(most).toBe(2)
})
