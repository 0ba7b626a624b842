// The text of 50 families of histograms with 20 buckets and 200 series, against prom-client.
import { MetricSet } from '@loopwright/metrics'
import { prometheusText } from '@loopwright/metrics/prometheus'
import client from 'prom-client'
import { defineWorkload } from '../harness/workload.ts'
import { quickAsyncNs, quickNs } from './support/quick.ts'
import { assertSame, lognormal } from './support/values.ts'

const FAMILIES = 50
const SERIES = 4
const BOUNDS = Array.from({ length: 19 }, (_, i) => Number((0.01 * 1.6 ** i).toPrecision(3))) // and +Inf

const countLines = (text: string): number =>
  text.split('\n').filter((line) => line.includes('_bucket{') && line.startsWith('bench_')).length

export const workload = defineWorkload({
  unit: 'ms',
  subjects: {
    ours: () => {
      const values = lognormal()
      const set = new MetricSet()
      for (let family = 0; family < FAMILIES; family++) {
        const histograms = set.histogram(`bench_${family}`, { help: 'Help.', labels: ['queue'] })
        for (let series = 0; series < SERIES; series++) {
          const histogram = histograms.with({ queue: `q${series}` })
          for (let i = 0; i < 1000; i++) histogram.record(values[family * 1000 + i] as number)
        }
      }
      assertSame(countLines(prometheusText(set, { bounds: BOUNDS })), FAMILIES * SERIES * 20)
      let length = 0
      const ns = quickNs(1, () => {
        length += Buffer.byteLength(prometheusText(set, { bounds: BOUNDS }))
      })
      if (length === 0) throw new Error('no text')
      return ns / 1e6
    },
    'prom-client': async () => {
      const values = lognormal()
      const registry = new client.Registry()
      for (let family = 0; family < FAMILIES; family++) {
        const histogram = new client.Histogram({
          name: `bench_${family}`,
          help: 'Help.',
          labelNames: ['queue'],
          buckets: BOUNDS,
          registers: [registry],
        })
        for (let series = 0; series < SERIES; series++) {
          for (let i = 0; i < 1000; i++) histogram.observe({ queue: `q${series}` }, values[family * 1000 + i] as number)
        }
      }
      assertSame(countLines(await registry.metrics()), FAMILIES * SERIES * 20)
      let length = 0
      const ns = await quickAsyncNs(1, async () => {
        length += Buffer.byteLength(await registry.metrics())
      })
      if (length === 0) throw new Error('no text')
      return ns / 1e6
    },
  },
  figures: [{ subject: 'ours', peer: 'prom-client', ratio: 'cost', target: '<= 1.0' }, { subject: 'ours' }],
})
