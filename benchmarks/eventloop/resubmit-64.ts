// Sixty-four chains of tasks that submit themselves again, against the same with `setImmediate`.
import { defineWorkload } from '../harness/workload.ts'
import { onLoop, onSetImmediate, resubmit } from './support/subjects.ts'
import type { Schedule } from './support/subjects.ts'

const COUNT = 1_000_000
const work = (schedule: Schedule, count: number): Promise<void> => resubmit(schedule, count, 64)

export const workload = defineWorkload({
  unit: 'ns',
  subjects: { default: onLoop({}, COUNT, work), setImmediate: onSetImmediate(COUNT, work) },
  figures: [{ subject: 'default', peer: 'setImmediate', target: '>= 1.7' }],
})
