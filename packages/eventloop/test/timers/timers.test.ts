// Timers as programs see them.
import { describe, expect, test } from 'vitest'
import { isLoopError, VirtualHost } from '../../src/index.ts'
import { bothOrders } from '../../src/testing/index.ts'
import { bench } from '../support/virtual.ts'

describe('deadlines', () => {
  test('T-1 timers due together run in deadline order, then in order of arming', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    loop.scheduleTimer(30, note('c'))
    loop.scheduleTimer(10, note('a'))
    loop.scheduleTimer(20, note('b1'))
    loop.scheduleTimer(20, note('b2'))
    loop.submit(() => host.spend(50))
    await host.settle()
    expect(seen).toEqual(['a', 'b1', 'b2', 'c'])
    await loop.close()
  })

  test('T-2 a deadline is rounded up to a whole millisecond and never early', async () => {
    const host = new VirtualHost({ startMs: 0.3 })
    const { loop, seen } = bench({ host })
    void loop.run()
    loop.scheduleTimer(0.2, () => seen.push(`0.2 at ${host.nowMs()}`))
    loop.scheduleTimer(1.5, () => seen.push(`1.5 at ${host.nowMs()}`))
    await host.advanceBy(10)
    expect(seen).toEqual(['0.2 at 1', '1.5 at 2'])
    await loop.close()
  })

  test('T-2 the clock is read at the first timer operation of each callback', async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    loop.submit(() => {
      host.spend(100)
      loop.scheduleTimer(10, () => seen.push(`at ${host.nowMs()}`))
      expect(loop.nowMs()).toBe(100)
    })
    await host.advanceBy(10)
    expect(seen).toEqual(['at 110'])
    await loop.close()
  })

  test('T-3 a timer armed in a turn does not fire in that turn, also at 0, from whatever phase', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    loop.scheduleImmediate(() => {
      loop.scheduleTimer(0, () => seen.push(`armed in check, turn ${loop.turnCount}`))
      host.spend(5)
    })
    loop.scheduleTimer(0, () => {
      note(`timers, turn ${loop.turnCount}`)()
      loop.scheduleTimer(0, () => seen.push(`armed in timers, turn ${loop.turnCount}`))
    })
    await host.advanceBy(10)
    expect(seen).toEqual(['timers, turn 1', 'armed in check, turn 2', 'armed in timers, turn 2'])
    await loop.close()
  })

  test('T-3 timers held back for the next turn keep deadline order with what a limit left over', async () => {
    const { host, loop, seen, note } = bench({ batch: { maxTasks: 2 } })
    void loop.run()
    loop.scheduleTimer(10, note('a10'))
    loop.scheduleTimer(12, note('b12'))
    loop.scheduleTimer(12, note('c12'))
    loop.scheduleTimer(10, () => {
      note('d10')()
      loop.scheduleTimer(1, note('e'))
      host.spend(5)
    })
    host.spend(15)
    await host.settle()
    await host.advanceBy(20)
    expect(seen).toEqual(['a10', 'd10', 'b12', 'c12', 'e'])
    await loop.close()
  })

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 52 + 2, Number.NEGATIVE_INFINITY])(
    'T-4 a delay of %d is refused',
    (delayMs) => {
      const { loop } = bench()
      expect(() => loop.scheduleTimer(delayMs, () => {})).toThrow(RangeError)
      expect(() => loop.scheduleInterval(delayMs, () => {})).toThrow(RangeError)
      expect(loop.snapshot().timers).toBe(0)
    },
  )

  test('T-4 the longest delay is accepted and far away', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    loop.scheduleTimer(2 ** 52, note('end of time'))
    loop.scheduleTimer(2 ** 40, note('far'))
    await host.runAll()
    expect(seen).toEqual(['far', 'end of time'])
    expect(host.nowMs()).toBe(2 ** 52)
    await loop.close()
  })

  test('T-11 days of nothing are a jump: no turn at level boundaries', async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    await host.settle()
    const before = loop.turnCount
    loop.scheduleTimer(10 * 86_400_000 + 7, () => seen.push(`at ${host.nowMs()}`))
    await host.advanceBy(10 * 86_400_000 + 7)
    expect(seen).toEqual(['at 864000007'])
    expect(loop.turnCount - before).toBe(1)
    await loop.close()
  })
})

describe('cancelling', () => {
  test('T-5 cancelTimer returns true once: the callback never runs', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    const id = loop.scheduleTimer(5, note('never'))
    expect(loop.hasTimer(id)).toBe(true)
    expect(loop.cancelTimer(id)).toBe(true)
    expect(loop.cancelTimer(id)).toBe(false)
    expect(loop.hasTimer(id)).toBe(false)
    await host.advanceBy(10)
    expect(seen).toEqual([])
    await loop.close()
  })

  test('T-5 a due timer can be cancelled by another due one and by its microtask', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    const later: number[] = []
    loop.scheduleTimer(5, () => {
      note('first')()
      expect(loop.cancelTimer(later[0] as number)).toBe(true)
      loop.queueMicrotask(() => expect(loop.cancelTimer(later[1] as number)).toBe(true))
    })
    later.push(loop.scheduleTimer(5, note('never')), loop.scheduleTimer(5, note('never')))
    loop.scheduleTimer(5, note('last'))
    await host.advanceBy(5)
    expect(seen).toEqual(['first', 'last'])
    await loop.close()
  })

  test('T-5 false while it runs and after', async () => {
    const { host, loop } = bench()
    void loop.run()
    const results: boolean[] = []
    const id = loop.scheduleTimer(5, () => {
      results.push(loop.cancelTimer(id), loop.hasTimer(id))
      loop.queueMicrotask(() => results.push(loop.cancelTimer(id), loop.hasTimer(id)))
    })
    await host.advanceBy(5)
    results.push(loop.cancelTimer(id))
    expect(results).toEqual([false, false, false, false, false])
    await loop.close()
  })

  for (const order of ['cancel before fire', 'fire before cancel'] as const) {
    test(`T-5 fire and cancel in one microtask: ${order}`, async () => {
      const { host, loop, seen, note } = bench()
      void loop.run()
      const id = loop.scheduleTimer(10, note('fired'))
      const canceller = order === 'cancel before fire' ? 9 : 11
      let cancelled: boolean | undefined
      loop.scheduleTimer(canceller, () => loop.queueMicrotask(() => (cancelled = loop.cancelTimer(id))))
      await host.advanceBy(20)
      expect(cancelled).toBe(order === 'cancel before fire')
      expect(seen).toEqual(order === 'cancel before fire' ? [] : ['fired'])
      await loop.close()
    })
  }

  test('T-5 cancel and refresh of one timer, in both orders', () => {
    const outcomes: string[] = []
    const make = (): ReturnType<typeof bothOrders> => {
      const { loop } = bench()
      const id = loop.scheduleTimer(10, () => {})
      const results: string[] = []
      return bothOrders({
        cancel: () => {
          results.push(`cancel ${loop.cancelTimer(id)}`)
          outcomes.push(results.join(', '))
        },
        refresh: () => {
          results.push(`refresh ${loop.refreshTimer(id)}`)
          outcomes.push(results.join(', '))
        },
      })
    }
    make()[0].run()
    make()[1].run()
    expect(outcomes).toEqual(['cancel true', 'cancel true, refresh false', 'refresh true', 'refresh true, cancel true'])
  })

  test('T-6 cancelTimers counts each timer once', () => {
    const { loop } = bench()
    const ids = [1, 2, 3].map((delayMs) => loop.scheduleTimer(delayMs, () => {}))
    loop.cancelTimer(ids[2] as number)
    expect(loop.cancelTimers([...ids, ...ids, 123])).toBe(2)
  })

  test('T-12 the callback of a cancelled or fired timer is unreachable at once', async () => {
    const { host, loop } = bench()
    void loop.run()
    const cancelled: number[] = []
    for (let i = 0; i < 100; i++) cancelled.push(loop.scheduleTimer(1000, () => {}))
    loop.cancelTimers(cancelled)
    expect(loop.snapshot().timers).toBe(0)
    loop.scheduleTimer(1, () => {})
    await host.advanceBy(1)
    expect(loop.snapshot().timers).toBe(0)
    await loop.close()
  })
})

describe('refreshing', () => {
  test('T-7 refreshTimer moves the deadline to now plus the delay, behind equals', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    const id = loop.scheduleTimer(10, note('refreshed'))
    await host.advanceBy(5)
    loop.scheduleTimer(10, note('equal'))
    expect(loop.refreshTimer(id)).toBe(true)
    await host.advanceBy(9)
    expect(seen).toEqual([])
    await host.advanceBy(1)
    expect(seen).toEqual(['equal', 'refreshed'])
    expect(loop.refreshTimer(id)).toBe(false)
    await loop.close()
  })

  test('T-7 inside its own callback it re-arms, keeping its id and its ref state', async () => {
    const { host, loop, seen } = bench({ autoExit: true })
    const run = loop.run()
    const id = loop.scheduleTimer(10, () => {
      seen.push(`at ${host.nowMs()}`)
      if (seen.length < 3) expect(loop.refreshTimer(id)).toBe(true)
    })
    await host.advanceBy(30)
    expect(seen).toEqual(['at 10', 'at 20', 'at 30'])
    expect((await run).mode).toBe('autoExit')
  })

  test('T-9 unrefTimer inside the own callback holds for the re-armed timer', async () => {
    const { host, loop, seen, note } = bench({ autoExit: true })
    const run = loop.run()
    const id = loop.scheduleTimer(10, () => {
      note('once')()
      loop.unrefTimer(id)
      loop.refreshTimer(id)
    })
    await host.advanceBy(10)
    await run
    expect(seen).toEqual(['once'])
  })
})

describe('intervals', () => {
  test("T-10 'start': the next beat is a period after the start of this one, whatever the callback costs", async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    loop.scheduleInterval(10, () => {
      seen.push(`${host.nowMs()}`)
      host.spend(3)
    })
    await host.advanceTo(45)
    expect(seen).toEqual(['10', '20', '30', '40'])
    await loop.close()
  })

  test("T-10 'start': a late beat moves the following ones", async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    loop.scheduleInterval(10, () => {
      seen.push(`${host.nowMs()}`)
      if (seen.length === 1) host.spend(15)
    })
    await host.advanceTo(48)
    expect(seen).toEqual(['10', '25', '35', '45'])
    await loop.close()
  })

  test("T-10 'grid': beats stay on the multiples, missed ones are skipped and counted", async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    loop.scheduleInterval(
      10,
      () => {
        seen.push(`${host.nowMs()}`)
        if (seen.length === 1) host.spend(35)
      },
      { cadence: 'grid' },
    )
    await host.advanceTo(70)
    expect(seen).toEqual(['10', '45', '50', '60', '70'])
    expect(loop.snapshot().skippedBeats).toBe(2)
    await loop.close()
  })

  test("T-10 'grid' with a fractional period does not drift", async () => {
    const { host, loop } = bench()
    void loop.run()
    let beats = 0
    loop.scheduleInterval(16.67, () => beats++, { cadence: 'grid' })
    await host.advanceTo(16_671)
    expect(beats).toBe(1000)
    await loop.close()
  })

  test('T-10 an interval keeps its id, may cancel itself, and period 0 means once per turn', async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    const id = loop.scheduleInterval(0, () => {
      seen.push(`turn ${loop.turnCount}`)
      expect(loop.hasTimer(id)).toBe(true)
      if (seen.length === 3) expect(loop.cancelTimer(id)).toBe(true)
    })
    await host.settle()
    expect(seen).toEqual(['turn 1', 'turn 2', 'turn 3'])
    expect(loop.cancelTimer(id)).toBe(false)
    await loop.close()
  })
})

describe('limits', () => {
  test('T-8 ids are safe integers above 0, unique in a loop, also when slots are used again', async () => {
    const { loop } = bench()
    const ids = new Set<number>()
    for (let i = 0; i < 5000; i++) {
      const id = loop.scheduleTimer(1, () => {})
      expect(Number.isSafeInteger(id) && id > 0).toBe(true)
      ids.add(id)
      if (i % 3 !== 0) loop.cancelTimer(id)
    }
    expect(ids.size).toBe(5000)
    await loop.close()
  })

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53, 16_777_216, Number.POSITIVE_INFINITY])(
    'an id that was never issued (%d) is false',
    (id) => {
      const { loop } = bench()
      loop.scheduleTimer(1, () => {})
      loop.cancelTimer(16_777_216)
      expect(loop.cancelTimer(id)).toBe(false)
      expect(loop.refreshTimer(id)).toBe(false)
      expect(loop.hasTimer(id)).toBe(false)
      expect(loop.unrefTimer(id)).toBe(false)
    },
  )

  test('maxTimers: ERR_TIMER_LIMIT, temporary, and nothing is scheduled', () => {
    const { loop } = bench({ maxTimers: 3 })
    const ids = [1, 2, 3].map((delayMs) => loop.scheduleTimer(delayMs, () => {}))
    let error: unknown
    try {
      loop.scheduleTimer(4, () => {})
    } catch (caught) {
      error = caught
    }
    expect(isLoopError(error, 'ERR_TIMER_LIMIT') && error.isTemporary).toBe(true)
    loop.cancelTimer(ids[0] as number)
    expect(loop.scheduleTimer(4, () => {})).toBeGreaterThan(0)
  })
})
