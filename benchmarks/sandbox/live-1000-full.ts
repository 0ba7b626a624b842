// Memory of 1000 sandboxes that live at once, each with the whole profile, each having run; and of what one of them holds.
import { defineWorkload } from '../harness/workload.ts'
import { growthOfMany, MANY } from './support/many.ts'

export const workload = defineWorkload({
  unit: 'MiB',
  execArgv: ['--expose-gc'],
  subjects: {
    '1000 sandboxes': async () => (await growthOfMany('full')).growthMiB,
    'one sandbox': async () => (await growthOfMany('full')).growthMiB / MANY,
    'its image': async () => (await growthOfMany('full')).imageMiB,
  },
  figures: [{ subject: '1000 sandboxes' }, { subject: 'one sandbox', peer: 'its image', ratio: 'cost', target: '<= 1.15' }],
})
