// What a timer captured is let go of as soon as it was cancelled or has fired.
import { expect, test } from 'vitest'
import { EventLoop, VirtualHost } from '../../src/index.ts'
import { alive, collectGarbage, kept, track } from './heap.ts'

const COUNT = 10_000

test('T-12 what cancelled and fired timers captured is collected; what live ones captured is not', async () => {
  const host = new VirtualHost()
  const loop = new EventLoop({ host })
  void loop.run()
  const arm = (delayMs: number, captured: object[]): number[] =>
    captured.map((each) => loop.scheduleTimer(delayMs, () => void each.toString()))
  const make = (): object[] => Array.from({ length: COUNT }, () => ({}))
  const armTracked = (delayMs: number): { ids: number[]; references: readonly WeakRef<object>[] } => {
    const captured = make()
    return { ids: arm(delayMs, captured), references: track(COUNT, (at) => captured[at] as object) }
  }
  const cancelled = armTracked(1000)
  const fired = armTracked(1)
  const live = armTracked(1000)
  expect(loop.cancelTimers(cancelled.ids)).toBe(COUNT)
  await host.advanceBy(1)
  await collectGarbage()
  expect(alive(live.references)).toBe(COUNT)
  expect(await kept(cancelled.references)).toBe(0)
  expect(await kept(fired.references)).toBe(0)
  await loop.close()
})
