// What it costs to look at one callback: counting, levels, sampled and chained clocks.
import { Counter, Histogram, LevelGauge, RollingRate, Sampler, TaskTimer } from '@loopwright/metrics'
import { defineWorkload } from '../harness/workload.ts'
import { QUICK_CALLS, quickNs } from './support/quick.ts'
import { assertSame } from './support/values.ts'

const CALLS = 20_000
const BATCH = 100

const timed = (sampler: () => Sampler | undefined) => (): number => {
  const histogram = new Histogram()
  const timer = new TaskTimer({ histogram, sampler: sampler() })
  const ns = quickNs(CALLS, () => {
    for (let i = 0; i < CALLS; i++) {
      if (i % BATCH === 0) timer.beginBatch()
      timer.start()
      timer.end()
    }
  })
  if (histogram.count === 0) throw new Error('nothing was measured')
  return ns
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'clock reading': () => {
      let sum = 0
      const ns = quickNs(CALLS, () => {
        for (let i = 0; i < CALLS; i++) sum += performance.now()
      })
      if (!(sum > 0)) throw new Error('no time passed')
      return ns
    },
    'count only': () => {
      const counter = new Counter()
      const ns = quickNs(CALLS, () => {
        for (let i = 0; i < CALLS; i++) counter.add(1)
      })
      assertSame(counter.value, QUICK_CALLS * CALLS)
      return ns
    },
    'depth: average and maximum': () => {
      const gauge = new LevelGauge()
      const ns = quickNs(CALLS, () => {
        for (let i = 0; i < CALLS; i++) gauge.set(i & 15, i * 0.01)
      })
      assertSame(gauge.max, 15)
      return ns
    },
    'sampled 1 in 64': timed(() => new Sampler({ sampleEvery: 64, seed: 1 })),
    'sampled 1 in 8': timed(() => new Sampler({ sampleEvery: 8, seed: 1 })),
    'every one, chained clock': timed(() => undefined),
    'every one, two readings, histogram, rate': () => {
      const [histogram, rate] = [new Histogram(), new RollingRate()]
      const ns = quickNs(CALLS, () => {
        for (let i = 0; i < CALLS; i++) {
          const startMs = performance.now()
          const endMs = performance.now()
          histogram.record(endMs - startMs)
          rate.add(1, endMs)
        }
      })
      assertSame(histogram.count, QUICK_CALLS * CALLS)
      return ns
    },
  },
  figures: [
    { subject: 'clock reading' },
    { subject: 'count only', peer: 'clock reading', ratio: 'cost' },
    { subject: 'depth: average and maximum', peer: 'clock reading', ratio: 'cost' },
    { subject: 'sampled 1 in 64', peer: 'clock reading', ratio: 'cost' },
    { subject: 'sampled 1 in 8', peer: 'clock reading', ratio: 'cost' },
    { subject: 'every one, chained clock', peer: 'clock reading', ratio: 'cost' },
    { subject: 'every one, two readings, histogram, rate', peer: 'clock reading', ratio: 'cost' },
  ],
})
