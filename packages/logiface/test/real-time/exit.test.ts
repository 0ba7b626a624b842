// Lines lost at the end of a process: none, in every documented mode.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const LINES = 10_000
const INDEX = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)

const ENDINGS = {
  'natural end': { code: '', status: 0 },
  exit: { code: 'process.exit(3)', status: 3 },
  throw: { code: 'throw new Error("end")', status: 1 },
  SIGTERM: { code: 'setInterval(() => {}, 1000); process.send("ready")', status: 'SIGTERM' },
  SIGINT: { code: 'setInterval(() => {}, 1000); process.send("ready")', status: 'SIGINT' },
} as const

const MODES = [
  { mode: 'each', signals: false },
  { mode: 'batch', signals: true },
  { mode: 'async', signals: true },
] as const

interface Ended {
  readonly status: number | string | null
  readonly output: string
  /** What it wrote to standard error, which says why it ended another way than it should. */
  readonly complaints: string
}

/** Runs a program that logs, and ends it by the signal once it says it is ready. */
async function run(script: string, signal: NodeJS.Signals | undefined, readDelayMs = 0): Promise<Ended> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  if (signal !== undefined) child.on('message', () => child.kill(signal))
  let output = ''
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  const read = (): void =>
    void child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  if (readDelayMs === 0) read()
  else setTimeout(read, readDelayMs)
  const status = await new Promise<number | string | null>((resolve) => child.once('close', (code, by) => resolve(code ?? by)))
  return { status, output, complaints }
}

function program(backend: string, signals: boolean, end: string): string {
  return `
    import { createLogger, flushOnSignals, lineBackend } from ${INDEX}
    const log = createLogger({ backend: ${backend} })
    ${signals ? 'flushOnSignals([log])' : ''}
    for (let i = 0; i < ${LINES}; i++) log.info()?.num('i', i).str('text', 'some text that makes the line longer').msg('line')
    ${end}`
}

/** A program that throws before it logs ends with 1 as well: the error must be the one it was told to throw. */
function expectEnd({ status, complaints }: Ended, expected: number | string, name: string): void {
  expect(status, complaints).toBe(expected)
  if (name === 'throw') expect(complaints).toContain('Error: end')
}

function expectAll(text: string, doubled = false): void {
  const lines = text.split('\n')
  expect(lines.pop()).toBe('')
  const seen = lines.map((line) => (JSON.parse(line) as { i: number }).i)
  if (doubled) expect(new Set(seen).size).toBe(LINES)
  else expect(seen).toEqual(Array.from({ length: LINES }, (_, i) => i))
}

for (const { mode, signals } of MODES) {
  for (const [name, { code, status }] of Object.entries(ENDINGS)) {
    test(`X-1 X-2 ${mode} to a file loses no line of ${LINES}: ${name}`, async () => {
      const path = join(mkdtempSync(join(tmpdir(), 'exit-')), 'a.log')
      const ended = await run(
        program(`lineBackend({ path: ${JSON.stringify(path)}, mode: '${mode}' })`, signals, code),
        typeof status === 'string' ? (status as NodeJS.Signals) : undefined,
      )
      expectEnd(ended, status, name)
      expectAll(readFileSync(path, 'utf8'))
    })

    test(`X-1 X-3 ${mode} to a pipe loses no line of ${LINES}, though it is read late: ${name}`, async () => {
      const ended = await run(
        program(`lineBackend({ mode: '${mode}' })`, signals, code),
        typeof status === 'string' ? (status as NodeJS.Signals) : undefined,
        200,
      )
      expectEnd(ended, status, name)
      // on a pipe the chunk in flight may come twice
      expectAll(ended.output, mode === 'async')
    })
  }
}

test('X-1 each loses nothing when a worker is terminated', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'exit-')), 'a.log')
  const worker = program(
    `lineBackend({ path: ${JSON.stringify(path)}, mode: 'each' })`,
    false,
    'import("node:worker_threads").then(({ parentPort }) => parentPort.postMessage("done"))',
  )
  const script = `
    import { Worker } from 'node:worker_threads'
    const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)})))
    worker.once('message', () => worker.terminate())`
  expect((await run(script, undefined)).status).toBe(0)
  expectAll(readFileSync(path, 'utf8'))
})

test('X-2 with another listener flushOnSignals only flushes, and the application decides the status', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'exit-')), 'a.log')
  const end =
    'process.on("SIGTERM", () => setTimeout(() => process.exit(7), 50)); setInterval(() => {}, 1000); process.send("ready")'
  const ended = await run(program(`lineBackend({ path: ${JSON.stringify(path)} })`, true, end), 'SIGTERM')
  expect(ended.status).toBe(7)
  expectAll(readFileSync(path, 'utf8'))
})

test('N-2 fatal flushes and ends the process with status 1', async () => {
  const ended = await run(program('lineBackend()', false, 'log.fatal().num("i", 10000).msg("dying")'), undefined)
  expect(ended.status).toBe(1)
  expect(ended.output.trim().split('\n').at(-1)).toContain('"msg":"dying"')
})
