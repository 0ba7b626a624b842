// Families of counters, gauges and histograms: one name, a fixed list of labels, one instrument a label set.
import type { MetricsClock } from '../clock.ts'
import { optionError } from '../errors.ts'
import { Counter } from '../instruments/counter.ts'
import type { HistogramLayoutOptions } from '../instruments/layout.ts'
import { Histogram } from '../instruments/histogram.ts'
import { LevelGauge } from '../instruments/level-gauge.ts'
import { assertLabelName, assertMetricName, labelText, labelValue } from './names.ts'
import { seriesKey } from './series-key.ts'
import { SeriesTable } from './series-table.ts'
import type { Labels, MetricFamily, MetricUnit } from './source.ts'

/** Unit in which values are recorded. Exports use seconds and bytes; `none` is a plain number. */
export type RecordedUnit = 'ms' | 'seconds' | 'bytes' | 'none'

export interface FamilyOptions<Label extends string = string> {
  /** One line for people. Default empty. */
  readonly help?: string | undefined
  /** Label names of every series. Default none. */
  readonly labels?: readonly Label[] | undefined
  /** Unit of what is recorded. Default: `ms` for a name ending in `_seconds`, `bytes` for one in `_bytes`, else `none`. */
  readonly unit?: RecordedUnit | undefined
  /** Series before label sets share the overflow series. Integer, 1 to 1 000 000. Default: the set's, 2000. */
  readonly maxSeries?: number | undefined
}

export interface GaugeFamilyOptions<Label extends string = string> extends FamilyOptions<Label> {
  /** Exports the maximum and the moving average beside the current value, as `<name>_max` and `<name>_average`. Default false. */
  readonly levels?: boolean | undefined
  /** Time constant of the moving average in ms. Default 1000. */
  readonly tauMs?: number | undefined
}

export interface HistogramFamilyOptions<Label extends string = string> extends FamilyOptions<Label>, HistogramLayoutOptions {
  /** Mean distance of the samples that callers record. Integer, 1 to 65 536. Default 1. */
  readonly sampleEvery?: number | undefined
}

/** What a set gives each family it makes. */
export interface FamilyContext {
  readonly clock: MetricsClock
  readonly maxSeries: number
  readonly labels: Labels
  readonly onOverflow: (name: string) => void
}

/** What a set needs of a family. */
export interface CollectableFamily {
  readonly name: string
  readonly overflowed: number
  rejected(): number
  collect(): readonly MetricFamily[]
}

export interface Resolved {
  readonly unit: MetricUnit
  readonly scale: number
}

export function resolveUnit(name: string, unit: RecordedUnit | undefined): Resolved {
  switch (unit) {
    case 'ms':
      return { unit: 'seconds', scale: 0.001 }
    case 'seconds':
    case 'bytes':
    case 'none':
      return { unit, scale: 1 }
    case undefined: {
      const stem = name.replace(/_total$/, '')
      if (stem.endsWith('_seconds')) return { unit: 'seconds', scale: 0.001 }
      return { unit: stem.endsWith('_bytes') ? 'bytes' : 'none', scale: 1 }
    }
    default:
      throw optionError('unit', unit satisfies never, 'ms, seconds, bytes or none')
  }
}

/** Binds label sets to instruments. The instrument is to be kept: recording then looks nothing up. */
class Binding<Label extends string, Instrument> {
  readonly names: readonly Label[]
  readonly table: SeriesTable<Instrument>
  readonly #constant: Labels

  constructor(name: string, options: FamilyOptions<Label>, context: FamilyContext, make: () => Instrument, open = false) {
    this.names = Object.freeze([...(options.labels ?? [])])
    for (const label of this.names) {
      assertLabelName(label)
      if (Object.hasOwn(context.labels, label)) throw optionError('labels', label, 'other than the labels of the whole set')
    }
    if (new Set(this.names).size !== this.names.length) throw optionError('labels', this.names.join(', '), 'names that differ')
    const maxSeries = options.maxSeries ?? context.maxSeries
    if (!Number.isInteger(maxSeries) || maxSeries < 1 || maxSeries > 1_000_000)
      throw optionError('maxSeries', maxSeries, 'an integer from 1 to 1000000')
    this.table = new SeriesTable({ maxSeries, make, onOverflow: () => context.onOverflow(name) })
    this.#constant = context.labels
    if (this.names.length === 0 && !open) this.bind({} as Record<Label, string>)
  }

  bind(labels: Readonly<Record<Label, string | number | boolean>>): Instrument {
    const values = this.names.map((name) => labelValue(name, labels[name]))
    for (const name of Object.keys(labels)) {
      if (!this.names.includes(name as Label)) throw optionError('label', name, `one of ${this.names.join(', ') || '(none)'}`)
    }
    return this.table.bind(JSON.stringify(values), () => Object.fromEntries(this.names.map((name, i) => [name, values[i] ?? ''])))
  }

  /** The instrument of labels whose names are valid, but were not declared. */
  bindAny(labels: Readonly<Record<string, string | number | boolean>>): Instrument {
    const own = Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, labelText(value)]))
    return this.table.bind(seriesKey(own), () => own)
  }

  /** Each series with the set's own labels added. */
  series<T>(read: (instrument: Instrument, labels: Labels) => T): readonly T[] {
    return Array.from(this.table.entries(), ({ labels, instrument }) =>
      read(instrument, Object.freeze({ ...labels, ...this.#constant })),
    )
  }
}

/** Counters that share a name. Made by {@link MetricSet.counter}. */
export class CounterFamily<Label extends string = never> implements CollectableFamily {
  readonly name: string
  readonly help: string
  readonly #unit: Resolved
  readonly #binding: Binding<Label, Counter>

  /** @param open - label names may differ by series; for `meter`. */
  constructor(name: string, options: FamilyOptions<Label>, context: FamilyContext, open = false) {
    this.#unit = resolveUnit(name, options.unit)
    assertMetricName(name, 'counter', this.#unit.unit)
    this.name = name
    this.help = options.help ?? ''
    this.#binding = new Binding(name, options, context, () => new Counter({ clock: context.clock }), open)
  }

  /** The counter of a label set. @throws MetricsError `ERR_METRICS_OPTION` for labels missing or unknown. */
  with(labels: Readonly<Record<Label, string | number | boolean>>): Counter {
    return this.#binding.bind(labels)
  }

  /** @internal */
  withAny(labels: Readonly<Record<string, string | number | boolean>>): Counter {
    return this.#binding.bindAny(labels)
  }

  get overflowed(): number {
    return this.#binding.table.overflowed
  }

  rejected(): number {
    return this.#binding.series((counter) => counter.rejected).reduce((sum, n) => sum + n, 0)
  }

  collect(): readonly MetricFamily[] {
    const { unit, scale } = this.#unit
    const series = this.#binding.series(({ value, startEpochMs }, labels) => ({ labels, startEpochMs, value: value * scale }))
    return [{ name: this.name, help: this.help, type: 'counter', unit, series }]
  }
}

/** Gauges that share a name. Made by {@link MetricSet.gauge}. */
export class GaugeFamily<Label extends string = never> implements CollectableFamily {
  readonly name: string
  readonly help: string
  readonly #unit: Resolved
  readonly #levels: boolean
  readonly #binding: Binding<Label, LevelGauge>
  readonly #startEpochMs: number

  constructor(name: string, options: GaugeFamilyOptions<Label>, context: FamilyContext) {
    this.#unit = resolveUnit(name, options.unit)
    assertMetricName(name, 'gauge', this.#unit.unit)
    this.name = name
    this.help = options.help ?? ''
    this.#levels = options.levels ?? false
    this.#startEpochMs = context.clock.epochMs()
    const { tauMs } = options
    this.#binding = new Binding(name, options, context, () => new LevelGauge({ tauMs, clock: context.clock }))
  }

  /** The gauge of a label set. @throws MetricsError `ERR_METRICS_OPTION` for labels missing or unknown. */
  with(labels: Readonly<Record<Label, string | number | boolean>>): LevelGauge {
    return this.#binding.bind(labels)
  }

  get overflowed(): number {
    return this.#binding.table.overflowed
  }

  rejected(): number {
    return this.#binding.series((gauge) => gauge.rejected).reduce((sum, n) => sum + n, 0)
  }

  collect(): readonly MetricFamily[] {
    const current = this.#family('', (gauge) => gauge.current)
    if (!this.#levels) return [current]
    return [current, this.#family('_max', (gauge) => gauge.max), this.#family('_average', (gauge) => gauge.average())]
  }

  #family(ending: string, read: (gauge: LevelGauge) => number | undefined): MetricFamily {
    const { unit, scale } = this.#unit
    const series = this.#binding
      .series((gauge, labels) => ({ labels, startEpochMs: this.#startEpochMs, value: read(gauge) }))
      .flatMap(({ value, ...rest }) => (value === undefined ? [] : [{ ...rest, value: value * scale }]))
    return { name: levelName(this.name, unit, ending), help: this.help, type: 'gauge', unit, series }
  }
}

/** Histograms that share a name and a layout. Made by {@link MetricSet.histogram}. */
export class HistogramFamily<Label extends string = never> implements CollectableFamily {
  readonly name: string
  readonly help: string
  readonly #unit: Resolved
  readonly #binding: Binding<Label, Histogram>

  /** @param open - label names may differ by series; for `meter`. */
  constructor(name: string, options: HistogramFamilyOptions<Label>, context: FamilyContext, open = false) {
    this.#unit = resolveUnit(name, options.unit)
    assertMetricName(name, 'histogram', this.#unit.unit)
    this.name = name
    this.help = options.help ?? ''
    const { lowestExponent, octaves, subBits, sampleEvery } = options
    const make = (): Histogram => new Histogram({ lowestExponent, octaves, subBits, sampleEvery, clock: context.clock })
    make() // a layout out of range fails here, not at the first label set
    this.#binding = new Binding(name, options, context, make, open)
  }

  /** The histogram of a label set. @throws MetricsError `ERR_METRICS_OPTION` for labels missing or unknown. */
  with(labels: Readonly<Record<Label, string | number | boolean>>): Histogram {
    return this.#binding.bind(labels)
  }

  /** @internal */
  withAny(labels: Readonly<Record<string, string | number | boolean>>): Histogram {
    return this.#binding.bindAny(labels)
  }

  get overflowed(): number {
    return this.#binding.table.overflowed
  }

  rejected(): number {
    return this.#binding.series((histogram) => histogram.rejected).reduce((sum, n) => sum + n, 0)
  }

  collect(): readonly MetricFamily[] {
    const { unit, scale } = this.#unit
    const series = this.#binding.series((histogram, labels) => ({
      labels,
      startEpochMs: histogram.startEpochMs,
      histogram: histogram.snapshot(),
    }))
    return [{ name: this.name, help: this.help, type: 'histogram', unit, scale, series }]
  }
}

/** `queue_wait_seconds` and `_max` make `queue_wait_max_seconds`: the unit stays at the end. */
function levelName(name: string, unit: MetricUnit, ending: string): string {
  return unit === 'none' || ending === '' ? name + ending : `${name.slice(0, -unit.length - 1)}${ending}_${unit}`
}
