// What carrying one AsyncLocalStorage value adds to a task, when all tasks carry the same.
import { AsyncLocalStorage } from 'node:async_hooks'
import { alsContext } from '@loopwright/eventloop'
import { defineWorkload } from '../harness/workload.ts'
import { burst, onLoop } from './support/subjects.ts'
import type { Schedule } from './support/subjects.ts'

const COUNT = 500_000
const als = new AsyncLocalStorage<number>()

async function carried(schedule: Schedule, count: number): Promise<void> {
  let wrong = 0
  await als.run(7, () =>
    burst(schedule, count, () => {
      if (als.getStore() !== 7) wrong++
    }),
  )
  if (wrong > 0) throw new RangeError(`${wrong} tasks ran outside their context`)
}

async function bare(schedule: Schedule, count: number): Promise<void> {
  let right = 0
  await als.run(7, () =>
    burst(schedule, count, () => {
      if (als.getStore() === 7) right++
    }),
  )
  if (right > 0) throw new RangeError('a context was carried although none is configured')
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: { context: onLoop({ context: alsContext(als) }, COUNT, carried), none: onLoop({}, COUNT, bare) },
  figures: [{ subject: 'context', peer: 'none', ratio: 'added', target: '<= 30 ns' }],
})
