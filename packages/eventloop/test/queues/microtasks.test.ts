// The own next-tick and microtask queues.
import { describe, expect, test } from 'vitest'
import { bench, macrotask } from '../support/virtual.ts'

describe('draining', () => {
  test('Q-3 all next-ticks, then all microtasks, again until both are empty', async () => {
    const { loop, seen, note } = bench()
    loop.submit(() => {
      loop.queueMicrotask(() => {
        note('m1')()
        loop.nextTick(note('tick of m1'))
        loop.queueMicrotask(note('m of m1'))
      })
      loop.nextTick(() => {
        note('t1')()
        loop.nextTick(note('t of t1'))
      })
      loop.queueMicrotask(note('m2'))
      loop.nextTick(note('t2'))
    })
    await loop.poll()
    expect(seen).toEqual(['t1', 't2', 't of t1', 'm1', 'm2', 'm of m1', 'tick of m1'])
    await loop.close()
  })

  test('Q-4 afterCheckpoint runs when all queues are empty, and what it queues resumes the drain', async () => {
    const { loop, seen, note } = bench()
    loop.submit(() => {
      loop.afterCheckpoint(() => {
        note('after1')()
        loop.queueMicrotask(note('micro of after1'))
      })
      loop.afterCheckpoint(note('after2'))
      loop.queueMicrotask(note('micro'))
      void Promise.resolve().then(note('native'))
    })
    loop.submit(note('next'))
    await loop.poll()
    expect(seen).toEqual(['micro', 'native', 'after1', 'micro of after1', 'after2', 'next'])
    await loop.close()
  })

  test('Q-4 afterCheckpoint from outside a callback runs in a turn requested for it', async () => {
    const { host, loop, seen, note } = bench()
    void loop.run()
    await host.settle()
    loop.afterCheckpoint(note('after'))
    await host.settle()
    expect(seen).toEqual(['after'])
    await loop.close()
  })

  test('Q-5 past warnAfter there is one log at error and one count, and draining goes on', async () => {
    const logs: string[] = []
    const logger = {
      enabled: () => true,
      log: (level: string, _: string, fields: Readonly<Record<string, unknown>>) =>
        logs.push(`${level} ${String(fields['event'])}`),
    }
    const { loop } = bench({ logger, microtasks: { warnAfter: 1000 } })
    let ran = 0
    loop.submit(() => {
      for (let i = 0; i < 5000; i++) loop.queueMicrotask(() => ran++)
    })
    await loop.poll()
    expect(ran).toBe(5000)
    expect(logs).toEqual(['error loop.microtask_starvation'])
    expect(loop.snapshot().microtasks).toEqual({ queued: 0, starvations: 1, deferrals: 0 })
    await loop.close()
  })

  test('Q-6 with deferAfter the rest waits for the next turn, counted', async () => {
    const { loop, seen, note } = bench({ microtasks: { deferAfter: 1000 } })
    let ran = 0
    loop.submit(() => {
      for (let i = 0; i < 2500; i++) loop.queueMicrotask(() => ran++)
    })
    loop.submit(() => note(`next after ${ran}`)())
    await loop.poll()
    expect(seen).toEqual(['next after 1000'])
    expect(ran).toBe(1000)
    expect(await loop.poll()).toBe(true)
    expect(ran).toBe(2000)
    await loop.poll()
    expect(ran).toBe(2500)
    expect(loop.snapshot().microtasks.deferrals).toBe(2)
    await loop.close()
  })

  test('Q-7 a microtask queued outside any callback runs in a turn requested for it', async () => {
    const { host, loop, seen } = bench()
    void loop.run()
    await host.settle()
    loop.queueMicrotask(() => seen.push(`microtask in turn ${loop.turnCount}`))
    expect(seen).toEqual([])
    await macrotask()
    await macrotask()
    expect(seen).toEqual(['microtask in turn 1'])
    await loop.close()
  })

  test('review 7: a flood of 10^5 microtasks in one checkpoint runs in order', async () => {
    const { loop } = bench()
    let last = -1
    let inOrder = true
    loop.submit(() => {
      for (let i = 0; i < 100_000; i++) {
        loop.queueMicrotask(() => {
          if (last !== i - 1) inOrder = false
          last = i
        })
      }
    })
    await loop.poll()
    expect({ last, inOrder }).toEqual({ last: 99_999, inOrder: true })
    await loop.close()
  })
})
