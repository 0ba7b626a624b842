// Evaluating `1 + 1`: an entry with its drain, against the bare evaluation.
import { Runtime } from '@loopwright/js-adapter/goja'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { openCoreContext } from './support/core-context.ts'

const RUNS = 20_000

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'js-adapter runString': async () => {
      const runtime = await Runtime.create()
      const ns = await medianNs(RUNS, () => {
        for (let index = 0; index < RUNS; index++) if (runtime.runString('1 + 1') !== 2) throw new Error('wrong sum')
      })
      return ns / 1000
    },
    'quickjs-emscripten evalCode': async () => {
      const context = await openCoreContext()
      const ns = await medianNs(RUNS, () => {
        for (let index = 0; index < RUNS; index++) {
          const result = context.unwrapResult(context.evalCode('1 + 1'))
          if (context.getNumber(result) !== 2) throw new Error('wrong sum')
          result.dispose()
        }
      })
      return ns / 1000
    },
  },
  figures: [{ subject: 'js-adapter runString', peer: 'quickjs-emscripten evalCode', target: '>= 1' }],
})
