// The metrics of one event loop: its observer, and the source that exporters read.
import type { MetricsClock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import { integerOption } from '../errors.ts'
import { resolveLabels } from '../families/names.ts'
import { DEFAULT_MAX_SERIES } from '../families/series-table.ts'
import type { Labels, MetricFamily, MetricSource } from '../families/source.ts'
import { Histogram } from '../instruments/histogram.ts'
import { LevelGauge } from '../instruments/level-gauge.ts'
import { RollingRate } from '../instruments/rolling-rate.ts'
import { resolveSampleEvery } from '../instruments/sampler.ts'
import { loopFamilies } from './loop-families.ts'
import type { LoopBatchRecord, LoopCallbackSample, WatchedLoop, WatchedLoopSnapshot } from './loop-port.ts'
import type { LoopMetricsSnapshot, SamplingEpoch, TransitionCount } from './loop-snapshot.ts'
import { subtractLoopSnapshots } from './loop-snapshot.ts'
import { PhaseHistograms } from './phase-histograms.ts'

export interface LoopMetricsOptions {
  /** Mean distance of the callbacks measured. Integer, 1 to 65 536. Default 16. */
  readonly sampleEvery?: number | undefined
  /** Whether recording starts on. Default true. */
  readonly enabled?: boolean | undefined
  /** Labels of every series, to tell loops apart. Default none. */
  readonly labels?: Labels | undefined
  /** Splits execution time by the label of the callback too. Each label costs 20 KiB. Default false. */
  readonly byLabel?: boolean | undefined
  /** Labels by phase before they share the overflow series. Integer, 1 to 1 000 000. Default 2000. */
  readonly maxSeries?: number | undefined
  /** Window of utilisation and rate, in ms: a whole number of 100 ms, up to 1 000 000. Default 10 000. */
  readonly windowMs?: number | undefined
  /** Time constant of the average queue depth, in ms. Default 1000. */
  readonly tauMs?: number | undefined
  /** Called once if labels reach their bound. Default: `process.emitWarning` where there is one. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Time for window, average and start times. Give the virtual host's for results that are the same in every run. */
  readonly clock?: MetricsClock | undefined
}

/** Pairs of states are few; an odd observer call cannot make the table grow. */
const MAX_TRANSITIONS = 256
/** Callbacks a batch: 1 to 2^26. */
const COUNT_LAYOUT = { lowestExponent: 0, octaves: 26 }

/**
 * Observes an event loop: `new EventLoop({ observer: metrics })`. Sampled are execution, queue wait and timer lateness;
 * every batch counts for busy and idle time, depth and limits. Give the loop to `watch` too, for its exact counters.
 */
export class LoopMetrics implements MetricSource {
  readonly labels: Labels
  readonly #clock: MetricsClock
  readonly #phases: PhaseHistograms
  readonly #batch: Histogram
  readonly #batchCallbacks: Histogram
  readonly #rate: RollingRate
  readonly #busy: RollingRate
  readonly #idle: RollingRate
  readonly #depth: LevelGauge
  readonly #limits = new Map<string, number>()
  readonly #transitions = new Map<string, { kind: string; from: string; to: string; count: number }>()
  #enabled: boolean
  #enabledChangedEpochMs: number
  #startEpochMs: number
  #epoch: SamplingEpoch
  #busyMs = 0
  #idleMs = 0
  #callbacks = 0
  #turns = 0
  #clockAnomalies = 0
  #watchErrors = 0
  #loop: WatchedLoop | undefined = undefined

  /** @throws MetricsError `ERR_METRICS_OPTION`, `ERR_METRICS_NAME` */
  constructor(options: LoopMetricsOptions = {}) {
    const {
      sampleEvery = 16,
      enabled = true,
      byLabel = false,
      maxSeries = DEFAULT_MAX_SERIES,
      windowMs = 10_000,
      tauMs,
      clock = systemClock,
    } = options
    const { onWarning = emitWarning } = options
    this.labels = resolveLabels(options.labels)
    this.#clock = clock
    this.#phases = new PhaseHistograms(resolveSampleEvery(sampleEvery), {
      byLabel,
      maxSeries: integerOption('maxSeries', maxSeries, 1, 1_000_000),
      onOverflow: () =>
        onWarning('labels of callbacks reached their bound of series; further ones share the series {overflow="true"}'),
      clock,
    })
    this.#batch = new Histogram({ clock })
    this.#batchCallbacks = new Histogram({ ...COUNT_LAYOUT, clock })
    this.#rate = new RollingRate({ windowMs, clock })
    this.#busy = new RollingRate({ windowMs, clock })
    this.#idle = new RollingRate({ windowMs, clock })
    this.#depth = new LevelGauge({ tauMs, clock })
    this.#startEpochMs = clock.epochMs()
    this.#enabled = enabled
    this.#enabledChangedEpochMs = this.#startEpochMs
    this.#epoch = Object.freeze({ number: 1, sampleEvery, startEpochMs: this.#startEpochMs })
  }

  /** Whether the loop is to report; it reads this once a batch. Turned on again, rates and averages start anew. */
  get enabled(): boolean {
    return this.#enabled
  }

  set enabled(enabled: boolean) {
    if (enabled === this.#enabled) return
    this.#enabled = enabled
    this.#enabledChangedEpochMs = this.#clock.epochMs()
    if (!enabled) return
    this.#rate.reset()
    this.#busy.reset()
    this.#idle.reset()
    this.#depth.reset()
  }

  /** Mean distance of the callbacks measured; the loop reads it when it chooses the next one. */
  get sampleEvery(): number {
    return this.#epoch.sampleEvery
  }

  /** A new distance starts a new epoch: the sampled histograms begin anew, so that weights never mix. @throws MetricsError `ERR_METRICS_OPTION` */
  set sampleEvery(sampleEvery: number) {
    if (resolveSampleEvery(sampleEvery) === this.#epoch.sampleEvery) return
    this.#epoch = Object.freeze({ number: this.#epoch.number + 1, sampleEvery, startEpochMs: this.#clock.epochMs() })
    this.#phases.restart(sampleEvery)
  }

  /** One measured callback. hot: benchmarks/metrics/loop-overhead */
  onSample(sample: LoopCallbackSample): void {
    const { phase, executionMs, residenceMs } = sample
    if (!(executionMs >= 0 && residenceMs >= 0 && executionMs + residenceMs < Number.POSITIVE_INFINITY)) {
      this.#clockAnomalies++
      return
    }
    this.#phases.record(phase, sample.label, executionMs, residenceMs)
    if (phase === 'timers') this.#phases.lateness.record(sample.latenessMs > 0 ? sample.latenessMs : 0)
  }

  /** One batch. hot: benchmarks/metrics/loop-overhead */
  onBatch(record: LoopBatchRecord): void {
    const { busyMs, idleMs, callbacks } = record
    const nowMs = this.#clock.nowMs()
    this.#callbacks += callbacks
    this.#turns += record.turns
    this.#batchCallbacks.record(callbacks)
    this.#rate.add(callbacks, nowMs)
    this.#depth.set(record.queued, nowMs)
    if (record.limit !== 'none') this.#limits.set(record.limit, (this.#limits.get(record.limit) ?? 0) + 1)
    if (!(busyMs >= 0 && idleMs >= 0 && busyMs + idleMs < Number.POSITIVE_INFINITY)) {
      this.#clockAnomalies++
      return
    }
    this.#busyMs += busyMs
    this.#idleMs += idleMs
    this.#batch.record(busyMs)
    this.#busy.add(busyMs, nowMs)
    this.#idle.add(idleMs, nowMs)
  }

  /** One change of state, of the fast path's mode, or of a limit. */
  onTransition(kind: string, from: string, to: string): void {
    const key = `${kind} ${from} ${to}`
    const known = this.#transitions.get(key)
    if (known !== undefined) known.count++
    else if (this.#transitions.size < MAX_TRANSITIONS) this.#transitions.set(key, { kind, from, to, count: 1 })
  }

  /**
   * Reads exact counters from `loop.snapshot()` whenever metrics are collected. One loop at a time: a second call replaces
   * the first.
   * @returns a function that ends the watch.
   */
  watch(loop: WatchedLoop): () => void {
    this.#loop = loop
    return () => {
      if (this.#loop === loop) this.#loop = undefined
    }
  }

  /** One synchronous pass over everything. */
  snapshot(): LoopMetricsSnapshot {
    const nowMs = this.#clock.nowMs()
    const phases = this.#phases.snapshot()
    const busyRate = this.#busy.perSecond(nowMs)
    const wholeRate = busyRate + this.#idle.perSecond(nowMs)
    return Object.freeze({
      epochMs: this.#clock.epochMs(),
      startEpochMs: this.#startEpochMs,
      enabled: this.#enabled,
      enabledChangedEpochMs: this.#enabledChangedEpochMs,
      epoch: this.#epoch,
      task: this.#phases.merged(phases, 'task'),
      queueWait: this.#phases.merged(phases, 'queueWait'),
      phases,
      timerLateness: this.#phases.lateness.snapshot(),
      batch: this.#batch.snapshot(),
      batchCallbacks: this.#batchCallbacks.snapshot(),
      busyMs: this.#busyMs,
      idleMs: this.#idleMs,
      utilization: wholeRate > 0 ? busyRate / wholeRate : undefined,
      callbacksPerSecond: this.#rate.perSecond(nowMs),
      callbacks: this.#callbacks,
      turns: this.#turns,
      queueDepth: this.#depth.snapshot(nowMs),
      batchLimits: Object.freeze(Object.fromEntries(this.#limits)),
      transitions: Object.freeze(Array.from(this.#transitions.values(), (t): TransitionCount => Object.freeze({ ...t }))),
      clockAnomalies: this.#clockAnomalies,
      loop: this.#readLoop(),
      watchErrors: this.#watchErrors,
    })
  }

  /** The same as metric families, `loopwright_loop_…`; durations in seconds. */
  collect(): readonly MetricFamily[] {
    return loopFamilies(this.snapshot(), this.labels, {
      labelled: this.#phases.labelledSeries(this.labels),
      overflowed: this.#phases.overflowed,
    })
  }

  /** A reader of intervals with a baseline of its own: `read()` answers what happened since it last did. */
  createReader(): LoopMetricsReader {
    return new LoopMetricsReader(() => this.snapshot())
  }

  /** Forgets everything recorded. For the owner: exporters then report a new start time. */
  reset(): void {
    this.#startEpochMs = this.#clock.epochMs()
    this.#epoch = Object.freeze({ ...this.#epoch, number: this.#epoch.number + 1, startEpochMs: this.#startEpochMs })
    this.#phases.restart(this.#epoch.sampleEvery)
    for (const part of [this.#batch, this.#batchCallbacks, this.#rate, this.#busy, this.#idle, this.#depth]) part.reset()
    this.#limits.clear()
    this.#transitions.clear()
    this.#busyMs = 0
    this.#idleMs = 0
    this.#callbacks = 0
    this.#turns = 0
    this.#clockAnomalies = 0
    this.#watchErrors = 0
  }

  #readLoop(): WatchedLoopSnapshot | undefined {
    if (this.#loop === undefined) return undefined
    try {
      return this.#loop.snapshot()
    } catch {
      this.#watchErrors++
      return undefined
    }
  }
}

/** Snapshots of intervals. Made by {@link LoopMetrics.createReader}. */
export class LoopMetricsReader {
  readonly #snapshot: () => LoopMetricsSnapshot
  #baseline: LoopMetricsSnapshot

  constructor(snapshot: () => LoopMetricsSnapshot) {
    this.#snapshot = snapshot
    this.#baseline = snapshot()
  }

  /** What happened since the last call, or since the reader was made; since the reset, if there was one in between. */
  read(): LoopMetricsSnapshot {
    const now = this.#snapshot()
    const before = this.#baseline
    this.#baseline = now
    return now.callbacks < before.callbacks || now.startEpochMs !== before.startEpochMs ? now : subtractLoopSnapshots(now, before)
  }
}

function emitWarning(message: string): void {
  globalThis.process?.emitWarning?.(message, { type: 'MetricsWarning', code: 'LOOPWRIGHT_METRICS_SERIES' })
}
