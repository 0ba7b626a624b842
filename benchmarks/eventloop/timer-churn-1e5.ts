// Cancels and arms again with a hundred thousand timers live, against `setTimeout` and `clearTimeout`.
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { withLoop } from './support/subjects.ts'
import { delays, nodeTimers } from './support/timer-subjects.ts'
import type { TimerSource } from './support/timer-subjects.ts'

const LIVE = 100_000
const COUNT = 1_000_000
const DELAYS = delays(LIVE, 1000, 60_000)
const never = (): void => {
  throw new RangeError('a timer fired that should have been cancelled')
}

async function churn<Handle>({ arm, cancel }: TimerSource<Handle>): Promise<number> {
  const live: Handle[] = []
  for (const delayMs of DELAYS) live.push(arm(delayMs, never))
  let at = 0
  const ns = await medianNs(COUNT, (count) => {
    for (let i = 0; i < count; i++) {
      at = (at + 7919) % LIVE
      cancel(live[at] as Handle)
      live[at] = arm(DELAYS[at] as number, never)
    }
  })
  for (const handle of live) cancel(handle)
  return ns
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    loop: () =>
      withLoop(
        {},
        (loop) =>
          new Promise((resolve, reject) => {
            // Inside a callback, where programs arm their timers.
            loop.submit(() => {
              const timers = {
                arm: (delayMs: number, callback: () => void) => loop.scheduleTimer(delayMs, callback),
                cancel: (id: number) => {
                  if (!loop.cancelTimer(id)) throw new RangeError('a live timer could not be cancelled')
                },
              }
              churn(timers).then(resolve, reject)
            })
          }),
      ),
    setTimeout: () => churn(nodeTimers),
  },
  figures: [{ subject: 'loop', peer: 'setTimeout', target: { '20': '>= 8', '22': '>= 8', '24': '>= 6', '26': '>= 8' } }],
})
