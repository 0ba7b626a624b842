// A chain of 2000 awaits, with rejection tracker, limits and observer, against the bare engine.
import { defineWorkload } from '../harness/workload.ts'
import { medianPromiseMs } from './support/core-promise.ts'
import { medianRunMs } from './support/guest.ts'

const AWAITS = 2000
const ROUNDS = 25
const CHAIN = `(async () => {
  let n = 0
  for (let i = 0; i < ${AWAITS}; i++) n += await 1
  return n
})()`

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'js-adapter, tracker and observer': () =>
      medianRunMs(CHAIN, { expected: AWAITS, rounds: ROUNDS }, { observer: { enabled: true, onOperation: () => {} } }),
    'js-adapter, no observer': () => medianRunMs(CHAIN, { expected: AWAITS, rounds: ROUNDS }),
    'quickjs-emscripten': () => medianPromiseMs(CHAIN, AWAITS, ROUNDS),
  },
  figures: [
    { subject: 'js-adapter, tracker and observer', peer: 'quickjs-emscripten', ratio: 'cost', target: '<= 1.15' },
    { subject: 'js-adapter, tracker and observer', peer: 'js-adapter, no observer', ratio: 'cost', target: '<= 1.15' },
  ],
})
