// A burst where the platform has no checkpoint that can be called: one callback a visit, against `setImmediate`.
import { defineWorkload } from '../harness/workload.ts'
import { burst, onLoop, onSetImmediate } from './support/subjects.ts'

const COUNT = 200_000

export const workload = defineWorkload({
  unit: 'ns',
  subjects: { step: onLoop({ nativeCheckpoint: 'step' }, COUNT, burst), setImmediate: onSetImmediate(COUNT, burst) },
  figures: [{ subject: 'step', peer: 'setImmediate', target: '>= 0.8' }],
})
