// A reader's own baseline: what happened since it last read, without disturbing other readers.
import { subtractSnapshots } from '../instruments/histogram-snapshot.ts'
import { seriesKey } from './series-key.ts'
import type { HistogramSeries, MetricFamily, MetricSource, NumberSeries } from './source.ts'

/**
 * Reads a source in intervals: counters and histograms as differences from the last reading, gauges as they are. The
 * first reading counts from the start of each series; so does a reading after a reset. Holds one baseline a series.
 */
export class IntervalReader {
  readonly #source: MetricSource
  #baseline = new Map<string, NumberSeries | HistogramSeries>()

  constructor(source: MetricSource) {
    this.#source = source
  }

  /** What happened since the last call. `startEpochMs` of a series stays that of its totals. */
  read(): readonly MetricFamily[] {
    const families = this.#source.collect()
    const next = new Map<string, NumberSeries | HistogramSeries>()
    const changes = families.map((family) => this.#difference(family, next))
    this.#baseline = next
    return changes
  }

  #difference(family: MetricFamily, next: Map<string, NumberSeries | HistogramSeries>): MetricFamily {
    const keyOf = (series: NumberSeries | HistogramSeries): string => `${family.name}${seriesKey(series.labels)}`
    if (family.type === 'gauge') return family
    for (const series of family.series) next.set(keyOf(series), series)
    if (family.type !== 'histogram') {
      const series = family.series.map((now) => {
        const before = this.#baseline.get(keyOf(now))
        if (before === undefined || !('value' in before) || before.startEpochMs !== now.startEpochMs) return now
        return { ...now, value: Math.max(0, now.value - before.value) }
      })
      return { ...family, series }
    }
    const series = family.series.map((now) => {
      const before = this.#baseline.get(keyOf(now))
      if (before === undefined || !('histogram' in before) || before.startEpochMs !== now.startEpochMs) return now
      // A reset within one millisecond of the baseline's start shows only in its totals.
      if (now.histogram.count < before.histogram.count) return now
      return { ...now, histogram: subtractSnapshots(now.histogram, before.histogram) }
    })
    return { ...family, series }
  }
}
