// The sampled histograms of a loop: execution and queue wait by phase, and by label where that is wanted.
import type { MetricsClock } from '../clock.ts'
import { SeriesTable } from '../families/series-table.ts'
import type { HistogramSeries, Labels } from '../families/source.ts'
import { Histogram } from '../instruments/histogram.ts'
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import { emptySnapshot, mergeSnapshots } from '../instruments/histogram-snapshot.ts'
import { labelText } from '../families/names.ts'

/** Phases are few and come from the loop; what an odd loop names beyond this many shares one entry. */
const MAX_PHASES = 32
const OTHER_PHASE = 'other'

export interface PhaseHistogramsOptions {
  readonly byLabel: boolean
  readonly maxSeries: number
  readonly onOverflow: () => void
  readonly clock: MetricsClock
}

interface PhaseEntry {
  readonly task: Histogram
  readonly wait: Histogram
  readonly labels: Map<string, Histogram>
}

/** Execution and queue wait of the callbacks sampled, by phase. */
export interface PhaseSnapshot {
  readonly task: HistogramSnapshot
  readonly queueWait: HistogramSnapshot
}

export class PhaseHistograms {
  readonly #options: PhaseHistogramsOptions
  readonly #phases = new Map<string, PhaseEntry>()
  readonly #byLabel: SeriesTable<Histogram>
  readonly lateness: Histogram
  #sampleEvery: number

  constructor(sampleEvery: number, options: PhaseHistogramsOptions) {
    this.#sampleEvery = sampleEvery
    this.#options = options
    this.lateness = this.#make()
    this.#byLabel = new SeriesTable({ maxSeries: options.maxSeries, make: () => this.#make(), onOverflow: options.onOverflow })
  }

  record(phase: string, label: string | undefined, executionMs: number, residenceMs: number): void {
    const entry = this.#phases.get(phase) ?? this.#enter(phase)
    entry.task.record(executionMs)
    entry.wait.record(residenceMs)
    if (this.#options.byLabel) this.#labelled(entry, phase, label).record(executionMs)
  }

  #labelled(entry: PhaseEntry, phase: string, label = ''): Histogram {
    const known = entry.labels.get(label)
    if (known !== undefined) return known
    const text = labelText(label)
    const histogram = this.#byLabel.bind(JSON.stringify([phase, text]), () => (text === '' ? { phase } : { phase, label: text }))
    // Labels beyond the bound are not remembered: each is looked up again, and counted.
    if (entry.labels.size < this.#options.maxSeries && this.#byLabel.find(JSON.stringify([phase, text])) === histogram)
      entry.labels.set(label, histogram)
    return histogram
  }

  #enter(phase: string): PhaseEntry {
    const name = this.#phases.size < MAX_PHASES ? phase : OTHER_PHASE
    let entry = this.#phases.get(name)
    if (entry === undefined) {
      entry = { task: this.#make(), wait: this.#make(), labels: new Map() }
      this.#phases.set(name, entry)
    }
    return entry
  }

  #make(): Histogram {
    return new Histogram({ sampleEvery: this.#sampleEvery, clock: this.#options.clock })
  }

  /** Forgets all samples; what follows was sampled at `sampleEvery`. */
  restart(sampleEvery: number): void {
    this.#sampleEvery = sampleEvery
    this.lateness.reset({ sampleEvery })
    for (const { task, wait } of this.#phases.values()) {
      task.reset({ sampleEvery })
      wait.reset({ sampleEvery })
    }
    for (const { instrument } of this.#byLabel.entries()) instrument.reset({ sampleEvery })
  }

  get overflowed(): number {
    return this.#byLabel.overflowed
  }

  snapshot(): Readonly<Record<string, PhaseSnapshot>> {
    const phases = Array.from(this.#phases, ([phase, { task, wait }]) => {
      return [phase, Object.freeze({ task: task.snapshot(), queueWait: wait.snapshot() })] as const
    })
    return Object.freeze(Object.fromEntries(phases))
  }

  /** All phases in one. */
  merged(phases: Readonly<Record<string, PhaseSnapshot>>, part: keyof PhaseSnapshot): HistogramSnapshot {
    const snapshots = Object.values(phases).map((phase) => phase[part])
    return snapshots.length === 0 ? emptySnapshot(this.lateness.layout, this.#sampleEvery) : snapshots.reduce(mergeSnapshots)
  }

  /** Execution by phase and label; `undefined` unless labels are kept. */
  labelledSeries(labels: Labels): readonly HistogramSeries[] | undefined {
    if (!this.#options.byLabel) return undefined
    return Array.from(this.#byLabel.entries(), ({ labels: own, instrument }) => ({
      labels: Object.freeze({ ...labels, ...own }),
      startEpochMs: instrument.startEpochMs,
      histogram: instrument.snapshot(),
    }))
  }
}
