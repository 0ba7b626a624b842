// Composites of one long-lived signal and a fresh one: time a call.
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { defineWorkload, medianNs } from '../harness/workload.ts'

const COUNT = 20_000

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    loop: async () => {
      const loop = new EventLoop({ host: new VirtualHost() })
      const { signal } = new AbortController()
      let aborted = 0
      const ns = await medianNs(COUNT, async (count) => {
        for (let made = 0; made < count; made++) if (loop.abortAny([signal]).aborted) aborted++
        await new Promise((resolve) => setImmediate(resolve))
      })
      if (aborted > 0) throw new RangeError('a composite was aborted')
      return ns / 1000
    },
    'a signal alone': async () => {
      let aborted = 0
      const ns = await medianNs(COUNT, async (count) => {
        for (let made = 0; made < count; made++) if (new AbortController().signal.aborted) aborted++
        await new Promise((resolve) => setImmediate(resolve))
      })
      if (aborted > 0) throw new RangeError('a signal was aborted')
      return ns / 1000
    },
  },
  figures: [
    { subject: 'loop', target: '<= 2 us' },
    { subject: 'loop', peer: 'a signal alone', ratio: 'added' },
  ],
})
