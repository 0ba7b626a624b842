// What holds with every OpenTelemetry SDK; each SDK runs it in a process of its own.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { MetricSet, quantiles } from '@loopwright/metrics'
import type { Histogram } from '@loopwright/metrics'
import { otelProducer } from '@loopwright/metrics/otel'
import type { OtelProducer } from '@loopwright/metrics/otel'
import { describe, expect, test } from 'vitest'
import { openOtlpReceiver } from './otlp-receiver.ts'
import type { ReceivedMetric } from './otlp-receiver.ts'

type Constants = Readonly<Record<'HISTOGRAM' | 'EXPONENTIAL_HISTOGRAM' | 'GAUGE' | 'SUM' | 'CUMULATIVE' | 'DOUBLE', number>>

interface OpenReader {
  flush(): Promise<void>
  close(): Promise<void>
}

interface Settings<Compression> {
  readonly url: string
  readonly timeoutMillis: number
  readonly compression?: Compression
}

/** The exports of one version of the SDK that the suite uses. Readers and exporters are the version's own, never looked into. */
export interface OtelModules<Reader, Exporter, Compression> {
  readonly DataPointType: Readonly<Record<'HISTOGRAM' | 'EXPONENTIAL_HISTOGRAM' | 'GAUGE' | 'SUM', number>>
  readonly AggregationTemporality: Readonly<Record<'CUMULATIVE', number>>
  readonly ValueType: Readonly<Record<'DOUBLE', number>>
  readonly MeterProvider: new (options: { readers: Reader[] }) => { forceFlush(): Promise<void>; shutdown(): Promise<void> }
  readonly PeriodicExportingMetricReader: new (options: {
    exporter: Exporter
    exportIntervalMillis: number
    exportTimeoutMillis: number
    metricProducers: OtelProducer[]
  }) => NoInfer<Reader>
  readonly PrometheusExporter: new (options: {
    preventServerStart: boolean
    metricProducers: OtelProducer[]
  }) => NoInfer<Reader> & { getMetricsRequestHandler(request: IncomingMessage, response: ServerResponse): void }
  readonly JsonExporter: new (settings: Settings<Compression>) => NoInfer<Exporter>
  readonly ProtobufExporter: new (settings: Settings<Compression>) => NoInfer<Exporter>
  readonly gzip: Compression
}

/** One version of the SDK, behind the few calls that the suite makes. */
interface OtelSdk {
  readonly constants: Constants
  readonly push: (format: 'json' | 'protobuf', url: string, producer: OtelProducer, gzip: boolean) => OpenReader
  readonly scrape: (producer: OtelProducer) => {
    readonly handle: (request: IncomingMessage, response: ServerResponse) => void
    readonly close: () => Promise<void>
  }
}

function openSdk<Reader, Exporter, Compression>(modules: OtelModules<Reader, Exporter, Compression>): OtelSdk {
  const { DataPointType, AggregationTemporality, ValueType, MeterProvider } = modules
  return {
    constants: {
      HISTOGRAM: DataPointType.HISTOGRAM,
      EXPONENTIAL_HISTOGRAM: DataPointType.EXPONENTIAL_HISTOGRAM,
      GAUGE: DataPointType.GAUGE,
      SUM: DataPointType.SUM,
      CUMULATIVE: AggregationTemporality.CUMULATIVE,
      DOUBLE: ValueType.DOUBLE,
    },
    push: (format, url, producer, gzip) => {
      const settings = { url, timeoutMillis: 2000, ...(gzip ? { compression: modules.gzip } : {}) }
      const reader = new modules.PeriodicExportingMetricReader({
        exporter: format === 'json' ? new modules.JsonExporter(settings) : new modules.ProtobufExporter(settings),
        exportIntervalMillis: 3_600_000,
        exportTimeoutMillis: 3000,
        metricProducers: [producer],
      })
      const provider = new MeterProvider({ readers: [reader] })
      return { flush: () => provider.forceFlush(), close: () => provider.shutdown() }
    },
    scrape: (producer) => {
      const exporter = new modules.PrometheusExporter({ preventServerStart: true, metricProducers: [producer] })
      const provider = new MeterProvider({ readers: [exporter] })
      return {
        handle: (request, response) => exporter.getMetricsRequestHandler(request, response),
        close: () => provider.shutdown(),
      }
    },
  }
}

const filled = (): { readonly set: MetricSet; readonly waits: Histogram } => {
  const set = new MetricSet([], { labels: { app: 'shop "1"' } })
  const waits = set.histogram('app_wait_seconds', { help: 'Waits.', labels: ['queue'] }).with({ queue: 'ingress' })
  let state = 7
  for (let i = 0; i < 100_000; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    waits.record(Math.exp((state / 2 ** 32) * 8 - 4))
  }
  waits.record(0)
  set
    .counter('app_hits_total', { labels: ['path'] })
    .with({ path: '/' })
    .add(41)
  set.counter('app_busy_seconds_total').with({}).add(1500)
  set.gauge('app_heap_bytes').with({}).set(12_345)
  return { set, waits }
}

const named = (metrics: readonly ReceivedMetric[], name: string): ReceivedMetric => {
  const metric = metrics.find((one) => one.name === name)
  if (metric === undefined) throw new Error(`${name} did not arrive`)
  return metric
}

export function otelSuite<Reader, Exporter, Compression>(
  name: string,
  modules: OtelModules<Reader, Exporter, Compression>,
): void {
  const sdk = openSdk(modules)
  describe(name, () => {
    test('O-1 the numbers of the enums are those that the producer writes', async () => {
      const { set } = filled()
      const metrics = async (histogram: 'explicit' | 'exponential') =>
        (await otelProducer(set, { histogram }).collect()).resourceMetrics.scopeMetrics[0]?.metrics
      const explicit = new Map((await metrics('explicit'))?.map((metric) => [metric.descriptor.name, metric]))
      const exponential = new Map((await metrics('exponential'))?.map((metric) => [metric.descriptor.name, metric]))
      expect({
        HISTOGRAM: explicit.get('app_wait_seconds')?.dataPointType,
        EXPONENTIAL_HISTOGRAM: exponential.get('app_wait_seconds')?.dataPointType,
        GAUGE: explicit.get('app_heap_bytes')?.dataPointType,
        SUM: explicit.get('app_hits_total')?.dataPointType,
        CUMULATIVE: explicit.get('app_hits_total')?.aggregationTemporality,
        DOUBLE: explicit.get('app_hits_total')?.descriptor.valueType,
      }).toEqual(sdk.constants)
    })

    const cases = (['json', 'protobuf'] as const).flatMap((format) =>
      (['explicit', 'exponential'] as const).flatMap((kind) => [true, false].map((gzip) => [format, kind, gzip] as const)),
    )
    test.each(cases)('O-6 %s, %s, gzip %s: what arrives equals the snapshot', async (format, kind, gzip) => {
      await using receiver = await openOtlpReceiver()
      const { set, waits } = filled()
      const reader = sdk.push(format, receiver.url, otelProducer(set, { histogram: kind, maxBuckets: 800 }), gzip)
      await reader.flush()
      waits.record(1e9)
      await reader.close()
      expect(receiver.requests.length).toBeGreaterThanOrEqual(1)
      const [request] = receiver.requests
      expect(request?.compressed).toBe(gzip)
      expect(request?.contentType).toContain(format)
      const metrics = request?.metrics ?? []
      const hits = named(metrics, 'app_hits_total')
      expect(hits).toMatchObject({ scope: '@loopwright/metrics', unit: '1', kind: 'sum', temporality: 2, monotonic: true })
      expect(hits.points).toMatchObject([{ value: 41, attributes: { app: 'shop "1"', path: '/' } }])
      expect(named(metrics, 'app_busy_seconds_total')).toMatchObject({ unit: 's', points: [{ value: 1.5 }] })
      expect(named(metrics, 'app_heap_bytes')).toMatchObject({ unit: 'By', kind: 'gauge', points: [{ value: 12_345 }] })
      const wait = named(metrics, 'app_wait_seconds')
      const [point] = wait.points
      if (point === undefined) throw new Error('no point')
      expect(wait).toMatchObject({ unit: 's', temporality: 2, kind: kind === 'explicit' ? 'histogram' : 'exponentialHistogram' })
      expect(point).toMatchObject({ count: 100_001, min: 0, attributes: { queue: 'ingress' } })
      expect(point.startNs).toBe(BigInt(waits.startEpochMs) * 1_000_000n)
      expect(point.timeNs).toBeGreaterThanOrEqual(point.startNs)
      const buckets = point.buckets ?? []
      expect(buckets.reduce((sum, n) => sum + n, 0) + (point.zeroCount ?? 0)).toBe(100_001)
      if (kind === 'exponential') {
        expect([point.scale, point.zeroCount]).toEqual([5, 1])
        const median = quantiles(waits.snapshot(), [0.5])[0] as number
        let [left, index] = [50_000, 0]
        while ((left -= buckets[index] ?? Number.POSITIVE_INFINITY) > 0) index++
        expect(Math.abs(2 ** (((point.offset ?? 0) + index + 0.5) / 32) / (median / 1000) - 1)).toBeLessThan(0.019 + 0.008)
      } else expect(buckets).toHaveLength((point.bounds ?? []).length + 1)
    })

    test('O-3 the Prometheus exporter serves explicit histograms, and drops exponential ones', async () => {
      const { set } = filled()
      const texts: string[] = []
      for (const histogram of ['explicit', 'exponential'] as const) {
        const { handle, close } = sdk.scrape(otelProducer(set, { histogram }))
        const server = createServer(handle)
        server.listen(0, '127.0.0.1')
        await once(server, 'listening')
        const address = server.address()
        const port = typeof address === 'object' && address !== null ? address.port : 0
        texts.push(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
        server.close()
        server.closeAllConnections()
        await close()
      }
      const [explicit = '', exponential = ''] = texts
      expect(explicit).toMatch(/^app_hits_total\{[^}]*path="\/"[^}]*\} 41/m)
      expect(explicit).toMatch(/^app_wait_seconds_bucket\{[^}]*le="\+Inf"[^}]*\} 100001/m)
      expect(explicit).toMatch(/^app_wait_seconds_count\{[^}]*\} 100001/m)
      expect(exponential).not.toMatch(/^app_wait_seconds_/m)
    })

    test('O-2 one producer serves several readers of this SDK, each with all series', async () => {
      await using receiver = await openOtlpReceiver()
      const { set } = filled()
      const producer = otelProducer(set)
      const readers = [sdk.push('json', receiver.url, producer, false), sdk.push('protobuf', receiver.url, producer, false)]
      for (const reader of readers) await reader.flush()
      for (const reader of readers) await reader.close()
      const [first, second] = receiver.requests
      expect(first?.contentType).not.toBe(second?.contentType)
      expect(first?.metrics.map(({ name }) => name)).toEqual(second?.metrics.map(({ name }) => name))
      expect(first?.metrics.length).toBeGreaterThan(5)
    })

    test('O-1 recording touches nothing of OpenTelemetry: a dead exporter costs the recorder nothing', async () => {
      const { set, waits } = filled()
      const reader = sdk.push('json', 'http://127.0.0.1:9/v1/metrics', otelProducer(set), false)
      const before = waits.count
      for (let i = 0; i < 1000; i++) waits.record(1)
      await reader.flush().catch(() => {})
      await reader.close().catch(() => {})
      expect(waits.count).toBe(before + 1000)
    })
  })
}
