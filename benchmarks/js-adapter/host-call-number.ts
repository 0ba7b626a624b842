// A guest loop calls a host function of two numbers: the whole round, loop included.
import { rawFunction, Runtime } from '@loopwright/js-adapter/goja'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { openCoreContext } from './support/core-context.ts'

const CALLS = 100_000
const LOOP = `let sum = 0; for (let i = 0; i < ${CALLS}; i++) sum = add(sum, i); sum`
const EXPECTED = (CALLS * (CALLS - 1)) / 2

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'js-adapter raw function': async () => {
      const runtime = await Runtime.create()
      runtime.set(
        'add',
        rawFunction((call) => call.number(0) + call.number(1)),
      )
      const ns = await medianNs(CALLS, () => {
        if (runtime.runString(`{ ${LOOP} }`) !== EXPECTED) throw new Error('wrong sum')
      })
      return ns / 1000
    },
    'quickjs-emscripten newFunction': async () => {
      const context = await openCoreContext()
      const add = context.newFunction('add', (a, b) => context.newNumber(context.getNumber(a) + context.getNumber(b)))
      context.setProp(context.global, 'add', add)
      const ns = await medianNs(CALLS, () => {
        const result = context.unwrapResult(context.evalCode(`{ ${LOOP} }`))
        if (context.getNumber(result) !== EXPECTED) throw new Error('wrong sum')
        result.dispose()
      })
      return ns / 1000
    },
  },
  figures: [
    { subject: 'js-adapter raw function', target: '<= 0.5 us' },
    { subject: 'js-adapter raw function', peer: 'quickjs-emscripten newFunction', target: '>= 10' },
  ],
})
