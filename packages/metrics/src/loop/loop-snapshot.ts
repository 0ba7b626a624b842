// The record of a loop's metrics at one instant, and the difference of two.
import type { HistogramSnapshot } from '../instruments/histogram-snapshot.ts'
import { subtractSnapshots } from '../instruments/histogram-snapshot.ts'
import type { LevelSnapshot } from '../instruments/level-gauge.ts'
import type { WatchedLoopSnapshot } from './loop-port.ts'
import type { PhaseSnapshot } from './phase-histograms.ts'

/** The stretch of time over which the sampled histograms have one sampling distance. */
export interface SamplingEpoch {
  /** Counts from 1. */
  readonly number: number
  readonly sampleEvery: number
  readonly startEpochMs: number
}

export interface TransitionCount {
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly count: number
}

/** Everything in it was true at the same instant. Frozen, detached, fit for structured clone; durations in milliseconds. */
export interface LoopMetricsSnapshot {
  readonly epochMs: number
  /** When counting began: creation, or the last reset. */
  readonly startEpochMs: number
  readonly enabled: boolean
  /** Since when `enabled` has had this value. */
  readonly enabledChangedEpochMs: number
  readonly epoch: SamplingEpoch
  /** Sampled: execution of callbacks, all phases together. */
  readonly task: HistogramSnapshot
  /** Sampled: time from submission to the start of the same callbacks. */
  readonly queueWait: HistogramSnapshot
  readonly phases: Readonly<Record<string, PhaseSnapshot>>
  readonly timerLateness: HistogramSnapshot
  /** Every batch: its busy time. */
  readonly batch: HistogramSnapshot
  /** Every batch: its callbacks (a count, not milliseconds). */
  readonly batchCallbacks: HistogramSnapshot
  readonly busyMs: number
  readonly idleMs: number
  /** Busy share of the rolling window (of the interval, in a reader's answer); `undefined` while no time has passed. */
  readonly utilization: number | undefined
  readonly callbacksPerSecond: number
  readonly callbacks: number
  readonly turns: number
  readonly queueDepth: LevelSnapshot
  /** Batches ended by a limit, by limit. */
  readonly batchLimits: Readonly<Record<string, number>>
  readonly transitions: readonly TransitionCount[]
  /** Samples and batches dropped because a clock went back or jumped. */
  readonly clockAnomalies: number
  /** Exact figures of the watched loop; `undefined` without one, or if its snapshot failed. */
  readonly loop: WatchedLoopSnapshot | undefined
  /** Times that the watched loop's snapshot failed. */
  readonly watchErrors: number
}

/** What happened between two snapshots. Gauges, the watched loop and `startEpochMs` are those of `later`. */
export function subtractLoopSnapshots(later: LoopMetricsSnapshot, earlier: LoopMetricsSnapshot): LoopMetricsSnapshot {
  const sampled = later.epoch.number === earlier.epoch.number && later.epoch.startEpochMs === earlier.epoch.startEpochMs
  const minus = (a: HistogramSnapshot, b: HistogramSnapshot | undefined): HistogramSnapshot =>
    sampled && b !== undefined ? subtractSnapshots(a, b) : a
  const phases = Object.entries(later.phases).map(([phase, now]) => {
    const before = earlier.phases[phase]
    return [
      phase,
      Object.freeze({ task: minus(now.task, before?.task), queueWait: minus(now.queueWait, before?.queueWait) }),
    ] as const
  })
  const busyMs = later.busyMs - earlier.busyMs
  const idleMs = later.idleMs - earlier.idleMs
  const callbacks = later.callbacks - earlier.callbacks
  const elapsedMs = busyMs + idleMs
  const before = new Map(earlier.transitions.map(({ kind, from, to, count }) => [`${kind} ${from} ${to}`, count]))
  const limits = Object.entries(later.batchLimits).map(
    ([limit, count]) => [limit, count - (earlier.batchLimits[limit] ?? 0)] as const,
  )
  return Object.freeze({
    ...later,
    task: minus(later.task, earlier.task),
    queueWait: minus(later.queueWait, earlier.queueWait),
    phases: Object.freeze(Object.fromEntries(phases)),
    timerLateness: minus(later.timerLateness, earlier.timerLateness),
    batch: subtractSnapshots(later.batch, earlier.batch),
    batchCallbacks: subtractSnapshots(later.batchCallbacks, earlier.batchCallbacks),
    busyMs,
    idleMs,
    utilization: elapsedMs > 0 ? busyMs / elapsedMs : undefined,
    callbacksPerSecond: elapsedMs > 0 ? (callbacks * 1000) / elapsedMs : 0,
    callbacks,
    turns: later.turns - earlier.turns,
    batchLimits: Object.freeze(Object.fromEntries(limits)),
    transitions: later.transitions.map((t) =>
      Object.freeze({ ...t, count: t.count - (before.get(`${t.kind} ${t.from} ${t.to}`) ?? 0) }),
    ),
    clockAnomalies: later.clockAnomalies - earlier.clockAnomalies,
    watchErrors: later.watchErrors - earlier.watchErrors,
  })
}
