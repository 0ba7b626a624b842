// Ten thousand timers of one guest, armed and fired, against setTimeout in node:vm.
import { createContext, runInContext } from 'node:vm'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { medianRunMs } from './support/guest.ts'

const TIMERS = 10_000
const SOURCE = `new Promise((resolve) => {
  let fired = 0
  for (let i = 0; i < ${TIMERS}; i++) setTimeout(() => { if (++fired === ${TIMERS}) resolve(fired) }, 1 + (i % 5))
})`

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'js-adapter': () => medianRunMs(SOURCE, { expected: TIMERS }),
    'node:vm': async () => {
      const context = createContext({ setTimeout })
      const ns = await medianNs(1, async () => {
        if ((await runInContext(SOURCE, context)) !== TIMERS) throw new Error('not all timers fired')
      })
      return ns / 1e6
    },
  },
  figures: [{ subject: 'js-adapter', peer: 'node:vm', ratio: 'cost', target: '<= 30' }],
})
