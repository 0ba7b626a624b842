// A pino with a mixin: our object path against pino itself with the same mixin.
import { createLogger } from '@loopwright/logiface'
import { pinoBackend } from '@loopwright/logiface-pino'
import { defineWorkload } from '../harness/workload.ts'
import type { PinoInstance, PinoOptions } from './support/subjects.ts'
import { checkLine, nullPino, timeLines } from './support/subjects.ts'

const OPTIONS: PinoOptions = { mixin: () => ({ mixed: 1 }) }
const EXPECTED = { level: 30, mixed: 1, user: 'u-12345', method: 'GET', status: 200, ok: true, msg: 'request done' }

async function measure(make: (instance: PinoInstance) => () => void): Promise<number> {
  await checkLine(make, EXPECTED, OPTIONS)
  return timeLines(make(nullPino(OPTIONS)))
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    pino: () =>
      measure((instance) => () => instance.info({ user: 'u-12345', method: 'GET', status: 200, ok: true }, 'request done')),
    'pino backend, objects': () =>
      measure((instance) => {
        const log = createLogger({ backend: pinoBackend(instance) })
        return () =>
          log.info()?.str('user', 'u-12345').str('method', 'GET').num('status', 200).bool('ok', true).msg('request done')
      }),
  },
  figures: [{ subject: 'pino backend, objects', peer: 'pino', ratio: 'cost', target: '<= 1.25' }],
})
