// One cancel and one arm in each callback, with a hundred thousand timers live: every callback pays for a clock reading.
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { resubmit, withLoop } from './support/subjects.ts'
import type { Schedule } from './support/subjects.ts'
import { delays, nodeTimers } from './support/timer-subjects.ts'
import type { TimerSource } from './support/timer-subjects.ts'

const LIVE = 100_000
const COUNT = 300_000
const DELAYS = delays(LIVE, 10_000, 60_000)
const never = (): void => {
  throw new RangeError('a timer fired that should have been cancelled')
}

async function churn<Handle>({ arm, cancel }: TimerSource<Handle>, schedule: Schedule): Promise<number> {
  const live: Handle[] = []
  for (const delayMs of DELAYS) live.push(arm(delayMs, never))
  let at = 0
  const each: Schedule = (callback) =>
    schedule(() => {
      at = (at + 7919) % LIVE
      cancel(live[at] as Handle)
      live[at] = arm(DELAYS[at] as number, never)
      callback()
    })
  const ns = await medianNs(COUNT, (count) => resubmit(each, count, 64))
  for (const handle of live) cancel(handle)
  return ns
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    loop: () =>
      withLoop({}, (loop) =>
        churn(
          {
            arm: (delayMs, callback) => loop.scheduleTimer(delayMs, callback),
            cancel: (id: number) => void loop.cancelTimer(id),
          },
          (callback) => loop.submit(callback),
        ),
      ),
    setTimeout: () => churn(nodeTimers, (callback) => void setImmediate(callback)),
  },
  figures: [{ subject: 'loop', peer: 'setTimeout', target: '>= 3' }],
})
