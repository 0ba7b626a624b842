// Memory of 1000 parked sandboxes with the whole profile, each having run, and how much of it is what they keep of their guests.
import { defineWorkload } from '../harness/workload.ts'
import { growthOfMany } from './support/many.ts'

export const workload = defineWorkload({
  unit: 'MiB',
  execArgv: ['--expose-gc'],
  subjects: {
    '1000 parked': async () => (await growthOfMany('full', { park: true })).growthMiB,
    'kept of their guests': async () => (await growthOfMany('full', { park: true })).parkedMiB,
  },
  figures: [{ subject: '1000 parked', target: '<= 300 MiB' }, { subject: 'kept of their guests' }],
})
