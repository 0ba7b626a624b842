// The command, run as a process.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const built = join(root, 'dist/cli.js')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'js-adapter-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(
  words: readonly string[],
  {
    input,
    onStart,
    command = built,
  }: {
    readonly input?: string
    readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void
    readonly command?: string
  } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...words], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    let started = false
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      if (!started) onStart?.((signal) => child.kill(signal))
      started = true
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(input ?? '')
  })
}

function file(name: string, source: string): string {
  writeFileSync(join(folder, name), source)
  return name
}

/** A copy of the built command among the packages that this one has, but for `missing`. */
function installedWithout(missing: string): string {
  const top = mkdtempSync(join(folder, 'installed-'))
  const own = join(top, 'js-adapter')
  cpSync(join(root, 'dist'), join(own, 'dist'), { recursive: true })
  cpSync(join(root, 'package.json'), join(own, 'package.json'))
  const modules = join(root, 'node_modules')
  for (const scopeOrName of readdirSync(modules).filter((name) => !name.startsWith('.')))
    for (const name of scopeOrName.startsWith('@') ? readdirSync(join(modules, scopeOrName)) : ['']) {
      const path = join(scopeOrName, name)
      if (path === missing) continue
      const link = join(own, 'node_modules', path)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(modules, path), link, 'junction')
    }
  return join(own, 'dist/cli.js')
}

describe('run', () => {
  test('I-2 a stuck timer is stopped and reported with its place, the other timers go on, the code is 3', async () => {
    const name = file(
      'stuck.js',
      "console.log('start')\nsetTimeout(() => { for (;;); }, 5)\nsetTimeout(() => console.log('still here'), 10)\n",
    )
    const { code, stdout, stderr } = await run(['run', name, '--operation-timeout', '1500', '--report', 'json'])
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'start\nstill here\n' })
    const [line = '', report = ''] = stderr.trimEnd().split('\n')
    expect(line).toMatch(/^stuck\.js:2:\d+: ERR_LIMIT_OPERATION: /)
    expect(JSON.parse(report)).toMatchObject({ reason: 'limit', code: 'ERR_LIMIT_OPERATION', exitCode: 3, limit: 'operationMs' })
  })

  test.each([
    ['a missing file', ['run', 'absent.js'], 2, /^js-adapter: cannot read absent\.js: there is no such file\n$/],
    ['an unknown flag', ['run', 'x.js', '--nope'], 2, /^js-adapter: Unknown option '--nope'.*\n$/],
    ['an unknown command', ['eval', 'x.js'], 2, /^js-adapter: unknown command "eval".*\n$/],
    [
      'a wrong number',
      ['run', 'x.js', '--max-timers', 'many'],
      2,
      /^js-adapter: --max-timers takes a number from 1 to 2147483647, got "many"\n$/,
    ],
    [
      'a stack that no thread has',
      ['run', 'x.js', '--stack-size', '9m'],
      2,
      /^js-adapter: --stack-size must be at most 8192k, got "9m"\n$/,
    ],
    [
      'a stack that needs a thread',
      ['repl', '--stack-size', '512k'],
      2,
      /^js-adapter: --stack-size must be at most 32k, for repl .*\n$/,
    ],
  ])('I-2 wrong usage is one line and code 2: %s', async (_name, words, code, stderr) => {
    const result = await run(words)
    expect(result.code).toBe(code)
    expect(result.stderr).toMatch(stderr)
  })

  test.each([
    ['throw', "\nthrow new TypeError('boom')", [], 1, /^throw\.js:2:\d+: uncaught TypeError: boom\n/],
    ['syntax', 'let a = 1\nlet b = ;', [], 1, /^syntax\.js:2:\d+: SyntaxError: .*\n$/],
    ['reject', "async function f() { throw new Error('async') }\nf()", [], 1, /^reject\.js:1:\d+: uncaught Error: async\n/],
    ['loop', 'while (true) {}', ['--operation-timeout', '50'], 3, /^loop\.js:1:\d+: ERR_LIMIT_OPERATION: .*\n$/],
    [
      'hard',
      "new Array(1e9).join('x')",
      ['--operation-timeout', '1500', '--hard-timeout', '1600'],
      3,
      /^hard\.js: ERR_LIMIT_HARD: .*\n$/,
    ],
    ['stack', 'const f = () => 1 + f()\nf()', [], 3, /^stack\.js:1:\d+: ERR_LIMIT_STACK: .*\n$/],
    [
      'memory',
      'const a = []\nfor (;;) a.push(new Array(1e5).fill(1))',
      ['--memory-limit', '8m'],
      3,
      /^memory\.js: ERR_LIMIT_MEMORY: .*\n$/,
    ],
    ['wall', 'setInterval(() => {}, 10)', ['--deadline', '1500'], 3, /^wall\.js: ERR_LIMIT_WALL: .*\n$/],
    ['code', 'process.exitCode = 5', [], 5, /^$/],
    ['exit', 'setInterval(() => {}, 10); process.exit(3)', [], 3, /^$/],
  ])('I-2 %s.js ends with its code and one line', async (name, source, flags, code, stderr) => {
    const result = await run(['run', file(`${name}.js`, source), ...flags])
    expect(result.code).toBe(code)
    expect(result.stderr).toMatch(stderr)
  })

  test('- reads standard input; --engine and --expose-gc work', async () => {
    expect(await run(['run', '-', '--engine', 'bellard', '--expose-gc'], { input: 'gc(); console.log(typeof gc)' })).toEqual({
      code: 0,
      stdout: 'function\n',
      stderr: '',
    })
  })

  test('--virtual-time runs ten days of timers at once, in order', async () => {
    const name = file('days.js', "for (let d = 10; d > 0; d--) setTimeout(() => console.log('day', d), d * 86400000)")
    const startedAtMs = performance.now()
    const { code, stdout } = await run(['run', name, '--virtual-time'])
    expect(performance.now() - startedAtMs).toBeLessThan(10_000)
    expect({ code, stdout }).toEqual({ code: 0, stdout: Array.from({ length: 10 }, (_, index) => `day ${index + 1}\n`).join('') })
  })

  test.each([
    ['the default', [], 2500, 50_000],
    ['32k', ['--stack-size', '32k'], 100, 250],
    ['2m', ['--stack-size', '2m'], 10_000, 200_000],
  ])('I-1 the stack of the guest: %s', async (_name, words, atLeast, atMost) => {
    const name = file('deep.js', 'let n = 0; function f() { n++; f() } try { f() } catch {} console.log(n)')
    const { code, stdout, stderr } = await run(['run', name, ...words])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(Number(stdout)).toBeGreaterThan(atLeast)
    expect(Number(stdout)).toBeLessThan(atMost)
  })

  test.each([[], ['--stack-size', '32k']])(
    'I-3 in a thread or inline, time is virtual with --virtual-time, and output comes in order',
    async (...words) => {
      const name = file(
        'order.js',
        "for (let h = 3; h > 0; h--) setTimeout(() => { console.log('out', h); console.error('err', h); setImmediate(() => console.log('then', h)) }, h * 3600000); process.on('exit', () => console.log('exit'))",
      )
      expect(await run(['run', name, '--virtual-time', ...words])).toEqual({
        code: 0,
        stdout: 'out 1\nthen 1\nout 2\nthen 2\nout 3\nthen 3\nexit\n',
        stderr: 'err 1\nerr 2\nerr 3\n',
      })
    },
  )

  test('modules import from their own directory and nowhere else', async () => {
    file('dep.mjs', 'export const n = 41')
    expect(await run(['run', file('main.mjs', "import { n } from './dep.mjs'\nconsole.log(n + 1)")])).toEqual({
      code: 0,
      stdout: '42\n',
      stderr: '',
    })
    const outside = await run(['run', file('out.mjs', "import '../../etc/passwd'")])
    expect(outside.code).toBe(1)
    expect(outside.stderr).toMatch(/^out\.mjs: uncaught Error: the module "\.\.\/\.\.\/etc\/passwd" may not be imported here\n$/)
  })

  test('I-4 SIGINT emits exit and ends with 130, also when the guest does not return', async () => {
    const idle = file('idle.js', "process.on('exit', () => console.log('exit')); setInterval(() => {}, 1000); console.log('up')")
    expect(await run(['run', idle], { onStart: (kill) => setTimeout(() => kill('SIGINT'), 50) })).toMatchObject({
      code: 130,
      stdout: 'up\nexit\n',
    })
    const busy = file('busy.js', "process.on('exit', () => console.log('exit')); console.log('up'); for (;;);")
    const unlimited = ['run', busy, '--operation-timeout', '0', '--hard-timeout', '0']
    const interrupt = { onStart: (kill: (signal: NodeJS.Signals) => void) => setTimeout(() => kill('SIGINT'), 50) }
    expect(await run(unlimited, interrupt)).toMatchObject({ code: 130, stdout: 'up\nexit\n' })
    expect((await run([...unlimited, '--stack-size', '32k'], interrupt)).code).toBe(130)
    const native = file('native.js', "console.log('up'); new Array(1e9).join('x')")
    expect((await run(['run', native, '--operation-timeout', '0', '--hard-timeout', '0'], interrupt)).code).toBe(130)
  })

  test.each([[], ['--stack-size', '32k']])('I-4 a reader that goes away ends the program quietly', async (...words) => {
    const name = file('lines.js', "setInterval(() => { for (let i = 0; i < 100; i++) console.log('line', i) }, 1)")
    const child = spawn(process.execPath, [built, 'run', name, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test.each([
    ['json', { level: 'warning', msg: 'a guest was stopped or failed' }],
    ['pino', { level: 40, msg: 'a guest was stopped or failed' }],
    ['winston', { level: 'warn', message: 'a guest was stopped or failed' }],
  ])('I-3 --log %s writes one structured line to stderr for a limit, the guest output stays clean', async (backend, line) => {
    const name = file('log.js', 'console.log(\'{"guest": 1}\'); console.error(\'{"own": 2}\'); for (;;);')
    const { code, stdout, stderr } = await run(['run', name, '--operation-timeout', '1500', '--log', backend])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '{"guest": 1}\n' })
    const lines = stderr.trimEnd().split('\n')
    expect(lines.filter((text) => !text.startsWith('{'))).toEqual([expect.stringContaining('log.js:1:')])
    const [own, record, ...rest] = lines.filter((text) => text.startsWith('{'))
    expect(own).toBe('{"own": 2}')
    expect(rest).toEqual([])
    expect(JSON.parse(record ?? '')).toMatchObject({
      ...line,
      event: 'sandbox.error',
      code: 'ERR_LIMIT_OPERATION',
      kind: 'run',
      detail: expect.stringContaining('operationMs is 1500 ms'),
    })
  })

  test.each([[], ['--log', 'off']])('I-3 no diagnostics without --log, or with off', async (...words) => {
    const name = file('quiet.js', "console.log('out'); for (;;);")
    const { code, stdout, stderr } = await run(['run', name, '--operation-timeout', '1500', ...words])
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'out\n' })
    expect(stderr).toMatch(/^quiet\.js:1:\d+: ERR_LIMIT_OPERATION: .*\n$/)
  })

  test.each([
    ['json', '@loopwright/logiface', 'npm install @loopwright/logiface'],
    ['pino', '@loopwright/logiface-pino', 'npm install @loopwright/logiface @loopwright/logiface-pino pino'],
    ['pino', 'pino', 'npm install @loopwright/logiface @loopwright/logiface-pino pino'],
    ['winston', '@loopwright/logiface-winston', 'npm install @loopwright/logiface @loopwright/logiface-winston winston'],
  ])('I-3 --log %s without %s is wrong usage and names the remedy', async (backend, missing, remedy) => {
    const installed = installedWithout(missing)
    const name = file('never.js', "console.log('never')")
    expect(await run(['run', name, '--log', backend], { command: installed })).toEqual({
      code: 2,
      stdout: '',
      stderr: `js-adapter: --log ${backend}: ${missing} is not installed: ${remedy}\n`,
    })
    expect(await run(['run', name], { command: installed })).toEqual({ code: 0, stdout: 'never\n', stderr: '' })
  })
})
