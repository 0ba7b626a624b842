// What carrying an AsyncLocalStorage value adds to a task, when each task carries another.
import { AsyncLocalStorage } from 'node:async_hooks'
import { alsContext } from '@loopwright/eventloop'
import { defineWorkload } from '../harness/workload.ts'
import { burst, onLoop } from './support/subjects.ts'
import type { Schedule } from './support/subjects.ts'

const COUNT = 300_000
const als = new AsyncLocalStorage<number>()

/** Tasks that wait at once: all of them, or as many as a busy server has. */
const SHALLOW = 1000

/** Submits each task inside a store of its own, `depth` before the first runs; the peer pays for entering it as well. */
function each(depth: number, carried: boolean): (schedule: Schedule, count: number) => Promise<void> {
  return async (schedule, count) => {
    let matched = 0
    for (let from = 0; from < count; from += depth) {
      let expected = from
      let submitted = from
      const inStore: Schedule = (task) => als.run(submitted++, schedule, task)
      await burst(inStore, depth, () => {
        if (als.getStore() === expected++) matched++
      })
    }
    if (matched !== (carried ? count : 0))
      throw new RangeError(`${matched} of ${count} tasks ran in the context they were submitted in`)
  }
}

const context = alsContext(als)

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    context: onLoop({ context }, COUNT, each(COUNT, true)),
    none: onLoop({}, COUNT, each(COUNT, false)),
    'context, 1000 wait': onLoop({ context }, COUNT, each(SHALLOW, true)),
    'none, 1000 wait': onLoop({}, COUNT, each(SHALLOW, false)),
  },
  figures: [
    { subject: 'context', peer: 'none', ratio: 'added', target: '<= 90 ns' },
    { subject: 'context, 1000 wait', peer: 'none, 1000 wait', ratio: 'added', target: '<= 90 ns' },
  ],
})
