// Four fields and a message: through pino, by our own writer, and through winston, against each of them used directly.
import { strict as assert } from 'node:assert'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { createLogger, lineBackend } from '@loopwright/logiface'
import { pinoBackend } from '@loopwright/logiface-pino'
import { logifaceFormat, winstonBackend } from '@loopwright/logiface-winston'
import { PinoTransport } from '@loglayer/transport-pino'
import { LogLayer } from 'loglayer'
import winston from 'winston'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import type { PinoInstance } from './support/subjects.ts'
import { checkLine, LINES, nullPino } from './support/subjects.ts'

const EXPECTED = { user: 'u-12345', method: 'GET', status: 200, ok: true, msg: 'request done' }

function direct(instance: PinoInstance): () => void {
  return () => instance.info({ user: 'u-12345', method: 'GET', status: 200, ok: true }, 'request done')
}

function viaBackend(instance: PinoInstance, coalesce = false): () => void {
  const log = createLogger({ backend: pinoBackend(instance, { coalesce }) })
  return () => {
    log.info()?.str('user', 'u-12345').str('method', 'GET').num('status', 200).bool('ok', true).msg('request done')
  }
}

function viaLogLayer(instance: PinoInstance): () => void {
  const log = new LogLayer({ transport: new PinoTransport({ logger: instance as never }) })
  return () => {
    log.withMetadata({ user: 'u-12345', method: 'GET', status: 200, ok: true }).info('request done')
  }
}

/** winston into a stream that drops what it gets. */
async function viaWinston(useBackend: boolean): Promise<number> {
  let last = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      last = chunk.toString()
      done()
    },
  })
  const format = useBackend ? logifaceFormat() : winston.format.combine(winston.format.timestamp(), winston.format.json())
  const logger = winston.createLogger({ format, transports: new winston.transports.Stream({ stream }) })
  const log = createLogger({ backend: winstonBackend(logger) })
  const fields = (): object => ({ user: 'u-12345', method: 'GET', status: 200, ok: true })
  const write = useBackend
    ? (): void => log.info()?.str('user', 'u-12345').str('method', 'GET').num('status', 200).bool('ok', true).msg('request done')
    : (): void => void logger.info('request done', fields())
  const median = await medianNs(20_000, async (count) => {
    for (let i = 0; i < count; i++) {
      write()
      if (i % 1000 === 999) await new Promise(setImmediate)
    }
  })
  const { timestamp, ...record } = JSON.parse(last) as Record<string, unknown>
  assert.equal(typeof timestamp, 'string')
  assert.deepEqual(record, { level: 'info', user: 'u-12345', method: 'GET', status: 200, ok: true, message: 'request done' })
  return median
}

async function measure(make: (instance: PinoInstance) => () => void): Promise<number> {
  await checkLine(make, { level: 30, ...EXPECTED })
  const write = make(nullPino())
  return medianNs(LINES, (count) => {
    for (let i = 0; i < count; i++) write()
  })
}

async function ownWriter(time: 'epoch' | 'iso'): Promise<number> {
  const write = (path: string): (() => void) => {
    const log = createLogger({ backend: lineBackend({ path, time }) })
    return () => {
      log.info()?.str('user', 'u-12345').str('method', 'GET').num('status', 200).bool('ok', true).msg('request done')
    }
  }
  const path = join(tmpdir(), `four-fields-${process.pid}.log`)
  const backend = lineBackend({ path, time })
  const log = createLogger({ backend })
  log.info()?.str('user', 'u-12345').str('method', 'GET').num('status', 200).bool('ok', true).msg('request done')
  backend.close()
  const record = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  rmSync(path)
  assert.deepEqual({ ...record, time: 0 }, { level: 'info', time: 0, ...EXPECTED })
  const line = write('/dev/null')
  return medianNs(LINES, (count) => {
    for (let i = 0; i < count; i++) line()
  })
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    pino: () => measure(direct),
    'pino backend, text': () => measure((instance) => viaBackend(instance)),
    'pino backend, text, coalesced': () => measure((instance) => viaBackend(instance, true)),
    loglayer: () => measure(viaLogLayer),
    winston: () => viaWinston(false),
    'winston backend, text': () => viaWinston(true),
    'own writer, epoch': () => ownWriter('epoch'),
    'own writer, iso': () => ownWriter('iso'),
  },
  figures: [
    { subject: 'pino backend, text', peer: 'pino', ratio: 'cost', target: '<= 0.75' },
    { subject: 'pino backend, text, coalesced', peer: 'pino', ratio: 'cost', target: '<= 0.75' },
    { subject: 'pino backend, text', peer: 'loglayer', ratio: 'cost', target: '<= 0.60' },
    { subject: 'winston backend, text', peer: 'winston', ratio: 'cost', target: '<= 0.65' },
    { subject: 'own writer, epoch', peer: 'pino', ratio: 'cost', target: '<= 0.60' },
    { subject: 'own writer, iso', peer: 'pino', ratio: 'cost', target: '<= 0.60' },
  ],
})
