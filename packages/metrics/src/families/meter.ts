// Metrics by name, for callers who know their series only at run time.
import { integerOption } from '../errors.ts'
import type { Counter } from '../instruments/counter.ts'
import type { Histogram } from '../instruments/histogram.ts'
import type { MetricSet } from './metric-set.ts'
import { labelText, toLabelName, toMetricName } from './names.ts'
import { compareText } from './series-key.ts'

/** Values of one series' attributes. */
export type MeterAttributes = Readonly<Record<string, string | number | boolean>>

/** Adds and records by name. Neither call throws. */
export interface Meter {
  /** Adds `n` to the counter of `name` and `attributes`; exported as `<name>_total`. */
  add(name: string, n: number, attributes?: MeterAttributes): void
  /** Records into the histogram of `name` and `attributes`; a name ending in `_ms` is exported in seconds. */
  record(name: string, value: number, attributes?: MeterAttributes): void
  /** Calls dropped: names beyond the bound, or that belong to a metric of another type. */
  readonly dropped: number
}

export interface MeterOptions {
  /** Names before further ones are dropped and counted. Integer, 1 to 10 000. Default 500. */
  readonly maxNames?: number | undefined
}

/**
 * A meter over families of `set`. Names become valid ones: `sql_export.page_ms` is exported as `sql_export_page_seconds`.
 * Series are bound in number like those of any family. Each call looks its series up by a canonical key: where the label
 * set is known beforehand, bind it once with `with` instead.
 */
export function meter(set: MetricSet, { maxNames = 500 }: MeterOptions = {}): Meter {
  return new SetMeter(set, integerOption('maxNames', maxNames, 1, 10_000))
}

const NONE: MeterAttributes = Object.freeze({})

/** The instruments of one name, by canonical key of their attributes. */
interface Named<Instrument> {
  readonly bind: (attributes: MeterAttributes) => Instrument
  readonly byKey: Map<string, Instrument>
  readonly maxSeries: number
}

class SetMeter implements Meter {
  readonly #set: MetricSet
  readonly #maxNames: number
  readonly #counters = new Map<string, Named<Counter> | undefined>()
  readonly #histograms = new Map<string, Named<Histogram> | undefined>()
  #dropped = 0

  constructor(set: MetricSet, maxNames: number) {
    this.#set = set
    this.#maxNames = maxNames
  }

  get dropped(): number {
    return this.#dropped
  }

  add(name: string, n: number, attributes: MeterAttributes = NONE): void {
    const named = this.#counters.get(name) ?? this.#open(this.#counters, name, () => this.#set.openCounter(counterName(name)))
    if (named === undefined) this.#dropped++
    else find(named, attributes).add(n)
  }

  record(name: string, value: number, attributes: MeterAttributes = NONE): void {
    const named =
      this.#histograms.get(name) ??
      this.#open(this.#histograms, name, () =>
        this.#set.openHistogram(histogramName(name), isMilliseconds(name) ? 'ms' : undefined),
      )
    if (named === undefined) this.#dropped++
    else find(named, attributes).record(value)
  }

  #open<Instrument>(
    names: Map<string, Named<Instrument> | undefined>,
    name: string,
    open: () => Omit<Named<Instrument>, 'byKey'>,
  ): Named<Instrument> | undefined {
    if (names.has(name) || this.#counters.size + this.#histograms.size >= this.#maxNames) return undefined
    let named: Named<Instrument> | undefined
    try {
      named = { ...open(), byKey: new Map() }
    } catch {
      named = undefined // the name is taken by a metric of another type: each call counts as dropped
    }
    names.set(name, named)
    return named
  }
}

function find<Instrument>({ bind, byKey, maxSeries }: Named<Instrument>, attributes: MeterAttributes): Instrument {
  const key = keyOf(attributes)
  const known = byKey.get(key)
  if (known !== undefined) return known
  const instrument = bind(labelsOf(attributes))
  // What went to the overflow series is not remembered, so that hostile values do not fill this map.
  if (byKey.size < maxSeries) byKey.set(key, instrument)
  return instrument
}

/** The canonical key: no two attribute sets share one, and order does not matter. */
function keyOf(attributes: MeterAttributes): string {
  const names = Object.keys(attributes)
  if (names.length > 1) names.sort(compareText)
  let key = ''
  for (const name of names) {
    const value = textOf(attributes[name])
    key += `${name.length}:${name}${value.length}:${value}`
  }
  return key
}

function labelsOf(attributes: MeterAttributes): MeterAttributes {
  const labels: Record<string, string> = {}
  for (const name of Object.keys(attributes).toSorted(compareText)) {
    const label = toLabelName(name)
    const value = textOf(attributes[name])
    const before = labels[label]
    labels[label] = labelText(before === undefined ? value : `${before};${value}`) // as OpenTelemetry joins names that fall together
  }
  return labels
}

function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : typeof value
}

function isMilliseconds(name: string): boolean {
  return /[._]ms$/.test(name)
}

function counterName(name: string): string {
  const stem = toMetricName(name).replace(/_total$/, '')
  return `${isMilliseconds(name) ? stem.replace(/_ms$/, '_seconds') : clear(stem)}_total`
}

function histogramName(name: string): string {
  const stem = toMetricName(name)
  return isMilliseconds(name) ? stem.replace(/_ms$/, '_seconds') : clear(stem)
}

/** Endings that exports add themselves are set apart. */
function clear(stem: string): string {
  return /_(?:total|bucket|count|sum|created|info|quantile)$/.test(stem) ? `${stem}_` : stem
}
