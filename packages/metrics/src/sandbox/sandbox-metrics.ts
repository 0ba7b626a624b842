// The metrics of sandboxes: the adapter's observer, and the source that exporters read.
import type { MetricsClock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { CounterFamily, HistogramFamily } from '../families/family.ts'
import { IntervalReader } from '../families/interval-reader.ts'
import { MetricSet } from '../families/metric-set.ts'
import type { Labels, MetricFamily, MetricSource, NumberSeries } from '../families/source.ts'
import { assertLabelName } from '../families/names.ts'
import { DEFAULT_MAX_SERIES } from '../families/series-table.ts'
import type { Counter } from '../instruments/counter.ts'
import type { Histogram } from '../instruments/histogram.ts'
import { mergeSnapshots } from '../instruments/histogram-snapshot.ts'
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import { TenantTable } from './tenant-series.ts'
import type { TenantFamilies } from './tenant-series.ts'
import type {
  SandboxHostCallSample,
  SandboxInstanceSample,
  SandboxLeaseSample,
  SandboxLimitSample,
  SandboxOperationSample,
} from './sandbox-port.ts'

export interface SandboxMetricsOptions {
  /** Whether recording starts on. Default true. */
  readonly enabled?: boolean | undefined
  /** Labels of every series. Default none. */
  readonly labels?: Labels | undefined
  /** Label name under which tenants are told apart, such as `tenant`. Default: they are not. */
  readonly tenantLabel?: string | undefined
  /** Series a family before tenants share the overflow series. Integer, 1 to 1 000 000. Default 2000. */
  readonly maxSeries?: number | undefined
  /** Called once a family whose bound was reached. Default: `process.emitWarning` where there is one. */
  readonly onWarning?: ((message: string) => void) | undefined
  readonly clock?: MetricsClock | undefined
}

/** Sandboxes whose heap and timers are kept at once; a leak of ids cannot make the table grow. */
const MAX_INSTANCES = 100_000
/** Ways of making an instance that are remembered; there are three. */
const MAX_HOW = 16
const PREFIX = 'loopwright_sandbox_'
/** The outcome of an operation whose guest had to be terminated: it never returned. */
const TERMINATED = 'hardMs'

/** Counts of a sandbox adapter at one instant. Durations in milliseconds. */
export interface SandboxMetricsSnapshot {
  readonly enabled: boolean
  readonly enabledChangedEpochMs: number
  /** Operations by outcome. */
  readonly operations: Readonly<Record<string, number>>
  readonly hostCalls: Readonly<Record<string, number>>
  readonly operation: HistogramSnapshot | undefined
  readonly cpuMs: number
  readonly instances: number
  readonly heapBytes: number
  readonly timers: number
  /** Operations whose guest never returned. */
  readonly unfinished: number
  readonly clockAnomalies: number
}

/**
 * Observes sandboxes: hand it to the adapter as `observer`. Every operation is counted under its outcome, each limit that
 * fired under its own name. Tenants become labels only with `tenantLabel`, and are bound in number.
 */
export class SandboxMetrics implements MetricSource {
  readonly #clock: MetricsClock
  readonly #set: MetricSet
  readonly #families: TenantFamilies
  readonly #tenants: TenantTable
  readonly #create: HistogramFamily<'how'>
  readonly #created = new Map<string, Histogram>()
  readonly #poolWait: Histogram
  readonly #interrupt: Histogram
  readonly #unfinished: Counter
  readonly #anomalies: Counter
  readonly #live = new Map<string, { heapBytes: number; timers: number }>()
  readonly #labels: Labels
  readonly #startEpochMs: number
  #enabled: boolean
  #enabledChangedEpochMs: number

  /** @throws MetricsError `ERR_METRICS_OPTION`, `ERR_METRICS_NAME` */
  constructor(options: SandboxMetricsOptions = {}) {
    const { enabled = true, labels = {}, tenantLabel, maxSeries, onWarning, clock = systemClock } = options
    if (tenantLabel !== undefined) assertLabelName(tenantLabel)
    const set = new MetricSet([], { labels, maxSeries, onWarning, clock })
    const tenant = tenantLabel === undefined ? [] : [tenantLabel]
    const name = (end: string): string => PREFIX + end
    this.#clock = clock
    this.#set = set
    this.#labels = labels
    this.#families = {
      operations: set.counter(name('operations_total'), {
        help: 'Operations by outcome: ok, error, or the limit that fired.',
        labels: ['outcome', ...tenant],
      }),
      operation: set.histogram(name('operation_seconds'), { help: 'Time inside one operation.', labels: tenant }),
      cpu: set.counter(name('cpu_seconds_total'), { help: 'Time spent inside guests.', labels: tenant }),
      hostCalls: set.counter(name('host_calls_total'), {
        help: 'Calls of host functions by outcome.',
        labels: ['outcome', ...tenant],
      }),
      hostCall: set.histogram(name('host_call_seconds'), { help: 'Time of one host call until it settled.', labels: tenant }),
      queue: set.histogram(name('queue_wait_seconds'), {
        help: 'Time from the request of an operation to its start.',
        labels: tenant,
      }),
    }
    this.#tenants = new TenantTable(this.#families, tenantLabel, maxSeries ?? DEFAULT_MAX_SERIES)
    this.#create = set.histogram(name('create_seconds'), {
      help: 'Making an instance: fresh, from an image, or by reset.',
      labels: ['how'],
    })
    this.#poolWait = set.histogram(name('pool_wait_seconds'), { help: 'Waiting for a sandbox of the pool.' }).with({})
    this.#interrupt = set
      .histogram(name('interrupt_latency_seconds'), { help: 'From the limit reached to the guest stopped.' })
      .with({})
    this.#unfinished = set
      .counter(name('unfinished_total'), {
        help: 'Operations whose guest never returned and was terminated.',
      })
      .with({})
    this.#anomalies = set
      .counter(name('clock_anomalies_total'), {
        help: 'Samples dropped because the clock went back or jumped.',
      })
      .with({})
    this.#startEpochMs = clock.epochMs()
    this.#enabled = enabled
    this.#enabledChangedEpochMs = this.#startEpochMs
  }

  /** Whether the adapter is to report; it reads this once an entry. */
  get enabled(): boolean {
    return this.#enabled
  }

  set enabled(enabled: boolean) {
    if (enabled === this.#enabled) return
    this.#enabled = enabled
    this.#enabledChangedEpochMs = this.#clock.epochMs()
  }

  /** The end of one operation. hot: benchmarks/metrics/sandbox-sample */
  onOperation(sample: SandboxOperationSample): void {
    const series = this.#tenants.of(sample.tenant)
    series.operations(sample.outcome).add()
    if (sample.outcome === TERMINATED) this.#unfinished.add()
    if (isSpan(sample.elapsedMs) && isSpan(sample.cpuMs) && isSpan(sample.queueMs)) {
      series.operation.record(sample.elapsedMs)
      series.cpu.add(sample.cpuMs)
      series.queue.record(sample.queueMs)
    } else this.#anomalies.add()
    if (sample.stopLateMs !== undefined) this.#interrupt.record(Math.max(0, sample.stopLateMs))
    const live = this.#live.get(sample.sandboxId)
    if (live === undefined) return
    live.heapBytes = sample.heapBytes
    live.timers = sample.timers
  }

  /** Counted as an outcome of its own; there is no operation to time. */
  onLimit(sample: SandboxLimitSample): void {
    this.#tenants.of(sample.tenant).operations(sample.limit).add()
  }

  onHostCall(sample: SandboxHostCallSample): void {
    const series = this.#tenants.of(sample.tenant)
    series.hostCalls(sample.outcome).add()
    if (isSpan(sample.elapsedMs)) series.hostCall.record(sample.elapsedMs)
    else this.#anomalies.add()
  }

  onInstance(sample: SandboxInstanceSample): void {
    if (sample.how === 'dropped') {
      this.#live.delete(sample.sandboxId)
      return
    }
    if (this.#live.size < MAX_INSTANCES || this.#live.has(sample.sandboxId))
      this.#live.set(sample.sandboxId, { heapBytes: 0, timers: 0 })
    if (isSpan(sample.elapsedMs)) this.#createdBy(sample.how).record(sample.elapsedMs)
    else this.#anomalies.add()
  }

  onLease(sample: SandboxLeaseSample): void {
    if (isSpan(sample.waitMs)) this.#poolWait.record(sample.waitMs)
    else this.#anomalies.add()
  }

  /** `loopwright_sandbox_…`; durations in seconds. */
  collect(): readonly MetricFamily[] {
    const { instances, heapBytes, timers } = this.#gauges()
    const gauge = (name: string, help: string, unit: 'bytes' | 'none', value: number): MetricFamily => {
      const series: NumberSeries = { labels: this.#labels, startEpochMs: this.#startEpochMs, value }
      return { name: PREFIX + name, help, type: 'gauge', unit, series: [series] }
    }
    return [
      ...this.#set.collect().filter(({ name }) => name.startsWith(PREFIX)),
      gauge('heap_bytes', 'Memory of live guests, as of the last operation of each.', 'bytes', heapBytes),
      gauge('instances', 'Live instances.', 'none', instances),
      gauge('timers', 'Timers of live guests, as of the last operation of each.', 'none', timers),
    ]
  }

  /** A reader of intervals with a baseline of its own. */
  createReader(): IntervalReader {
    return new IntervalReader(this)
  }

  snapshot(): SandboxMetricsSnapshot {
    const totals = (family: CounterFamily<string>): Readonly<Record<string, number>> => {
      const byOutcome: Record<string, number> = {}
      for (const { labels, value } of numbersOf(family)) {
        const outcome = labels['outcome'] ?? 'overflow'
        byOutcome[outcome] = (byOutcome[outcome] ?? 0) + value
      }
      return Object.freeze(byOutcome)
    }
    const sum = (series: readonly NumberSeries[]): number => series.reduce((total, { value }) => total + value, 0)
    const operation = this.#families.operation.collect().flatMap((family) => (family.type === 'histogram' ? family.series : []))
    return Object.freeze({
      enabled: this.#enabled,
      enabledChangedEpochMs: this.#enabledChangedEpochMs,
      operations: totals(this.#families.operations),
      hostCalls: totals(this.#families.hostCalls),
      operation: operation.length === 0 ? undefined : operation.map(({ histogram }) => histogram).reduce(mergeSnapshots),
      cpuMs: sum(numbersOf(this.#families.cpu)) * 1000,
      ...this.#gauges(),
      unfinished: this.#unfinished.value,
      clockAnomalies: this.#anomalies.value,
    })
  }

  #gauges(): { readonly instances: number; readonly heapBytes: number; readonly timers: number } {
    let [heapBytes, timers] = [0, 0]
    for (const live of this.#live.values()) {
      heapBytes += live.heapBytes
      timers += live.timers
    }
    return { instances: this.#live.size, heapBytes, timers }
  }

  #createdBy(how: string): Histogram {
    const known = this.#created.get(how)
    if (known !== undefined) return known
    const histogram = this.#create.with({ how })
    if (this.#created.size < MAX_HOW) this.#created.set(how, histogram)
    return histogram
  }
}

function isSpan(ms: number): boolean {
  return ms >= 0 && ms < Number.POSITIVE_INFINITY
}

function numbersOf(family: CounterFamily<string>): readonly NumberSeries[] {
  return family.collect().flatMap((one) => (one.type === 'histogram' ? [] : one.series))
}
