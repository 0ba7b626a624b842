// V-1: the terminal summary.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Histogram, LoopMetrics } from '../src/index.ts'
import { sparkline, summaryTable } from '../src/report/index.ts'
import { countText, durationText } from '../src/report/units.ts'
import { ManualClock } from './support/clock.ts'

const ESCAPE = '\u{1b}'

afterEach(() => {
  vi.unstubAllEnvs()
})

const busyLoop = (): LoopMetrics => {
  const clock = new ManualClock()
  const metrics = new LoopMetrics({ sampleEvery: 16, clock })
  for (let i = 0; i < 10; i++) {
    clock.advance(100)
    metrics.onBatch({ turns: 2, callbacks: 160, queued: i, busyMs: 25, idleMs: 75, limit: i === 3 ? 'time' : 'none' })
    for (let j = 0; j < 10; j++) {
      metrics.onSample({ phase: 'external', label: undefined, residenceMs: 0.02, executionMs: 0.1 * (j + 1), latenessMs: 0 })
    }
  }
  return metrics
}

describe('the table', () => {
  test('V-1 has one aligned line an instrument, with units scaled, and the loop below', () => {
    const metrics = busyLoop()
    metrics.watch({ snapshot: () => ({ turnCount: 20, readyTasks: 1, lagMs: 0.5 }) })
    expect(summaryTable(metrics.snapshot(), { width: 120, color: false })).toBe(
      [
        '                          count     rate      p50      p90      p99      max  shape',
        'task (1 in 16)              100  1.78k/s   504 us   902 us  1.00 ms  1.00 ms  ▄   ▄  ▄ ▄ ▄▄▄▄█',
        'queue wait (1 in 16)        100  1.78k/s  20.0 us  20.0 us  20.0 us  20.0 us  █',
        'timer lateness (1 in 16)      0      0/s        -        -        -        -',
        'batch                        10     10/s  25.0 ms  25.0 ms  25.0 ms  25.0 ms  █',
        'callbacks a batch            10     10/s      160      160      160      160  █',
        'busy 25.0 %   1.78k callbacks/s   1.60k in all',
        'queue depth 9   average 2.76   max 9',
        'turns 20   ready 1   lag 500 us',
        'batches ended by a limit: time 1',
      ].join('\n'),
    )
  })

  test('V-1 a loop that has not run shows dashes', () => {
    const lines = summaryTable(new LoopMetrics().snapshot(), { width: 120, color: false }).split('\n')
    expect(lines[1]).toMatch(/^task \(1 in 16\) +0 +0\/s +- +- +- +-$/)
    expect(lines.at(-2)).toBe('busy -   0 callbacks/s   0 in all')
  })

  test('V-1 keeps to the width', () => {
    for (const line of summaryTable(busyLoop().snapshot(), { width: 40, color: false }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(40)
    for (const width of [19, 501, 50.5]) {
      expect(() => summaryTable(busyLoop().snapshot(), { width })).toThrow(
        expect.objectContaining({ code: 'ERR_METRICS_OPTION' }),
      )
    }
  })

  test('V-1 has escape codes only on a terminal, never with NO_COLOR, and on demand', () => {
    const snapshot = busyLoop().snapshot()
    const terminal = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY')
    const onTerminal = (isTTY: boolean): void =>
      void Object.defineProperty(process.stdout, 'isTTY', { value: isTTY, configurable: true })
    try {
      vi.stubEnv('NO_COLOR', '')
      onTerminal(false)
      expect(summaryTable(snapshot)).not.toContain(ESCAPE)
      onTerminal(true)
      expect(summaryTable(snapshot)).toContain(ESCAPE)
      vi.stubEnv('NO_COLOR', '1')
      expect(summaryTable(snapshot)).not.toContain(ESCAPE)
      expect(summaryTable(snapshot, { color: true })).toContain(ESCAPE)
    } finally {
      if (terminal === undefined) Reflect.deleteProperty(process.stdout, 'isTTY')
      else Object.defineProperty(process.stdout, 'isTTY', terminal)
    }
  })
})

test('V-1 durations scale from ns to s with three digits', () => {
  const shown = [0, 1e-6, 0.000123456, 0.0009996, 0.5, 0.99949, 1, 12.34, 123.4, 999.6, 65_432, Number.POSITIVE_INFINITY].map(
    durationText,
  )
  expect(shown).toEqual([
    '0',
    '1.00 ns',
    '123 ns',
    '1.00 us',
    '500 us',
    '999 us',
    '1.00 ms',
    '12.3 ms',
    '123 ms',
    '1.00 s',
    '65.4 s',
    'inf',
  ])
})

test('V-1 counts scale to k, M, G and T', () => {
  expect([0, 7, 999, 1000, 12_345, 1e6, 2.5e9, 3e12, 5e15].map(countText)).toEqual([
    '0',
    '7',
    '999',
    '1.00k',
    '12.3k',
    '1.00M',
    '2.50G',
    '3.00T',
    '5000T',
  ])
})

test('V-1 a sparkline shows the shape on a logarithmic axis', () => {
  const histogram = new Histogram()
  expect(sparkline(histogram.snapshot(), 4)).toBe('    ')
  for (let i = 0; i < 800; i++) histogram.record(1)
  for (let i = 0; i < 100; i++) histogram.record(1000)
  expect(sparkline(histogram.snapshot(), 4)).toBe('█  ▁')
  expect(() => sparkline(histogram.snapshot(), 0)).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
})
