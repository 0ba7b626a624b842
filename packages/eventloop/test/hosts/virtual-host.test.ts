// The virtual host: time moves when told, platform promises run in between, runs repeat exactly.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventLoop, isLoopError, nodeHost, VirtualHost } from '../../src/index.ts'
import type { Host } from '../../src/index.ts'
import { TraceRecorder } from '../../src/testing/index.ts'
import { bench, fate, macrotask } from '../support/virtual.ts'

describe('moving time', () => {
  test('H-13 advanceBy, advanceTo, advanceToNext, runAll and settle', async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    for (const delayMs of [10, 20, 30, 5000]) loop.scheduleTimer(delayMs, () => seen.push(`${delayMs} at ${host.nowMs()}`))
    await host.settle()
    expect(seen).toEqual([])
    await host.advanceBy(15)
    expect([seen.splice(0), host.nowMs()]).toEqual([['10 at 10'], 15])
    await host.advanceTo(20)
    expect([seen.splice(0), host.nowMs()]).toEqual([['20 at 20'], 20])
    await host.advanceToNext()
    expect([seen.splice(0), host.nowMs()]).toEqual([['30 at 30'], 30])
    await host.advanceToNext()
    expect([seen.splice(0), host.nowMs()]).toEqual([['5000 at 5000'], 5000])
    await host.advanceToNext()
    await host.runAll()
    expect(host.nowMs()).toBe(5000)
    await loop.close()
  })

  test('H-13 the past is out of range', async () => {
    const host = new VirtualHost({ startMs: 100 })
    await expect(host.advanceTo(99)).rejects.toThrow(RangeError)
    await expect(host.advanceBy(-1)).rejects.toThrow(RangeError)
    expect(() => new VirtualHost({ startMs: Number.NaN })).toThrow(RangeError)
    expect(() => new VirtualHost({ maxTurns: 0 })).toThrow(RangeError)
  })

  test('H-13 native promises between timers run to their end and in order', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    loop.scheduleTimer(10, async () => {
      note('a1')()
      for (let hop = 0; hop < 20; hop++) await Promise.resolve()
      note('a2')()
      loop.scheduleTimer(1, note('a3'))
    })
    loop.scheduleTimer(11, note('b'))
    await host.advanceBy(11)
    expect(seen).toEqual(['a1', 'a2', 'b', 'a3'])
    await loop.close()
  })

  test('H-13 what a native continuation submits after the visit is served before time moves on', async () => {
    const { host, loop, seen } = bench({ checkpoint: 'host' })
    void loop.run()
    loop.scheduleTimer(10, () => void Promise.resolve().then(() => loop.submit(() => seen.push(`task at ${host.nowMs()}`))))
    loop.scheduleTimer(20, () => seen.push(`timer at ${host.nowMs()}`))
    await host.advanceBy(100)
    expect(seen).toEqual(['task at 10', 'timer at 20'])
    await loop.close()
  })

  test('H-13 requests are served without being driven, and the clock stands still', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    loop.submit(note('served'))
    loop.scheduleTimer(1, note('not served'))
    await macrotask()
    await macrotask()
    expect(seen).toEqual(['served'])
    expect(host.nowMs()).toBe(0)
    await loop.close()
  })

  test('H-13 spend moves the clock inside a callback; due timers follow in order', async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    loop.scheduleTimer(5, () => {
      host.spend(100)
      seen.push(`slow until ${host.nowMs()}`)
    })
    loop.scheduleTimer(50, () => seen.push(`late at ${host.nowMs()}`))
    await host.advanceBy(5)
    expect(seen).toEqual(['slow until 105', 'late at 105'])
    await loop.close()
  })

  test('H-13 a fake setImmediate put in place later does not stall the host', async () => {
    const { host, loop, seen, note } = bench()
    const original = globalThis.setImmediate
    try {
      globalThis.setImmediate = (() => 0) as unknown as typeof setImmediate
      void loop.run()
      loop.scheduleTimer(5, note('fired'))
      await host.advanceBy(5)
    } finally {
      globalThis.setImmediate = original
    }
    expect(seen).toEqual(['fired'])
    await loop.close()
  })

  test('H-13 concurrent advances run one after another', async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    loop.scheduleInterval(10, () => seen.push(`${host.nowMs()}`))
    await Promise.all([host.advanceBy(20), host.advanceBy(20)])
    expect(seen).toEqual(['10', '20', '30', '40'])
    expect(host.nowMs()).toBe(40)
    await loop.close()
  })

  test('L-3 advanceBySync runs on the caller’s stack and leaves the native queues alone', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    await host.settle()
    loop.scheduleTimer(10, () => {
      note('timer')()
      loop.queueMicrotask(note('own microtask'))
      void Promise.resolve().then(note('native'))
    })
    host.advanceBySync(10)
    expect(seen).toEqual(['timer', 'own microtask'])
    await macrotask()
    expect(seen).toEqual(['timer', 'own microtask', 'native'])
    loop.submit(() =>
      expect(() => host.advanceBySync(1)).toThrow(expect.toSatisfy((error: unknown) => isLoopError(error, 'ERR_LOOP_REENTRANT'))),
    )
    await host.settle()
    await loop.close()
  })
})

describe('repeatability', () => {
  test('H-14 two runs of one program give the same trace', async () => {
    const play = async (): Promise<readonly string[]> => {
      const host = new VirtualHost({ startMs: 1000 })
      const trace = new TraceRecorder(() => host.nowMs())
      const loop = new EventLoop({ host, hooks: trace.hooks, autoExit: true })
      let random = 1
      const next = (): number => (random = (random * 48_271) % 2_147_483_647)
      const grow = (depth: number): void => {
        if (depth === 0) return
        loop.scheduleTimer(next() % 50, () => grow(depth - 1), { label: `timer ${depth}` })
        loop.submit(() => host.spend(next() % 3), { label: `task ${depth}` })
        void Promise.resolve().then(() => loop.submit(() => {}, { label: `job ${depth}` }))
        loop.scheduleImmediate(() => {}, { label: `immediate ${depth}` })
        if (next() % 3 === 0) loop.scheduleTimer(next() % 7, () => grow(depth - 1), { label: 'branch' })
      }
      grow(8)
      const run = loop.run()
      await host.runAll()
      await run
      return trace.lines()
    }
    const first = await play()
    expect(first.length).toBeGreaterThan(30)
    expect(await play()).toEqual(first)
  })

  test('H-14 programs without timing run in the same order as on the node host', async () => {
    const step = fc.constantFrom('submit', 'internal', 'immediate', 'close', 'micro', 'tick', 'native', 'zero')
    const play = async (host: Host, program: readonly (readonly string[])[]): Promise<readonly string[]> => {
      const seen: string[] = []
      const loop = new EventLoop({ host, autoExit: true, batch: { maxTimeMs: Number.POSITIVE_INFINITY } })
      const arm = (kind: string, name: string, then: () => void): void => {
        const callback = (): void => {
          seen.push(name)
          then()
        }
        if (kind === 'submit') loop.submit(callback)
        else if (kind === 'internal') loop.submitInternal(callback)
        else if (kind === 'immediate') loop.scheduleImmediate(callback)
        else if (kind === 'close') loop.scheduleClose(callback)
        else if (kind === 'micro') loop.queueMicrotask(callback)
        else if (kind === 'tick') loop.nextTick(callback)
        else void Promise.resolve().then(callback)
      }
      loop.submit(() => {
        program.forEach((chain, at) => {
          const link = (index: number): void => {
            const kind = chain[index]
            if (kind !== undefined) arm(kind === 'zero' ? 'submit' : kind, `${at}.${index}`, () => link(index + 1))
          }
          link(0)
        })
      })
      await loop.run()
      return seen
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
        async (program) => {
          expect(await play(new VirtualHost(), program)).toEqual(await play(nodeHost(), program))
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('limits', () => {
  test('H-15 runAll stops after maxTurns with ERR_TURN_LIMIT, naming what is next', async () => {
    const { loop, host } = bench({ host: new VirtualHost({ maxTurns: 50 }) })
    const own = new VirtualHost({ maxTurns: 50 })
    const endless = new EventLoop({ host: own })
    void endless.run()
    endless.scheduleInterval(10, () => {})
    let error: unknown
    await own.runAll().catch((caught: unknown) => (error = caught))
    expect(isLoopError(error, 'ERR_TURN_LIMIT')).toBe(true)
    expect((error as Error).message).toContain('a timer due at 510 ms')
    expect(endless.turnCount).toBe(50)
    await endless.close()
    await loop.close()
    expect(host.nowMs()).toBe(0)
  })

  test('H-15 a loop that never gets idle does not hang settle', async () => {
    const host = new VirtualHost({ maxTurns: 20 })
    const loop = new EventLoop({ host, fastPath: 'disabled' })
    void loop.run()
    const again = (): void => {
      if (loop.state === 'running') loop.submit(again)
    }
    loop.submit(again)
    expect(await fate(host.settle())).toBe('ERR_TURN_LIMIT')
    await loop.close()
  })

  test('H-15 ten idle days are a few jumps', async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    loop.scheduleInterval(86_400_000, () => seen.push(`day ${host.nowMs() / 86_400_000}`))
    await host.advanceBy(10 * 86_400_000)
    expect(seen).toHaveLength(10)
    expect(loop.turnCount).toBe(10)
    await loop.close()
  })
})
