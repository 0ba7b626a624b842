// LoopMetrics on the virtual host and on the real loop: M-1 to M-3, on, off and re-sampled while it runs.
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { LoopMetrics } from '@loopwright/metrics'
import type { LoopMetricsSnapshot } from '@loopwright/metrics'
import { prometheusText } from '@loopwright/metrics/prometheus'
import { describe, expect, test } from 'vitest'

/** A loop on virtual time, measured by the same clock. `host.spend` makes a callback take time. */
const openVirtual = (sampleEvery = 1) => {
  const host = new VirtualHost()
  const clock = { nowMs: () => host.nowMs(), epochMs: () => 1_000_000 + host.nowMs() }
  const metrics = new LoopMetrics({ sampleEvery, clock })
  const loop = new EventLoop({ host, observer: metrics })
  metrics.watch(loop)
  return { host, loop, metrics }
}

describe('on virtual time', () => {
  test('M-1 a load of 30 in 100 ms reads as 0.30 within 1 %', async () => {
    const { host, loop, metrics } = openVirtual()
    const startedAtMs = host.nowMs()
    loop.scheduleInterval(100, () => host.spend(30), { cadence: 'start' })
    const running = loop.run()
    await host.advanceBy(30_000)
    const { busyMs, idleMs, utilization } = metrics.snapshot()
    expect(Math.abs(busyMs / (busyMs + idleMs) - 0.3)).toBeLessThanOrEqual(0.003)
    expect(Math.abs((utilization as number) - 0.3)).toBeLessThanOrEqual(0.006)
    expect(busyMs + idleMs).toBe(host.nowMs() - startedAtMs) // no wait is left out, and none counts twice
    await loop.close()
    await running
  })

  test('M-2 queue wait plus execution of a submitted task is its whole latency, exactly', async () => {
    const { host, loop, metrics } = openVirtual()
    let latencyMs = 0
    let tasks = 0
    const running = loop.run()
    for (let round = 0; round < 50; round++) {
      loop.scheduleTimer(round * 7, () => {
        for (let i = 0; i < 5; i++) {
          const submittedAtMs = host.nowMs()
          loop.submit(() => {
            host.spend(1 + ((round * 5 + i) % 4))
            latencyMs += host.nowMs() - submittedAtMs
            tasks++
          })
        }
      })
    }
    await host.advanceBy(5000)
    const external = metrics.snapshot().phases['external']
    expect([tasks, external?.task.count, external?.queueWait.count]).toEqual([250, 250, 250])
    expect((external?.task.sum ?? 0) + (external?.queueWait.sum ?? 0)).toBe(latencyMs)
    await loop.close()
    await running
  })

  test('M-3 the whole snapshot and the whole text are the same in every run', async () => {
    const program = async (): Promise<{ snapshot: LoopMetricsSnapshot; text: string }> => {
      const { host, loop, metrics } = openVirtual()
      const running = loop.run()
      for (let i = 0; i < 40; i++) {
        loop.scheduleTimer(i * 3, () => {
          host.spend(i % 5)
          loop.submit(() => host.spend(2))
          loop.queueMicrotask(() => {})
        })
      }
      await host.advanceBy(1000)
      const result = { snapshot: metrics.snapshot(), text: prometheusText(metrics, { format: 'openmetrics' }) }
      await loop.close()
      await running
      return result
    }
    const [first, second] = [await program(), await program()]
    expect(second).toEqual(first)
    expect(first.snapshot.task.count).toBeGreaterThan(70)
    expect(first.snapshot.timerLateness.max).toBeGreaterThan(0)
  })

  test('C-3 off from the next batch on; on again, what was submitted before is not measured', async () => {
    const { host, loop, metrics } = openVirtual()
    const running = loop.run()
    loop.submit(() => host.spend(1))
    await host.advanceBy(10)
    expect(metrics.snapshot().task.count).toBe(1)
    metrics.enabled = false
    for (let i = 0; i < 5; i++) loop.scheduleTimer(i, () => loop.submit(() => host.spend(1)))
    await host.advanceBy(50)
    const off = metrics.snapshot()
    expect([off.enabled, off.task.count]).toEqual([false, 1])
    loop.submit(() => host.spend(1000)) // submitted while off, run when on again
    metrics.enabled = true
    await host.advanceBy(2000)
    expect(metrics.snapshot().task.max).toBe(1)
    loop.submit(() => host.spend(4))
    await host.advanceBy(50)
    expect(metrics.snapshot().task).toMatchObject({ count: 2, max: 4 })
    expect(metrics.snapshot().loop?.callbacks?.['external']).toBe(8)
    await loop.close()
    await running
  })

  test('O-1 what is submitted before the first batch is measured', async () => {
    const { host, loop, metrics } = openVirtual()
    for (let i = 0; i < 3; i++) loop.submit(() => host.spend(2))
    const running = loop.run()
    await host.advanceBy(50)
    const { task, queueWait } = metrics.snapshot()
    expect([task.count, task.sum, queueWait.count, queueWait.sum]).toEqual([3, 6, 3, 6])
    await loop.close()
    await running
  })

  test('P-4 a new distance takes effect while the loop runs', async () => {
    const { host, loop, metrics } = openVirtual(1)
    const running = loop.run()
    const submit = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) loop.submit(() => {})
      await host.advanceBy(1)
    }
    await submit(100)
    expect(metrics.snapshot().task.count).toBe(100)
    metrics.sampleEvery = 50
    await submit(100) // the choice of the next sample was still made at distance 1
    const { count: before } = metrics.snapshot().task
    await submit(10_000)
    const sampled = metrics.snapshot().task.count - before
    expect(Math.abs(sampled - 200)).toBeLessThan(40)
    expect(metrics.snapshot()).toMatchObject({ epoch: { number: 2, sampleEvery: 50 }, task: { sampleEvery: 50 } })
    await loop.close()
    await running
  })
})

describe('on the real loop', () => {
  test('C-3 flipped 100 000 times during a run, it loses and duplicates nothing', async () => {
    const metrics = new LoopMetrics({ sampleEvery: 4 })
    const loop = new EventLoop({ observer: metrics, batch: { maxTasks: 8 } })
    metrics.watch(loop)
    let ran = 0
    for (let i = 0; i < 100_000; i++) {
      loop.submit(() => {
        ran++
        metrics.enabled = !metrics.enabled
      })
    }
    loop.submit(() => void loop.shutdown())
    await loop.run()
    const now = metrics.snapshot()
    expect(ran).toBe(100_000)
    expect(now.loop?.callbacks?.['external']).toBe(100_001)
    expect(now.callbacks).toBeLessThanOrEqual(100_001 + 10)
    expect(now.task.count).toBe(now.queueWait.count)
    expect(now.clockAnomalies).toBe(0)
  })

  test('C-4 a callback that throws is measured, and C-5 a snapshot inside a callback does not include it', async () => {
    const metrics = new LoopMetrics({ sampleEvery: 1 })
    const errors: unknown[] = []
    const loop = new EventLoop({ observer: metrics, onError: (error) => errors.push(error) })
    metrics.watch(loop)
    let inside: LoopMetricsSnapshot | undefined
    loop.submit(() => {
      loop.submit(() => {
        throw new Error('its own')
      })
      loop.submit(() => {
        inside = metrics.snapshot()
        loop.submit(() => void loop.shutdown())
      })
    })
    await loop.run()
    expect(errors).toHaveLength(1)
    expect(metrics.snapshot().loop?.errors).toBe(1)
    expect(inside?.task.count).toBe(2) // the first task and the one that threw
    expect(metrics.snapshot().task.count).toBeGreaterThanOrEqual(2)
  })

  test('what the loop counts exactly is what the metrics export', async () => {
    const metrics = new LoopMetrics()
    const loop = new EventLoop({ observer: metrics })
    metrics.watch(loop)
    loop.submit(() => {
      for (let i = 0; i < 999; i++) loop.submit(() => {})
      loop.scheduleTimer(5, () => {})
      loop.scheduleTimer(20, () => void loop.shutdown())
    })
    await loop.run()
    const { callbacks, turnCount } = loop.snapshot()
    const text = prometheusText(metrics)
    expect(text).toContain(`loopwright_loop_turns_total ${turnCount}\n`)
    expect(text).toContain(`loopwright_loop_callbacks_total{phase="external"} ${callbacks.external}\n`)
    expect(text).toContain(`loopwright_loop_callbacks_total{phase="timers"} 2\n`)
    expect(metrics.snapshot().transitions.length).toBeGreaterThan(1)
    const { count } = metrics.snapshot().task
    expect(count).toBeGreaterThan(30)
    expect(count).toBeLessThan(110)
  })
})
