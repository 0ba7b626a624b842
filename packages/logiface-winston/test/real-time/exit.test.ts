// LineTransport loses no line at the end of a process.
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

const MODES = ['each', 'batch', 'async'] as const

for (const mode of MODES) {
  for (const [name, { code, status }] of Object.entries(ENDINGS)) {
    test(`W-5 LineTransport in mode ${mode} loses no line of ${LINES}: ${name}`, async () => {
      const path = join(mkdtempSync(join(tmpdir(), 'winston-exit-')), 'a.log')
      const script = `
        import { createLogger, flushOnSignals } from '@loopwright/logiface'
        import { LineTransport, logifaceFormat, winstonBackend } from ${HERE}
        import winston from 'winston'
        const transport = new LineTransport({ path: ${JSON.stringify(path)}, mode: '${mode}' })
        const log = createLogger({ backend: winstonBackend(winston.createLogger({ format: logifaceFormat(), transports: transport })) })
        flushOnSignals([log])
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
      expect(lines.map((line) => (JSON.parse(line) as { i: number }).i)).toEqual(Array.from({ length: LINES }, (_, i) => i))
    })
  }
}
