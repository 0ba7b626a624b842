// What carrying one AsyncLocalStorage value adds to a task, when all tasks carry the same.
import { AsyncLocalStorage } from 'node:async_hooks'
import { alsContext } from '@loopwright/eventloop'
import { defineWorkload } from '../harness/workload.ts'
import { burst, onLoop } from './support/subjects.ts'
import type { Schedule } from './support/subjects.ts'

const COUNT = 500_000
const als = new AsyncLocalStorage<number>()

/** Tasks that wait at once: all of them, or as many as a busy server has. */
const SHALLOW = 1000

/** Bursts of `depth` tasks, which count those that run in the context. */
function bursts(depth: number, carried: boolean): (schedule: Schedule, count: number) => Promise<void> {
  return async (schedule, count) => {
    let right = 0
    const each = (): void => {
      if (als.getStore() === 7) right++
    }
    for (let left = count; left > 0; left -= depth) await als.run(7, () => burst(schedule, depth, each))
    if (right !== (carried ? count : 0)) throw new RangeError(`${right} of ${count} tasks ran in the context`)
  }
}

const context = alsContext(als)

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    context: onLoop({ context }, COUNT, bursts(COUNT, true)),
    none: onLoop({}, COUNT, bursts(COUNT, false)),
    'context, 1000 wait': onLoop({ context }, COUNT, bursts(SHALLOW, true)),
    'none, 1000 wait': onLoop({}, COUNT, bursts(SHALLOW, false)),
  },
  figures: [
    { subject: 'context', peer: 'none', ratio: 'added', target: '<= 30 ns' },
    { subject: 'context, 1000 wait', peer: 'none, 1000 wait', ratio: 'added', target: '<= 30 ns' },
  ],
})
