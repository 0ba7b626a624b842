// A call whose level is off.
import { strict as assert } from 'node:assert'
import { createLogger, lineBackend } from '@loopwright/logiface'
import type { Backend } from '@loopwright/logiface'
import { pinoBackend } from '@loopwright/logiface-pino'
import { winstonBackend } from '@loopwright/logiface-winston'
import winston from 'winston'
import { defineWorkload } from '../harness/workload.ts'
import { nullPino, timeLines } from './support/subjects.ts'

const CALLS = 20_000_000

async function viaBackend(backend: Backend, level: 'info' | 'trace'): Promise<number> {
  const log = createLogger({ backend, level })
  const median = await timeLines(() => {
    log.debug()?.str('user', 'u-12345').num('status', 200).msg('request done')
  }, CALLS)
  assert.equal(log.stats().written, 0)
  assert.ok(log.stats().disabled > CALLS)
  return median
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    pino: () => {
      const instance = nullPino()
      return timeLines(() => instance.debug({ user: 'u-12345', status: 200 }, 'request done'), CALLS)
    },
    'own writer': () => viaBackend(lineBackend({ path: '/dev/null' }), 'info'),
    "pino backend, off by the logger's level": () => viaBackend(pinoBackend(nullPino()), 'info'),
    "pino backend, off by pino's level": () => viaBackend(pinoBackend(nullPino()), 'trace'),
    'winston backend': () =>
      viaBackend(winstonBackend(winston.createLogger({ transports: [new winston.transports.Console()] })), 'info'),
  },
  figures: [
    { subject: 'own writer', peer: 'pino', ratio: 'cost', target: '<= 1.20' },
    { subject: "pino backend, off by the logger's level", peer: 'pino', ratio: 'cost', target: '<= 1.20' },
    { subject: "pino backend, off by pino's level", peer: 'pino', ratio: 'cost' },
    { subject: 'winston backend', peer: 'pino', ratio: 'cost', target: '<= 1.20' },
  ],
})
