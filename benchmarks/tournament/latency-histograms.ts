// Recording one latency, and p99 at the end: histograms of the field, and Node's own.
import { createHistogram } from 'node:perf_hooks'
import { Histogram } from '@loopwright/metrics'
import { build } from 'hdr-histogram-js'
import { Histogram as PromHistogram, Registry } from 'prom-client'
import { defineWorkload, medianNs } from '../harness/workload.ts'

const RECORDS = 1_000_000
/** Microseconds from 1 to 10 000, the same for all. */
const valueOf = (index: number): number => 1 + ((index * 7919) % 10_000)
const P99 = 9900

function check(name: string, p99: number, error: number): void {
  if (Math.abs(p99 - P99) > P99 * error) throw new RangeError(`${name} says that p99 is ${p99}`)
}
const measure = (record: (value: number) => void, p99: () => number, error: number, name: string): Promise<number> =>
  medianNs(RECORDS, (count) => {
    for (let index = 0; index < count; index++) record(valueOf(index))
    check(name, p99(), error)
  })

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'metrics Histogram': () => {
      const histogram = new Histogram()
      return measure(
        (value) => histogram.record(value),
        () => histogram.quantile(0.99) ?? 0,
        0.01,
        'metrics',
      )
    },
    'hdr-histogram-js': () => {
      const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 100_000, numberOfSignificantValueDigits: 3 })
      return measure(
        (value) => histogram.recordValue(value),
        () => histogram.getValueAtPercentile(99),
        0.01,
        'hdr-histogram-js',
      )
    },
    'perf_hooks createHistogram': () => {
      const histogram = createHistogram()
      return measure(
        (value) => histogram.record(value),
        () => histogram.percentile(99),
        0.01,
        'createHistogram',
      )
    },
    'prom-client Histogram': async () => {
      const buckets = Array.from({ length: 20 }, (_, index) => (index + 1) * 500)
      const histogram = new PromHistogram({ name: 'latency', help: 'of the tournament', buckets, registers: [new Registry()] })
      const ns = await medianNs(RECORDS, (count) => {
        for (let index = 0; index < count; index++) histogram.observe(valueOf(index))
      })
      const below = (await histogram.get()).values.find(({ labels }) => labels.le === 9500)
      const all = (await histogram.get()).values.find(({ metricName }) => metricName === 'latency_count')
      if (Math.abs((below?.value ?? 0) / (all?.value ?? 1) - 0.95) > 0.01) throw new Error('wrong buckets')
      return ns
    },
  },
  figures: ['hdr-histogram-js', 'perf_hooks createHistogram', 'prom-client Histogram'].map((peer) => ({
    subject: 'metrics Histogram',
    peer,
  })),
})
