// A million tasks submitted at once, against a million `setImmediate`s.
import { defineWorkload } from '../harness/workload.ts'
import { burst, onLoop, onSetImmediate } from './support/subjects.ts'

const COUNT = 1_000_000

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    host: onLoop({ checkpoint: 'host' }, COUNT, burst),
    default: onLoop({}, COUNT, burst),
    setImmediate: onSetImmediate(COUNT, burst),
  },
  figures: [
    { subject: 'host', peer: 'setImmediate', target: { '20': '>= 6', '22': '>= 5', '24': '>= 5', '26': '>= 5' } },
    { subject: 'default', peer: 'setImmediate', target: { '20': '>= 4', '22': '>= 4', '24': '>= 3', '26': '>= 3' } },
  ],
})
