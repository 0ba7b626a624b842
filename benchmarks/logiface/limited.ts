// An event that its rate limit refuses, against one that is written.
import { strict as assert } from 'node:assert'
import { createLogger } from '@loopwright/logiface'
import { pinoBackend } from '@loopwright/logiface-pino'
import { defineWorkload } from '../harness/workload.ts'
import { nullPino, timeLines } from './support/subjects.ts'

const LIMITED = 5_000_000

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    refused: async () => {
      const log = createLogger({ backend: pinoBackend(nullPino()), limits: [{ windowMs: 3_600_000, count: 1 }] })
      const median = await timeLines(() => {
        log
          .info()
          ?.limit('category')
          ?.str('user', 'u-12345')
          .str('method', 'GET')
          .num('status', 200)
          .bool('ok', true)
          .msg('request done')
      }, LIMITED)
      assert.equal(log.stats().written, 1)
      assert.ok(log.stats().limited > LIMITED)
      return median
    },
    written: async () => {
      const log = createLogger({ backend: pinoBackend(nullPino()) })
      return timeLines(() => {
        log.info()?.str('user', 'u-12345').str('method', 'GET').num('status', 200).bool('ok', true).msg('request done')
      })
    },
  },
  figures: [{ subject: 'refused', peer: 'written', ratio: 'cost', target: '<= 0.05' }],
})
