// LoopMetrics as an observer: what it keeps of samples and batches, on and off, epochs, readers, bad input.
import { describe, expect, test } from 'vitest'
import type { LoopMetricsOptions, MetricFamily } from '../src/index.ts'
import { LoopMetrics, quantiles } from '../src/index.ts'
import { ManualClock } from './support/clock.ts'

const sample = (executionMs: number, more: Partial<Parameters<LoopMetrics['onSample']>[0]> = {}) => ({
  phase: 'external',
  label: undefined,
  residenceMs: 1,
  latenessMs: 0,
  executionMs,
  ...more,
})
const batch = (more: Partial<Parameters<LoopMetrics['onBatch']>[0]> = {}) => ({
  turns: 1,
  callbacks: 10,
  queued: 0,
  busyMs: 3,
  idleMs: 7,
  limit: 'none',
  ...more,
})
const open = (options: LoopMetricsOptions = {}) => {
  const clock = new ManualClock()
  return { clock, metrics: new LoopMetrics({ sampleEvery: 1, clock, ...options }) }
}
const family = (families: readonly MetricFamily[], name: string): MetricFamily => {
  const found = families.find((one) => one.name === `loopwright_loop_${name}`)
  if (found === undefined) throw new Error(`no family ${name}`)
  return found
}

describe('samples', () => {
  test('execution and queue wait of the same callback go to their phase, lateness to timers only', () => {
    const { metrics } = open()
    metrics.onSample(sample(2, { residenceMs: 5 }))
    metrics.onSample(sample(4, { phase: 'timers', residenceMs: 8, latenessMs: 8 }))
    metrics.onSample(sample(6, { phase: 'timers', residenceMs: 0, latenessMs: -1 }))
    const now = metrics.snapshot()
    expect(now.task).toMatchObject({ count: 3, min: 2, max: 6, sum: 12 })
    expect(now.queueWait).toMatchObject({ count: 3, min: 0, max: 8 })
    expect(now.phases['timers']?.task).toMatchObject({ count: 2 })
    expect(now.timerLateness).toMatchObject({ count: 2, zero: 1, min: 0, max: 8 })
  })

  test('the reused sample object is not kept', () => {
    const { metrics } = open()
    const reused = sample(2)
    metrics.onSample(reused)
    reused.executionMs = 900
    reused.phase = 'other'
    metrics.onSample(reused)
    expect(metrics.snapshot().phases['external']?.task).toMatchObject({ count: 1, max: 2 })
  })

  test('a clock that went back or jumped drops the sample and counts it', () => {
    const { metrics } = open()
    for (const bad of [sample(-1), sample(Number.NaN), sample(1, { residenceMs: -0.5 }), sample(Number.POSITIVE_INFINITY)])
      metrics.onSample(bad)
    metrics.onBatch(batch({ busyMs: -4 }))
    metrics.onBatch(batch({ idleMs: Number.NaN }))
    const now = metrics.snapshot()
    expect([now.clockAnomalies, now.task.count, now.batch.count, now.callbacks, now.busyMs]).toEqual([6, 0, 0, 20, 0])
    expect(family(metrics.collect(), 'clock_anomalies_total').series[0]).toMatchObject({ value: 6 })
  })

  test('Q-7 labels split execution only with byLabel, and are bound', () => {
    const warnings: string[] = []
    const { metrics } = open({ byLabel: true, maxSeries: 3, onWarning: (message) => warnings.push(message) })
    for (const label of ['a', 'b', undefined, 'c', 'd', 'a', 'c']) metrics.onSample(sample(1, { label }))
    const { series } = family(metrics.collect(), 'task_seconds')
    expect(series.map(({ labels, ...rest }) => [labels, 'histogram' in rest ? rest.histogram.count : 0])).toEqual([
      [{ phase: 'external', label: 'a' }, 2],
      [{ phase: 'external', label: 'b' }, 1],
      [{ phase: 'external' }, 1],
      [{ overflow: 'true' }, 3],
    ])
    expect(warnings).toHaveLength(1)
    expect(family(metrics.collect(), 'label_overflow_total').series[0]).toMatchObject({ value: 3 })
    expect(metrics.snapshot().task.count).toBe(7)
    const plain = open().metrics
    plain.onSample(sample(1, { label: 'a' }))
    expect(family(plain.collect(), 'task_seconds').series.map(({ labels }) => labels)).toEqual([{ phase: 'external' }])
  })

  test('phases beyond 32 share one entry', () => {
    const { metrics } = open()
    for (let i = 0; i < 100; i++) metrics.onSample(sample(1, { phase: `p${i}` }))
    const { phases, task } = metrics.snapshot()
    expect([Object.keys(phases).length, phases['other']?.task.count, task.count]).toEqual([33, 68, 100])
  })
})

describe('batches', () => {
  test('M-1 a load of 30 in 100 ms reads as 0.30, in total, over the window and in a reader', () => {
    const { metrics, clock } = open()
    const reader = metrics.createReader()
    for (let i = 0; i < 300; i++) {
      clock.advance(100)
      metrics.onBatch(batch({ busyMs: 30, idleMs: 70, callbacks: 5, queued: 2 }))
    }
    const now = metrics.snapshot()
    expect(now.busyMs / (now.busyMs + now.idleMs)).toBeCloseTo(0.3, 10)
    expect(Math.abs((now.utilization as number) - 0.3)).toBeLessThanOrEqual(0.003)
    expect(reader.read().utilization).toBeCloseTo(0.3, 10)
    expect(Math.abs(now.callbacksPerSecond - 50)).toBeLessThanOrEqual(0.5)
    expect([now.callbacks, now.turns, now.queueDepth.current]).toEqual([1500, 300, 2])
  })

  test('depth keeps current, maximum and an average over time; limits are counted by kind', () => {
    const { metrics, clock } = open()
    metrics.onBatch(batch({ queued: 100, limit: 'tasks' }))
    clock.advance(1000)
    metrics.onBatch(batch({ queued: 0, limit: 'time' }))
    metrics.onBatch(batch({ queued: 4, limit: 'tasks' }))
    clock.advance(1000)
    const now = metrics.snapshot()
    expect(now.queueDepth).toMatchObject({ current: 4, max: 100 })
    expect(now.queueDepth.average).toBeCloseTo(4 + 96 * Math.exp(-1), 9)
    expect(now.batchLimits).toEqual({ tasks: 2, time: 1 })
  })

  test('transitions are counted by kind, from and to', () => {
    const { metrics } = open()
    metrics.onTransition('state', 'awake', 'running')
    metrics.onTransition('state', 'awake', 'running')
    metrics.onTransition('fastPath', 'on', 'off')
    expect(metrics.snapshot().transitions).toEqual([
      { kind: 'state', from: 'awake', to: 'running', count: 2 },
      { kind: 'fastPath', from: 'on', to: 'off', count: 1 },
    ])
    for (let i = 0; i < 1000; i++) metrics.onTransition('state', `s${i}`, 'x')
    expect(metrics.snapshot().transitions).toHaveLength(256)
  })
})

describe('on, off, re-sampled', () => {
  test('C-3 off keeps what is there and says since when; on again, rates and averages restart', () => {
    const { metrics, clock } = open()
    metrics.onBatch(batch({ queued: 9 }))
    metrics.onSample(sample(2))
    clock.advance(100)
    metrics.enabled = false
    metrics.enabled = false
    clock.advance(100)
    expect(metrics.snapshot()).toMatchObject({ enabled: false, enabledChangedEpochMs: clock.originEpochMs + 100, callbacks: 10 })
    metrics.enabled = true
    expect(metrics.snapshot()).toMatchObject({
      enabled: true,
      enabledChangedEpochMs: clock.originEpochMs + 200,
      callbacks: 10,
      callbacksPerSecond: 0,
      utilization: undefined,
      queueDepth: { current: undefined, average: undefined },
      task: { count: 1 },
    })
  })

  test('P-4 a new distance starts a new epoch: the sampled histograms begin anew, the rest goes on', () => {
    const { metrics, clock } = open()
    expect(metrics.snapshot().epoch).toEqual({ number: 1, sampleEvery: 1, startEpochMs: clock.originEpochMs })
    metrics.onSample(sample(2))
    metrics.onBatch(batch())
    clock.advance(50)
    metrics.sampleEvery = 64
    metrics.sampleEvery = 64
    metrics.onSample(sample(3))
    const now = metrics.snapshot()
    expect(now.epoch).toEqual({ number: 2, sampleEvery: 64, startEpochMs: clock.originEpochMs + 50 })
    expect(now.task).toMatchObject({ count: 1, max: 3, sampleEvery: 64 })
    expect(now.batch).toMatchObject({ count: 1, sampleEvery: 1 })
    expect(family(metrics.collect(), 'task_seconds').series[0]).toMatchObject({ startEpochMs: clock.originEpochMs + 50 })
    expect(() => (metrics.sampleEvery = 0)).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
    expect(metrics.sampleEvery).toBe(64)
  })

  test('C-2 readers have baselines of their own and do not disturb each other or the totals', () => {
    const { metrics } = open()
    const [slow, fast] = [metrics.createReader(), metrics.createReader()]
    for (let i = 0; i < 4; i++) {
      metrics.onBatch(batch({ limit: 'time' }))
      metrics.onSample(sample(1 + i))
      expect(fast.read()).toMatchObject({ callbacks: 10, batchLimits: { time: 1 }, task: { count: 1 }, callbacksPerSecond: 1000 })
    }
    expect(slow.read()).toMatchObject({ callbacks: 40, task: { count: 4 }, busyMs: 12 })
    expect(slow.read()).toMatchObject({ callbacks: 0, task: { count: 0, max: undefined }, utilization: undefined })
    expect(metrics.snapshot()).toMatchObject({ callbacks: 40, task: { count: 4 } })
    metrics.onSample(sample(5))
    metrics.sampleEvery = 8
    metrics.onSample(sample(6))
    expect(fast.read().task).toMatchObject({ count: 1, max: 6 })
  })

  test("C-2 reset is the owner's, and moves the start time of every series", () => {
    const { metrics, clock } = open()
    const reader = metrics.createReader()
    metrics.onBatch(batch())
    metrics.onSample(sample(1))
    reader.read()
    clock.advance(10)
    metrics.reset()
    for (const one of metrics.collect()) {
      for (const series of one.series) {
        expect(series.startEpochMs, one.name).toBe(clock.originEpochMs + 10)
        const total = 'value' in series ? series.value : series.histogram.count
        expect(total, one.name).toBe(one.name.endsWith('_enabled') || one.name.endsWith('sample_every') ? 1 : 0)
      }
    }
    metrics.onBatch(batch())
    expect(reader.read().callbacks).toBe(10)
  })

  test('C-1 a snapshot is detached, frozen and fit for another thread', () => {
    const { metrics } = open()
    metrics.onSample(sample(1))
    metrics.onBatch(batch())
    const now = metrics.snapshot()
    const text = JSON.stringify(now)
    metrics.onSample(sample(50))
    metrics.onBatch(batch({ queued: 5 }))
    expect(JSON.stringify(now)).toBe(text)
    expect(Object.isFrozen(now)).toBe(true)
    expect(quantiles(structuredClone(now).task, [0.5])).toEqual([1])
  })
})

describe('watching a loop', () => {
  test('the exact counters come from the loop, when asked', () => {
    const { metrics } = open({ labels: { loop: 'main' } })
    let turnCount = 0
    const loop = {
      snapshot: () => ({
        turnCount: ++turnCount,
        readyTasks: 3,
        lagMs: 250,
        callbacks: { timers: 4, external: 5 },
        errors: 1,
        admission: { admitted: 9, rejected: 2 },
        timers: 7,
        promises: { young: 1, old: 2 },
        oldestAgeMs: { external: 1500, internal: undefined },
      }),
    }
    const unwatch = metrics.watch(loop)
    const values = Object.fromEntries(
      metrics
        .collect()
        .flatMap(({ name, series }) =>
          series.map((s) => [`${name.slice(16)} ${Object.entries(s.labels).join(' ')}`, 'value' in s ? s.value : undefined]),
        ),
    )
    expect(values).toMatchObject({
      'turns_total loop,main': 1,
      'callbacks_total loop,main phase,timers': 4,
      'errors_total loop,main': 1,
      'admission_total loop,main outcome,rejected': 2,
      'timers loop,main': 7,
      'promises loop,main generation,old': 2,
      'lag_seconds loop,main': 0.25,
      'oldest_age_seconds loop,main queue,external': 1.5,
    })
    expect(Object.keys(values)).not.toContain('oldest_age_seconds loop,main queue,internal')
    unwatch()
    expect(metrics.snapshot().loop).toBeUndefined()
    expect(turnCount).toBe(1)
  })

  test('E-2 a loop whose snapshot throws costs its own counters only, and is counted', () => {
    const { metrics } = open()
    metrics.onBatch(batch())
    metrics.watch({
      snapshot: () => {
        throw new Error('gone')
      },
    })
    const families = metrics.collect()
    expect(family(families, 'turns_total').series).toEqual([])
    expect(family(families, 'busy_seconds_total').series[0]).toMatchObject({ value: 0.003 })
    expect(family(families, 'watch_errors_total').series[0]).toMatchObject({ value: 1 })
  })
})

test('bad options are refused', () => {
  for (const options of [{ sampleEvery: 0 }, { maxSeries: 0 }, { windowMs: 0 }, { tauMs: 0 }]) {
    expect(() => new LoopMetrics(options)).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
  }
  expect(() => new LoopMetrics({ labels: { 'no spaces': 'x' } })).toThrow(expect.objectContaining({ code: 'ERR_METRICS_NAME' }))
})
