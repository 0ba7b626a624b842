// Floods of refused events: the clock is not read for each, and what is admitted stays what it was.
import { Limiter } from '@loopwright/catrate'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLogger } from '../src/index.ts'
import type { Backend, Event, Level, LogClock, Logger } from '../src/index.ts'
import type { FieldKey } from '../src/backend/index.ts'

let nowMs = 0
let readings = 0
const read = (): number => {
  readings++
  return nowMs
}

beforeEach(() => {
  nowMs = 1000
  readings = 0
  vi.spyOn(performance, 'now').mockImplementation(read)
})
afterEach(() => vi.restoreAllMocks())

class KeptEvent implements Event {
  readonly level: Level
  readonly record: Record<string, unknown> = {}

  constructor(level: Level) {
    this.level = level
  }

  addField(key: FieldKey, value: unknown): void {
    this.record[key.name] = value
  }
}

/** A logger on the system's clock, unless another is given. */
function open(
  windowMs = 1000,
  count = 1,
  clock?: LogClock,
): { readonly log: Logger; readonly records: Record<string, unknown>[] } {
  const records: Record<string, unknown>[] = []
  const backend: Backend<KeptEvent> = {
    name: 'kept',
    newEvent: (level) => new KeptEvent(level),
    write(event) {
      records.push(event.record)
      return undefined
    },
  }
  return { log: createLogger({ backend: backend as unknown as Backend, limits: [{ windowMs, count }], clock }), records }
}

/** Calls with so many milliseconds between them; @returns how many were written. */
function calls(log: Logger, count: number, gapMs: number, category = 'c'): number {
  const before = log.stats().written
  for (let i = 0; i < count; i++) {
    nowMs += gapMs
    log.info()?.limit(category)?.msg('m')
  }
  return log.stats().written - before
}

test('S-1 in a flood one reading of the clock serves 32 refusals, and each is counted', () => {
  const { log, records } = open()
  expect(calls(log, 1, 0)).toBe(1)
  readings = 0
  expect(calls(log, 3200, 0.01)).toBe(0)
  expect(readings).toBeLessThan(110)
  expect(log.stats().limited).toBe(3200)
  nowMs += 1000
  calls(log, 32, 0.01)
  expect(records.at(-1)?.['_suppressed']).toBeGreaterThanOrEqual(3200)
})

test('S-1 events that are further apart, that end their wait soon, or that have a clock of their own, read it each time', () => {
  const slow = open()
  readings = 0
  calls(slow.log, 100, 0.06)
  expect(readings).toBe(100)

  const short = open(2)
  readings = 0
  calls(short.log, 100, 0.01)
  expect(readings).toBe(100)

  const own = open(1000, 1, { nowMs: read, epochMs: () => 0 })
  readings = 0
  calls(own.log, 100, 0.01)
  expect(readings).toBe(100)

  const many = open()
  readings = 0
  for (let i = 0; i < 100; i++) calls(many.log, 1, 0.01, `category ${i % 2}`)
  expect(readings).toBe(100)
})

test('S-1 what one run learned of the clock does not outlive it', async () => {
  const { log } = open()
  calls(log, 10, 0.01)
  nowMs += 2000
  await null
  expect(calls(log, 1, 0)).toBe(1)
})

test('S-1 a run that stalls amid a flood is refused at most 31 events too late', () => {
  const { log } = open()
  calls(log, 33, 0.01)
  nowMs += 5000
  let late = 0
  while (calls(log, 1, 0) === 0) late++
  expect(late).toBeLessThanOrEqual(31)
})

test('S-1 a category that is refused once a run soon goes back to the clock', async () => {
  const { log } = open(10_000)
  for (let run = 0; run < 400; run++) {
    calls(log, 1, 0.01)
    await null
  }
  readings = 0
  for (let run = 0; run < 60; run++) {
    calls(log, 1, 0.01)
    await null
  }
  expect(readings).toBe(60)
})

test('S-1 in steady floods the same events are admitted as by a limiter that reads the clock each time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 5 }),
      fc.array(
        fc.record({
          count: fc.integer({ min: 1, max: 400 }),
          gapMs: fc.double({ min: 0, max: 0.05, noNaN: true }),
          category: fc.constantFrom('a', 'b'),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      (windowMs, count, floods) => {
        nowMs = 1000
        const { log } = open(windowMs, count)
        const exact = new Limiter({ windows: [{ windowMs, count }], clock: { nowMs: () => nowMs } })
        for (const { count: length, gapMs, category } of floods) {
          for (let i = 0; i < length; i++) {
            const written = calls(log, 1, gapMs, category)
            expect(written).toBe(exact.allow(category).allowed ? 1 : 0)
          }
        }
      },
    ),
    { numRuns: 200 },
  )
})
