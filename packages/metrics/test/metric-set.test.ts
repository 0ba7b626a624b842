// C-2, E-2: families, labels, bounds, the meter, sets of sources.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MetricFamily, MetricSource } from '../src/index.ts'
import { MetricSet, meter } from '../src/index.ts'
import { prometheusText } from '../src/prometheus/index.ts'
import { ManualClock } from './support/clock.ts'
import { parseExposition } from './support/exposition.ts'

const silent = { onWarning: () => {} }
const valuesOf = (source: MetricSource, name: string): readonly (readonly [Record<string, string>, number])[] =>
  source
    .collect()
    .filter((family) => family.name === name)
    .flatMap(({ series }) => series.map((one) => [{ ...one.labels }, 'value' in one ? one.value : one.histogram.count] as const))
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('families', () => {
  test('Q-7 a label set is bound once: the same labels give the same instrument, in any order', () => {
    const set = new MetricSet()
    const hits = set.counter('hits_total', { labels: ['method', 'path'] })
    expect(hits.with({ method: 'GET', path: '/' })).toBe(hits.with({ path: '/', method: 'GET' }))
    expect(hits.with({ method: 'GET', path: '/' })).not.toBe(hits.with({ method: '/', path: 'GET' }))
    expect(hits.with({ method: 'a","b', path: 'c' })).not.toBe(hits.with({ method: 'a', path: 'b","c' }))
  })

  test('Q-7 beyond maxSeries label sets share one overflow series, counted, warned of once', () => {
    const warnings: string[] = []
    const set = new MetricSet([], { maxSeries: 3, onWarning: (message, family) => warnings.push(`${family}: ${message}`) })
    const hits = set.counter('hits_total', { labels: ['user'] })
    for (let i = 0; i < 10; i++) hits.with({ user: i }).add(1)
    hits.with({ user: 0 }).add(1)
    expect(valuesOf(set, 'hits_total')).toEqual([
      [{ user: '0' }, 2],
      [{ user: '1' }, 1],
      [{ user: '2' }, 1],
      [{ overflow: 'true' }, 7],
    ])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^hits_total: .*bound/)
    expect(valuesOf(set, 'loopwright_series_overflow_total')).toEqual([[{ metric: 'hits_total' }, 7]])
    parseExposition(prometheusText(set), 'prometheus')
  })

  test('Q-7 the default bound is 2000, and a family may have its own', () => {
    const set = new MetricSet([], silent)
    const one = set.histogram('a_seconds', { labels: ['x'], maxSeries: 1 })
    expect(one.with({ x: 1 })).not.toBe(one.with({ x: 2 }))
    expect(one.with({ x: 2 })).toBe(one.with({ x: 3 }))
    const hits = set.counter('hits_total', { labels: ['x'] })
    for (let x = 0; x < 5000; x++) hits.with({ x })
    expect(valuesOf(set, 'hits_total')).toHaveLength(2001)
  })

  test('Q-7 long and ill-formed label values are cut and mended', () => {
    const set = new MetricSet()
    const hits = set.counter('hits_total', { labels: ['x'] })
    hits.with({ x: 'y'.repeat(10_000) }).add()
    hits.with({ x: 'bad \ud800 half' }).add()
    const values = valuesOf(set, 'hits_total').map(([{ x }]) => x as string)
    expect(values[0]).toHaveLength(256)
    expect(values[1]).toBe('bad \u{fffd} half')
  })

  test('Q-7 labels that are missing, unknown or no primitives are refused when bound', () => {
    const hits = new MetricSet().counter('hits_total', { labels: ['x'] })
    expect(() => hits.with({} as { x: string })).toThrow(code('ERR_METRICS_OPTION'))
    expect(() => hits.with({ x: '1', y: '2' } as { x: string })).toThrow(code('ERR_METRICS_OPTION'))
    expect(() => hits.with({ x: { toString: () => 'z' } as unknown as string })).toThrow(code('ERR_METRICS_OPTION'))
  })

  test.each(['1a', 'a-b', '', 'é_total', 'a b', 'a\n', 'x'.repeat(201)])('names that are none are refused: %j', (name) => {
    expect(() => new MetricSet().gauge(name)).toThrow(code('ERR_METRICS_NAME'))
  })

  test('names keep to the conventions: _total for counters only, the unit at the end, no reserved endings', () => {
    const set = new MetricSet()
    expect(() => set.counter('hits')).toThrow(code('ERR_METRICS_NAME'))
    for (const ending of ['total', 'bucket', 'count', 'sum', 'created', 'info', 'quantile']) {
      expect(() => set.gauge(`a_${ending}`)).toThrow(code('ERR_METRICS_NAME'))
      expect(() => set.counter(`a_${ending}_total`)).toThrow(code('ERR_METRICS_NAME'))
    }
    expect(() => set.histogram('wait', { unit: 'ms' })).toThrow(code('ERR_METRICS_NAME'))
    expect(() => set.gauge('heap', { unit: 'bytes' })).toThrow(code('ERR_METRICS_NAME'))
    expect(set.histogram('wait_seconds').name).toBe('wait_seconds')
    for (const label of ['le', 'quantile', 'overflow', '__x', 'a-b', '']) {
      expect(() => set.counter('c_total', { labels: [label] })).toThrow(code('ERR_METRICS_NAME'))
    }
    expect(() => set.counter('c_total', { labels: ['a', 'a'] })).toThrow(code('ERR_METRICS_OPTION'))
    expect(() => set.counter('c_total', { maxSeries: 0 })).toThrow(code('ERR_METRICS_OPTION'))
    expect(() => set.histogram('h', { subBits: 9 })).toThrow(code('ERR_METRICS_OPTION'))
    expect(() => new MetricSet([], { labels: { 'x y': '' } })).toThrow(code('ERR_METRICS_NAME'))
    expect(() => new MetricSet([], { labels: { x: '1' } }).counter('c_total', { labels: ['x'] })).toThrow(
      code('ERR_METRICS_OPTION'),
    )
  })

  test('recorded milliseconds are exported as seconds, other units as they are', () => {
    const set = new MetricSet([], { labels: { app: 'x' } })
    set.counter('busy_seconds_total').with({}).add(1500)
    set.counter('up_seconds_total', { unit: 'seconds' }).with({}).add(7)
    set.gauge('heap_bytes').with({}).set(4096)
    set.gauge('lag_seconds', { levels: true }).with({}).set(250)
    expect(valuesOf(set, 'busy_seconds_total')).toEqual([[{ app: 'x' }, 1.5]])
    expect(valuesOf(set, 'up_seconds_total')).toEqual([[{ app: 'x' }, 7]])
    expect(valuesOf(set, 'heap_bytes')).toEqual([[{ app: 'x' }, 4096]])
    expect(valuesOf(set, 'lag_max_seconds')).toEqual([[{ app: 'x' }, 0.25]])
    expect(valuesOf(set, 'lag_average_seconds')).toEqual([[{ app: 'x' }, 0.25]])
  })

  test('what instruments refused is counted by family', () => {
    const set = new MetricSet()
    set.counter('a_total').with({}).add(-1)
    set.histogram('b').with({}).record(Number.NaN)
    set.gauge('c').with({}).set(Number.NaN)
    expect(valuesOf(set, 'loopwright_rejected_values_total')).toEqual([
      [{ metric: 'a_total' }, 1],
      [{ metric: 'b' }, 1],
      [{ metric: 'c' }, 1],
    ])
  })
})

describe('the meter', () => {
  test('Q-8 names become valid, counters end in _total, milliseconds become seconds', () => {
    const set = new MetricSet()
    const m = meter(set)
    m.add('sql_export.rows_read', 5, { table: 'orders' })
    m.add('sql_export.rows_read', 2, { table: 'orders' })
    m.record('sql_export.page_ms', 1500, { table: 'orders' })
    m.record('plain count', 3)
    expect(valuesOf(set, 'sql_export_rows_read_total')).toEqual([[{ table: 'orders' }, 7]])
    expect(prometheusText(set)).toContain('sql_export_page_seconds_sum{table="orders"} 1.5\n')
    expect(valuesOf(set, 'plain_count_')).toEqual([[{}, 1]])
  })

  test('Q-8 the order of attributes does not matter, and no two attribute sets share a series', () => {
    const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'c', '1', ':'), fc.constantFrom('', 'a', '1:a', '0:', 'b1:'), {
      maxKeys: 3,
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(attributes, { selector: (one) => JSON.stringify(Object.entries(one).toSorted()), maxLength: 20 }),
        (sets) => {
          const set = new MetricSet()
          const m = meter(set)
          for (const one of sets) m.add('x', 1, one)
          for (const one of sets) m.add('x', 1, Object.fromEntries(Object.entries(one).toReversed()))
          const found = valuesOf(set, 'x_total')
          expect(found.reduce((sum, [, n]) => sum + n, 0)).toBe(2 * sets.length)
          // Attribute names that become the same label join; otherwise each set has its series.
          expect(found.length).toBeLessThanOrEqual(sets.length)
          if (sets.every((one) => !Object.hasOwn(one, ':'))) expect(found).toHaveLength(sets.length)
        },
      ),
    )
  })

  test('Q-8 series are bound as in Q-7, names by maxNames; nothing throws', () => {
    const set = new MetricSet([], { maxSeries: 2, ...silent })
    const m = meter(set, { maxNames: 2 })
    for (let i = 0; i < 10; i++) m.add('hits', 1, { user: String(i) })
    expect(valuesOf(set, 'hits_total').at(-1)).toEqual([{ overflow: 'true' }, 8])
    m.record('hits', 1)
    m.add('third', 1)
    m.record('third', 1)
    expect(m.dropped).toBe(3)
    m.add('hits', Number.NaN, { user: '0' })
    m.add('hits', 1, { user: { toString: () => 'x' } as unknown as string, le: '5', '': 'empty' })
    expect(() => meter(set, { maxNames: 0 })).toThrow(code('ERR_METRICS_OPTION'))
    for (const format of ['prometheus', 'openmetrics'] as const) parseExposition(prometheusText(set, { format }), format)
  })

  test('Q-8 a name that belongs to a metric of another type is dropped and counted', () => {
    const set = new MetricSet()
    set.gauge('page_seconds')
    const m = meter(set)
    m.record('page_ms', 1)
    m.record('page_ms', 1)
    expect(m.dropped).toBe(2)
  })
})

describe('sets of sources', () => {
  const gauge = (name: string, value: number, labels: Record<string, string> = {}): MetricFamily => ({
    name,
    help: '',
    type: 'gauge',
    unit: 'none',
    series: [{ labels, startEpochMs: 0, value }],
  })

  test('series of one name from several sources come together', () => {
    const set = new MetricSet([{ collect: () => [gauge('a', 1, { x: '1' })] }, { collect: () => [gauge('a', 2, { x: '2' })] }])
    expect(valuesOf(set, 'a')).toEqual([
      [{ x: '1' }, 1],
      [{ x: '2' }, 2],
    ])
  })

  test('two families of one name and different type are refused', () => {
    const counter = new MetricSet()
    counter.counter('x_total')
    const other: MetricSource = { collect: () => [gauge('x', 1)] } // OpenMetrics names the counter's family x, too
    expect(() => new MetricSet([counter, other])).toThrow(code('ERR_METRICS_DUPLICATE'))
    expect(() => counter.histogram('x')).toThrow(code('ERR_METRICS_DUPLICATE'))
    expect(() => counter.counter('x_total')).toThrow(code('ERR_METRICS_DUPLICATE'))
    const outer = new MetricSet([other])
    expect(() => outer.counter('x_total')).toThrow(code('ERR_METRICS_DUPLICATE'))
  })

  test('E-2 a source that throws costs its own families only, and each time is counted', () => {
    let broken = false
    const flaky: MetricSource = {
      collect: () => {
        if (broken) throw new Error('gone')
        return [gauge('flaky', 1)]
      },
    }
    const set = new MetricSet([flaky, { collect: () => [gauge('steady', 2)] }])
    broken = true
    expect([valuesOf(set, 'flaky'), valuesOf(set, 'steady')]).toEqual([[], [[{}, 2]]])
    const threw = valuesOf(set, 'loopwright_collect_errors_total').find(([{ reason }]) => reason === 'threw')
    expect(threw?.[1]).toBe(3)
    broken = false
    expect(valuesOf(set, 'flaky')).toEqual([[{}, 1]])
  })

  test('E-2 later conflicts of type, and series given twice, are left out and counted', () => {
    const types: MetricFamily['type'][] = ['gauge']
    const shifty: MetricSource = { collect: () => [{ ...gauge('a', 5), type: types.at(-1) } as MetricFamily] }
    const set = new MetricSet([{ collect: () => [gauge('a', 1)] }, shifty])
    expect(valuesOf(set, 'a')).toEqual([[{}, 1]])
    types.push('counter')
    expect(valuesOf(set, 'a')).toEqual([[{}, 1]])
    const counted = Object.fromEntries(valuesOf(set, 'loopwright_collect_errors_total').map(([{ reason }, n]) => [reason, n]))
    expect(counted).toEqual({ threw: 0, type: 2, duplicate: 1 })
    parseExposition(prometheusText(set), 'prometheus')
  })

  test('a set of sets gives one account of all', () => {
    const inner = new MetricSet([], { maxSeries: 1, ...silent })
    const hits = inner.counter('hits_total', { labels: ['x'] })
    hits.with({ x: 1 })
    hits.with({ x: 2 })
    const outer = new MetricSet([new MetricSet([inner])])
    expect(valuesOf(outer, 'loopwright_series_overflow_total')).toEqual([[{ metric: 'hits_total' }, 1]])
    expect(valuesOf(outer, 'loopwright_collect_errors_total')).toHaveLength(3)
    parseExposition(prometheusText(outer, { format: 'openmetrics' }), 'openmetrics')
  })

  test('C-2 readers see intervals, exports stay cumulative, and a reset starts a reader anew', () => {
    const clock = new ManualClock()
    const set = new MetricSet([], { clock })
    const hits = set.counter('hits_total').with({})
    const waits = set.histogram('wait_seconds').with({})
    const [one, two] = [set.createReader(), set.createReader()]
    const read = (reader: typeof one): unknown[] =>
      reader
        .read()
        .filter(({ name }) => name === 'hits_total' || name === 'wait_seconds')
        .flatMap(({ series }) => series.map((s) => ('value' in s ? s.value : s.histogram.count)))
    hits.add(5)
    waits.record(1)
    expect(read(one)).toEqual([5, 1])
    hits.add(2)
    waits.record(2)
    waits.record(3)
    expect([read(one), read(two)]).toEqual([
      [2, 2],
      [7, 3],
    ])
    expect([valuesOf(set, 'hits_total'), read(one)]).toEqual([[[{}, 7]], [0, 0]])
    clock.advance(1)
    hits.reset()
    hits.add(1)
    expect(read(one)).toEqual([1, 0])
  })
})
