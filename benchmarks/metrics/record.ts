// One record into a histogram, against a ring store that keeps the same totals, OpenTelemetry and prom-client.
import { Histogram, MetricSet, PSquare, meter } from '@loopwright/metrics'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import client from 'prom-client'
import { defineWorkload } from '../harness/workload.ts'
import { QUICK_CALLS, quickNs } from './support/quick.ts'
import { RingStore } from './support/ring-store.ts'
import { VALUES, assertNear, assertSame, lognormal } from './support/values.ts'

/** A meter whose reader never reads by itself. */
const otelHistogram = () => {
  const exporter = { export: () => {}, forceFlush: async () => {}, shutdown: async () => {} }
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 })
  const provider = new MeterProvider({ readers: [reader] })
  return provider.getMeter('bench').createHistogram('wait')
}

/** Fewer values a round for what takes a hundred times as long. */
const FEW = VALUES / 20

const psquareOf = (wanted: readonly number[]) => (): number => {
  const values = lognormal()
  const estimator = new PSquare({ quantiles: wanted })
  const ns = quickNs(FEW, () => {
    for (let i = 0; i < FEW; i++) estimator.record(values[i] as number)
  })
  assertSame(estimator.count, QUICK_CALLS * FEW)
  assertNear(estimator.quantile(0.99), Math.exp(2.326), 0.2)
  return ns
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    histogram: () => {
      const values = lognormal()
      const histogram = new Histogram()
      const ns = quickNs(VALUES, () => {
        for (let i = 0; i < VALUES; i++) histogram.record(values[i] as number)
      })
      assertSame(histogram.count, QUICK_CALLS * VALUES)
      assertNear(histogram.quantile(0.5), 1, 0.02)
      return ns
    },
    'histogram bound to 2 labels': () => {
      const values = lognormal()
      const histogram = new MetricSet()
        .histogram('wait_seconds', { labels: ['queue', 'kind'] })
        .with({ queue: 'ingress', kind: 'a' })
      const ns = quickNs(VALUES, () => {
        for (let i = 0; i < VALUES; i++) histogram.record(values[i] as number)
      })
      assertSame(histogram.count, QUICK_CALLS * VALUES)
      return ns
    },
    'meter with 2 attributes': () => {
      const values = lognormal()
      const set = new MetricSet()
      const m = meter(set)
      const ns = quickNs(FEW, () => {
        for (let i = 0; i < FEW; i++) m.record('wait_ms', values[i] as number, { queue: 'ingress', kind: 'a' })
      })
      assertSame(m.dropped, 0)
      return ns
    },
    'ring store': () => {
      const values = lognormal()
      const ring = new RingStore(1000)
      const ns = quickNs(VALUES, () => {
        for (let i = 0; i < VALUES; i++) ring.record(values[i] as number)
      })
      assertSame(ring.count, QUICK_CALLS * VALUES)
      assertNear(ring.mean, Math.exp(0.5), 0.05)
      return ns
    },
    'psquare of 1 quantile': psquareOf([0.99]),
    'psquare of 4 quantiles': psquareOf([0.5, 0.9, 0.99, 0.999]),
    opentelemetry: () => {
      const values = lognormal()
      const histogram = otelHistogram()
      return quickNs(FEW, () => {
        for (let i = 0; i < FEW; i++) histogram.record(values[i] as number)
      })
    },
    'opentelemetry with 2 attributes': () => {
      const values = lognormal()
      const histogram = otelHistogram()
      return quickNs(FEW, () => {
        for (let i = 0; i < FEW; i++) histogram.record(values[i] as number, { queue: 'ingress', kind: 'a' })
      })
    },
    'prom-client': () => {
      const values = lognormal()
      const histogram = new client.Histogram({ name: 'wait', help: 'wait', registers: [] })
      return quickNs(FEW, () => {
        for (let i = 0; i < FEW; i++) histogram.observe(values[i] as number)
      })
    },
  },
  figures: [
    { subject: 'histogram', peer: 'ring store', ratio: 'cost', target: '<= 1.5' },
    { subject: 'histogram', peer: 'opentelemetry', ratio: 'cost', target: '<= 0.25' },
    { subject: 'histogram bound to 2 labels', peer: 'opentelemetry with 2 attributes', ratio: 'cost', target: '<= 0.08' },
    { subject: 'histogram', peer: 'prom-client', ratio: 'cost', target: '<= 0.20' },
    { subject: 'psquare of 1 quantile', peer: 'histogram', ratio: 'cost', target: '<= 10' },
    { subject: 'psquare of 4 quantiles', peer: 'histogram', ratio: 'cost' },
    { subject: 'meter with 2 attributes', peer: 'histogram bound to 2 labels', ratio: 'cost' },
    { subject: 'histogram' },
  ],
})
