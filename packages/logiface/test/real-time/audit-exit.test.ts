// Audit lines lost at the end of a process: none where that is promised, and of a killed one at most the batch.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { auditBackend, verifyAudit } from '../../src/audit/index.ts'
import { createLogger } from '../../src/index.ts'

const LINES = 10_000
const KEY = 'a secret of more than sixteen bytes'
const DIST = JSON.stringify(new URL('../../dist/', import.meta.url).href)
const BATCH_BYTES = 16_384

const WAIT = 'setInterval(() => {}, 1000); process.send("ready")'
/** Audit files get a checkpoint at their end, except by a signal, which ends the process without its handlers of `exit`. */
const ENDINGS = {
  'natural end': { code: '', status: 0, checkpoints: 1 },
  exit: { code: 'process.exit(3)', status: 3, checkpoints: 1 },
  throw: { code: 'throw new Error("end")', status: 1, checkpoints: 1 },
  SIGTERM: { code: WAIT, status: 'SIGTERM', checkpoints: 0 },
  SIGINT: { code: WAIT, status: 'SIGINT', checkpoints: 0 },
} as const

function program(path: string, mode: string, signals: boolean, end: string): string {
  return `
    const { createLogger, flushOnSignals } = await import(${DIST} + 'index.js')
    const { auditBackend } = await import(${DIST} + 'audit/index.js')
    const options = { path: ${JSON.stringify(path)}, key: ${JSON.stringify(KEY)}, mode: '${mode}', checkpoint: { lines: 2 ** 30 } }
    const log = createLogger({ backend: auditBackend(options), levels: { audit: 9 } })
    ${signals ? 'flushOnSignals([log])' : ''}
    for (let i = 0; i < ${LINES}; i++) log.audit().num('i', i).str('text', 'some text that makes the line longer').msg('line')
    ${end}`
}

/** @returns how it ended, and what it wrote to standard error: that says why it ended another way than it should. */
async function run(script: string, signal: NodeJS.Signals | undefined): Promise<[number | string | null, string]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  if (signal !== undefined) child.on('message', () => child.kill(signal))
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  const [code, by] = (await once(child, 'close')) as [number | null, string | null]
  return [code ?? by, complaints]
}

function numbersOf(path: string): number[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  expect(lines.pop()).toBe('')
  return lines.flatMap((line) => (JSON.parse(line) as { i?: number }).i ?? [])
}

const newPath = (): string => join(mkdtempSync(join(tmpdir(), 'audit-exit-')), 'audit.log')
const ALL = Array.from({ length: LINES }, (_, i) => i)

for (const { mode, signals } of [
  { mode: 'each', signals: false },
  { mode: 'batch', signals: true },
]) {
  for (const [name, { code, status, checkpoints }] of Object.entries(ENDINGS)) {
    test(`A-9 ${mode} loses no audit line of ${LINES}: ${name}`, async () => {
      const path = newPath()
      const [ended, complaints] = await run(program(path, mode, signals, code), typeof status === 'string' ? status : undefined)
      expect(ended, complaints).toBe(status)
      if (name === 'throw') expect(complaints).toContain('Error: end')
      expect(numbersOf(path)).toEqual(ALL)
      expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true, lines: LINES + checkpoints, checkpoints })
    })
  }
}

test('A-9 batch without flushOnSignals loses at most the batch by a signal', async () => {
  const path = newPath()
  expect((await run(program(path, 'batch', false, WAIT), 'SIGTERM'))[0]).toBe('SIGTERM')
  expectPrefix(path)
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true })
})

test('A-9 the command verifies what a process of mode batch left', async () => {
  const path = newPath()
  expect((await run(program(path, 'batch', false, ''), undefined))[0]).toBe(0)
  const cli = new URL('../../dist/cli.js', import.meta.url).pathname
  const verified = (...options: readonly string[]): unknown[] => {
    const { status, stdout } = spawnSync(process.execPath, [cli, 'verify-audit', path, ...options], { encoding: 'utf8' })
    return [status, stdout.split(',')[0]]
  }
  expect(verified()).toEqual([1, 'broken: line 1 wrong-key\n'])
  writeFileSync(`${path}.key`, KEY)
  expect(verified('--key-file', `${path}.key`)).toEqual([0, `intact: ${LINES + 1} lines`])
})

test.each([1, 2, 3])('A-6 A-9 kill -9 in the middle of batches: a chain of the first lines, which goes on (%i)', async () => {
  const path = newPath()
  // tells how far it is before each line, so that what was lost can be counted in bytes
  const script = program(path, 'batch', false, '').replace(
    /for \(let i[^;]*;[^;]*; i\+\+\) /,
    'for (let i = 0; ; i++) { if (i % 100 === 0) process.send(i); if (i % 1000 === 0) await new Promise(setImmediate); ',
  )
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${script} }`], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  let logged = 0
  child.on('message', (i: number) => {
    logged = i
    if (i >= 5000) child.kill('SIGKILL')
  })
  await once(child, 'close')
  const text = readFileSync(path, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const count = whole.split('\n').length - 1
  expect((logged - count) * 400).toBeLessThanOrEqual(BATCH_BYTES + 400)

  const backend = auditBackend({ path, key: KEY, mode: 'batch' })
  createLogger({ backend, levels: { audit: 9 } })
    .audit()
    ?.msg('after the crash')
  backend.close()
  expect(readFileSync(path, 'utf8').startsWith(whole)).toBe(true)
  const numbers = numbersOf(path)
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i))
  expect(numbers).toHaveLength(count)
  expect(await verifyAudit(path, { key: KEY, expectedHead: backend.head })).toMatchObject({ intact: true })
})

/** The file holds the first lines, and what is missing is no more than a batch. */
function expectPrefix(path: string): void {
  const numbers = numbersOf(path)
  expect(numbers).toEqual(ALL.slice(0, numbers.length))
  const lineBytes = readFileSync(path).byteLength / numbers.length
  expect((LINES - numbers.length) * lineBytes).toBeLessThanOrEqual(BATCH_BYTES + lineBytes)
}
