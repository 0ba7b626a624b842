// The documented modes of pino's streams lose no line at the end of a process.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const LINES = 10_000
const HERE = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)

const ENDINGS = {
  'natural end': { code: '', status: 0 },
  exit: { code: 'process.exit(3)', status: 3 },
  throw: { code: 'setImmediate(() => { throw new Error("end") })', status: 1 },
  SIGTERM: { code: 'setInterval(() => {}, 1000); process.send("ready")', status: 'SIGTERM' },
  SIGINT: { code: 'setInterval(() => {}, 1000); process.send("ready")', status: 'SIGINT' },
} as const

const MODES = {
  'a synchronous destination': (path: string) => `pino({}, pino.destination({ dest: ${path}, sync: true }))`,
  'a synchronous destination, the lines of a turn as one': (path: string) =>
    `pino({}, pino.destination({ dest: ${path}, sync: true }))`,
  'an asynchronous destination, the lines of a turn as one': (path: string) =>
    `pino({}, pino.destination({ dest: ${path}, sync: false, minLength: 4096 }))`,
  'an asynchronous destination, once it is ready': (path: string) =>
    `pino({}, pino.destination({ dest: ${path}, sync: false, minLength: 4096 }))`,
  'a worker transport': (path: string) => `pino({ transport: { target: 'pino/file', options: { destination: ${path} } } })`,
}

for (const [mode, stream] of Object.entries(MODES)) {
  for (const [name, { code, status }] of Object.entries(ENDINGS)) {
    test(`P-10 ${mode} loses no line of ${LINES}: ${name}`, async () => {
      const path = join(mkdtempSync(join(tmpdir(), 'pino-exit-')), 'a.log')
      const script = `
        import { createLogger, flushOnSignals } from '@loopwright/logiface'
        import { pinoBackend } from ${HERE}
        import { pino } from 'pino'
        const backend = pinoBackend(${stream(JSON.stringify(path))}, { coalesce: ${mode.endsWith('as one')} })
        await backend.ready
        const log = createLogger({ backend })
        flushOnSignals([log])
        ${mode.endsWith('as one') ? '' : "process.on('exit', () => log.flushSync())"}
        for (let i = 0; i < ${LINES}; i++) log.info()?.num('i', i).str('text', 'some text that makes the line longer').msg('line')
        ${code}`
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        cwd: new URL('../..', import.meta.url).pathname,
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      })
      if (typeof status === 'string') child.on('message', () => child.kill(status as NodeJS.Signals))
      let complaints = ''
      child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
      const ended = await new Promise((resolve) => child.once('close', (exit, signal) => resolve(exit ?? signal)))
      expect(ended, complaints).toBe(status)
      // a program that throws before it logs ends with 1 as well
      if (name === 'throw') expect(complaints).toContain('Error: end')
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
      // In any order: at exit pino's own flushSync may overtake a write that is under way.
      const numbers = lines.map((line) => (JSON.parse(line) as { i: number }).i).toSorted((one, other) => one - other)
      expect(numbers).toEqual(Array.from({ length: LINES }, (_, i) => i))
    })
  }
}
