// Strings of 64 characters from 1, 2 and 4 threads into one loop, against postMessage.
import { defineWorkload } from '../harness/workload.ts'
import { measureIntake } from './support/producers.ts'

const RECORDS = 160_000
const MESSAGES = 80_000

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'rings-1': () => measureIntake('ring', 'text', 1, RECORDS),
    'rings-2': () => measureIntake('ring', 'text', 2, RECORDS),
    'rings-4': () => measureIntake('ring', 'text', 4, RECORDS),
    'postMessage-1': () => measureIntake('message', 'text', 1, MESSAGES),
    'postMessage-2': () => measureIntake('message', 'text', 2, MESSAGES),
    'postMessage-4': () => measureIntake('message', 'text', 4, MESSAGES),
  },
  figures: [
    { subject: 'rings-1', peer: 'postMessage-1', target: '>= 1.5' },
    { subject: 'rings-2', peer: 'postMessage-2', target: '>= 1.5' },
    { subject: 'rings-4', peer: 'postMessage-4', target: '>= 1.5' },
  ],
})
