// O-1, O-4, O-5: the producer's data, without an SDK. The SDKs themselves are in the integration suite.
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Histogram, MetricSet } from '../src/index.ts'
import { otelProducer } from '../src/otel/index.ts'
import type { OtelExponential, OtelMetric } from '../src/otel/index.ts'
import { ExponentialConverter } from '../src/otel/exponential-histogram.ts'
import { ManualClock } from './support/clock.ts'
import { STREAMS, exactQuantile, seeded } from './support/streams.ts'

const filled = (values: readonly number[]): Histogram => {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}
const metricsOf = async (set: MetricSet, options: Parameters<typeof otelProducer>[1] = {}): Promise<Map<string, OtelMetric>> => {
  const { resourceMetrics, errors } = await otelProducer(set, options).collect()
  expect(errors).toEqual([])
  return new Map(resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics.map((metric) => [metric.descriptor.name, metric])))
}

/** The middle, by ratio, of the bucket that holds a quantile. */
function exponentialQuantile({ count, scale, zeroCount, positive }: OtelExponential, permille: number): number {
  let left = Math.max(1, Math.ceil((permille * count) / 1000)) - zeroCount
  for (let i = 0; i < positive.bucketCounts.length; i++) {
    left -= positive.bucketCounts[i] as number
    if (left <= 0) return 2 ** ((positive.offset + i + 0.5) / 2 ** scale)
  }
  return Number.NaN
}

describe('the producer', () => {
  test('O-1 nothing is imported at run time', () => {
    for (const file of ['index', 'producer', 'metric-data', 'exponential-histogram']) {
      const source = readFileSync(new URL(`../src/otel/${file}.ts`, import.meta.url), 'utf8')
      expect(source).not.toMatch(/@opentelemetry/)
    }
  })

  test('O-5 sums are monotonic and cumulative, units UCUM, start times those of creation and reset', async () => {
    const clock = new ManualClock(1_700_000_000_250)
    const set = new MetricSet([], { clock, labels: { app: 'x' } })
    const busy = set.counter('busy_seconds_total', { help: 'Busy.' }).with({})
    busy.add(1500)
    set.gauge('heap_bytes').with({}).set(10)
    set.histogram('wait_seconds').with({}).record(20)
    clock.advance(1000)
    const metrics = await metricsOf(set, { epochMs: () => clock.epochMs() })
    expect(metrics.get('busy_seconds_total')).toEqual({
      descriptor: { name: 'busy_seconds_total', description: 'Busy.', unit: 's', valueType: 1 },
      aggregationTemporality: 1,
      dataPointType: 3,
      isMonotonic: true,
      dataPoints: [
        { startTime: [1_700_000_000, 250_000_000], endTime: [1_700_000_001, 250_000_000], attributes: { app: 'x' }, value: 1.5 },
      ],
    })
    expect(metrics.get('heap_bytes')).toMatchObject({ descriptor: { unit: 'By' }, dataPointType: 2, dataPoints: [{ value: 10 }] })
    const wait = metrics.get('wait_seconds')
    expect(wait).toMatchObject({
      descriptor: { unit: 's' },
      dataPointType: 0,
      dataPoints: [{ value: { count: 1, sum: 0.02, min: 0.02, max: 0.02 } }],
    })
    busy.reset()
    const after = await metricsOf(set, { epochMs: () => clock.epochMs() })
    expect(after.get('busy_seconds_total')?.dataPoints[0]).toMatchObject({ startTime: [1_700_000_001, 250_000_000], value: 0 })
  })

  test('O-1 explicit buckets are counts between bounds; their sum is the count', async () => {
    const set = new MetricSet()
    const histogram = set.histogram('wait_seconds').with({})
    for (const ms of [0, 0.5, 3, 3, 40, 1e12, Number.POSITIVE_INFINITY]) histogram.record(ms)
    const metric = (await metricsOf(set, { bounds: [0.001, 0.01] })).get('wait_seconds')
    expect(metric?.dataPoints[0]?.value).toMatchObject({ count: 7, buckets: { boundaries: [0.001, 0.01], counts: [2, 2, 3] } })
  })

  test('O-1 a source that throws gives no metrics and one error', async () => {
    const failure = new Error('gone')
    const producer = otelProducer({
      collect: () => {
        throw failure
      },
    })
    const { errors, resourceMetrics } = await producer.collect()
    expect([errors, resourceMetrics.scopeMetrics[0]?.metrics]).toEqual([[failure], []])
  })

  test('O-1 scope and bad options', async () => {
    const { resourceMetrics } = await otelProducer(new MetricSet(), { scope: { name: 'mine', version: '1' } }).collect()
    expect(resourceMetrics.scopeMetrics[0]?.scope).toEqual({ name: 'mine', version: '1' })
    for (const options of [{ maxBuckets: 1 }, { histogram: 'other' as 'explicit' }, { bounds: [2, 1] }]) {
      expect(() => otelProducer(new MetricSet(), options)).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
    }
  })
})

describe('exponential histograms', () => {
  test.each(Object.keys(STREAMS))('O-4 at scale 5 a quantile is off by at most 1.9 % on the stream: %s', async (name) => {
    const values = STREAMS[name]?.(20_000, seeded(7)) ?? []
    const sorted = Float64Array.from(values).toSorted()
    for (const factor of [1, 0.001]) {
      const histogram = filled(values).snapshot()
      const converted = new ExponentialConverter(2000).convert(histogram, factor)
      expect(converted.scale).toBe(5)
      const { offset, bucketCounts, ...rest } = converted
      const whole: OtelExponential = {
        ...rest,
        count: histogram.count,
        sum: 0,
        positive: { offset, bucketCounts },
        negative: { offset: 0, bucketCounts: [] },
      }
      for (const permille of [10, 100, 500, 900, 990, 999]) {
        const exact = exactQuantile(sorted, permille) * factor
        expect(Math.abs(exponentialQuantile(whole, permille) - exact) / exact).toBeLessThanOrEqual(0.019)
      }
    }
  })

  test('O-4 the scale is the largest that keeps to maxBuckets, and no value is lost', () => {
    const value = fc.oneof(
      fc.double({ min: 0, max: 2 ** 26, noNaN: true }),
      fc.constantFrom(0, 1e-9, 1e12, Number.POSITIVE_INFINITY),
    )
    fc.assert(
      fc.property(fc.array(value), fc.integer({ min: 2, max: 200 }), fc.constantFrom(1, 0.001), (values, maxBuckets, factor) => {
        const snapshot = filled(values).snapshot()
        const { scale, zeroCount, bucketCounts, offset } = new ExponentialConverter(maxBuckets).convert(snapshot, factor)
        expect(bucketCounts.length).toBeLessThanOrEqual(maxBuckets)
        expect(scale).toBeLessThanOrEqual(5)
        expect(zeroCount + bucketCounts.reduce((sum, n) => sum + n, 0)).toBe(values.length)
        if (scale < 5)
          expect(new ExponentialConverter(1000).convert(snapshot, factor).bucketCounts.length).toBeGreaterThan(maxBuckets)
        if (bucketCounts.length > 0) {
          expect(bucketCounts[0]).toBeGreaterThan(0)
          expect(bucketCounts.at(-1)).toBeGreaterThan(0)
        }
        // Coarser scales are the finest one, folded.
        const finest = new ExponentialConverter(100_000).convert(snapshot, factor)
        const folded = new Map<number, number>()
        finest.bucketCounts.forEach((n, i) =>
          folded.set((finest.offset + i) >> (5 - scale), (folded.get((finest.offset + i) >> (5 - scale)) ?? 0) + n),
        )
        bucketCounts.forEach((n, i) => expect(n).toBe(folded.get(offset + i) ?? 0))
      }),
    )
  })

  test('O-4 each cell lies in the bucket of its middle, for every cell', () => {
    const converter = new ExponentialConverter(160)
    for (let exponent = -14; exponent < 26; exponent++) {
      for (let step = 0; step < 64; step++) {
        const middle = 2 ** exponent * (1 + (step + 0.5) / 64)
        const { offset } = converter.convert(filled([middle]).snapshot(), 0.001)
        expect(2 ** (offset / 32)).toBeLessThan(middle * 0.001)
        expect(2 ** ((offset + 1) / 32)).toBeGreaterThanOrEqual(middle * 0.001 * (1 - 1e-12))
      }
    }
  })
})
