// Cancels a million timers of 1 to 60 seconds, against `clearTimeout`.
import { defineWorkload } from '../harness/workload.ts'
import { measureArming } from './support/timer-arming.ts'

export const workload = defineWorkload({
  unit: 'ns',
  subjects: { loop: () => measureArming('loop', 'cancel'), setTimeout: () => measureArming('node', 'cancel') },
  figures: [{ subject: 'loop', peer: 'setTimeout', target: '>= 5' }],
})
