// Arms a million timers of 1 to 60 seconds, against `setTimeout`.
import { defineWorkload } from '../harness/workload.ts'
import { measureArming } from './support/timer-arming.ts'

export const workload = defineWorkload({
  unit: 'ns',
  subjects: { loop: () => measureArming('loop', 'arm'), setTimeout: () => measureArming('node', 'arm') },
  figures: [{ subject: 'loop', peer: 'setTimeout', target: '>= 5' }],
})
