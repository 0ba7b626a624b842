// What carrying an AsyncLocalStorage value adds to a task, when each task carries another.
import { AsyncLocalStorage } from 'node:async_hooks'
import { alsContext } from '@loopwright/eventloop'
import { defineWorkload } from '../harness/workload.ts'
import { onLoop } from './support/subjects.ts'
import type { Schedule } from './support/subjects.ts'

const COUNT = 300_000
const als = new AsyncLocalStorage<number>()

/** Submits each task inside a store of its own; the peer pays for entering it as well. */
function each(carried: boolean): (schedule: Schedule, count: number) => Promise<void> {
  return (schedule, count) =>
    new Promise((resolve, reject) => {
      let ran = 0
      let matched = 0
      let expected = 0
      const task = (): void => {
        if (als.getStore() === expected++) matched++
        if (++ran < count) return
        if ((matched === count) === carried) resolve()
        else reject(new RangeError(`${matched} of ${count} tasks ran in the context they were submitted in`))
      }
      const submit = (): void => schedule(task)
      for (let i = 0; i < count; i++) als.run(i, submit)
    })
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: { context: onLoop({ context: alsContext(als) }, COUNT, each(true)), none: onLoop({}, COUNT, each(false)) },
  figures: [{ subject: 'context', peer: 'none', ratio: 'added', target: '<= 90 ns' }],
})
