// A million tasks that each queue one promise reaction, against the same under `setImmediate`.
import { defineWorkload } from '../harness/workload.ts'
import { burst, onLoop, onSetImmediate } from './support/subjects.ts'
import type { Schedule } from './support/subjects.ts'

const COUNT = 1_000_000
const settled = Promise.resolve()

async function burstOfReactions(schedule: Schedule, count: number): Promise<void> {
  let reactions = 0
  const react = (): void => void reactions++
  await burst(schedule, count, () => void settled.then(react))
  await new Promise((resolve) => setImmediate(resolve))
  if (reactions !== count) throw new RangeError(`${reactions} of ${count} reactions ran`)
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    default: onLoop({}, COUNT, burstOfReactions),
    setImmediate: onSetImmediate(COUNT, burstOfReactions),
  },
  figures: [{ subject: 'default', peer: 'setImmediate', target: '>= 2' }],
})
