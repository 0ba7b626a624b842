// SandboxMetrics as an observer. Fed by the real adapter in the integration suite.
import { describe, expect, test, vi } from 'vitest'
import type { SandboxMetricsOptions, SandboxOperationSample } from '../src/index.ts'
import { CounterFamily, HistogramFamily } from '../src/families/family.ts'
import { SandboxMetrics } from '../src/index.ts'
import { prometheusText } from '../src/prometheus/index.ts'
import { ManualClock } from './support/clock.ts'
import { parseExposition } from './support/exposition.ts'

const operation = (more: Partial<SandboxOperationSample> = {}): SandboxOperationSample => ({
  sandboxId: 's1',
  tenant: undefined,
  outcome: 'ok',
  queueMs: 1,
  elapsedMs: 10,
  cpuMs: 8,
  stopLateMs: undefined,
  heapBytes: 1000,
  timers: 2,
  ...more,
})
const open = (options: SandboxMetricsOptions = {}) => {
  const metrics = new SandboxMetrics({ clock: new ManualClock(), ...options })
  const text = (): string => prometheusText(metrics, { bounds: [1] })
  return {
    metrics,
    text,
    lines: (name: string) =>
      text()
        .split('\n')
        .filter((line) => line.startsWith(`loopwright_sandbox_${name}`)),
  }
}

describe('SandboxMetrics', () => {
  test('each outcome is counted under its own name, limits included', () => {
    const { metrics, lines } = open()
    for (const outcome of ['ok', 'ok', 'error', 'operationMs', 'memoryBytes', 'hardMs'])
      metrics.onOperation(operation({ outcome }))
    expect(lines('operations_total')).toEqual([
      'loopwright_sandbox_operations_total{outcome="error"} 1',
      'loopwright_sandbox_operations_total{outcome="hardMs"} 1',
      'loopwright_sandbox_operations_total{outcome="memoryBytes"} 1',
      'loopwright_sandbox_operations_total{outcome="ok"} 2',
      'loopwright_sandbox_operations_total{outcome="operationMs"} 1',
    ])
    expect(lines('cpu_seconds_total')).toEqual(['loopwright_sandbox_cpu_seconds_total 0.048'])
    expect(lines('operation_seconds_sum')).toEqual(['loopwright_sandbox_operation_seconds_sum 0.06'])
  })

  test('a limit that fires outside any operation is counted, and times nothing', () => {
    const { metrics, lines } = open()
    metrics.onLimit({ tenant: undefined, limit: 'wallMs' })
    expect(metrics.snapshot()).toMatchObject({ operations: { wallMs: 1 }, clockAnomalies: 0 })
    expect(lines('operation_seconds_count')).toEqual(['loopwright_sandbox_operation_seconds_count 0'])
  })

  test('C-4 an operation whose guest was terminated counts as unfinished', () => {
    const { metrics } = open()
    metrics.onOperation(operation({ outcome: 'hardMs' }))
    metrics.onOperation(operation({ outcome: 'operationMs' }))
    expect(metrics.snapshot()).toMatchObject({ unfinished: 1, operations: { hardMs: 1, operationMs: 1 } })
  })

  test('host calls, instances, leases and stops have their own metrics', () => {
    const { metrics, lines } = open()
    metrics.onInstance({ sandboxId: 's1', how: 'fresh', elapsedMs: 30 })
    metrics.onInstance({ sandboxId: 's2', how: 'image', elapsedMs: 1 })
    metrics.onLease({ waitMs: 4 })
    metrics.onOperation(operation({ stopLateMs: 2, outcome: 'operationMs' }))
    metrics.onOperation(operation({ sandboxId: 's2', heapBytes: 500, timers: 1 }))
    metrics.onHostCall({ tenant: undefined, outcome: 'refused', elapsedMs: 0 })
    expect(lines('instances')).toEqual(['loopwright_sandbox_instances 2'])
    expect([lines('heap_bytes'), lines('timers')]).toEqual([
      ['loopwright_sandbox_heap_bytes 1500'],
      ['loopwright_sandbox_timers 3'],
    ])
    expect(lines('create_seconds_count')).toEqual([
      'loopwright_sandbox_create_seconds_count{how="fresh"} 1',
      'loopwright_sandbox_create_seconds_count{how="image"} 1',
    ])
    expect(lines('pool_wait_seconds_sum')).toEqual(['loopwright_sandbox_pool_wait_seconds_sum 0.004'])
    expect(lines('interrupt_latency_seconds_sum')).toEqual(['loopwright_sandbox_interrupt_latency_seconds_sum 0.002'])
    expect(lines('host_calls_total')).toEqual(['loopwright_sandbox_host_calls_total{outcome="refused"} 1'])
    metrics.onInstance({ sandboxId: 's1', how: 'dropped', elapsedMs: 0 })
    expect(metrics.snapshot()).toMatchObject({ instances: 1, heapBytes: 500 })
  })

  test('Q-7 tenants are labels only if asked for, and bound in number', () => {
    const plain = open()
    plain.metrics.onOperation(operation({ tenant: 'acme' }))
    expect(plain.text()).not.toContain('acme')
    const warnings: string[] = []
    const { metrics, lines } = open({ tenantLabel: 'tenant', maxSeries: 2, onWarning: (message) => warnings.push(message) })
    for (const tenant of ['a', 'b', 'c', 'd', 'a']) metrics.onOperation(operation({ tenant }))
    expect(lines('operation_seconds_count')).toEqual([
      'loopwright_sandbox_operation_seconds_count{overflow="true"} 2',
      'loopwright_sandbox_operation_seconds_count{tenant="a"} 2',
      'loopwright_sandbox_operation_seconds_count{tenant="b"} 1',
    ])
    expect(warnings.length).toBeGreaterThan(0)
    expect(metrics.snapshot().operation?.count).toBe(5)
    expect(() => new SandboxMetrics({ tenantLabel: 'le' })).toThrow(expect.objectContaining({ code: 'ERR_METRICS_NAME' }))
  })

  test('Q-7 series are bound once a tenant and outcome, not once a sample', () => {
    for (const tenantLabel of [undefined, 'tenant']) {
      const { metrics } = open({ tenantLabel })
      const feed = (): void => {
        for (const outcome of ['ok', 'wallMs']) metrics.onOperation(operation({ outcome, tenant: 'a' }))
        metrics.onHostCall({ tenant: 'a', outcome: 'ok', elapsedMs: 1 })
        metrics.onInstance({ sandboxId: 's1', how: 'image', elapsedMs: 1 })
        metrics.onLease({ waitMs: 1 })
      }
      feed()
      const bindings = [CounterFamily, HistogramFamily].map((family) => vi.spyOn(family.prototype, 'with'))
      for (let i = 0; i < 100; i++) feed()
      for (const binding of bindings) expect(binding).not.toHaveBeenCalled()
      vi.restoreAllMocks()
      expect(metrics.snapshot()).toMatchObject({ operations: { ok: 101, wallMs: 101 }, hostCalls: { ok: 101 } })
    }
  })

  test('Q-7 tenants beyond the bound leave nothing behind', () => {
    const { metrics } = open({ tenantLabel: 'tenant', maxSeries: 4, onWarning: () => {} })
    for (let i = 0; i < 1000; i++) metrics.onOperation(operation({ tenant: `t${i}` }))
    expect(metrics.snapshot().operations).toEqual({ ok: 4, overflow: 996 })
    const operations = metrics.collect().find(({ name }) => name === 'loopwright_sandbox_operations_total')
    expect(operations?.series).toHaveLength(5)
  })

  test('samples of a clock that went back are dropped and counted, the outcome is not', () => {
    const { metrics } = open()
    metrics.onOperation(operation({ elapsedMs: -1 }))
    metrics.onOperation(operation({ cpuMs: Number.NaN }))
    metrics.onHostCall({ tenant: undefined, outcome: 'ok', elapsedMs: -1 })
    metrics.onLease({ waitMs: Number.POSITIVE_INFINITY })
    metrics.onInstance({ sandboxId: 'x', how: 'fresh', elapsedMs: -1 })
    expect(metrics.snapshot()).toMatchObject({ clockAnomalies: 5, operations: { ok: 2 }, hostCalls: { ok: 1 }, cpuMs: 0 })
  })

  test('C-3 it says whether it is on, and since when; both formats hold', () => {
    const { metrics } = open({ enabled: false, labels: { pool: 'p' } })
    metrics.enabled = true
    metrics.onOperation(operation())
    metrics.onInstance({ sandboxId: 's1', how: 'reset', elapsedMs: 1 })
    expect(metrics.snapshot()).toMatchObject({ enabled: true })
    for (const format of ['prometheus', 'openmetrics'] as const) {
      const parsed = parseExposition(prometheusText(metrics, { format }), format)
      expect(parsed.map(({ name }) => name.replace('loopwright_sandbox_', '').replace('_total', '')).toSorted()).toEqual([
        'clock_anomalies',
        'cpu_seconds',
        'create_seconds',
        'heap_bytes',
        'host_call_seconds',
        'host_calls',
        'instances',
        'interrupt_latency_seconds',
        'operation_seconds',
        'operations',
        'pool_wait_seconds',
        'queue_wait_seconds',
        'timers',
        'unfinished',
      ])
      for (const { samples } of parsed) for (const { labels } of samples) expect(labels['pool']).toBe('p')
    }
    const reader = metrics.createReader()
    reader.read()
    metrics.onOperation(operation())
    expect(reader.read().find(({ name }) => name === 'loopwright_sandbox_operations_total')?.series).toMatchObject([{ value: 1 }])
  })
})
