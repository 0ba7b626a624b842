// B-3 across packages: a flood of slow tasks, with metrics and a logger listening, does not hold up timers, and they say so.
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { LoopMetrics } from '@loopwright/metrics'
import { expect, test } from 'vitest'

const TASKS = 100_000
const MAX_TIME_MS = 10
/** A limit is seen by the next reading of the clock: one callback of 1 ms later, two where readings had become rarer. */
const OVERSHOOT_MS = 2

test('B-3 100 000 queued tasks of 1 ms: a timer of 10 ms waits for no more than a batch', async () => {
  const host = new VirtualHost({ maxTurns: 2 ** 31 - 1 })
  const metrics = new LoopMetrics({ sampleEvery: 1, clock: { nowMs: () => host.nowMs(), epochMs: () => host.nowMs() } })
  const events = new Map<unknown, number>()
  const logger = {
    enabled: () => true,
    log: (_level: string, _message: string, { event }: Readonly<Record<string, unknown>>) =>
      void events.set(event, (events.get(event) ?? 0) + 1),
  }
  const loop = new EventLoop({ host, observer: metrics, logger, batch: { maxTimeMs: MAX_TIME_MS } })
  const running = loop.run()

  let ran = 0
  let firedAtMs = 0
  let longestGapMs = 0
  let lastBeatMs = 0
  const startedAtMs = host.nowMs()
  loop.submit(() => {
    for (let n = 0; n < TASKS; n++) {
      loop.submit(() => {
        host.spend(1)
        ran++
      })
    }
    lastBeatMs = host.nowMs()
    loop.scheduleTimer(10, () => (firedAtMs = host.nowMs()))
    const beat = loop.scheduleInterval(10, () => {
      longestGapMs = Math.max(longestGapMs, host.nowMs() - lastBeatMs)
      lastBeatMs = host.nowMs()
      if (ran >= 2000) loop.cancelTimer(beat)
    })
  })
  while (ran < 2000) await new Promise((resolve) => setImmediate(resolve))

  const latestMs = MAX_TIME_MS + OVERSHOOT_MS
  expect(firedAtMs - startedAtMs).toBeGreaterThanOrEqual(10)
  expect(firedAtMs - startedAtMs).toBeLessThanOrEqual(10 + latestMs)
  expect(longestGapMs).toBeLessThanOrEqual(10 + latestMs)
  expect(loop.snapshot().limits.time).toBeGreaterThan(100)
  expect(events.get('loop.batch_limit')).toBe(loop.snapshot().limits.time)
  const lateness = metrics.snapshot().timerLateness
  expect(lateness.count).toBeGreaterThan(80)
  expect(lateness.max).toBeLessThanOrEqual(latestMs)
  await loop.close()
  await running
})
