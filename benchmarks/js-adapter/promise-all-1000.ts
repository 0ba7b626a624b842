// One Promise.all of 1000 asynchronous calls, with rejection tracker, limits and observer, against the bare engine.
import { defineWorkload } from '../harness/workload.ts'
import { medianPromiseMs } from './support/core-promise.ts'
import { medianRunMs } from './support/guest.ts'

const CALLS = 1000
const ROUNDS = 25
const ALL = `Promise.all(Array.from({ length: ${CALLS} }, async (_, i) => i)).then((all) => all.reduce((sum, i) => sum + i, 0))`
const SUM = (CALLS * (CALLS - 1)) / 2

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'js-adapter, tracker and observer': () =>
      medianRunMs(ALL, { expected: SUM, rounds: ROUNDS }, { observer: { enabled: true, onOperation: () => {} } }),
    'js-adapter, no observer': () => medianRunMs(ALL, { expected: SUM, rounds: ROUNDS }),
    'quickjs-emscripten': () => medianPromiseMs(ALL, SUM, ROUNDS),
  },
  figures: [
    { subject: 'js-adapter, tracker and observer', peer: 'quickjs-emscripten', ratio: 'cost', target: '<= 1.15' },
    { subject: 'js-adapter, tracker and observer', peer: 'js-adapter, no observer', ratio: 'cost', target: '<= 1.15' },
  ],
})
