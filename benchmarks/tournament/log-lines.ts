// A line with four fields to /dev/null: our writer, our facade over pino and winston, and each of them and LogLayer directly.
import { openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { createLogger, lineBackend } from '@loopwright/logiface'
import type { Backend } from '@loopwright/logiface/backend'
import { pinoBackend } from '@loopwright/logiface-pino'
import { winstonBackend } from '@loopwright/logiface-winston'
import { PinoTransport } from '@loglayer/transport-pino'
import { LogLayer } from 'loglayer'
import { pino } from 'pino'
import winston from 'winston'
import { defineWorkload, medianNs } from '../harness/workload.ts'

const LINES = 100_000
const FIELDS = { user: 'u-12345', method: 'GET', status: 200, ok: true }

/** Measures lines to /dev/null, after one to a file has shown what is written. */
async function measure(open: (path: string) => { readonly write: () => void; readonly end?: () => void }): Promise<number> {
  const path = join(tmpdir(), `tournament-${process.pid}.log`)
  const shown = open(path)
  shown.write()
  shown.end?.()
  const line = JSON.parse(readFileSync(path, 'utf8').trim()) as Record<string, unknown>
  rmSync(path)
  for (const [name, value] of Object.entries(FIELDS))
    if (line[name] !== value) throw new Error(`${name} was written as ${String(line[name])}`)
  const { write } = open('/dev/null')
  return medianNs(LINES, (count) => {
    for (let index = 0; index < count; index++) write()
  })
}

const viaFacade = (backend: Backend): (() => void) => {
  const log = createLogger({ backend })
  return () => log.info()?.str('user', 'u-12345').str('method', 'GET').num('status', 200).bool('ok', true).msg('request done')
}
const openPino = (path: string): pino.Logger => pino(pino.destination({ dest: path, sync: true }))
/** As our writer does by default: lines are collected and written together. */
const openBatchingPino = (path: string): { readonly log: pino.Logger; readonly end: () => void } => {
  const destination = pino.destination({ dest: path, sync: true, minLength: 4096 })
  return { log: pino(destination), end: () => destination.flushSync() }
}
/** As pino's destination: each line by one call, at once. */
function openWinston(path: string): winston.Logger {
  const fd = openSync(path, 'a')
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      writeSync(fd, chunk)
      done()
    },
  })
  return winston.createLogger({
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream })],
  })
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'logiface, own writer, batches': () =>
      measure((path) => {
        const backend = lineBackend({ path })
        return { write: viaFacade(backend), end: () => backend.flushSync() }
      }),
    'logiface, own writer, each line': () => measure((path) => ({ write: viaFacade(lineBackend({ path, mode: 'each' })) })),
    'logiface over pino': () => measure((path) => ({ write: viaFacade(pinoBackend(openPino(path))) })),
    'logiface over winston': () => measure((path) => ({ write: viaFacade(winstonBackend(openWinston(path))) })),
    pino: () =>
      measure((path) => {
        const log = openPino(path)
        return { write: () => log.info({ user: 'u-12345', method: 'GET', status: 200, ok: true }, 'request done') }
      }),
    'pino, batches': () =>
      measure((path) => {
        const { log, end } = openBatchingPino(path)
        return { write: () => log.info({ user: 'u-12345', method: 'GET', status: 200, ok: true }, 'request done'), end }
      }),
    winston: () =>
      measure((path) => {
        const log = openWinston(path)
        return { write: () => log.info('request done', { user: 'u-12345', method: 'GET', status: 200, ok: true }) }
      }),
    'loglayer over pino': () =>
      measure((path) => {
        const log = new LogLayer({ transport: new PinoTransport({ logger: openPino(path) as never }) })
        return { write: () => log.withMetadata({ user: 'u-12345', method: 'GET', status: 200, ok: true }).info('request done') }
      }),
  },
  figures: [
    { subject: 'logiface, own writer, batches', peer: 'pino, batches' },
    { subject: 'logiface, own writer, each line', peer: 'pino' },
    { subject: 'logiface, own writer, each line', peer: 'winston' },
    { subject: 'logiface over pino', peer: 'pino' },
    { subject: 'logiface over pino', peer: 'loglayer over pino' },
    { subject: 'logiface over winston', peer: 'winston' },
  ],
})
