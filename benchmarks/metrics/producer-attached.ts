// A record while OpenTelemetry and Prometheus read the same histogram, against a record alone.
import { MetricSet } from '@loopwright/metrics'
import { otelProducer } from '@loopwright/metrics/otel'
import { serveMetrics } from '@loopwright/metrics/prometheus'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { defineWorkload } from '../harness/workload.ts'
import { QUICK_CALLS, quickNs } from './support/quick.ts'
import { VALUES, assertSame, lognormal } from './support/values.ts'

/** Both ways, the process exports by OpenTelemetry and Prometheus; only one exports the histogram that is recorded into. */
async function recordInto(exported: 'the same set' | 'another set'): Promise<number> {
  const values = lognormal()
  const [set, other] = [new MetricSet(), new MetricSet()]
  const histogram = set.histogram('wait_seconds').with({})
  const unused = other.histogram('wait_seconds').with({})
  for (let i = 0; i < 1000; i++) {
    histogram.record(values[i] as number)
    unused.record(values[i] as number)
  }
  await attach(exported === 'the same set' ? set : other)
  const ns = quickNs(VALUES, () => {
    for (let i = 0; i < VALUES; i++) histogram.record(values[i] as number)
  })
  assertSame(histogram.count, 1000 + QUICK_CALLS * VALUES)
  assertSame(unused.count, 1000)
  return ns
}

async function attach(set: MetricSet): Promise<void> {
  let exported = 0
  const exporter = {
    export: (_: unknown, done: (result: { code: number }) => void) => {
      exported++
      done({ code: 0 })
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const metricProducers = [otelProducer(set, { histogram: 'exponential' })]
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 5000,
    exportTimeoutMillis: 1000,
    metricProducers,
  })
  await new MeterProvider({ readers: [reader] }).forceFlush()
  assertSame(exported, 1)
  assertSame((await fetch((await serveMetrics(set, { port: 0 })).url)).status, 200)
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    alone: () => recordInto('another set'),
    attached: () => recordInto('the same set'),
  },
  figures: [{ subject: 'attached', peer: 'alone', ratio: 'cost', target: '<= 1.02' }],
})
