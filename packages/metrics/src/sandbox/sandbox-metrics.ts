// The metrics of sandboxes: the adapter's observer, and the source that exporters read.
import type { MetricsClock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { CounterFamily, HistogramFamily } from '../families/family.ts'
import { IntervalReader } from '../families/interval-reader.ts'
import { MetricSet } from '../families/metric-set.ts'
import type { Labels, MetricFamily, MetricSource, NumberSeries } from '../families/source.ts'
import { assertLabelName } from '../families/names.ts'
import { mergeSnapshots } from '../instruments/histogram-snapshot.ts'
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import type { SandboxHostCallSample, SandboxInstanceSample, SandboxLeaseSample, SandboxOperationSample } from './sandbox-port.ts'

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
  readonly #tenantLabel: string | undefined
  readonly #operations: CounterFamily<string>
  readonly #operation: HistogramFamily<string>
  readonly #cpu: CounterFamily<string>
  readonly #hostCalls: CounterFamily<string>
  readonly #hostCall: HistogramFamily<string>
  readonly #queue: HistogramFamily<string>
  readonly #create: HistogramFamily<'how'>
  readonly #poolWait: HistogramFamily
  readonly #interrupt: HistogramFamily
  readonly #unfinished: CounterFamily
  readonly #anomalies: CounterFamily
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
    this.#tenantLabel = tenantLabel
    this.#operations = set.counter(name('operations_total'), {
      help: 'Operations by outcome: ok, error, or the limit that fired.',
      labels: ['outcome', ...tenant],
    })
    this.#operation = set.histogram(name('operation_seconds'), { help: 'Time inside one operation.', labels: tenant })
    this.#cpu = set.counter(name('cpu_seconds_total'), { help: 'Time spent inside guests.', labels: tenant })
    this.#hostCalls = set.counter(name('host_calls_total'), {
      help: 'Calls of host functions by outcome.',
      labels: ['outcome', ...tenant],
    })
    this.#hostCall = set.histogram(name('host_call_seconds'), { help: 'Time of one host call until it settled.', labels: tenant })
    this.#queue = set.histogram(name('queue_wait_seconds'), {
      help: 'Time from the request of an operation to its start.',
      labels: tenant,
    })
    this.#create = set.histogram(name('create_seconds'), {
      help: 'Making an instance: fresh, from an image, or by reset.',
      labels: ['how'],
    })
    this.#poolWait = set.histogram(name('pool_wait_seconds'), { help: 'Waiting for a sandbox of the pool.' })
    this.#interrupt = set.histogram(name('interrupt_latency_seconds'), { help: 'From the limit reached to the guest stopped.' })
    this.#unfinished = set.counter(name('unfinished_total'), {
      help: 'Operations whose guest never returned and was terminated.',
    })
    this.#anomalies = set.counter(name('clock_anomalies_total'), {
      help: 'Samples dropped because the clock went back or jumped.',
    })
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

  onOperation(sample: SandboxOperationSample): void {
    const tenant = this.#tenant(sample.tenant)
    this.#operations.with({ outcome: sample.outcome, ...tenant }).add()
    if (sample.outcome === TERMINATED) this.#unfinished.with({}).add()
    if (isSpan(sample.elapsedMs) && isSpan(sample.cpuMs) && isSpan(sample.queueMs)) {
      this.#operation.with(tenant).record(sample.elapsedMs)
      this.#cpu.with(tenant).add(sample.cpuMs)
      this.#queue.with(tenant).record(sample.queueMs)
    } else this.#anomalies.with({}).add()
    if (sample.stopLateMs !== undefined) this.#interrupt.with({}).record(Math.max(0, sample.stopLateMs))
    const live = this.#live.get(sample.sandboxId)
    if (live === undefined) return
    live.heapBytes = sample.heapBytes
    live.timers = sample.timers
  }

  onHostCall(sample: SandboxHostCallSample): void {
    const tenant = this.#tenant(sample.tenant)
    this.#hostCalls.with({ outcome: sample.outcome, ...tenant }).add()
    if (isSpan(sample.elapsedMs)) this.#hostCall.with(tenant).record(sample.elapsedMs)
    else this.#anomalies.with({}).add()
  }

  onInstance(sample: SandboxInstanceSample): void {
    if (sample.how === 'dropped') {
      this.#live.delete(sample.sandboxId)
      return
    }
    if (this.#live.size < MAX_INSTANCES || this.#live.has(sample.sandboxId))
      this.#live.set(sample.sandboxId, { heapBytes: 0, timers: 0 })
    if (isSpan(sample.elapsedMs)) this.#create.with({ how: sample.how }).record(sample.elapsedMs)
    else this.#anomalies.with({}).add()
  }

  onLease(sample: SandboxLeaseSample): void {
    if (isSpan(sample.waitMs)) this.#poolWait.with({}).record(sample.waitMs)
    else this.#anomalies.with({}).add()
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
    const operation = this.#operation.collect().flatMap((family) => (family.type === 'histogram' ? family.series : []))
    return Object.freeze({
      enabled: this.#enabled,
      enabledChangedEpochMs: this.#enabledChangedEpochMs,
      operations: totals(this.#operations),
      hostCalls: totals(this.#hostCalls),
      operation: operation.length === 0 ? undefined : operation.map(({ histogram }) => histogram).reduce(mergeSnapshots),
      cpuMs: sum(numbersOf(this.#cpu)) * 1000,
      ...this.#gauges(),
      unfinished: this.#unfinished.with({}).value,
      clockAnomalies: this.#anomalies.with({}).value,
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

  #tenant(tenant: string | undefined): Readonly<Record<string, string>> {
    return this.#tenantLabel === undefined ? NO_TENANT : { [this.#tenantLabel]: tenant ?? '' }
  }
}

const NO_TENANT: Readonly<Record<string, string>> = Object.freeze({})

function isSpan(ms: number): boolean {
  return ms >= 0 && ms < Number.POSITIVE_INFINITY
}

function numbersOf(family: CounterFamily<string>): readonly NumberSeries[] {
  return family.collect().flatMap((one) => (one.type === 'histogram' ? [] : one.series))
}
