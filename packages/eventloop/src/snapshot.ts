// Counters and gauges of a loop as plain numbers.
import type { AdmissionCounts, AdmissionOutcome } from './admission-control.ts'
import type { LoopCore } from './core.ts'
import type { InputCounts } from './inputs.ts'
import type { Phase } from './phase.ts'
import type { LoopPromises, OperationCounts, PromiseCounts } from './promises/promises.ts'
import type { LoopState } from './state.ts'

export interface LoopSnapshot extends InputCounts {
  readonly state: LoopState
  readonly turnCount: number
  /** Callbacks that the next turn would find. */
  readonly readyTasks: number
  /** Milliseconds that the earliest due timer or the oldest waiting callback is late, whichever is more. */
  readonly lagMs: number
  readonly busyMs: number
  readonly idleMs: number
  /** User callbacks run, by phase. */
  readonly callbacks: Readonly<Record<Phase, number>>
  /** Errors that callbacks threw. */
  readonly errors: number
  /** Batches ended by each limit. */
  readonly limits: { readonly time: number; readonly tasks: number }
  readonly fastPathTransitions: number
  /** External tasks by what became of them; all 0 without option `admission`. */
  readonly admission: Readonly<Record<AdmissionOutcome, number>>
  /** The same by priority. */
  readonly admissionByPriority: Readonly<Record<AdmissionOutcome, AdmissionCounts>>
  readonly timers: number
  readonly skippedBeats: number
  readonly microtasks: { readonly queued: number; readonly starvations: number; readonly deferrals: number }
  readonly promises: PromiseCounts
  readonly operations: OperationCounts
  readonly diagnosticsFailed: number
  /** Milliseconds that the oldest callback of each queue has waited. */
  readonly oldestAgeMs: Readonly<Record<string, number>>
  /** Milliseconds per label, with option `cpu`. */
  readonly cpuMs: Readonly<Record<string, number>>
}

/** Detached: nothing in it changes later. */
export function takeSnapshot(core: LoopCore, inputs: InputCounts, promises: ReturnType<LoopPromises['counts']>): LoopSnapshot {
  const nowMs = core.host.nowMs()
  const oldestAgeMs: Record<string, number> = { microtasks: core.microtasks.oldestAgeMs(nowMs) }
  let lagMs = core.microtasks.oldestAgeMs(nowMs)
  for (const station of core.turn.stations) {
    const ageMs = station.waiting > 0 ? station.oldestAgeMs(nowMs) : 0
    oldestAgeMs[station.name] = Math.max(oldestAgeMs[station.name] ?? 0, ageMs)
    lagMs = Math.max(lagMs, ageMs)
  }
  const deadlineMs = core.timers.nextDeadlineMs()
  if (deadlineMs < nowMs) lagMs = Math.max(lagMs, nowMs - deadlineMs)
  return {
    state: core.lifecycle.state,
    turnCount: core.driver.turnCount,
    readyTasks: core.turn.waiting() + core.microtasks.length,
    lagMs,
    busyMs: core.driver.busyMs,
    idleMs: core.driver.idleMs,
    callbacks: core.runner.counts(),
    errors: core.errors.count,
    limits: { ...core.driver.limits },
    fastPathTransitions: core.fastPath.transitions,
    admission: core.admission.totals(),
    admissionByPriority: core.admission.byPriority(),
    timers: core.timers.live,
    ...inputs,
    skippedBeats: core.timers.skippedBeats,
    microtasks: { queued: core.microtasks.length, starvations: core.starvations, deferrals: core.deferrals },
    ...promises,
    diagnosticsFailed: core.diagnostics.failed,
    oldestAgeMs,
    cpuMs: core.cpu?.totals() ?? {},
  }
}
