// E-1: pushing at intervals, with faults.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { MetricExporter, MetricFamily, MetricSource, PushOptions } from '../src/index.ts'
import { Histogram, MetricSet, pushMetrics } from '../src/index.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const families: readonly MetricFamily[] = new MetricSet().collect()
const source: MetricSource = { collect: () => families }
const code = (expected: string) => expect.objectContaining({ code: expected })

/** An exporter whose exports end only when told. */
class HeldExporter implements MetricExporter {
  readonly batches: (readonly MetricFamily[])[] = []
  readonly signals: AbortSignal[] = []
  readonly #settle: { resolve: () => void; reject: (error: unknown) => void }[] = []
  closed = 0
  running = 0
  most = 0

  export(batch: readonly MetricFamily[], { signal }: { readonly signal: AbortSignal }): Promise<void> {
    this.batches.push(batch)
    this.signals.push(signal)
    this.running++
    this.most = Math.max(this.most, this.running)
    return new Promise<void>((resolve, reject) => this.#settle.push({ resolve, reject })).finally(() => this.running--)
  }

  async finish(error?: unknown): Promise<void> {
    const next = this.#settle.shift()
    if (error === undefined) next?.resolve()
    else next?.reject(error)
    await vi.advanceTimersByTimeAsync(0)
  }

  async close(): Promise<void> {
    this.closed++
  }
}

const open = (options: PushOptions = {}, exporter: MetricExporter = new HeldExporter()) => {
  const errors: unknown[] = []
  const push = pushMetrics(source, exporter, {
    intervalMs: 1000,
    timeoutMs: 500,
    jitter: 0,
    onError: (error) => errors.push(error),
    ...options,
  })
  return { push, errors, held: exporter as HeldExporter }
}

describe('pushMetrics', () => {
  test('E-1 exports what the source collects, once an interval', async () => {
    const { push, held } = open()
    for (let i = 0; i < 3; i++) {
      await vi.advanceTimersByTimeAsync(1000)
      await held.finish()
    }
    expect([held.batches.length, push.exported, push.failed, push.skipped]).toEqual([3, 3, 0, 0])
    expect(held.batches[0]).toBe(families)
  })

  test('E-1 never two exports at once: a beat missed is skipped and counted', async () => {
    const { push, held, errors } = open()
    await vi.advanceTimersByTimeAsync(3000)
    expect([held.batches.length, push.skipped]).toEqual([1, 1]) // it fails at 1500, so that the beats are at 1000, 3000, 5000
    await vi.advanceTimersByTimeAsync(20_000)
    expect([held.most, held.batches.length]).toEqual([1, 1])
    expect(errors).toEqual([code('ERR_METRICS_EXPORT_TIMEOUT')])
    await held.finish()
    await vi.advanceTimersByTimeAsync(9000)
    expect(held.batches.length).toBe(2)
    expect(push.skipped).toBeGreaterThan(2)
  })

  test('E-1 an export that takes too long is told so by its signal', async () => {
    const { held, errors } = open()
    await vi.advanceTimersByTimeAsync(1499)
    expect(held.signals[0]?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(held.signals[0]?.reason).toMatchObject({ code: 'ERR_METRICS_EXPORT_TIMEOUT', isTimeout: true, isTemporary: true })
    expect(errors).toHaveLength(1)
  })

  test('E-1 failures go to onError and back off to at most 8 intervals; a success ends that', async () => {
    const at: number[] = []
    let failing = true
    const exporter: MetricExporter = {
      export: async () => {
        at.push(Date.now())
        if (failing) throw new Error('down')
      },
    }
    vi.setSystemTime(0)
    const { push, errors } = open({}, exporter)
    await vi.advanceTimersByTimeAsync(60_000)
    const gaps = at.map((ms, i) => ms - (at[i - 1] ?? 0))
    expect(gaps).toEqual([1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 8000].slice(0, gaps.length))
    expect(gaps.length).toBeGreaterThan(6)
    expect(errors).toHaveLength(at.length)
    expect(push.failed).toBe(at.length)
    failing = false
    const [failedAt, before] = [at.at(-1) ?? 0, at.length]
    await vi.advanceTimersByTimeAsync(30_000)
    expect(push.exported).toBeGreaterThan(10)
    expect(at.slice(before, before + 3)).toEqual([failedAt + 8000, failedAt + 9000, failedAt + 10_000])
  })

  test('E-1 a source that throws counts as a failure, and an exporter that throws at once too', async () => {
    const errors: unknown[] = []
    const onError = (error: unknown): void => void errors.push(error)
    const broken: MetricSource = {
      collect: () => {
        throw new Error('collect')
      },
    }
    const throwing: MetricExporter = {
      export: () => {
        throw new Error('export')
      },
    }
    pushMetrics(broken, new HeldExporter(), { intervalMs: 1000, jitter: 0, onError })
    pushMetrics(source, throwing, { intervalMs: 1000, jitter: 0, onError })
    await vi.advanceTimersByTimeAsync(1000)
    expect(errors.map(String)).toEqual(['Error: collect', 'Error: export'])
  })

  test('E-1 closing exports once more, within the timeout, then closes the exporter, once', async () => {
    const { push, held } = open()
    const closing = [push.close(), push.close()]
    await vi.advanceTimersByTimeAsync(0)
    expect(held.batches).toHaveLength(1)
    await held.finish()
    await Promise.all(closing)
    await push[Symbol.asyncDispose]()
    expect([push.exported, held.closed]).toEqual([1, 1])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(held.batches).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('E-1 closing while an export is under way waits for it, and exports once more', async () => {
    const { push, held } = open()
    await vi.advanceTimersByTimeAsync(1000)
    const closing = push.close()
    await vi.advanceTimersByTimeAsync(0)
    expect(held.batches).toHaveLength(1)
    await held.finish()
    expect(held.batches).toHaveLength(2)
    await held.finish()
    await closing
    expect([push.exported, held.most, held.closed]).toEqual([2, 1, 1])
  })

  test('E-1 closing gives up on an exporter that hangs, reports it, and resolves', async () => {
    const { push, held, errors } = open()
    await vi.advanceTimersByTimeAsync(1000)
    let closed = false
    void push.close().then(() => (closed = true))
    await vi.advanceTimersByTimeAsync(499)
    expect(closed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect([closed, held.batches.length, held.closed]).toEqual([true, 1, 1])
    expect(errors).toEqual([code('ERR_METRICS_EXPORT_TIMEOUT'), code('ERR_METRICS_EXPORT_TIMEOUT')])
  })

  test('E-1 recording is never delayed and nothing is queued beyond one batch while the exporter hangs', async () => {
    const set = new MetricSet()
    const waits = set.histogram('wait_seconds').with({})
    const held = new HeldExporter()
    pushMetrics(set, held, { intervalMs: 1000, timeoutMs: 500, jitter: 0 })
    for (let i = 0; i < 100; i++) {
      waits.record(i)
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect([waits.count, held.batches.length]).toEqual([100, 1])
    expect(new Histogram().count).toBe(0)
  })

  test('E-1 the beat is jittered, the timer does not keep the process alive', async () => {
    const at: number[] = []
    vi.setSystemTime(0)
    const exporter: MetricExporter = { export: async () => void at.push(Date.now()) }
    const draws = [0, 1, 0.5]
    pushMetrics(source, exporter, { intervalMs: 1000, jitter: 0.1, random: () => draws.shift() ?? 0.5 })
    await vi.advanceTimersByTimeAsync(3100)
    expect(at).toEqual([900, 2000, 3000])
    vi.useRealTimers()
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const { push } = open({}, exporter)
    expect(timers()).toBe(before)
    await push.close()
  })

  test('E-1 what onError throws is rethrown alone, and the beats go on', async () => {
    const exporter: MetricExporter = { export: () => Promise.reject(new Error('down')) }
    const { push } = open(
      {
        onError: () => {
          throw new Error('handler')
        },
      },
      exporter,
    )
    await expect(vi.advanceTimersByTimeAsync(1001)).rejects.toThrow('handler')
    await expect(vi.advanceTimersByTimeAsync(2001)).rejects.toThrow('handler')
    expect(push.failed).toBe(2)
  })

  test('bad options are refused', () => {
    for (const options of [{ intervalMs: 0 }, { timeoutMs: Number.NaN }, { jitter: 2 }]) {
      expect(() => pushMetrics(source, new HeldExporter(), options)).toThrow(code('ERR_METRICS_OPTION'))
    }
  })
})
