// Ten thousand guest numbers taken one by one through the guest's own iterator: each is converted once, when it is taken.
import { GuestObject, Runtime } from '@loopwright/js-adapter/goja'
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { openCoreContext } from './support/core-context.ts'

const VALUES = 10_000
const SUM = (VALUES * (VALUES - 1)) / 2
const SOURCE = `Array.from({ length: ${VALUES} }, (_, i) => i)`
const COUNTED = `Object.defineProperty(${SOURCE}, Symbol.iterator, { value: function* () { for (let i = 0; i < this.length; i++) { taken++; yield this[i] } } })`

function check(sum: number): void {
  if (sum !== SUM) throw new Error(`the sum is ${sum}`)
}

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    'js-adapter forOf': async () => {
      const runtime = await Runtime.create()
      // What an iteration asks of the guest is what it takes, and no more.
      runtime.runString('globalThis.taken = 0')
      const counted = runtime.runString(COUNTED)
      let seen = 0
      runtime.forOf(counted, () => ++seen < 10)
      if (runtime.get('taken') !== 10) throw new Error(`${String(runtime.get('taken'))} values were taken for 10`)
      const list = runtime.runString(SOURCE)
      if (!(list instanceof GuestObject)) throw new TypeError('no list')
      const ns = await medianNs(VALUES, () => {
        let sum = 0
        runtime.forOf(list, (value) => {
          sum += Number(value)
          return true
        })
        check(sum)
      })
      return ns / 1000
    },
    'quickjs-emscripten getIterator': async () => {
      const context = await openCoreContext()
      const list = context.unwrapResult(context.evalCode(SOURCE))
      const ns = await medianNs(VALUES, () => {
        let sum = 0
        const iterator = context.unwrapResult(context.getIterator(list))
        for (const item of iterator) {
          const value = context.unwrapResult(item)
          sum += context.getNumber(value)
          value.dispose()
        }
        check(sum)
      })
      return ns / 1000
    },
  },
  figures: [{ subject: 'js-adapter forOf', peer: 'quickjs-emscripten getIterator', target: '>= 1' }],
})
