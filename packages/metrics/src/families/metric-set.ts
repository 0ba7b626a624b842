// A set of metrics: families of its own and other sources, collected together.
import type { MetricsClock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { MetricsError, integerOption } from '../errors.ts'
import type {
  CollectableFamily,
  FamilyContext,
  FamilyOptions,
  GaugeFamilyOptions,
  HistogramFamilyOptions,
  RecordedUnit,
} from './family.ts'
import { CounterFamily, GaugeFamily, HistogramFamily } from './family.ts'
import type { Counter } from '../instruments/counter.ts'
import type { Histogram } from '../instruments/histogram.ts'
import { IntervalReader } from './interval-reader.ts'
import { resolveLabels } from './names.ts'
import { seriesKey } from './series-key.ts'
import { DEFAULT_MAX_SERIES } from './series-table.ts'
import type { Labels, MetricFamily, MetricSource } from './source.ts'

export interface MetricSetOptions {
  /** Labels that every series of this set's own families carries. Default none. */
  readonly labels?: Labels | undefined
  /** Series a family before label sets share the overflow series. Integer, 1 to 1 000 000. Default 2000. */
  readonly maxSeries?: number | undefined
  /** Called once a family whose bound was reached. Default: `process.emitWarning` where there is one. */
  readonly onWarning?: ((message: string, family: string) => void) | undefined
  readonly clock?: MetricsClock | undefined
}

/** Why families or series were left out of a collection. */
export const COLLECT_ERRORS = ['threw', 'type', 'duplicate'] as const
export type CollectError = (typeof COLLECT_ERRORS)[number]

/** Instruments by labels that are not known beforehand. */
export interface OpenFamily<Instrument> {
  readonly bind: (labels: Readonly<Record<string, string | number | boolean>>) => Instrument
  readonly maxSeries: number
}

interface Gathered {
  readonly families: Map<
    string,
    { readonly family: MetricFamily; readonly series: MetricFamily['series'][number][]; readonly keys: Set<string> }
  >
  readonly failures: Record<CollectError, number>
}

/**
 * Collects its own families and those of other sources. A source that throws costs its own families only; it is counted
 * in `loopwright_collect_errors_total`, and so are families of one name whose types differ and series given twice, of
 * which the first stays.
 */
export class MetricSet implements MetricSource {
  readonly #sources: MetricSource[] = []
  readonly #families = new Map<string, CollectableFamily>()
  readonly #failures: Record<CollectError, number> = { threw: 0, type: 0, duplicate: 0 }
  readonly #context: FamilyContext
  readonly #startEpochMs: number

  /** @throws MetricsError `ERR_METRICS_DUPLICATE` if two sources give families of one name and different type. */
  constructor(sources: readonly MetricSource[] = [], options: MetricSetOptions = {}) {
    const { clock = systemClock, maxSeries = DEFAULT_MAX_SERIES, onWarning = emitWarning } = options
    this.#startEpochMs = clock.epochMs()
    this.#context = {
      clock,
      maxSeries: integerOption('maxSeries', maxSeries, 1, 1_000_000),
      labels: resolveLabels(options.labels),
      onOverflow: (family) =>
        onWarning(`metric ${family} reached its bound of series; further label sets share the series {overflow="true"}`, family),
    }
    for (const source of sources) this.add(source)
  }

  /**
   * Adds a source. It is collected once here, to see whether its families fit beside those already known.
   * @throws MetricsError `ERR_METRICS_DUPLICATE` if a family has the name of another of different type.
   */
  add(source: MetricSource): void {
    const known = new Map(this.#gather(freshFailures()).map((family) => [stemOf(family), family]))
    let families: readonly MetricFamily[] = []
    try {
      families = source instanceof MetricSet ? source.#gather(freshFailures()) : source.collect()
    } catch {
      this.#failures.threw++ // it may give its families later; until then each collection counts it
    }
    for (const family of families) {
      const other = known.get(stemOf(family))
      if (other !== undefined && other.type !== family.type) throw duplicateError(family.name, other, family.type)
    }
    this.#sources.push(source)
  }

  /** Makes a family of counters. @throws MetricsError `ERR_METRICS_NAME`, `ERR_METRICS_OPTION`, `ERR_METRICS_DUPLICATE` */
  counter<Label extends string = never>(name: string, options: FamilyOptions<Label> = {}): CounterFamily<Label> {
    return this.#own(new CounterFamily(name, options, this.#context), 'counter')
  }

  /** Makes a family of gauges. @throws MetricsError `ERR_METRICS_NAME`, `ERR_METRICS_OPTION`, `ERR_METRICS_DUPLICATE` */
  gauge<Label extends string = never>(name: string, options: GaugeFamilyOptions<Label> = {}): GaugeFamily<Label> {
    return this.#own(new GaugeFamily(name, options, this.#context), 'gauge')
  }

  /** Makes a family of histograms. @throws MetricsError `ERR_METRICS_NAME`, `ERR_METRICS_OPTION`, `ERR_METRICS_DUPLICATE` */
  histogram<Label extends string = never>(name: string, options: HistogramFamilyOptions<Label> = {}): HistogramFamily<Label> {
    return this.#own(new HistogramFamily(name, options, this.#context), 'histogram')
  }

  /** @internal A family of counters whose label names differ by series, for `meter`. */
  openCounter(name: string): OpenFamily<Counter> {
    const family = this.#own(new CounterFamily<string>(name, {}, this.#context, true), 'counter')
    return { bind: (labels) => family.withAny(labels), maxSeries: this.#context.maxSeries }
  }

  /** @internal The same for histograms. */
  openHistogram(name: string, unit: RecordedUnit | undefined): OpenFamily<Histogram> {
    const family = this.#own(new HistogramFamily<string>(name, { unit }, this.#context, true), 'histogram')
    return { bind: (labels) => family.withAny(labels), maxSeries: this.#context.maxSeries }
  }

  /** All families at this instant, series of one name together, and this set's own account. */
  collect(): readonly MetricFamily[] {
    const failures = freshFailures()
    const families = this.#gather(failures)
    for (const reason of COLLECT_ERRORS) this.#failures[reason] += failures[reason]
    return [...families, ...this.#account()]
  }

  /** A reader of intervals with a baseline of its own. */
  createReader(): IntervalReader {
    return new IntervalReader(this)
  }

  #own<Family extends CollectableFamily>(family: Family, type: MetricFamily['type']): Family {
    const stem = stemOf({ name: family.name, type })
    const known = this.#gather(freshFailures()).find((other) => stemOf(other) === stem)
    if (known !== undefined) throw duplicateError(family.name, known, type)
    this.#families.set(family.name, family)
    return family
  }

  #gather(failures: Record<CollectError, number>): MetricFamily[] {
    const gathered: Gathered = { families: new Map(), failures }
    for (const family of this.#families.values()) absorb(gathered, family.collect())
    for (const source of this.#sources) {
      try {
        absorb(gathered, source instanceof MetricSet ? source.#gather(failures) : source.collect())
      } catch {
        failures.threw++
      }
    }
    return Array.from(gathered.families.values(), ({ family, series }) => ({ ...family, series }) as MetricFamily)
  }

  #account(): MetricFamily[] {
    const startEpochMs = this.#startEpochMs
    const failures = COLLECT_ERRORS.map((reason) => ({ labels: { reason }, startEpochMs, value: this.#failures[reason] }))
    const families = this.#allFamilies()
    const count = (read: (family: CollectableFamily) => number) =>
      families
        .map((family) => ({ labels: { metric: family.name }, startEpochMs, value: read(family) }))
        .filter(({ value }) => value > 0)
    return [
      accountOf('loopwright_collect_errors_total', 'Sources that threw, and families and series that did not fit.', failures),
      accountOf(
        'loopwright_series_overflow_total',
        'Label sets sent to the overflow series.',
        count((family) => family.overflowed),
      ),
      accountOf(
        'loopwright_rejected_values_total',
        'Values refused by instruments.',
        count((family) => family.rejected()),
      ),
    ]
  }

  #allFamilies(): CollectableFamily[] {
    const nested = this.#sources.flatMap((source) => (source instanceof MetricSet ? source.#allFamilies() : []))
    const byName = new Map([...nested, ...this.#families.values()].map((family) => [family.name, family]))
    return [...byName.values()]
  }
}

function absorb({ families, failures }: Gathered, batch: readonly MetricFamily[]): void {
  for (const family of batch) {
    const stem = stemOf(family)
    let entry = families.get(stem)
    if (entry === undefined) {
      entry = { family, series: [], keys: new Set() }
      families.set(stem, entry)
    }
    if (entry.family.type !== family.type) {
      failures.type++
      continue
    }
    for (const series of family.series) {
      const key = seriesKey(series.labels)
      if (entry.keys.has(key)) {
        failures.duplicate++
        continue
      }
      entry.keys.add(key)
      entry.series.push(series)
    }
  }
}

function accountOf(
  name: string,
  help: string,
  series: readonly { labels: Labels; startEpochMs: number; value: number }[],
): MetricFamily {
  return { name, help, type: 'counter', unit: 'none', series }
}

function freshFailures(): Record<CollectError, number> {
  return { threw: 0, type: 0, duplicate: 0 }
}

/** The name under which OpenMetrics knows a family: a counter's is its name without `_total`, so `x` and `x_total` exclude each other. */
function stemOf({ name, type }: Pick<MetricFamily, 'name' | 'type'>): string {
  return type === 'counter' ? name.replace(/_total$/, '') : name
}

function duplicateError(name: string, other: MetricFamily, type: MetricFamily['type']): MetricsError {
  return new MetricsError(
    'ERR_METRICS_DUPLICATE',
    `the ${type} ${name} cannot stand beside the ${other.type} ${other.name}, which exists already`,
    {
      context: { name, type, otherName: other.name, otherType: other.type },
    },
  )
}

function emitWarning(message: string): void {
  globalThis.process?.emitWarning?.(message, { type: 'MetricsWarning', code: 'LOOPWRIGHT_METRICS_SERIES' })
}
