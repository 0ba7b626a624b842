// Floods of 1e4, 1e5 and 1e6 microtasks in one checkpoint: the cost of each must not grow with the flood.
import { defineWorkload } from '../harness/workload.ts'
import { withLoop } from './support/subjects.ts'

const ROUNDS = 9

function flood(count: number, via: 'loop' | 'process.nextTick'): () => Promise<number> {
  return () =>
    withLoop({ slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } }, async (loop) => {
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const startedAt = process.hrtime.bigint()
        let ran = 0
        await new Promise<void>((resolve) => {
          const callback = (): void => {
            if (++ran === count) resolve()
          }
          loop.submit(() => {
            if (via === 'loop') for (let i = 0; i < count; i++) loop.queueMicrotask(callback)
            else for (let i = 0; i < count; i++) process.nextTick(callback)
          })
        })
        times.push(Number(process.hrtime.bigint() - startedAt) / count)
        if (ran !== count) throw new RangeError(`${ran} of ${count} microtasks ran`)
      }
      return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN
    })
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'loop 1e4': flood(1e4, 'loop'),
    'loop 1e5': flood(1e5, 'loop'),
    'loop 1e6': flood(1e6, 'loop'),
    'nextTick 1e6': flood(1e6, 'process.nextTick'),
  },
  figures: [
    { subject: 'loop 1e5', peer: 'loop 1e4', ratio: 'cost', target: '<= 1.5' },
    { subject: 'loop 1e6', peer: 'loop 1e4', ratio: 'cost', target: '<= 1.5' },
    { subject: 'loop 1e6', peer: 'nextTick 1e6' },
  ],
})
