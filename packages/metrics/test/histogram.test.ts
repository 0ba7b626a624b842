// H-1 to H-9: cells, quantiles, bad input, merge, reset, snapshot.
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HistogramSnapshot } from '../src/index.ts'
import {
  DEFAULT_LAYOUT,
  Histogram,
  MetricsError,
  coarsen,
  isMetricsError,
  mergeSnapshots,
  quantile,
  quantiles,
  subtractSnapshots,
} from '../src/index.ts'
import { cellCount, cellMiddle, lowerBound } from '../src/instruments/layout.ts'
import { ManualClock } from './support/clock.ts'
import { STREAMS, exactQuantile, seeded, ulpBeside } from './support/streams.ts'

const PERMILLES = [10, 50, 100, 250, 500, 750, 900, 950, 990, 999]
const BOUND = 2 ** -7

const filled = (values: Iterable<number>, options = {}): Histogram => {
  const histogram = new Histogram(options)
  for (const value of values) histogram.record(value)
  return histogram
}

describe('cells', () => {
  test('H-1 each cell holds its lower bound and the double before the next bound, for every layout fineness', () => {
    for (const subBits of [4, 5, 6, 7, 8]) {
      const layout = { lowestExponent: -3, octaves: 5, subBits }
      for (let cell = 0; cell < cellCount(layout); cell++) {
        const low = lowerBound(layout, cell)
        for (const value of [low, ulpBeside(lowerBound(layout, cell + 1), -1), cellMiddle(layout, cell)]) {
          const snapshot = filled([value], layout).snapshot()
          expect([snapshot.firstCell, ...snapshot.counts]).toEqual([cell, 1])
        }
      }
    }
  })

  test('H-1 the source of record holds no logarithm and no loop', () => {
    const source = readFileSync(new URL('../src/instruments/histogram.ts', import.meta.url), 'utf8')
    const body = source.slice(source.indexOf('  record('), source.indexOf('  /** Values counted'))
    expect(body).not.toMatch(/Math\.log|for \(|while \(/)
  })

  test('H-2 the default layout has 2560 cells from 61 ns to 18.6 hours', () => {
    const { layout } = new Histogram()
    expect(layout).toEqual({ lowestExponent: -14, octaves: 40, subBits: 6 })
    expect(layout).toEqual(DEFAULT_LAYOUT)
    expect(cellCount(layout)).toBe(2560)
    expect(lowerBound(layout, 0)).toBeCloseTo(61e-6, 6)
    expect(lowerBound(layout, 2560) / 3_600_000).toBeCloseTo(18.64, 2)
  })

  test.each([
    [{ subBits: 3 }, 'subBits'],
    [{ subBits: 9 }, 'subBits'],
    [{ subBits: 5.5 }, 'subBits'],
    [{ octaves: 0 }, 'octaves'],
    [{ octaves: 129 }, 'octaves'],
    [{ lowestExponent: -1023 }, 'lowestExponent'],
    [{ lowestExponent: Number.NaN }, 'lowestExponent'],
    [{ sampleEvery: 0 }, 'sampleEvery'],
    [{ sampleEvery: 65_537 }, 'sampleEvery'],
  ])('H-2 a layout or distance out of range is refused with value and range: %o', (options, member) => {
    const error = catchError(() => new Histogram(options))
    expect(isMetricsError(error, 'ERR_METRICS_OPTION')).toBe(true)
    expect((error as MetricsError).message).toMatch(new RegExp(`^${member} must be an integer from -?\\d+ to \\d+, got `))
  })
})

describe('quantiles', () => {
  test.each(Object.keys(STREAMS))('H-3 the relative error is at most 2^-7 on the stream: %s', (name) => {
    let worst = 0
    for (const n of [1, 2, 3, 7, 100, 1000, 30_000]) {
      const values = STREAMS[name]?.(n, seeded(n)) ?? []
      const sorted = Float64Array.from(values).toSorted()
      const histogram = filled(values)
      const answers = histogram.quantiles(PERMILLES.map((permille) => permille / 1000))
      PERMILLES.forEach((permille, i) => {
        const exact = exactQuantile(sorted, permille)
        worst = Math.max(worst, Math.abs((answers[i] as number) - exact) / exact)
      })
      expect(histogram.count).toBe(n)
    }
    expect(worst).toBeLessThanOrEqual(BOUND)
    expect(worst).toBeLessThanOrEqual(0.008)
  })

  test('H-3 the error bound holds on generated streams, for every fineness', () => {
    const value = fc.double({ min: 2 ** -14, max: 2 ** 26, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 400 }), fc.integer({ min: 4, max: 8 }), (values, subBits) => {
        const sorted = Float64Array.from(values).toSorted()
        const histogram = filled(values, { subBits })
        for (const permille of PERMILLES) {
          const exact = exactQuantile(sorted, permille)
          expect(Math.abs((histogram.quantile(permille / 1000) as number) - exact)).toBeLessThanOrEqual(
            exact * 2 ** -(subBits + 1),
          )
        }
      }),
    )
  })

  test('H-3 one value, q = 0 and q = 1 are exact', () => {
    expect(filled([12.345]).quantiles([0, 0.5, 0.99, 1])).toEqual([12.345, 12.345, 12.345, 12.345])
    expect(filled([1.001, 5, 77.77]).quantiles([0, 1])).toEqual([1.001, 77.77])
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e15, noNaN: true }), { minLength: 1 }), (values) => {
        const histogram = filled(values)
        expect(histogram.quantile(0)).toBe(Math.min(...values) + 0)
        expect(histogram.quantile(1)).toBe(Math.max(...values) + 0)
      }),
    )
  })

  test('H-3 the rank is max(1, ceil(q n)), also where the product misses a whole number by rounding', () => {
    const histogram = filled(Array.from({ length: 100 }, (_, i) => 2 ** Math.floor(i / 10)))
    expect(0.07 * 100).toBeGreaterThan(7)
    const hundred = filled(Array.from({ length: 100 }, (_, i) => (i < 7 ? 1 : 1024)))
    expect(hundred.quantile(0.07)).toBeCloseTo(1, 1)
    expect(hundred.quantile(0.0701)).toBeCloseTo(1024, -1)
    expect(histogram.quantile(0.1)).toBeCloseTo(1, 1)
  })

  test('H-3 an empty histogram answers undefined, and a quantile outside 0 to 1 is refused', () => {
    const histogram = new Histogram()
    expect(histogram.quantiles([0, 0.5, 1])).toEqual([undefined, undefined, undefined])
    expect(histogram.min).toBeUndefined()
    expect(quantile(histogram.snapshot(), 0.5)).toBeUndefined()
    for (const q of [-0.1, 1.1, Number.NaN, '0.5' as unknown as number]) {
      expect(catchError(() => histogram.quantile(q))).toMatchObject({ code: 'ERR_METRICS_OPTION' })
    }
  })

  test('H-6 quantiles come in the order asked, whatever that is', () => {
    const histogram = filled(STREAMS['lognormal']?.(5000, seeded(1)) ?? [])
    const ascending = histogram.quantiles([0.1, 0.5, 0.9])
    expect(histogram.quantiles([0.9, 0.1, 0.5])).toEqual([ascending[2], ascending[0], ascending[1]])
    expect(quantiles(histogram.snapshot(), [0.9, 0.1, 0.5])).toEqual([ascending[2], ascending[0], ascending[1]])
  })
})

describe('bad input', () => {
  test('H-4 zero, under, over, Infinity and what is refused are counted apart, and record never throws', () => {
    const histogram = new Histogram()
    const hostile: readonly unknown[] = ['5', '', null, undefined, {}, [], 5n, Symbol('s'), () => 1, true, { valueOf: () => 3 }]
    for (const value of hostile) histogram.record(value as number)
    for (const value of [Number.NaN, -1, Number.NEGATIVE_INFINITY, -Number.MIN_VALUE]) histogram.record(value)
    expect(histogram.rejected).toBe(hostile.length + 4)
    expect(histogram.count).toBe(0)
    for (const value of [0, -0, 1e-9, Number.MIN_VALUE, 1e9, Number.MAX_VALUE / 4, Number.POSITIVE_INFINITY, 1])
      histogram.record(value)
    expect(histogram.snapshot()).toMatchObject({ zero: 2, under: 2, over: 3, count: 8, min: 0, max: Number.MAX_VALUE / 4 })
    expect(Object.is(histogram.min, 0)).toBe(true)
    expect(histogram.sum).toBe(1e-9 + Number.MIN_VALUE + 1e9 + Number.MAX_VALUE / 4 + 1)
  })

  test('H-4 values below the layout answer at most its lowest bound, values above it the exact maximum', () => {
    const low = filled([1e-7, 2e-7, 3e-7])
    expect(low.quantile(0)).toBe(1e-7)
    expect(low.quantile(0.5)).toBeLessThanOrEqual(2 ** -14)
    expect(low.quantile(1)).toBe(3e-7)
    expect(filled([1, 1e9, 2e9]).quantiles([0.5, 1])).toEqual([2e9, 2e9])
  })

  test('H-4 Infinity counts but enters neither sum nor maximum; a rank among infinite values answers Infinity', () => {
    const histogram = filled([1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
    expect(histogram.snapshot()).toMatchObject({ count: 3, over: 2, sum: 1, max: 1 })
    expect(histogram.quantiles([0.3, 0.9])).toEqual([1, Number.POSITIVE_INFINITY])
    expect(filled([Number.POSITIVE_INFINITY]).quantile(0.5)).toBe(Number.POSITIVE_INFINITY)
  })

  test('H-4 the highest layout ends at the largest double', () => {
    const histogram = filled([Number.MAX_VALUE, 1e300], { lowestExponent: 960, octaves: 64 })
    expect(histogram.snapshot()).toMatchObject({ over: 0, under: 0, count: 2 })
    expect(histogram.quantile(1)).toBe(Number.MAX_VALUE)
  })

  test('H-5 a cell counts past 2^32', () => {
    const histogram = filled([5])
    let snapshot = histogram.snapshot()
    for (let i = 0; i < 40; i++) snapshot = mergeSnapshots(snapshot, snapshot)
    histogram.merge(snapshot)
    histogram.record(5)
    expect(histogram.count).toBe(2 ** 40 + 2)
  })
})

describe('merge', () => {
  const part = fc.array(
    fc.oneof(fc.double({ min: 0, max: 2 ** 27, noNaN: true }), fc.constantFrom(0, Number.POSITIVE_INFINITY, 1e-9, 1e12)),
    { maxLength: 50 },
  )

  test('H-7 merging is associative and commutative over random partitions and orders', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.integer(), (parts, seed) => {
        const whole = filled(parts.flat()).snapshot()
        const random = seeded(seed)
        const pending: HistogramSnapshot[] = parts.map((values) => filled(values).snapshot())
        while (pending.length > 1) {
          const [a] = pending.splice(Math.floor(random() * pending.length), 1) as [HistogramSnapshot]
          const [b] = pending.splice(Math.floor(random() * pending.length), 1) as [HistogramSnapshot]
          pending.push(mergeSnapshots(a, b))
        }
        const merged = pending[0] as HistogramSnapshot
        const live = new Histogram()
        for (const values of parts.toReversed()) live.merge(filled(values))
        for (const other of [merged, live.snapshot()]) {
          expect({ ...other, sum: 0 }).toEqual({ ...whole, sum: 0 })
          expect(Math.abs(other.sum - whole.sum)).toBeLessThanOrEqual(Math.abs(whole.sum) * 1e-12)
          expect(quantiles(other, [0, 0.25, 0.5, 0.99, 1])).toEqual(quantiles(whole, [0, 0.25, 0.5, 0.99, 1]))
        }
      }),
    )
  })

  test('H-7 what is merged can be recorded to and reset like any other', () => {
    const histogram = filled([3])
    histogram.merge(filled([1e-9, 0.5, 1e9]))
    histogram.record(0.25)
    expect(histogram.snapshot()).toMatchObject({ count: 5, min: 1e-9, max: 1e9 })
    histogram.reset()
    expect(histogram.count).toBe(0)
    histogram.record(7)
    expect(histogram.quantile(0.5)).toBe(7)
  })

  test('H-7 different layouts are refused by name, and coarsen makes them fit', () => {
    const fine = filled([1, 2, 3, 1e-9, 0, 1e12], { subBits: 8 })
    const coarse = filled([4, 5], { subBits: 5 })
    const error = catchError(() => coarse.merge(fine))
    expect(error).toMatchObject({ code: 'ERR_METRICS_LAYOUT', isTemporary: false, isTimeout: false })
    expect((error as Error).message).toMatch(/subBits: 5 .*subBits: 8/)
    expect(catchError(() => mergeSnapshots(fine.snapshot(), coarse.snapshot()))).toMatchObject({ code: 'ERR_METRICS_LAYOUT' })
    coarse.merge(fine.coarsen(5))
    expect(coarse.snapshot()).toEqual(filled([4, 5, 1, 2, 3, 1e-9, 0, 1e12], { subBits: 5 }).snapshot())
    expect(catchError(() => coarsen(coarse.snapshot(), 6))).toMatchObject({ code: 'ERR_METRICS_OPTION' })
  })

  test('H-7 coarsening equals recording into the coarser layout', () => {
    fc.assert(
      fc.property(part, fc.integer({ min: 4, max: 8 }), (values, subBits) => {
        expect(coarsen(filled(values, { subBits: 8 }).snapshot(), subBits)).toEqual(filled(values, { subBits }).snapshot())
      }),
    )
  })

  test('H-7 snapshots from worker threads merge to the whole', async () => {
    const program = `
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.module).then(({ Histogram }) => {
        const histogram = new Histogram()
        for (const value of workerData.values) histogram.record(value)
        parentPort.postMessage(histogram.snapshot())
      })`
    const parts = [1, 2, 3].map((seed) => STREAMS['lognormal']?.(2000, seeded(seed)) ?? [])
    const module = new URL('../dist/index.js', import.meta.url).href
    const snapshots = await Promise.all(
      parts.map(
        (values) =>
          new Promise<HistogramSnapshot>((resolve, reject) => {
            const worker = new Worker(program, { eval: true, workerData: { module, values } })
            worker.once('message', resolve)
            worker.once('error', reject)
          }),
      ),
    )
    const merged = snapshots.reduce(mergeSnapshots)
    const whole = filled(parts.flat()).snapshot()
    expect({ ...merged, sum: 0 }).toEqual({ ...whole, sum: 0 })
    expect(merged.sum).toBeCloseTo(whole.sum, 6)
  })

  test('H-7 histograms sampled at different distances merge to one that claims none', () => {
    const sampled = filled([1], { sampleEvery: 16 })
    expect(mergeSnapshots(sampled.snapshot(), sampled.snapshot()).sampleEvery).toBe(16)
    expect(mergeSnapshots(sampled.snapshot(), filled([1]).snapshot()).sampleEvery).toBeUndefined()
    sampled.merge(filled([1]))
    expect(sampled.snapshot().sampleEvery).toBeUndefined()
  })
})

describe('reset and snapshot', () => {
  test('H-8 reset leaves nothing behind, wherever the values were', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, noNaN: true })), fc.array(fc.double({ min: 0, noNaN: true })), (before, after) => {
        const histogram = filled([...before, Number.NaN])
        histogram.reset()
        for (const value of after) histogram.record(value)
        expect(histogram.snapshot()).toEqual(filled(after).snapshot())
      }),
    )
  })

  test('H-8 reset moves the start time', () => {
    const clock = new ManualClock(1000)
    const histogram = new Histogram({ clock })
    clock.advance(500)
    expect(histogram.startEpochMs).toBe(1000)
    histogram.reset()
    expect(histogram.startEpochMs).toBe(1500)
  })

  test('H-8 a snapshot is frozen, detached, and survives structured clone', () => {
    const histogram = filled([1, 2, 2, 0, 1e-9, 1e9, Number.NaN], { sampleEvery: 8 })
    const snapshot = histogram.snapshot()
    const text = JSON.stringify(snapshot)
    histogram.record(50)
    histogram.reset()
    expect(JSON.stringify(snapshot)).toBe(text)
    expect(Object.isFrozen(snapshot)).toBe(true)
    expect(structuredClone(snapshot)).toEqual(snapshot)
    expect(quantiles(structuredClone(snapshot), [0.5, 1])).toEqual(quantiles(snapshot, [0.5, 1]))
    expect(Object.keys(snapshot).toSorted()).toEqual([
      'count',
      'counts',
      'firstCell',
      'layout',
      'max',
      'min',
      'over',
      'rejected',
      'sampleEvery',
      'sum',
      'under',
      'zero',
    ])
    expect(snapshot).toMatchObject({ zero: 1, under: 1, over: 1, rejected: 1, count: 6, min: 0, max: 1e9, sampleEvery: 8 })
  })

  test('H-8 the difference of two snapshots is what was recorded between them', () => {
    const value = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom(0, 1e-9, 1e12))
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (before, after) => {
        const histogram = filled(before)
        const earlier = histogram.snapshot()
        for (const one of after) histogram.record(one)
        const change = subtractSnapshots(histogram.snapshot(), earlier)
        const alone = filled(after).snapshot()
        const { sum, min, max, ...counts } = alone
        expect(change).toMatchObject(counts)
        expect(Math.abs(change.sum - sum)).toBeLessThanOrEqual(1e-9 * (1 + histogram.sum))
        if (after.length > 0) {
          expect(change.min as number).toBeLessThanOrEqual(min as number)
          expect(change.max as number).toBeGreaterThanOrEqual(max as number)
        } else expect([change.min, change.max]).toEqual([undefined, undefined])
      }),
    )
    expect(catchError(() => subtractSnapshots(filled([1]).snapshot(), filled([1, 2]).snapshot()))).toMatchObject({
      code: 'ERR_METRICS_OPTION',
    })
  })

  test('H-9 the class is declared once, at module level', () => {
    const source = readFileSync(new URL('../src/instruments/histogram.ts', import.meta.url), 'utf8')
    expect(source.match(/\bclass\b/g)?.length).toBe(2) // the declaration, and the word in the comment that says why
    expect(source).toMatch(/^export class Histogram \{/m)
  })
})

function catchError(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
