// A loop over integers, which polls at each turn, with every limit and the guard on, against the same engine without any.
import { defineWorkload } from '../harness/workload.ts'
import { limitedMs } from './support/limited.ts'
import { preparedMs, unlimitedMs } from './support/unlimited.ts'

const TURNS = 3_000_000
const SOURCE = `(() => { let n = 0; for (let i = 0; i < ${TURNS}; i++) n = (n + i) | 0; return n })()`
const ROUNDS = 15

function sum(): number {
  let n = 0
  for (let i = 0; i < TURNS; i++) n = (n + i) | 0
  return n
}

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'all limits': () => limitedMs(SOURCE, sum(), ROUNDS),
    'no limit': () => unlimitedMs(SOURCE, sum(), ROUNDS),
    'no limit, engine prepared alike': () => preparedMs(SOURCE, sum(), ROUNDS),
  },
  figures: [
    { subject: 'all limits', peer: 'no limit', ratio: 'cost', target: '<= 1.1' },
    // What the limits alone cost, without what the platform's compiler made of the preparation.
    { subject: 'all limits', peer: 'no limit, engine prepared alike', ratio: 'cost' },
  ],
})
