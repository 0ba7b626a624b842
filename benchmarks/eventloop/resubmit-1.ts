// One task that submits itself again, against the same with `setImmediate`.
import { defineWorkload } from '../harness/workload.ts'
import { onLoop, onSetImmediate, resubmit } from './support/subjects.ts'
import type { Schedule } from './support/subjects.ts'

const COUNT = 200_000
const work = (schedule: Schedule, count: number): Promise<void> => resubmit(schedule, count, 1)

export const workload = defineWorkload({
  unit: 'ns',
  subjects: { default: onLoop({}, COUNT, work), setImmediate: onSetImmediate(COUNT, work) },
  figures: [{ subject: 'default', peer: 'setImmediate', target: '>= 8' }],
})
