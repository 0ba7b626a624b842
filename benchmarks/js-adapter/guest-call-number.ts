// The host calls a guest function of two numbers, one entry a call.
import { Runtime } from '@loopwright/js-adapter/goja'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { openCoreContext } from './support/core-context.ts'

const CALLS = 50_000
const SOURCE = '(a, b) => a + b'

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'js-adapter function': async () => {
      const runtime = await Runtime.create()
      const add = runtime.assertFunction(runtime.runString(SOURCE))
      if (add === undefined) throw new Error('not a function')
      const ns = await medianNs(CALLS, () => {
        for (let index = 0; index < CALLS; index++) if (add(undefined, index, 1) !== index + 1) throw new Error('wrong sum')
      })
      return ns / 1000
    },
    'quickjs-emscripten callFunction': async () => {
      const context = await openCoreContext()
      const add = context.unwrapResult(context.evalCode(SOURCE))
      const ns = await medianNs(CALLS, () => {
        for (let index = 0; index < CALLS; index++) {
          const [a, b] = [context.newNumber(index), context.newNumber(1)]
          const result = context.unwrapResult(context.callFunction(add, context.undefined, a, b))
          if (context.getNumber(result) !== index + 1) throw new Error('wrong sum')
          result.dispose()
          a.dispose()
          b.dispose()
        }
      })
      return ns / 1000
    },
  },
  figures: [{ subject: 'js-adapter function', peer: 'quickjs-emscripten callFunction', target: '>= 4' }],
})
