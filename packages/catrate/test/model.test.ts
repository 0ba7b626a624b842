// The limiter against a brute-force list of everything that was ever admitted.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Limiter } from '../src/index.ts'
import type { RateWindow } from '../src/index.ts'
import { InstantRing } from '../src/ring.ts'

const numRuns = process.env['LOOPWRIGHT_LONG'] === '1' ? 20_000 : 500

/** Valid sets of windows: counts go up, rates go down. */
const windowSets = fc
  .record({
    first: fc.record({ windowMs: fc.integer({ min: 1, max: 50 }), count: fc.integer({ min: 1, max: 12 }) }),
    more: fc.array(
      fc.record({ addCount: fc.integer({ min: 1, max: 10 }), slowdown: fc.double({ min: 1.05, max: 4, noNaN: true }) }),
      {
        maxLength: 3,
      },
    ),
  })
  .map(({ first, more }) => {
    const windows: RateWindow[] = [first]
    let last = first
    for (const { addCount, slowdown } of more) {
      const count = last.count + addCount
      last = { count, windowMs: ((last.windowMs * count) / last.count) * slowdown }
      windows.push(last)
    }
    return windows
  })

const steps = fc.array(
  fc.record({
    waitMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 20 }),
      fc.double({ min: 0, max: 60, noNaN: true }),
      fc.constant(1e4),
    ),
    category: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 1, maxLength: 150 },
)

function full(admitted: readonly number[], nowMs: number, windows: readonly RateWindow[]): boolean {
  return windows.some(({ windowMs, count }) => admitted.filter((t) => t + windowMs > nowMs).length >= count)
}

test('C-4 agrees with a brute-force list, and no window ever admits more than its count', () => {
  fc.assert(
    fc.property(windowSets, steps, (windows, calls) => {
      let now = 0
      const limiter = new Limiter<number>({ windows, clock: { nowMs: () => now } })
      const admitted = new Map<number, number[]>()
      for (const { waitMs, category } of calls) {
        now += waitMs
        const mine = admitted.get(category) ?? []
        admitted.set(category, mine)
        const expected = !full(mine, now, windows)
        expect(limiter.peek(category).allowed).toBe(expected)
        const result = limiter.allow(category)
        expect(result.allowed).toBe(expected)
        if (expected) mine.push(now)
        const more = !full(mine, now, windows)
        expect(result.nextAtMs === undefined).toBe(more)
        if (result.nextAtMs !== undefined) {
          expect(result.retryAfterMs).toBe(result.nextAtMs - now)
          expect(full(mine, result.nextAtMs, windows)).toBe(false)
        }
        for (const { windowMs, count } of windows)
          for (const start of mine)
            expect(mine.filter((t) => t >= start && start + windowMs > t).length).toBeLessThanOrEqual(count)
      }
    }),
    { numRuns },
  )
})

test('C-5 times in any order: never throws, never holds more than the largest count', () => {
  fc.assert(
    fc.property(windowSets, fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { maxLength: 100 }), (windows, times) => {
      let now = 0
      const limiter = new Limiter({ windows, clock: { nowMs: () => now } })
      for (const time of times) {
        now = time
        const result = limiter.allow('a')
        if (!result.allowed) expect(result.retryAfterMs).toBeGreaterThan(0)
      }
      now = 1e9
      expect(limiter.allow('a').allowed).toBe(true)
    }),
    { numRuns },
  )
})

test('C-6 the ring stays sorted, keeps the newest, and grows by doubling up to its bound', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 120 }),
      (max, times) => {
        const ring = new InstantRing(max)
        let model: number[] = []
        for (const time of times) {
          if (model.length === max) model = model.slice(1)
          ring.insert(time)
          model = [...model, time].toSorted((a, b) => a - b)
          expect(Array.from({ length: ring.length }, (_, i) => ring.at(i))).toEqual(model)
          expect(ring.capacity).toBeLessThanOrEqual(max)
          expect(ring.capacity === max || (ring.capacity & (ring.capacity - 1)) === 0).toBe(true)
        }
      },
    ),
    { numRuns },
  )
})
