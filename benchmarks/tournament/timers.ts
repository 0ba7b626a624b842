// A hundred thousand timers of a minute's spread: armed, and cancelled before they fire, as timeouts of requests are.
import { defineWorkload, medianNs } from '../harness/workload.ts'
import { withLoop } from '../sandbox/support/running-loop.ts'

const COUNT = 100_000
const delayOf = (index: number): number => 1000 + ((index * 7919) % 60_000)

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    eventloop: () =>
      withLoop((loop) =>
        medianNs(COUNT, (count) => {
          const ids = Array.from({ length: count }, (_, index) => loop.scheduleTimer(delayOf(index), () => {}))
          let cancelled = 0
          for (const id of ids) if (loop.cancelTimer(id)) cancelled++
          if (cancelled !== count) throw new RangeError(`${cancelled} of ${count} timers could be cancelled`)
        }),
      ),
    setTimeout: () =>
      medianNs(COUNT, (count) => {
        const handles = Array.from({ length: count }, (_, index) => setTimeout(() => {}, delayOf(index)))
        for (const handle of handles) clearTimeout(handle)
        if (process.getActiveResourcesInfo().includes('Timeout')) throw new Error('a timer was left')
      }),
  },
  figures: [{ subject: 'eventloop', peer: 'setTimeout' }],
})
