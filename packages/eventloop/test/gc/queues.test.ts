// What queues keep: nothing of a task that has run, one spare chunk after a burst.
import { expect, test } from 'vitest'
import { bench } from '../support/virtual.ts'
import { alive, arrayBuffersInUse, collectGarbage, kept } from './heap.ts'

test('positive control: a queued task is kept', async () => {
  const { loop } = bench()
  const refs: WeakRef<object>[] = []
  for (let i = 0; i < 100; i++) {
    const held = { i }
    refs.push(new WeakRef(held))
    loop.submit(() => void held.i)
  }
  await collectGarbage()
  expect(alive(refs)).toBe(100)
  await loop.close()
})

test('T-12, Q-2: callbacks that ran, and timers that fired or were cancelled, are unreachable', async () => {
  const { host, loop } = bench()
  const refs: WeakRef<object>[] = []
  const make = (): (() => void) => {
    const held = { refs }
    refs.push(new WeakRef(held))
    return () => void held.refs
  }
  for (let i = 0; i < 1000; i++) {
    loop.submit(make())
    loop.scheduleImmediate(make())
    loop.queueMicrotask(make())
    loop.scheduleTimer(i % 7, make())
    loop.cancelTimer(loop.scheduleTimer(1000, make()))
    loop.cancelImmediate(loop.scheduleImmediate(make()))
  }
  void loop.run()
  await host.advanceBy(10)
  expect(refs).toHaveLength(6000)
  expect(await kept(refs)).toBe(0)
  await loop.close()
})

test('T-13 timer storage shrinks when it was under a quarter used for 64 waits', async () => {
  const { host, loop } = bench()
  void loop.run()
  await host.settle()
  const before = await arrayBuffersInUse()
  const ids = Array.from({ length: 200_000 }, () => loop.scheduleTimer(1e6, () => {}))
  // Storage doubles, so up to half of it is not used yet.
  const grown = (await arrayBuffersInUse()) - before
  expect(grown / 200_000).toBeLessThan(96)
  loop.cancelTimers(ids)
  for (let waits = 0; waits < 64 * 14; waits++) {
    loop.scheduleTimer(1, () => {})
    await host.advanceBy(1)
  }
  expect((await arrayBuffersInUse()) - before).toBeLessThan(grown / 20)
  await loop.close()
})
