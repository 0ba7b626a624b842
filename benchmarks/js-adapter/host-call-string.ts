// A guest loop calls a host function with a short string.
import { rawFunction, Runtime } from '@loopwright/js-adapter/goja'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { openCoreContext } from './support/core-context.ts'

const CALLS = 50_000
const LOOP = `let sum = 0; for (let i = 0; i < ${CALLS}; i++) sum += size('hello world'); sum`
const EXPECTED = CALLS * 11

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'js-adapter raw function': async () => {
      const runtime = await Runtime.create()
      runtime.set(
        'size',
        rawFunction((call) => call.text(0).length),
      )
      const ns = await medianNs(CALLS, () => {
        if (runtime.runString(`{ ${LOOP} }`) !== EXPECTED) throw new Error('wrong sum')
      })
      return ns / 1000
    },
    'quickjs-emscripten newFunction': async () => {
      const context = await openCoreContext()
      context.setProp(
        context.global,
        'size',
        context.newFunction('size', (text) => context.newNumber(context.getString(text).length)),
      )
      const ns = await medianNs(CALLS, () => {
        const result = context.unwrapResult(context.evalCode(`{ ${LOOP} }`))
        if (context.getNumber(result) !== EXPECTED) throw new Error('wrong sum')
        result.dispose()
      })
      return ns / 1000
    },
  },
  figures: [{ subject: 'js-adapter raw function', peer: 'quickjs-emscripten newFunction', target: '>= 5' }],
})
