// fib(27), which is nothing but calls, with every limit and the guard on, against the same engine without any.
import { defineWorkload } from '../harness/workload.ts'
import { limitedMs } from './support/limited.ts'
import { preparedMs, unlimitedMs } from './support/unlimited.ts'

const SOURCE = '(function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) })(27)'
const FIB_27 = 196_418
const ROUNDS = 15

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    'all limits': () => limitedMs(SOURCE, FIB_27, ROUNDS),
    'no limit': () => unlimitedMs(SOURCE, FIB_27, ROUNDS),
    'no limit, engine prepared alike': () => preparedMs(SOURCE, FIB_27, ROUNDS),
  },
  figures: [
    { subject: 'all limits', peer: 'no limit', ratio: 'cost', target: '<= 1.1' },
    // What the limits alone cost, without what the platform's compiler made of the preparation.
    { subject: 'all limits', peer: 'no limit, engine prepared alike', ratio: 'cost' },
  ],
})
