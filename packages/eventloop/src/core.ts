// Builds the parts of one loop and ties them together; the face and the other duties hold on to this.
import { AdmissionControl } from './admission-control.ts'
import { BatchBudget } from './batch.ts'
import { CallbackErrors } from './callback-errors.ts'
import { CallbackRunner } from './callbacks.ts'
import { LoopClock } from './clock.ts'
import { CpuAccounts } from './cpu.ts'
import { Diagnostics } from './diagnostics.ts'
import { Driver } from './driver.ts'
import { FastPath } from './fast-path.ts'
import type { Host } from './host.ts'
import { Lifecycle } from './lifecycle.ts'
import type { ResolvedLoopOptions } from './options.ts'
import { Participants } from './participant.ts'
import { Checkpoint } from './queues/checkpoint.ts'
import { MicrotaskQueues } from './queues/microtasks.ts'
import { Sampler } from './sampling.ts'
import { Priorities } from './scheduler/priorities.ts'
import { FifoStation } from './station.ts'
import { Tasks } from './tasks.ts'
import { Termination } from './termination.ts'
import { Timers } from './timers/timers.ts'
import { Turn } from './turn.ts'
import { Wake } from './wake.ts'

/** The parts of one loop. A duty takes this, adds stations to `turn` and itself to `participants`, and keeps what it needs. */
export class LoopCore {
  readonly host: Host
  readonly options: ResolvedLoopOptions
  readonly clock: LoopClock
  readonly wake: Wake
  readonly diagnostics: Diagnostics
  readonly errors: CallbackErrors
  readonly cpu: CpuAccounts | undefined
  readonly runner: CallbackRunner
  readonly microtasks: MicrotaskQueues
  readonly checkpoint: Checkpoint
  readonly budget: BatchBudget
  readonly turn: Turn
  readonly immediates: FifoStation
  readonly closing: FifoStation
  readonly timers: Timers
  readonly internal: FifoStation
  readonly visible: FifoStation
  readonly priorities: Priorities
  readonly admission: AdmissionControl
  readonly participants: Participants = new Participants()
  readonly lifecycle: Lifecycle
  readonly termination: Termination
  readonly fastPath: FastPath
  readonly tasks: Tasks
  readonly driver: Driver
  #holds = 0

  constructor(host: Host, options: ResolvedLoopOptions) {
    this.host = host
    this.options = options
    this.clock = new LoopClock(host)
    this.wake = new Wake(host, this.clock)
    this.diagnostics = new Diagnostics(options)
    const wake = (): void => this.wake.request()
    this.errors = new CallbackErrors({ onError: options.onError, alsoRethrow: options.rethrow }, this.diagnostics, wake)
    this.cpu = options.cpu === undefined ? undefined : new CpuAccounts(options.cpu, this.clock)
    this.runner = this.#makeRunner()
    this.microtasks = this.#makeMicrotasks(wake)
    this.checkpoint = new Checkpoint(this.microtasks, options.checkpoint, wake, (error) =>
      this.runner.fail(error, () => {}, 'microtask'),
    )
    this.budget = this.#makeBudget()
    this.turn = new Turn(this.runner, this.budget)
    const sampler = new Sampler(this.clock, this.runner, this.diagnostics)
    const parts = { clock: this.clock, runner: this.runner, checkpoint: this.checkpoint, sampler }
    this.immediates = new FifoStation('check', 'check', parts)
    this.closing = new FifoStation('close', 'close', parts)
    this.timers = new Timers(parts, { maxTimers: options.maxTimers })
    this.internal = new FifoStation('internal', 'internal', parts)
    this.visible = new FifoStation('visible', 'external', parts)
    for (const station of [this.immediates, this.closing, this.timers, this.internal, this.visible]) this.turn.add(station)
    this.priorities = new Priorities({ ...this, station: parts, backgroundMaxWaitMs: options.backgroundMaxWaitMs })
    this.admission = new AdmissionControl({
      ...this,
      options: options.admission,
      stations: (priority) => this.priorities.existing(priority),
      timersChanged: () => this.driver.timersChanged(),
    })
    if (this.admission.enabled) this.participants.add(this.admission)
    this.lifecycle = this.#makeLifecycle()
    this.termination = new Termination(this)
    this.fastPath = new FastPath(options.fastPath, this.diagnostics, () => this.driver.turnCount)
    this.tasks = new Tasks({ ...this, wrap: options.context !== undefined || options.debug })
    this.driver = new Driver({ ...this, isAlive: () => this.isAlive() })
  }

  /** Whether anything keeps the loop alive. */
  isAlive(): boolean {
    if (this.timers.refCount > 0 || this.#holds > 0 || this.turn.suspended || this.microtasks.length > 0) return true
    const { stations } = this.turn
    for (let at = 0; at < stations.length; at++) {
      const station = stations[at]
      if (station === this.timers) continue
      if (station === this.immediates ? this.immediates.waitingRef > 0 : (station?.waiting ?? 0) > 0) return true
    }
    return this.checkpoint.pending || this.participants.isAlive()
  }

  /** Keeps the loop alive until the returned function is called; calling it again does nothing. */
  holdOpen(): () => void {
    this.#holds++
    this.driver.refChanged()
    let released = false
    return () => {
      if (released) return
      released = true
      this.#holds--
      this.driver.refChanged()
    }
  }

  #makeRunner(): CallbackRunner {
    const { slowCallback, context, debug } = this.options
    const exactSlowMs =
      slowCallback.exact && slowCallback.thresholdMs !== Number.POSITIVE_INFINITY ? slowCallback.thresholdMs : undefined
    return new CallbackRunner({
      clock: this.clock,
      errors: this.errors,
      diagnostics: this.diagnostics,
      context,
      cpu: this.cpu,
      exactSlowMs,
      debug,
    })
  }

  #makeMicrotasks(wake: () => void): MicrotaskQueues {
    const { diagnostics } = this
    const limits = {
      ...this.options.microtasks,
      onStarvation: (callbacks: number) => {
        this.starvations++
        diagnostics.log('error', 'loop.microtask_starvation', 'one checkpoint runs very many microtasks', () => ({ callbacks }))
      },
      onDeferred: (queued: number) => {
        this.deferrals++
        diagnostics.log('warn', 'loop.microtask_deferred', 'the rest of a checkpoint waits for the next turn', () => ({ queued }))
      },
    }
    return new MicrotaskQueues(this.runner, limits, () => this.clock.nowMs(), wake)
  }

  /** Checkpoints that passed `microtasks.warnAfter`, and those that `deferAfter` cut. */
  starvations = 0
  deferrals = 0

  #makeBudget(): BatchBudget {
    const { batch, slowCallback } = this.options
    const onSlowSlice = (elapsedMs: number, callbacks: number): void => {
      this.diagnostics.log('warn', 'loop.slow_callback', 'callbacks were slow', () => ({
        exact: false,
        elapsedMs,
        callbacks,
        labels: this.runner.labelsOfLast(callbacks),
        phase: this.runner.phase,
        turn: this.runner.turn,
      }))
    }
    const slowSliceMs = slowCallback.exact ? Number.POSITIVE_INFINITY : slowCallback.thresholdMs
    return new BatchBudget({ ...batch, slowSliceMs, onSlowSlice }, this.clock)
  }

  #makeLifecycle(): Lifecycle {
    return new Lifecycle({
      nowMs: () => this.clock.read(),
      onState: (from, to) => {
        this.diagnostics.transition('state', from, to)
        if (this.diagnostics.hooks?.stateChange !== undefined) this.diagnostics.hook((hooks) => hooks.stateChange?.(from, to))
      },
      onTermination: () => {
        this.participants.closeAdmission(this.lifecycle.endError)
        this.driver.terminate()
      },
    })
  }
}
