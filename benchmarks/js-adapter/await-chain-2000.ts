// A chain of 2000 awaits and one Promise.all of 1000, with rejection tracker, limits and observer, against the bare engine.
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { openCoreContext } from './support/core-context.ts'
import { medianRunMs } from './support/guest.ts'

const AWAITS = 2000
const ALL = 1000
const SUM = AWAITS + ALL
const CHAIN = `(async () => {
  let n = 0
  for (let i = 0; i < ${AWAITS}; i++) n += await 1
  const all = await Promise.all(Array.from({ length: ${ALL} }, async () => 1))
  return n + all.length
})()`

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'js-adapter, tracker and observer': () =>
      medianRunMs(CHAIN, { expected: SUM, rounds: 25 }, { observer: { enabled: true, onOperation: () => {} } }),
    'quickjs-emscripten': async () => {
      const context = await openCoreContext()
      const ns = await medianNs(
        1,
        () => {
          const promise = context.unwrapResult(context.evalCode(CHAIN))
          context.unwrapResult(context.runtime.executePendingJobs())
          const state = context.getPromiseState(promise)
          if (state.type !== 'fulfilled') throw new Error(`the promise is ${state.type}`)
          if (context.getNumber(state.value) !== SUM) throw new Error('another sum')
          state.value.dispose()
          promise.dispose()
        },
        { rounds: 25 },
      )
      return ns / 1e6
    },
  },
  figures: [{ subject: 'js-adapter, tracker and observer', peer: 'quickjs-emscripten', ratio: 'cost', target: '<= 1.15' }],
})
