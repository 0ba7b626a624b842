// A thousand million records over an hour of virtual time: the heap stays flat, counts stay exact, quantiles right.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { LoopMetrics, Histogram, RollingRate } from '../src/index.ts'
import { ManualClock } from './support/clock.ts'
import { STREAMS, exactQuantile, seeded } from './support/streams.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** After forced collections: the young generation alone may hold more garbage than the bound. */
function heapInUse(): number {
  let least = Number.POSITIVE_INFINITY
  for (let reading = 0; reading < 5; reading++) {
    collect()
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}

test('H-5 10^9 records over an hour leave the heap flat and the counts exact', () => {
  const clock = new ManualClock()
  const histogram = new Histogram({ clock })
  const rate = new RollingRate({ clock })
  const metrics = new LoopMetrics({ clock, sampleEvery: 1 })
  const values = Float64Array.from(STREAMS['lognormal']?.(100_000, seeded(1)) ?? [])
  const round = (): void => {
    for (let i = 0; i < values.length; i++) histogram.record(values[i] as number)
    clock.advance(360)
    rate.add(values.length)
    metrics.onBatch({ turns: 1, callbacks: 100, queued: 3, busyMs: 36, idleMs: 324, limit: 'none' })
    metrics.onSample({ phase: 'external', label: undefined, residenceMs: 1, executionMs: 1, latenessMs: 0 })
  }
  for (let i = 0; i < 100; i++) round()
  const before = heapInUse()
  for (let i = 100; i < 10_000; i++) round()
  expect(heapInUse() - before).toBeLessThan(8 << 20)
  expect(histogram.count).toBe(10 ** 9)
  expect(histogram.snapshot().counts.reduce((sum, n) => sum + n, 0)).toBe(10 ** 9)
  expect(rate.perSecond()).toBeCloseTo(100_000 / 0.36, -4)
  expect(metrics.snapshot()).toMatchObject({ callbacks: 10 ** 6, task: { count: 10_000 }, batch: { count: 10_000 } })
  const median = exactQuantile(values.toSorted(), 500)
  expect(Math.abs((histogram.quantile(0.5) as number) / median - 1)).toBeLessThanOrEqual(2 ** -7)
})

test('H-3 a million values of every stream keep to the bound', () => {
  for (const [name, make] of Object.entries(STREAMS)) {
    const values = Float64Array.from(make(10 ** 6, seeded(99)))
    const histogram = new Histogram()
    for (const value of values) histogram.record(value)
    const sorted = values.toSorted()
    for (const permille of [10, 100, 500, 900, 990, 999]) {
      const exact = exactQuantile(sorted, permille)
      expect(Math.abs((histogram.quantile(permille / 1000) as number) / exact - 1), `${name} ${permille}`).toBeLessThanOrEqual(
        0.008,
      )
    }
  }
})
