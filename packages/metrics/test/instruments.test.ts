// rate, level gauge, counter. P-2: the sampler.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Counter, LevelGauge, RollingRate, Sampler } from '../src/index.ts'
import { ManualClock } from './support/clock.ts'

const NOT_NUMBERS: readonly unknown[] = ['1', null, {}, 3n, Symbol('s'), true]

describe('RollingRate', () => {
  test('Q-4 a steady rate reads right from the first second on, and stays so', () => {
    const clock = new ManualClock()
    const rate = new RollingRate({ clock })
    for (let ms = 0; ms < 60_000; ms++) {
      rate.add(1)
      clock.advance(1)
      if (ms % 499 === 0 && ms > 500) expect(Math.abs(rate.perSecond() - 1000)).toBeLessThanOrEqual(10)
    }
  })

  test('Q-4 after one second the sum is divided by that second, not by the whole window', () => {
    const clock = new ManualClock()
    const rate = new RollingRate({ windowMs: 10_000, bucketMs: 100, clock })
    rate.add(50)
    clock.advance(1000)
    expect(rate.perSecond()).toBe(50)
    clock.advance(1000)
    expect(rate.perSecond()).toBe(25)
  })

  test('Q-4 what is older than the window leaves it gradually; an idle gap longer than the window clears it', () => {
    const clock = new ManualClock()
    const rate = new RollingRate({ windowMs: 1000, bucketMs: 100, clock })
    rate.add(100)
    clock.advance(950)
    rate.add(100)
    expect(rate.perSecond()).toBeCloseTo(200_000 / 950)
    clock.advance(100)
    expect(rate.perSecond()).toBeCloseTo(150)
    clock.advance(100)
    expect(rate.perSecond()).toBeCloseTo(100)
    clock.advance(1001)
    expect(rate.perSecond()).toBe(0)
    rate.add(7)
    clock.advance(500)
    expect(rate.perSecond()).toBeCloseTo(14)
  })

  test('Q-4 the first instant divides by one bucket', () => {
    const rate = new RollingRate({ windowMs: 1000, bucketMs: 100, clock: new ManualClock() })
    expect(rate.perSecond()).toBe(0)
    rate.add(3)
    expect(rate.perSecond()).toBe(30)
  })

  test('Q-4 time that goes back is no time and resets nothing', () => {
    const clock = new ManualClock()
    const rate = new RollingRate({ windowMs: 1000, bucketMs: 100, clock })
    rate.add(10)
    clock.advance(500)
    rate.add(10)
    const before = rate.perSecond()
    clock.advance(-400)
    expect(rate.perSecond()).toBe(before)
    rate.add(10)
    expect(rate.perSecond()).toBe(before * 1.5)
    clock.advance(400)
    expect(rate.perSecond()).toBe(before * 1.5)
  })

  test('Q-4 the rate never leaves what the window can hold, for any sequence of steps', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.nat(20)), { maxLength: 80 }), (steps) => {
        const clock = new ManualClock()
        const rate = new RollingRate({ windowMs: 1000, bucketMs: 100, clock })
        const added: [atMs: number, n: number][] = []
        for (const [byMs, n] of steps) {
          clock.advance(byMs)
          rate.add(n)
          added.push([clock.ms, n])
          const sumWithin = (spanMs: number): number =>
            added.reduce((sum, [atMs, m]) => sum + (atMs > clock.ms - spanMs ? m : 0), 0)
          const perSecond = rate.perSecond()
          expect(perSecond).toBeGreaterThanOrEqual(0)
          expect(perSecond).toBeLessThanOrEqual(sumWithin(1100.001) * 10 + 1e-9)
        }
      }),
    )
  })

  test('Q-4 bad amounts are counted, bad options refused', () => {
    const rate = new RollingRate({ clock: new ManualClock() })
    for (const value of [...NOT_NUMBERS, Number.NaN, -1, Number.POSITIVE_INFINITY]) rate.add(value as number)
    expect([rate.rejected, rate.perSecond()]).toEqual([9, 0])
    for (const options of [
      { windowMs: 0 },
      { bucketMs: 0 },
      { windowMs: 1000, bucketMs: 300 },
      { windowMs: Number.NaN },
      { windowMs: 10, bucketMs: 20 },
    ]) {
      expect(() => new RollingRate(options)).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
    }
    rate.add(5)
    rate.reset()
    expect([rate.rejected, rate.perSecond()]).toEqual([0, 0])
  })
})

describe('LevelGauge', () => {
  test('Q-5 the average is weighted by time: alpha is 1 - exp(-dt / tau)', () => {
    const clock = new ManualClock()
    const gauge = new LevelGauge({ tauMs: 1000, clock })
    expect(gauge.snapshot()).toEqual({ current: undefined, max: undefined, average: undefined })
    gauge.set(10)
    expect(gauge.snapshot()).toEqual({ current: 10, max: 10, average: 10 })
    clock.advance(5000)
    gauge.set(0)
    expect(gauge.average()).toBe(10)
    clock.advance(1000)
    expect(gauge.average()).toBeCloseTo(10 * Math.exp(-1), 12)
    expect(gauge.snapshot()).toMatchObject({ current: 0, max: 10 })
  })

  test('Q-5 how often the same level is set does not matter', () => {
    const clock = new ManualClock()
    const [often, once] = [new LevelGauge({ clock }), new LevelGauge({ clock })]
    for (const gauge of [often, once]) gauge.set(100)
    for (const gauge of [often, once]) gauge.set(1)
    for (let i = 0; i < 1000; i++) {
      clock.advance(0.7)
      often.set(1)
    }
    expect(often.average()).toBeCloseTo(once.average() as number, 9)
  })

  test('Q-5 with alpha each sample has that weight, whatever the time', () => {
    const gauge = new LevelGauge({ alpha: 0.1, clock: new ManualClock() })
    for (const value of [10, 20, 0]) gauge.set(value)
    expect(gauge.average()).toBeCloseTo((10 * 0.9 + 20 * 0.1) * 0.9, 12)
  })

  test('Q-5 time that goes back is no time; bad values are counted; bad options refused', () => {
    const clock = new ManualClock()
    const gauge = new LevelGauge({ clock })
    gauge.set(4)
    clock.advance(-100)
    gauge.set(8)
    expect(gauge.average()).toBe(4)
    for (const value of [...NOT_NUMBERS, Number.NaN, Number.POSITIVE_INFINITY]) gauge.set(value as number)
    expect([gauge.rejected, gauge.current]).toEqual([8, 8])
    gauge.add(-10)
    expect([gauge.current, gauge.max]).toEqual([-2, 8])
    for (const options of [{ tauMs: 0 }, { alpha: 0 }, { alpha: 1.1 }, { alpha: 0.5, tauMs: 1 }, { tauMs: Number.NaN }]) {
      expect(() => new LevelGauge(options)).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
    }
    gauge.reset()
    gauge.set(1)
    expect(gauge.snapshot()).toEqual({ current: 1, max: 1, average: 1 })
  })
})

describe('Counter', () => {
  test('Q-6 adds exactly and stays at 2^53 - 1', () => {
    const counter = new Counter()
    fc.assert(
      fc.property(fc.array(fc.nat()), (amounts) => {
        counter.reset()
        for (const amount of amounts) counter.add(amount)
        expect(BigInt(counter.value)).toBe(amounts.reduce((sum, n) => sum + BigInt(n), 0n))
      }),
    )
    counter.add(Number.MAX_SAFE_INTEGER)
    counter.add(1)
    counter.add(1e300)
    expect(counter.value).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('Q-6 other values are refused and counted, and it knows when it was created', () => {
    const clock = new ManualClock(5000)
    const counter = new Counter({ clock })
    for (const value of [...NOT_NUMBERS, Number.NaN, -1, Number.POSITIVE_INFINITY]) counter.add(value as number)
    counter.add()
    expect([counter.value, counter.rejected, counter.startEpochMs]).toEqual([1, 9, 5000])
    clock.advance(10)
    counter.reset()
    expect([counter.value, counter.rejected, counter.startEpochMs]).toEqual([0, 0, 5010])
  })
})

describe('Sampler', () => {
  const gapsOf = (sampler: Sampler, events: number): number[] => {
    const gaps: number[] = []
    let gap = 0
    for (let i = 0; i < events; i++) {
      gap++
      if (!sampler.take()) continue
      gaps.push(gap)
      gap = 0
    }
    return gaps
  }

  test.each([1, 2, 3, 7, 16, 64, 1000])('P-2 gaps at distance %i lie within N/2 to 3N/2, and their mean is N', (sampleEvery) => {
    const gaps = gapsOf(new Sampler({ sampleEvery, seed: 11 }), sampleEvery * 20_000).slice(1)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(sampleEvery / 2)
    expect(Math.max(...gaps)).toBeLessThanOrEqual((sampleEvery * 3) / 2)
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    expect(Math.abs(mean / sampleEvery - 1)).toBeLessThan(0.01)
    if (sampleEvery > 1) expect(new Set(gaps).size).toBeGreaterThan(Math.min(sampleEvery, 50) / 2)
  })

  test('P-2 on periodic streams of every period up to 64 the sampled share of a kind is within 5 % of its true share', () => {
    for (let period = 2; period <= 64; period++) {
      const sampler = new Sampler({ sampleEvery: 4, seed: period })
      const kinds = Math.min(period, 4)
      const taken = Array.from({ length: kinds }, () => 0)
      const truth = Array.from({ length: kinds }, () => 0)
      for (let i = 0; i < 100_000; i++) {
        const kind = (i % period) % kinds
        truth[kind] = (truth[kind] as number) + 1
        if (sampler.take()) taken[kind] = (taken[kind] as number) + 1
      }
      const all = taken.reduce((sum, n) => sum + n, 0)
      for (let kind = 0; kind < kinds; kind++) {
        const [share, trueShare] = [(taken[kind] as number) / all, (truth[kind] as number) / 100_000]
        expect(Math.abs(share / trueShare - 1), `period ${period}, kind ${kind}`).toBeLessThanOrEqual(0.05)
      }
    }
  })

  test('P-2 every place of a period of 64 is sampled, none more than five standard deviations from its share', () => {
    const taken = Array.from({ length: 64 }, () => 0)
    const sampler = new Sampler({ sampleEvery: 16, seed: 3 })
    for (let i = 0; i < 100_000; i++) if (sampler.take()) taken[i % 64] = (taken[i % 64] as number) + 1
    const mean = taken.reduce((sum, n) => sum + n, 0) / 64
    for (const n of taken) expect(Math.abs(n - mean)).toBeLessThan(5 * Math.sqrt(mean))
  })

  test('P-2 the same seed takes the same events', () => {
    expect(gapsOf(new Sampler({ sampleEvery: 16, seed: 9 }), 5000)).toEqual(
      gapsOf(new Sampler({ sampleEvery: 16, seed: 9 }), 5000),
    )
    expect(gapsOf(new Sampler({ sampleEvery: 16, seed: 9 }), 5000)).not.toEqual(
      gapsOf(new Sampler({ sampleEvery: 16, seed: 10 }), 5000),
    )
  })

  test('P-1 the distance changes at any time, and its range is 1 to 65 536', () => {
    const sampler = new Sampler({ sampleEvery: 65_536, seed: 1 })
    sampler.sampleEvery = 1
    expect([sampler.take(), sampler.take(), sampler.take()]).toEqual([true, true, true])
    sampler.sampleEvery = 10
    const gaps = gapsOf(sampler, 10_000)
    expect(Math.abs(gaps.length - 1000)).toBeLessThan(60)
    for (const value of [0, 65_537, 1.5, Number.NaN, '4' as unknown as number]) {
      expect(() => (sampler.sampleEvery = value)).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
    }
    expect(sampler.sampleEvery).toBe(10)
    expect(new Sampler().sampleEvery).toBe(16)
  })
})

test('a level whose instant is not finite is refused, and the average goes on', () => {
  for (const atMs of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const gauge = new LevelGauge({ tauMs: 10, clock: { nowMs: () => 0, epochMs: () => 0 } })
    gauge.set(9, atMs)
    gauge.set(1, 0)
    gauge.set(9, atMs)
    gauge.set(5, 10)
    expect([gauge.current, gauge.max, gauge.rejected]).toEqual([5, 5, 2])
    expect(gauge.average(1000)).toBeCloseTo(5)
  }
})
