// An event with an object of objects: the text path against direct pino.
import { createLogger } from '@loopwright/logiface'
import { pinoBackend } from '@loopwright/logiface-pino'
import { defineWorkload } from '../harness/workload.ts'
import type { PinoInstance } from './support/subjects.ts'
import { checkLine, nullPino, timeLines } from './support/subjects.ts'

const order = { id: 7, customer: { name: 'ada', tags: ['a', 'b'] }, total: 12.5 }
const EXPECTED = { level: 30, user: 'u-12345', status: 200, order, msg: 'request done' }

async function measure(make: (instance: PinoInstance) => () => void): Promise<number> {
  await checkLine(make, EXPECTED)
  return timeLines(make(nullPino()))
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    pino: () => measure((instance) => () => instance.info({ user: 'u-12345', status: 200, order }, 'request done')),
    'pino backend, text': () =>
      measure((instance) => {
        const log = createLogger({ backend: pinoBackend(instance) })
        return () => log.info()?.str('user', 'u-12345').num('status', 200).json('order', order).msg('request done')
      }),
  },
  figures: [{ subject: 'pino backend, text', peer: 'pino', ratio: 'cost', target: '<= 0.85' }],
})
