// The rules C-1 to C-8, one by one.
import { expect, test } from 'vitest'
import { isRateError, Limiter, RateError } from '../src/index.ts'
import type { LimiterOptions, RateErrorCode, RateWindow } from '../src/index.ts'

function at(startMs = 0): { nowMs(): number; set(ms: number): void } {
  let now = startMs
  return {
    nowMs: () => now,
    set: (ms) => {
      now = ms
    },
  }
}

function codeOf(run: () => unknown): RateErrorCode | undefined {
  try {
    run()
  } catch (error) {
    return isRateError(error) ? error.code : undefined
  }
  return undefined
}

const twoWindows = [
  { windowMs: 1000, count: 2 },
  { windowMs: 10_000, count: 5 },
]

test.each<[string, readonly RateWindow[]]>([
  ['none', []],
  ['seventeen', Array.from({ length: 17 }, (_, i) => ({ windowMs: 1000 * 2 ** i, count: i + 1 }))],
  ['a duration of 0', [{ windowMs: 0, count: 1 }]],
  ['an infinite duration', [{ windowMs: Number.POSITIVE_INFINITY, count: 1 }]],
  ['a count of 0', [{ windowMs: 1, count: 0 }]],
  ['a fractional count', [{ windowMs: 1, count: 1.5 }]],
  ['a count above 2^20', [{ windowMs: 1, count: 2 ** 20 + 1 }]],
  [
    'equal durations',
    [
      { windowMs: 1, count: 1 },
      { windowMs: 1, count: 2 },
    ],
  ],
  [
    'a count that does not increase',
    [
      { windowMs: 1, count: 2 },
      { windowMs: 2, count: 2 },
    ],
  ],
  [
    'a rate that does not decrease',
    [
      { windowMs: 1, count: 2 },
      { windowMs: 2, count: 4 },
    ],
  ],
])('C-1 refuses windows: %s', (_, windows) => {
  expect(codeOf(() => new Limiter({ windows }))).toBe('ERR_RATE_WINDOWS')
})

test('C-1 names the window that could never bind', () => {
  expect(
    () =>
      new Limiter({
        windows: [
          { windowMs: 2000, count: 7 },
          { windowMs: 1000, count: 9 },
        ],
      }),
  ).toThrow('{ windowMs: 1000, count: 9 }')
  expect(
    () =>
      new Limiter({
        windows: [
          { windowMs: 1000, count: 2 },
          { windowMs: 2000, count: 9 },
        ],
      }),
  ).toThrow('{ windowMs: 2000, count: 9 }')
})

test('C-1 takes windows in any order', () => {
  expect(new Limiter({ windows: twoWindows.toReversed() }).allow('a').allowed).toBe(true)
})

test.each<[string, Partial<LimiterOptions>]>([
  ['maxCategories 0', { maxCategories: 0 }],
  ['maxCategories 1.5', { maxCategories: 1.5 }],
  ['an unknown overflow rule', { onOverflow: 'grow' as 'evict' }],
  ['a clock without nowMs', { clock: {} as { nowMs(): number } }],
])('a bad option is refused at construction: %s', (_, options) => {
  expect(codeOf(() => new Limiter({ windows: twoWindows, ...options }))).toBe('ERR_RATE_OPTION')
})

test('C-2 an event leaves a window exactly one duration later', () => {
  const clock = at(0)
  const limiter = new Limiter({ windows: [{ windowMs: 100, count: 1 }], clock })
  expect(limiter.allow('a').allowed).toBe(true)
  clock.set(99.999)
  expect(limiter.allow('a').allowed).toBe(false)
  clock.set(100)
  expect(limiter.allow('a').allowed).toBe(true)
})

test('C-3 the largest wait among the full windows makes the next instant', () => {
  const clock = at(0)
  const limiter = new Limiter({ windows: twoWindows, clock })
  const admittedAt: number[] = []
  for (let now = 0; now <= 11_000; now += 500) {
    clock.set(now)
    if (limiter.allow('a').allowed) admittedAt.push(now)
  }
  expect(admittedAt).toEqual([0, 500, 1000, 1500, 2000, 10_000, 10_500, 11_000])
})

test('C-4 the three kinds of result', () => {
  const clock = at(5)
  const limiter = new Limiter({ windows: [{ windowMs: 100, count: 2 }], clock })
  expect(limiter.allow('a')).toEqual({ allowed: true, retryAfterMs: 0, nextAtMs: undefined })
  clock.set(15)
  expect(limiter.allow('a')).toEqual({ allowed: true, retryAfterMs: 90, nextAtMs: 105 })
  clock.set(25)
  expect(limiter.allow('a')).toEqual({ allowed: false, retryAfterMs: 80, nextAtMs: 105 })
})

test('C-4 refused calls are not recorded', () => {
  const clock = at(0)
  const limiter = new Limiter({ windows: [{ windowMs: 100, count: 1 }], clock })
  limiter.allow('a')
  for (let now = 1; now < 100; now++) {
    clock.set(now)
    limiter.allow('a')
  }
  clock.set(100)
  expect(limiter.allow('a').allowed).toBe(true)
  expect(limiter.stats()).toEqual({ admitted: 2, refused: 99, evicted: 0, expired: 0 })
})

test('C-4 peek answers as allow would, and records nothing', () => {
  const clock = at(0)
  const limiter = new Limiter({ windows: [{ windowMs: 100, count: 1 }], clock })
  expect(limiter.peek('a')).toEqual({ allowed: true, retryAfterMs: 0, nextAtMs: undefined })
  expect(limiter.size).toBe(0)
  limiter.allow('a')
  expect(limiter.peek('a')).toEqual({ allowed: false, retryAfterMs: 100, nextAtMs: 100 })
  expect(limiter.stats().refused).toBe(0)
})

test('reset forgets one category, or all', () => {
  const limiter = new Limiter<string | undefined>({ windows: [{ windowMs: 100, count: 1 }], clock: at(0) })
  for (const category of ['a', 'b', undefined]) limiter.allow(category)
  expect(limiter.reset('a')).toBe(true)
  expect(limiter.reset('a')).toBe(false)
  expect(limiter.allow('a').allowed).toBe(true)
  expect(limiter.allow('b').allowed).toBe(false)
  expect(limiter.reset(undefined)).toBe(true)
  expect(limiter.size).toBe(2)
  expect(limiter.reset()).toBe(true)
  expect(limiter.size).toBe(0)
  expect(limiter.allow('b').allowed).toBe(true)
})

test('C-5 a clock that goes back breaks nothing', () => {
  const clock = at(1000)
  const limiter = new Limiter({ windows: [{ windowMs: 100, count: 3 }], clock })
  limiter.allow('a')
  clock.set(950)
  expect(limiter.allow('a').allowed).toBe(true)
  clock.set(900)
  expect(limiter.allow('a')).toEqual({ allowed: true, retryAfterMs: 100, nextAtMs: 1000 })
  clock.set(999)
  expect(limiter.allow('a').allowed).toBe(false)
  clock.set(1000) // only the event at 900 has left
  expect(limiter.allow('a')).toEqual({ allowed: true, retryAfterMs: 50, nextAtMs: 1050 })
})

test('C-5 a clock that returns no number is refused, and leaves no mark', () => {
  const clock = at(0)
  const limiter = new Limiter({ windows: [{ windowMs: 100, count: 1 }], clock })
  clock.set(Number.NaN)
  expect(() => limiter.allow('a')).toThrow(RateError)
  clock.set(1)
  expect(limiter.allow('a').allowed).toBe(true)
})

test('C-6 idle categories go first, at no loss', () => {
  const clock = at(0)
  const limiter = new Limiter({ windows: [{ windowMs: 100, count: 1 }], maxCategories: 2, clock })
  limiter.allow('idle')
  clock.set(50)
  limiter.allow('busy')
  clock.set(100)
  limiter.allow('new')
  expect(limiter.stats()).toMatchObject({ evicted: 0, expired: 1 })
  expect(limiter.allow('busy').allowed).toBe(false)
})

test('C-6 an idle category goes before one that was used less recently', () => {
  const clock = at(0)
  const limiter = new Limiter({
    windows: [
      { windowMs: 10, count: 1 },
      { windowMs: 100, count: 2 },
    ],
    maxCategories: 2,
    clock,
  })
  limiter.allow('a')
  clock.set(5)
  limiter.allow('b')
  limiter.allow('a') // refused: used more recently than b, yet the first to be idle
  clock.set(100)
  limiter.allow('c')
  expect(limiter.stats()).toMatchObject({ evicted: 0, expired: 1 })
  expect(limiter.size).toBe(2)
})

test('C-6 without idle ones the least recently used goes, and is counted', () => {
  const limiter = new Limiter({ windows: [{ windowMs: 100, count: 1 }], maxCategories: 3, clock: at(0) })
  for (const category of ['a', 'b', 'c']) limiter.allow(category)
  expect(limiter.allow('a').allowed).toBe(false) // a refused call is a use
  limiter.allow('d')
  expect(limiter.stats().evicted).toBe(1)
  expect(['a', 'c', 'd'].map((category) => limiter.peek(category).allowed)).toEqual([false, false, false])
  expect(limiter.peek('b').allowed).toBe(true)
})

test('C-6 onOverflow refuse keeps what is held, and says when there will be room', () => {
  const clock = at(0)
  const limiter = new Limiter({ windows: [{ windowMs: 100, count: 1 }], maxCategories: 1, onOverflow: 'refuse', clock })
  limiter.allow('a')
  clock.set(40)
  expect(limiter.peek('b')).toEqual({ allowed: false, retryAfterMs: 60, nextAtMs: 100 })
  expect(limiter.allow('b')).toEqual({ allowed: false, retryAfterMs: 60, nextAtMs: 100 })
  clock.set(100)
  expect(limiter.peek('b').allowed).toBe(true)
  expect(limiter.allow('b').allowed).toBe(true)
  expect(limiter.size).toBe(1)
})

test('C-6 a million categories never exceed the bound', () => {
  const clock = at(0)
  const limiter = new Limiter<number>({ windows: [{ windowMs: 1e9, count: 3 }], maxCategories: 1000, clock })
  for (let i = 0; i < 1_000_000; i++) {
    clock.set(i)
    limiter.allow(i)
  }
  expect(limiter.size).toBe(1000)
  expect(limiter.stats().evicted).toBe(999_000)
})

test('C-7 categories that fell idle are swept by the calls that follow', () => {
  const clock = at(0)
  const limiter = new Limiter<number>({ windows: [{ windowMs: 10, count: 1 }], clock })
  for (let i = 0; i < 1000; i++) limiter.allow(i)
  clock.set(10)
  for (let i = 0; i < 1000; i++) limiter.allow(10_000 + i)
  expect(limiter.size).toBe(1000)
  expect(limiter.stats()).toMatchObject({ expired: 1000, evicted: 0 })
})

test('C-8 admissions below the limit share one frozen result', () => {
  const limiter = new Limiter({ windows: [{ windowMs: 100, count: 10 }], clock: at(0) })
  const first = limiter.allow('a')
  expect(limiter.allow('b')).toBe(first)
  expect(Object.isFrozen(first)).toBe(true)
})

test('the default clock is monotonic time', () => {
  const limiter = new Limiter({ windows: [{ windowMs: 3_600_000, count: 1 }] })
  expect(limiter.allow('a')).toMatchObject({ allowed: true })
  const { retryAfterMs, nextAtMs } = limiter.allow('a')
  expect(retryAfterMs).toBeGreaterThan(3_599_000)
  expect(nextAtMs).toBeGreaterThan(performance.now())
})
