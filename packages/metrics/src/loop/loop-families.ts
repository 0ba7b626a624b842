// The families that a loop's metrics export, `loopwright_loop_…`.
import type { HistogramSeries, Labels, MetricFamily, MetricUnit, NumberSeries } from '../families/source.ts'
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import type { LoopMetricsSnapshot } from './loop-snapshot.ts'

const PREFIX = 'loopwright_loop_'

interface LabelledSeries {
  /** Execution by phase and label, where labels are kept. */
  readonly labelled: readonly HistogramSeries[] | undefined
  readonly overflowed: number
}

type Values = Readonly<Record<string, number | undefined>>

/** Builds every family, also those without series yet, so that names and types are known from the start. */
export function loopFamilies(
  now: LoopMetricsSnapshot,
  labels: Labels,
  { labelled, overflowed }: LabelledSeries,
): readonly MetricFamily[] {
  const { startEpochMs, loop } = now
  const series = (value: number | undefined, more: Labels = {}): readonly NumberSeries[] =>
    value === undefined ? [] : [{ labels: Object.freeze({ ...labels, ...more }), startEpochMs, value }]
  const by = (label: string, values: Values = {}, scale = 1): readonly NumberSeries[] =>
    Object.entries(values).flatMap(([key, value]) => series(value === undefined ? undefined : value * scale, { [label]: key }))
  const number = (
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    list: readonly NumberSeries[],
    unit: MetricUnit = 'none',
  ): MetricFamily => ({
    name: PREFIX + name,
    help,
    type,
    unit,
    series: list,
  })
  const histogram = (
    name: string,
    help: string,
    list: readonly HistogramSeries[],
    unit: MetricUnit,
    scale: number,
  ): MetricFamily => ({
    name: PREFIX + name,
    help,
    type: 'histogram',
    unit,
    scale,
    series: list,
  })
  const one = (snapshot: HistogramSnapshot, since: number): readonly HistogramSeries[] => [
    { labels, startEpochMs: since, histogram: snapshot },
  ]
  const sampled = (part: 'task' | 'queueWait'): readonly HistogramSeries[] =>
    Object.entries(now.phases).map(([phase, snapshots]) => ({
      labels: Object.freeze({ ...labels, phase }),
      startEpochMs: now.epoch.startEpochMs,
      histogram: snapshots[part],
    }))
  return [
    histogram('task_seconds', 'Execution of one callback, sampled.', labelled ?? sampled('task'), 'seconds', 0.001),
    histogram(
      'queue_wait_seconds',
      'Time from submission to the start of the same callback, sampled.',
      sampled('queueWait'),
      'seconds',
      0.001,
    ),
    histogram(
      'timer_lateness_seconds',
      'Start of a timer after its deadline, sampled.',
      one(now.timerLateness, now.epoch.startEpochMs),
      'seconds',
      0.001,
    ),
    histogram('batch_seconds', 'Busy time of one visit of the host.', one(now.batch, startEpochMs), 'seconds', 0.001),
    histogram('batch_callbacks', 'Callbacks of one visit of the host.', one(now.batchCallbacks, startEpochMs), 'none', 1),
    number('counter', 'busy_seconds_total', 'Time spent in batches.', series(now.busyMs / 1000), 'seconds'),
    number('counter', 'idle_seconds_total', 'Time spent between batches.', series(now.idleMs / 1000), 'seconds'),
    number('gauge', 'utilization', 'Busy share of the rolling window.', series(now.utilization)),
    number('gauge', 'callbacks_per_second', 'Callbacks a second over the rolling window.', series(now.callbacksPerSecond)),
    number('gauge', 'queue_depth', 'Callbacks that were ready when the last batch ended.', series(now.queueDepth.current)),
    number('gauge', 'queue_depth_max', 'Highest queue depth.', series(now.queueDepth.max)),
    number(
      'gauge',
      'queue_depth_average',
      'Moving average of the queue depth, weighted by time.',
      series(now.queueDepth.average),
    ),
    number('gauge', 'enabled', 'Whether the loop reports to its metrics: 1 or 0.', series(now.enabled ? 1 : 0)),
    number('gauge', 'sample_every', 'Mean distance of the callbacks measured.', series(now.epoch.sampleEvery)),
    number('counter', 'batch_limits_total', 'Batches ended by a limit.', by('limit', { time: 0, tasks: 0, ...now.batchLimits })),
    number(
      'counter',
      'transitions_total',
      'Changes of state, of the fast path, of limits.',
      now.transitions.flatMap(({ kind, from, to, count }) => series(count, { kind, from, to })),
    ),
    number(
      'counter',
      'clock_anomalies_total',
      'Samples dropped because the clock went back or jumped.',
      series(now.clockAnomalies),
    ),
    number('counter', 'label_overflow_total', 'Labels sent to the overflow series.', series(overflowed)),
    number('counter', 'watch_errors_total', 'Failed snapshots of the watched loop.', series(now.watchErrors)),
    number('counter', 'turns_total', 'Turns, exact.', series(loop?.turnCount)),
    number('counter', 'callbacks_total', 'Callbacks run, exact.', by('phase', loop?.callbacks)),
    number('counter', 'errors_total', 'Callbacks that threw, exact.', series(loop?.errors)),
    number('counter', 'admission_total', 'Submissions, exact.', by('outcome', loop?.admission)),
    number('gauge', 'ready_tasks', 'Callbacks ready now.', series(loop?.readyTasks)),
    number('gauge', 'timers', 'Live timers.', series(loop?.timers)),
    number('gauge', 'promises', 'Promises held by the loop.', by('generation', loop?.promises)),
    number(
      'gauge',
      'lag_seconds',
      'How far the loop is behind.',
      series(loop === undefined ? undefined : loop.lagMs / 1000),
      'seconds',
    ),
    number(
      'gauge',
      'oldest_age_seconds',
      'Age of the oldest entry of a queue.',
      by('queue', loop?.oldestAgeMs, 0.001),
      'seconds',
    ),
  ]
}
