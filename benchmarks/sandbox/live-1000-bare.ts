// Memory of 1000 bare sandboxes that live at once, each having run; of the image that each is a copy of; and of 1000 that are parked.
import { defineWorkload } from '../harness/workload.ts'
import { growthOfMany, MANY } from './support/many.ts'

export const workload = defineWorkload({
  unit: 'MiB',
  execArgv: ['--expose-gc'],
  subjects: {
    '1000 bare sandboxes': async () => (await growthOfMany('bare')).growthMiB,
    'images of 1000': async () => (await growthOfMany('bare')).imageMiB * MANY,
    '1000 parked': async () => (await growthOfMany('bare', { park: true })).growthMiB,
  },
  figures: [{ subject: '1000 bare sandboxes', target: '<= 300 MiB' }, { subject: 'images of 1000' }, { subject: '1000 parked' }],
})
