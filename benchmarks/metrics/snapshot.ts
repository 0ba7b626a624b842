// Four quantiles of a histogram against a copy and sort of the last samples; merge and export against the same sort.
import { Histogram } from '@loopwright/metrics'
import { otelProducer } from '@loopwright/metrics/otel'
import { defineWorkload } from '../harness/workload.ts'
import { QUICK_CALLS, quickAsyncNs, quickNs } from './support/quick.ts'
import { RingStore } from './support/ring-store.ts'
import { assertNear, lognormal } from './support/values.ts'

const WANTED = [0.5, 0.9, 0.95, 0.99]
const CALLS = 50

const quantilesOf = (samples: number) => (): number => {
  const values = lognormal()
  const histogram = new Histogram()
  for (let i = 0; i < samples; i++) histogram.record(values[i] as number)
  let sum = 0
  const ns = quickNs(CALLS, () => {
    for (let i = 0; i < CALLS; i++) sum += histogram.quantiles(WANTED)[0] as number
  })
  assertNear(sum / (QUICK_CALLS * CALLS), 1, 0.3)
  return ns / 1000
}

const sortOf = (samples: number) => (): number => {
  const values = lognormal()
  const ring = new RingStore(samples)
  for (let i = 0; i < samples; i++) ring.record(values[i] as number)
  let [sum, next] = [0, samples]
  const ns = quickNs(CALLS, () => {
    for (let i = 0; i < CALLS; i++) {
      ring.record(values[next++ % values.length] as number)
      sum += ring.quantiles(WANTED)[0] as number
    }
  })
  assertNear(sum / (QUICK_CALLS * CALLS), 1, 0.3)
  return ns / 1000
}

const filled = (): Histogram => {
  const histogram = new Histogram()
  for (const value of lognormal()) histogram.record(value)
  return histogram
}

export const workload = defineWorkload({
  unit: 'us',
  subjects: {
    '4 quantiles of 100': quantilesOf(100),
    '4 quantiles of 1000': quantilesOf(1000),
    '4 quantiles of 5000': quantilesOf(5000),
    'sort of 100': sortOf(100),
    'sort of 1000': sortOf(1000),
    'sort of 5000': sortOf(5000),
    'detached snapshot': () => {
      const histogram = filled()
      let count = 0
      const ns = quickNs(CALLS, () => {
        for (let i = 0; i < CALLS; i++) count += histogram.snapshot().count
      })
      assertNear(count, QUICK_CALLS * CALLS * histogram.count, 0)
      return ns / 1000
    },
    merge: () => {
      const [whole, part] = [new Histogram(), filled().snapshot()]
      const ns = quickNs(CALLS, () => {
        for (let i = 0; i < CALLS; i++) whole.merge(part)
      })
      assertNear(whole.count, QUICK_CALLS * CALLS * part.count, 0)
      return ns / 1000
    },
    exponential: async () => {
      const snapshot = filled().snapshot()
      const series = [{ labels: {}, startEpochMs: 0, histogram: snapshot }]
      const source = {
        collect: () => [{ name: 'x_seconds', help: '', type: 'histogram', unit: 'seconds', scale: 0.001, series } as const],
      }
      const producer = otelProducer(source, { histogram: 'exponential' })
      let points = 0
      const ns = await quickAsyncNs(CALLS, async () => {
        for (let i = 0; i < CALLS; i++) points += (await producer.collect()).resourceMetrics.scopeMetrics.length
      })
      assertNear(points, QUICK_CALLS * CALLS, 0)
      return ns / 1000
    },
  },
  figures: [
    { subject: '4 quantiles of 1000', peer: 'sort of 1000', ratio: 'cost', target: '<= 0.20' },
    { subject: '4 quantiles of 100', peer: 'sort of 100', ratio: 'cost' },
    { subject: '4 quantiles of 5000', peer: 'sort of 5000', ratio: 'cost' },
    { subject: 'merge', peer: 'sort of 1000', ratio: 'cost', target: '<= 0.15' },
    { subject: 'exponential', peer: 'sort of 1000', ratio: 'cost', target: '<= 0.50' },
    { subject: '4 quantiles of 1000' },
    { subject: 'detached snapshot' },
    { subject: 'merge' },
    { subject: 'exponential' },
  ],
})
