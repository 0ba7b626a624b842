// An event with an error: the text path against direct pino.
import { createLogger } from '@loopwright/logiface'
import { pinoBackend } from '@loopwright/logiface-pino'
import { defineWorkload } from '../harness/workload.ts'
import type { PinoInstance } from './support/subjects.ts'
import { checkLine, nullPino, timeLines } from './support/subjects.ts'

const error = Object.assign(new TypeError('cannot read the order'), { code: 'E_ORDER' })
const EXPECTED = {
  level: 30,
  status: 500,
  err: { type: 'TypeError', message: error.message, stack: error.stack, code: 'E_ORDER' },
  msg: 'failed',
}

async function measure(make: (instance: PinoInstance) => () => void): Promise<number> {
  await checkLine(make, EXPECTED)
  return timeLines(make(nullPino()), 50_000)
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    pino: () => measure((instance) => () => instance.info({ status: 500, err: error }, 'failed')),
    'pino backend, text': () =>
      measure((instance) => {
        const log = createLogger({ backend: pinoBackend(instance) })
        return () => log.info()?.num('status', 500).err(error).msg('failed')
      }),
  },
  figures: [{ subject: 'pino backend, text', peer: 'pino', ratio: 'cost', target: '<= 1.00' }],
})
