// Fixed records from 1, 2, 4 and 16 threads into one loop: a ring for each, against postMessage and against one shared ring.
import { defineWorkload } from '../harness/workload.ts'
import { measureIntake } from './support/producers.ts'

const RECORDS = 400_000
const MESSAGES = 80_000

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'rings-1': () => measureIntake('ring', 'fixed', 1, RECORDS),
    'rings-2': () => measureIntake('ring', 'fixed', 2, RECORDS),
    'rings-4': () => measureIntake('ring', 'fixed', 4, RECORDS),
    'rings-16': () => measureIntake('ring', 'fixed', 16, RECORDS),
    'shared-1': () => measureIntake('cas', 'fixed', 1, RECORDS),
    'shared-2': () => measureIntake('cas', 'fixed', 2, RECORDS),
    'shared-4': () => measureIntake('cas', 'fixed', 4, RECORDS),
    'shared-16': () => measureIntake('cas', 'fixed', 16, RECORDS),
    'postMessage-1': () => measureIntake('message', 'fixed', 1, MESSAGES),
    'postMessage-2': () => measureIntake('message', 'fixed', 2, MESSAGES),
    'postMessage-4': () => measureIntake('message', 'fixed', 4, MESSAGES),
    'postMessage-16': () => measureIntake('message', 'fixed', 16, MESSAGES),
  },
  figures: [
    { subject: 'rings-1', peer: 'postMessage-1', target: '>= 8' },
    { subject: 'rings-2', peer: 'postMessage-2', target: '>= 8' },
    { subject: 'rings-4', peer: 'postMessage-4', target: '>= 8' },
    { subject: 'rings-16', peer: 'postMessage-16', target: '>= 8' },
    { subject: 'rings-1', peer: 'shared-1' },
    { subject: 'rings-2', peer: 'shared-2' },
    { subject: 'rings-4', peer: 'shared-4' },
    { subject: 'rings-16', peer: 'shared-16' },
  ],
})
