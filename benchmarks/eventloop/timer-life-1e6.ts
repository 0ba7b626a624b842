// Processor time of a million timers of 1 to 1000 ms from arming to firing, against `setTimeout`; and how late the last one is.
import { defineWorkload } from '../harness/workload.ts'
import { withLoop } from './support/subjects.ts'
import { delays, nodeTimers } from './support/timer-subjects.ts'

const COUNT = 1_000_000
const DELAYS = delays(COUNT, 1, 1000)

interface Life {
  readonly cpuMs: number
  readonly lastLateMs: number
}

function live(arm: (delayMs: number, callback: () => void) => unknown): Promise<Life> {
  return new Promise((resolve) => {
    const cpuAtStart = process.cpuUsage()
    let fired = 0
    let latestMs = 0
    const onFire = (): void => {
      if (++fired < COUNT) return
      const { user, system } = process.cpuUsage(cpuAtStart)
      resolve({ cpuMs: (user + system) / 1000, lastLateMs: performance.now() - latestMs })
    }
    for (let i = 0; i < COUNT; i++) {
      latestMs = Math.max(latestMs, performance.now() + (DELAYS[i] as number))
      arm(DELAYS[i] as number, onFire)
    }
  })
}

const onLoop = (): Promise<Life> => withLoop({}, (loop) => live((delayMs, callback) => loop.scheduleTimer(delayMs, callback)))

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    loop: async () => (await onLoop()).cpuMs,
    setTimeout: async () => (await live(nodeTimers.arm)).cpuMs,
    lastLate: async () => (await onLoop()).lastLateMs,
  },
  figures: [
    { subject: 'loop', peer: 'setTimeout', target: '>= 2' },
    { subject: 'lastLate', target: '<= 10 ms' },
  ],
})
