// P-square against vectors of the Go original, the paper's example, and exact rational arithmetic.
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PSquare } from '../src/index.ts'
import { exactQuantile, seeded } from './support/streams.ts'
import type { Random } from './support/streams.ts'

interface Vectors {
  readonly counts: readonly number[]
  readonly vectors: readonly {
    readonly stream: string
    readonly seed: number
    readonly quantile: number
    readonly bits: readonly string[]
  }[]
}

const { counts, vectors } = JSON.parse(readFileSync(new URL('data/psquare-vectors.json', import.meta.url), 'utf8')) as Vectors

/** What the program that made the vectors fed to the Go code, drawn from the same generator. */
const GO_STREAMS: Readonly<Record<string, (random: Random, i: number) => number>> = {
  uniform: (random) => random(),
  cubed: (random) => {
    const u = random()
    return u * u * u * 1000
  },
  shift: (random, i) => (i >= 5000 ? 1000 : 0) + random(),
  steps: (random) => Math.floor(random() * 10),
  sorted: (_, i) => i,
  signed: (random) => random() * 2 - 1,
}

describe('vectors', () => {
  test.each(vectors)(
    'Q-2 bit for bit as the Go code on amd64: $stream, seed $seed, quantile $quantile',
    ({ stream, seed, quantile, bits }) => {
      const random = seeded(seed)
      const estimator = new PSquare({ quantiles: [quantile], exactUntil: 5 })
      const found: string[] = []
      for (let i = 0; i < 10_000; i++) {
        estimator.record(GO_STREAMS[stream]?.(random, i) ?? Number.NaN)
        if (counts.includes(i + 1)) found.push(bitsOf(estimator.quantile(quantile) ?? Number.NaN))
      }
      expect(found).toEqual(bits)
    },
  )

  test('Q-2 the example of Jain and Chlamtac (1985): the median of 20 values is estimated as 4.44', () => {
    const values = [
      0.02, 0.15, 0.74, 3.39, 0.83, 22.37, 10.15, 15.43, 38.62, 15.92, 34.6, 10.28, 1.47, 0.4, 0.05, 11.39, 0.27, 0.42, 0.09,
      11.37,
    ]
    const estimator = new PSquare({ quantiles: [0.5], exactUntil: 5 })
    const printed = new Map([
      [6, 0.74],
      [7, 0.74],
      [8, 2.18],
      [9, 4.75],
      [10, 4.75],
      [11, 9.28],
      [12, 9.28],
      [13, 9.28],
      [14, 9.28],
      [15, 6.3],
      [16, 6.3],
      [17, 6.3],
      [18, 6.3],
      [19, 4.44],
      [20, 4.44],
    ])
    values.forEach((value, i) => {
      estimator.record(value)
      const expected = printed.get(i + 1)
      // The paper prints two decimals, and rounds between steps.
      if (expected !== undefined)
        expect(Math.abs((estimator.quantile(0.5) as number) - expected), `after ${i + 1}`).toBeLessThan(0.0101)
    })
  })
})

describe('the algorithm', () => {
  test('Q-2 markers stay within 1e-9 of the same algorithm in exact rational arithmetic', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 6, maxLength: 60 }),
        fc.constantFrom(0.25, 0.5, 0.75, 0.875),
        (values, q) => {
          const estimator = new PSquare({ quantiles: [q], exactUntil: 5 })
          for (const value of values) estimator.record(value)
          expect(estimator.quantile(q) as number).toBeCloseTo(rationalPSquare(values, BigInt(q * 8)), 9)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('Q-2 a quantile without a finite binary fraction converges', () => {
    const estimator = new PSquare({ quantiles: [1 / 3], exactUntil: 5 })
    const random = seeded(3)
    for (let i = 0; i < 300_000; i++) estimator.record(random())
    expect(estimator.quantile(1 / 3)).toBeCloseTo(1 / 3, 1)
  })

  test('Q-3 the answer is exact for the first 128 values, and the markers start from them', () => {
    const random = seeded(5)
    const estimator = new PSquare({ quantiles: [0.5, 0.99] })
    const values: number[] = []
    expect(estimator.quantile(0.5)).toBeUndefined()
    for (let i = 0; i < 400; i++) {
      values.push(random() ** 3)
      estimator.record(values.at(-1) as number)
      const sorted = Float64Array.from(values).toSorted()
      if (i < 128) {
        expect(estimator.quantile(0.5)).toBe(exactQuantile(sorted, 500))
        expect(estimator.quantile(0.99)).toBe(exactQuantile(sorted, 990))
      } else if (i > 140)
        expect(Math.abs((estimator.quantile(0.99) as number) / exactQuantile(sorted, 990) - 1)).toBeLessThan(0.2)
    }
  })

  test('Q-3 started from 5 values the p99 estimate is far too low; started from 128 it is not', () => {
    const ratioAt = (n: number, exactUntil: number): number => {
      const ratios = Array.from({ length: 301 }, (_, seed) => {
        const random = seeded(seed)
        const estimator = new PSquare({ quantiles: [0.99], exactUntil })
        const values = Array.from({ length: n }, () => Math.exp(3 * random()))
        for (const value of values) estimator.record(value)
        return (estimator.quantile(0.99) as number) / exactQuantile(Float64Array.from(values).toSorted(), 990)
      })
      return ratios.toSorted((a, b) => a - b)[150] as number
    }
    expect(ratioAt(6, 5)).toBeLessThan(0.7)
    expect(ratioAt(20, 5)).toBeLessThan(0.8)
    expect(ratioAt(6, 128)).toBe(1)
    expect(Math.abs(ratioAt(200, 128) - 1)).toBeLessThan(0.05)
  })

  test('Q-1 memory does not grow, extremes are exact, bad values are counted, reset forgets', () => {
    const estimator = new PSquare({ quantiles: [0.9] })
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '3', null, 1n]) estimator.record(value as number)
    for (let i = 0; i < 10_000; i++) estimator.record(i % 1000)
    expect(estimator.snapshot()).toMatchObject({ count: 10_000, rejected: 5, min: 0, max: 999 })
    expect(estimator.snapshot().quantiles[0]?.value).toBeGreaterThan(850)
    estimator.reset()
    expect(estimator.snapshot()).toEqual({
      count: 0,
      rejected: 0,
      min: undefined,
      max: undefined,
      quantiles: [{ quantile: 0.9, value: undefined }],
    })
  })

  test('Q-1 bad options and quantiles not followed are refused', () => {
    for (const options of [
      { quantiles: [0] },
      { quantiles: [1] },
      { quantiles: [Number.NaN] },
      { exactUntil: 4 },
      { exactUntil: 65_537 },
    ]) {
      expect(() => new PSquare(options)).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
    }
    expect(() => new PSquare().quantile(0.42)).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
  })
})

function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return view.getBigUint64(0).toString(16).padStart(16, '0')
}

/** A fraction of integers, its denominator above zero. */
interface Ratio {
  readonly over: bigint
  readonly under: bigint
}

const ratio = (over: bigint, under = 1n): Ratio => (under < 0n ? { over: -over, under: -under } : { over, under })
const plus = (a: Ratio, b: Ratio): Ratio => ratio(a.over * b.under + b.over * a.under, a.under * b.under)
const minus = (a: Ratio, b: Ratio): Ratio => plus(a, ratio(-b.over, b.under))
const times = (a: Ratio, n: bigint, d: bigint): Ratio => ratio(a.over * n, a.under * d)
const less = (a: Ratio, b: Ratio): boolean => a.over * b.under < b.over * a.under

/** P-square from five values on, as the paper states it, without rounding. `eighths`: the quantile in eighths. */
function rationalPSquare(values: readonly number[], eighths: bigint): number {
  const height = values
    .slice(0, 5)
    .toSorted((a, b) => a - b)
    .map((value) => ratio(BigInt(value)))
  const position = [1n, 2n, 3n, 4n, 5n]
  // Desired positions in sixteenths: 1, 1 + 2q, 1 + 4q, 3 + 2q, 5.
  const desired = [16n, 16n + 4n * eighths, 16n + 8n * eighths, 48n + 4n * eighths, 80n]
  const step = [0n, eighths, 2n * eighths, 8n + eighths, 16n]
  const h = (i: number): Ratio => height[i] as Ratio
  const p = (i: number): bigint => position[i] as bigint
  for (const value of values.slice(5).map((n) => ratio(BigInt(n)))) {
    if (less(value, h(0))) height[0] = value
    if (!less(value, h(4))) height[4] = value
    const cell = less(value, h(1)) ? 0 : less(value, h(2)) ? 1 : less(value, h(3)) ? 2 : 3
    for (let i = cell + 1; i < 5; i++) position[i] = p(i) + 1n
    for (let i = 0; i < 5; i++) desired[i] = (desired[i] as bigint) + (step[i] as bigint)
    for (let i = 1; i < 4; i++) {
      const away = (desired[i] as bigint) - 16n * p(i)
      const sign = away >= 16n && p(i + 1) - p(i) > 1n ? 1n : away <= -16n && p(i - 1) - p(i) < -1n ? -1n : 0n
      if (sign === 0n) continue
      const right = times(minus(h(i + 1), h(i)), p(i) - p(i - 1) + sign, p(i + 1) - p(i))
      const left = times(minus(h(i), h(i - 1)), p(i + 1) - p(i) - sign, p(i) - p(i - 1))
      const parabolic = plus(h(i), times(plus(right, left), sign, p(i + 1) - p(i - 1)))
      const j = i + Number(sign)
      height[i] =
        less(h(i - 1), parabolic) && less(parabolic, h(i + 1))
          ? parabolic
          : plus(h(i), times(minus(h(j), h(i)), sign, p(j) - p(i)))
      position[i] = p(i) + sign
    }
  }
  const { over, under } = h(2)
  const shift = 10n ** 15n
  return Number((over * shift) / under) / Number(shift)
}
