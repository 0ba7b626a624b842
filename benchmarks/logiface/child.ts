// A sub-logger with three bound fields against a child of pino.
import { createLogger } from '@loopwright/logiface'
import { pinoBackend } from '@loopwright/logiface-pino'
import { defineWorkload } from '../harness/workload.ts'
import type { PinoInstance } from './support/subjects.ts'
import { checkLine, nullPino, timeLines } from './support/subjects.ts'

const EXPECTED = { level: 30, service: 'api', requestId: 'r-123', tenant: 7, user: 'u-12345', status: 200, msg: 'request done' }

async function measure(make: (instance: PinoInstance) => () => void): Promise<number> {
  await checkLine(make, EXPECTED)
  return timeLines(make(nullPino()))
}

function viaBackend(instance: PinoInstance, coalesce: boolean): () => void {
  const log = createLogger({ backend: pinoBackend(instance, { coalesce }) })
    .with()
    .str('service', 'api')
    .str('requestId', 'r-123')
    .num('tenant', 7)
    .logger()
  return () => log.info()?.str('user', 'u-12345').num('status', 200).msg('request done')
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    pino: () =>
      measure((instance) => {
        const child = instance.child({ service: 'api', requestId: 'r-123', tenant: 7 })
        return () => child.info({ user: 'u-12345', status: 200 }, 'request done')
      }),
    'pino backend, text': () => measure((instance) => viaBackend(instance, false)),
    'pino backend, text, coalesced': () => measure((instance) => viaBackend(instance, true)),
  },
  figures: [
    { subject: 'pino backend, text', peer: 'pino', ratio: 'cost', target: '<= 0.80' },
    { subject: 'pino backend, text, coalesced', peer: 'pino', ratio: 'cost', target: '<= 0.80' },
  ],
})
