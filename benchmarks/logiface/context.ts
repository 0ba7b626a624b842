// Two context fields from an AsyncLocalStorage, against the same event without a context.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Logger } from '@loopwright/logiface'
import { withContext } from '@loopwright/logiface'
import { defineWorkload } from '../harness/workload.ts'
import { timeOwn } from './support/subjects.ts'

const EVENT = { user: 'u-12345', method: 'GET', status: 200, ok: true, msg: 'request done' }
const write = (log: Logger) => (): void => {
  log.info()?.str('user', 'u-12345').str('method', 'GET').num('status', 200).bool('ok', true).msg('request done')
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'no context': () => timeOwn({}, write, { level: 'info', ...EVENT }),
    'two context fields': () => {
      const context = new AsyncLocalStorage<object>()
      return withContext(context, { requestId: 'r-123', tenant: 't-1' }, () =>
        timeOwn({ context }, write, { level: 'info', requestId: 'r-123', tenant: 't-1', ...EVENT }),
      )
    },
  },
  figures: [{ subject: 'two context fields', peer: 'no context', ratio: 'cost', target: '<= 1.20' }],
})
