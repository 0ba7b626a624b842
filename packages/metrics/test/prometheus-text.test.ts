// T-1 to T-3: the text formats, read back by a strict parser.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MetricFamily, MetricSource } from '../src/index.ts'
import { Histogram, LoopMetrics, MetricSet, quantiles } from '../src/index.ts'
import { CONTENT_TYPES, DEFAULT_BOUNDS, TEXT_FORMATS, prometheusText } from '../src/prometheus/index.ts'
import { ManualClock } from './support/clock.ts'
import { parseExposition } from './support/exposition.ts'
import { seeded } from './support/streams.ts'

const fixed = (...families: MetricFamily[]): MetricSource => ({ collect: () => families })
const numbers = (
  name: string,
  type: 'counter' | 'gauge',
  values: readonly [labels: Record<string, string>, value: number][],
  help = '',
): MetricFamily => ({
  name,
  help,
  type,
  unit: 'none',
  series: values.map(([labels, value]) => ({ labels, startEpochMs: 1_700_000_000_500, value })),
})
const HOSTILE = [
  '"',
  '\\',
  '\n',
  '\\n',
  'a"b\\c\nd',
  '\u{202e}evil\u{2066}',
  '{}',
  'x="y",z="',
  '\u{1f600}',
  '#',
  ' ',
  ',',
  '\r',
  '\t',
]

describe('the whole text', () => {
  test('T-1 the older format, byte for byte', () => {
    const set = new MetricSet([], { clock: new ManualClock() })
    set
      .counter('app_hits_total', { help: 'Hits.', labels: ['path'] })
      .with({ path: '/' })
      .add(3)
    const waits = set.histogram('app_wait_seconds', { help: 'Waits.' }).with({})
    for (const ms of [1, 2, 2000]) waits.record(ms)
    const text = prometheusText(set, { bounds: [0.0025, 1] })
    expect(text.split('# HELP loopwright')[0]).toBe(
      [
        '# HELP app_hits_total Hits.',
        '# TYPE app_hits_total counter',
        'app_hits_total{path="/"} 3',
        '# HELP app_wait_seconds Waits.',
        '# TYPE app_wait_seconds histogram',
        'app_wait_seconds_bucket{le="0.0025"} 2',
        'app_wait_seconds_bucket{le="1"} 2',
        'app_wait_seconds_bucket{le="+Inf"} 3',
        'app_wait_seconds_sum 2.003',
        'app_wait_seconds_count 3',
        '',
      ].join('\n'),
    )
    expect(CONTENT_TYPES.prometheus).toBe('text/plain; version=0.0.4; charset=utf-8')
  })

  test('T-1 OpenMetrics has units, creation times, counters named without _total, and an end', () => {
    const set = new MetricSet([], { clock: new ManualClock(1_700_000_000_500) })
    set.counter('app_busy_seconds_total', { help: 'Say "busy".' }).with({}).add(1500)
    set.histogram('app_wait_seconds').with({}).record(2)
    const text = prometheusText(set, { format: 'openmetrics', bounds: [1] })
    expect(text.split('# HELP loopwright')[0]).toBe(
      [
        '# HELP app_busy_seconds Say \\"busy\\".',
        '# TYPE app_busy_seconds counter',
        '# UNIT app_busy_seconds seconds',
        'app_busy_seconds_total 1.5',
        'app_busy_seconds_created 1700000000.5',
        '# TYPE app_wait_seconds histogram',
        '# UNIT app_wait_seconds seconds',
        'app_wait_seconds_bucket{le="1.0"} 1',
        'app_wait_seconds_bucket{le="+Inf"} 1',
        'app_wait_seconds_sum 0.002',
        'app_wait_seconds_count 1',
        'app_wait_seconds_created 1700000000.5',
        '',
      ].join('\n'),
    )
    expect(text.endsWith('\n# EOF\n')).toBe(true)
    expect(CONTENT_TYPES.openmetrics).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  })

  test.each(TEXT_FORMATS)('T-2 families come in name order, series in label order, each # TYPE once: %s', (format) => {
    const source = fixed(
      numbers('b_total', 'counter', [
        [{ z: '1', a: '2' }, 1],
        [{ a: '10' }, 2],
        [{}, 3],
        [{ a: '1' }, 4],
      ]),
      numbers('a', 'gauge', [[{}, 1]]),
    )
    const parsed = parseExposition(prometheusText(source, { format }), format)
    expect(parsed.map(({ name }) => name)).toEqual(['a', format === 'openmetrics' ? 'b' : 'b_total'])
    expect(parsed[1]?.samples.filter(({ name }) => name === 'b_total').map(({ value }) => value)).toEqual([3, 4, 2, 1])
  })

  test.each(TEXT_FORMATS)('T-2 hostile labels and help read back as they were: %s', (format) => {
    const any = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', maxLength: 30 }))
    fc.assert(
      fc.property(any, any, any, fc.double(), (one, two, help, value) => {
        const source = fixed(numbers('x', 'gauge', [[{ one, two }, value]], help), numbers('y', 'gauge', [[{}, 1]]))
        const [x, y] = parseExposition(prometheusText(source, { format }), format)
        expect(x?.samples).toEqual([{ name: 'x', labels: { one, two }, value: value === 0 ? expect.closeTo(0) : value }])
        expect(x?.help ?? '').toBe(help)
        expect(y?.samples).toHaveLength(1)
      }),
    )
  })

  test('T-2 numbers are the shortest text that reads back the same', () => {
    const values = [
      0.1,
      1e21,
      5e-324,
      Number.MAX_VALUE,
      123456789012345,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]
    const text = prometheusText(
      fixed(
        numbers(
          'x',
          'gauge',
          values.map((value, i) => [{ i: String(i) }, value]),
        ),
      ),
    )
    const shown = text
      .split('\n')
      .filter((line) => line.startsWith('x'))
      .map((line) => line.split(' ')[1])
    expect(shown).toEqual(['0.1', '1e+21', '5e-324', '1.7976931348623157e+308', '123456789012345', '+Inf', '-Inf', 'NaN'])
  })
})

describe('histograms', () => {
  const histogramOf = (values: readonly number[], scale = 1): MetricFamily => {
    const histogram = new Histogram()
    for (const value of values) histogram.record(value)
    return {
      name: 'h',
      help: '',
      type: 'histogram',
      unit: 'none',
      scale,
      series: [{ labels: {}, startEpochMs: 0, histogram: histogram.snapshot() }],
    }
  }

  test('T-3 the default bounds are 1, 2.5 and 5 a decade from 1 us to 100 s', () => {
    expect([DEFAULT_BOUNDS[0], DEFAULT_BOUNDS.at(-1), DEFAULT_BOUNDS.length]).toEqual([1e-6, 100, 25])
    for (let i = 1; i < DEFAULT_BOUNDS.length; i++)
      expect([2, 2.5]).toContainEqual(Number(((DEFAULT_BOUNDS[i] ?? 0) / (DEFAULT_BOUNDS[i - 1] ?? 1)).toFixed(6)))
  })

  test('T-3 buckets are cumulative and a count at a bound is off by at most one cell', () => {
    const value = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom(0, 1e-9, 1e12, Number.POSITIVE_INFINITY))
    const bounds = fc.uniqueArray(fc.double({ min: 1e-3, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.array(value, { maxLength: 200 }), bounds, (values, unordered) => {
        const ordered = unordered.toSorted((a, b) => a - b)
        const [family] = parseExposition(prometheusText(fixed(histogramOf(values)), { bounds: ordered }), 'prometheus')
        ordered.forEach((bound, i) => {
          const count = family?.samples[i]?.value as number
          expect(count).toBeGreaterThanOrEqual(values.filter((v) => v <= bound * (1 - 2 ** -6)).length)
          expect(count).toBeLessThanOrEqual(values.filter((v) => v <= bound * (1 + 2 ** -6)).length)
        })
      }),
    )
  })

  test('T-3 quantiles are a summary of their own name, on request', () => {
    const random = seeded(4)
    const family = histogramOf(
      Array.from({ length: 1000 }, () => random() * 100),
      0.001,
    )
    const wanted = [0, 0.5, 0.99, 1]
    for (const format of TEXT_FORMATS) {
      const parsed = parseExposition(prometheusText(fixed(family), { format, quantiles: wanted }), format)
      const summary = parsed.find(({ name }) => name === 'h_quantile')
      expect(summary?.type).toBe('summary')
      const snapshot = family.series[0] !== undefined && 'histogram' in family.series[0] ? family.series[0].histogram : undefined
      const expected = snapshot === undefined ? [] : quantiles(snapshot, wanted).map((v) => (v as number) * 0.001)
      expect(summary?.samples.slice(0, 4).map(({ value }) => value)).toEqual(expected)
      expect(summary?.samples.slice(4).map(({ name }) => name)).toEqual(['h_quantile_sum', 'h_quantile_count'])
    }
    expect(prometheusText(fixed(family))).not.toContain('quantile')
  })

  test('T-3 bad bounds, quantiles and formats are refused', () => {
    for (const options of [
      { bounds: [1, 1] },
      { bounds: [2, 1] },
      { bounds: [Number.NaN] },
      { bounds: [Number.POSITIVE_INFINITY] },
      { quantiles: [2] },
      { format: 'xml' as 'prometheus' },
    ]) {
      expect(() => prometheusText(fixed(), options)).toThrow(expect.objectContaining({ code: 'ERR_METRICS_OPTION' }))
    }
  })
})

test.each(TEXT_FORMATS)(
  'T-2 everything that LoopMetrics exports keeps to the format and to the conventions of names: %s',
  (format) => {
    const metrics = new LoopMetrics({ labels: { loop: 'a "b"' }, clock: new ManualClock() })
    metrics.onSample({ phase: 'timers', label: undefined, residenceMs: 1, executionMs: 2, latenessMs: 1 })
    metrics.onBatch({ turns: 1, callbacks: 1, queued: 1, busyMs: 2, idleMs: 3, limit: 'time' })
    metrics.onTransition('state', 'awake', 'running')
    const parsed = parseExposition(prometheusText(metrics, { format, quantiles: [0.5] }), format)
    expect(parsed.length).toBeGreaterThan(28)
    for (const { name, type, samples, help } of parsed) {
      expect(help, name).not.toBe('')
      for (const { labels } of samples) expect(labels['loop']).toBe('a "b"')
      if (format === 'prometheus') expect(name.endsWith('_total'), name).toBe(type === 'counter')
    }
  },
)
