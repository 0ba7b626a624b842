// One visit of the host: opens a batch, runs turns until a limit, and decides what to wait for.
// Longer than most: a visit is one machine, and its stages share the positions that an interruption must leave valid.
import type { AdmissionControl } from './admission-control.ts'
import type { BatchBudget } from './batch.ts'
import { BatchBooks } from './batch-books.ts'
import type { CallbackErrors } from './callback-errors.ts'
import type { CallbackRunner } from './callbacks.ts'
import type { LoopClock } from './clock.ts'
import type { Diagnostics } from './diagnostics.ts'
import { LoopError } from './errors.ts'
import type { FastPath } from './fast-path.ts'
import type { Host, HostEntry } from './host.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { ResolvedLoopOptions } from './options.ts'
import { Parking } from './parking.ts'
import type { Participants } from './participant.ts'
import type { BatchRunner, Checkpoint } from './queues/checkpoint.ts'
import { createEnter } from './queues/checkpoint.ts'
import type { MicrotaskQueues } from './queues/microtasks.ts'
import type { Termination } from './termination.ts'
import type { Timers } from './timers/timers.ts'
import type { Turn } from './turn.ts'
import type { Wake } from './wake.ts'

export interface DriverParts {
  readonly host: Host
  readonly options: ResolvedLoopOptions
  readonly clock: LoopClock
  readonly wake: Wake
  readonly runner: CallbackRunner
  readonly errors: CallbackErrors
  readonly diagnostics: Diagnostics
  readonly microtasks: MicrotaskQueues
  readonly checkpoint: Checkpoint
  readonly budget: BatchBudget
  readonly turn: Turn
  readonly timers: Timers
  readonly participants: Participants
  readonly lifecycle: Lifecycle
  readonly termination: Termination
  readonly fastPath: FastPath
  readonly admission: AdmissionControl
  /** Whether anything keeps the loop alive. */
  isAlive(): boolean
}

/** What drives the loop: nothing yet, `run`, or one call of `runOnce` or `poll`. */
type Mode = 'none' | 'run' | 'once' | 'poll'

/** hot: benchmarks/eventloop/resubmit-64 */
export class Driver implements BatchRunner {
  readonly #parts: DriverParts
  readonly #books: BatchBooks
  readonly #parking: Parking
  #mode: Mode = 'none'
  #started = false
  #stepLogged = false
  /** Visits of the row that was asked for and have not come. */
  #rowLeft = 0
  #settleOnce: ((alive: boolean) => void) | undefined = undefined
  turnCount = 0

  constructor(parts: DriverParts) {
    this.#parts = parts
    this.#books = new BatchBooks(parts, parts.clock.lastMs)
    this.#parking = new Parking(parts)
  }

  /** Batches that each limit has ended. */
  get limits(): { readonly time: number; readonly tasks: number } {
    return this.#books.limits
  }

  get busyMs(): number {
    return this.#books.times.busyMs
  }

  get idleMs(): number {
    return this.#books.times.idleMs
  }

  /** Whether `run`, `runOnce` or `poll` is under way. */
  get driven(): boolean {
    return this.#mode !== 'none'
  }

  /** Drives the loop until it ends. */
  startRun(): void {
    this.#mode = 'run'
    this.#parts.lifecycle.setState('running')
    this.#activate()
  }

  /** Drives the loop for one turn. @returns a promise of `alive`. */
  startOnce(mode: 'once' | 'poll'): Promise<boolean> {
    this.#mode = mode
    this.#parts.lifecycle.setState('running')
    return new Promise((resolve) => {
      this.#settleOnce = resolve
      this.#activate()
    })
  }

  /** Termination has begun or become immediate. */
  terminate(): void {
    const { runner, wake, clock } = this.#parts
    runner.halted = true
    if (!clock.inBatch) {
      this.#activate()
      wake.request()
    }
  }

  /** A timer was armed, moved, cancelled or had its ref state changed. */
  timersChanged(): void {
    const { clock, lifecycle } = this.#parts
    if (clock.inBatch || !this.#parking.parked || lifecycle.terminating) return
    this.#parking.rearm()
    this.refChanged()
  }

  /** Something that counts for `alive` has changed while the loop waits. */
  refChanged(): void {
    const { clock, host, lifecycle, options, wake } = this.#parts
    if (clock.inBatch || !this.#parking.parked || lifecycle.terminating) return
    const alive = this.#parts.isAlive()
    host.setRef(alive)
    if (!alive && (options.autoExit || this.#mode === 'once')) wake.request()
  }

  checkpoint(): void {
    const { clock, checkpoint } = this.#parts
    this.#books.times.enter(clock.read())
    clock.inBatch = true
    checkpoint.run()
  }

  /** An exception of the platform passes through the visit: what it has done until here is booked, and it goes on soon. */
  request(): void {
    const { clock, wake } = this.#parts
    if (clock.inBatch) this.#books.times.leave(clock.read())
    clock.inBatch = false
    wake.again()
  }

  runBatch(): void {
    const { host, clock, wake, errors, lifecycle, checkpoint, options, runner, budget, turn } = this.#parts
    wake.taken()
    const inRow = this.#rowLeft > 0
    if (inRow) {
      this.#rowLeft--
      if (this.#stepInRow()) return
      this.#rowLeft = 0
    }
    if (lifecycle.terminated || !wake.active) {
      clock.inBatch = false
      return
    }
    if (errors.hasPending) throw errors.takePending()
    const nowMs = clock.read()
    if (!clock.inBatch) this.#books.times.enter(inRow ? this.#books.times.endedAtMs : nowMs)
    clock.inBatch = true
    clock.credit = 0
    checkpoint.openBatch(host.checkpoint, options.nativeCheckpoint === 'step')
    this.#checkMeans()
    this.#books.open()
    runner.openBatch()
    if (!turn.suspended || !checkpoint.stepping) budget.open(nowMs)
    else if (!inRow) budget.skip(this.#books.times.endedAtMs, nowMs)
    this.#parking.wakeUp()
    lifecycle.expire(nowMs)
    const progressed = this.#runTurns(nowMs)
    const endedAtMs = clock.read()
    clock.inBatch = false
    budget.close(endedAtMs)
    this.#books.close(endedAtMs)
    this.#decide(progressed)
  }

  /**
   * The common visit where each callback needs one of its own: the next callback of the turn, and nothing else. Visits of a row follow one
   * another without anything between them but what the callbacks have queued on the platform, so neither the clock nor what the
   * batch has set up is looked at again before the budget asks for it. hot: benchmarks/eventloop/submit-step
   * @returns `false` if there is more to do, or if the budget wants to look at the clock.
   */
  #stepInRow(): boolean {
    const { clock, wake, errors, lifecycle, checkpoint, budget, turn, microtasks, runner } = this.#parts
    if (budget.credit < 2 || !turn.inStation || microtasks.length > 0 || checkpoint.pending) return false
    if (lifecycle.state !== 'running' || runner.halted || errors.hasPending || !wake.active) return false
    clock.inBatch = true
    clock.credit = 0
    const outcome = turn.run(true)
    if (outcome === 'done') this.#endTurn()
    clock.inBatch = false
    if (outcome !== 'step') return false
    wake.row(Math.max(1, this.#rowLeft))
    return true
  }

  /** Runs turns as long as they may follow one another. @returns whether one was finished. */
  #runTurns(nowMs: number): boolean {
    const { turn, timers, microtasks, checkpoint, lifecycle, termination, fastPath, runner, budget } = this.#parts
    let finished = false
    let first = true
    for (;;) {
      if (lifecycle.terminating) {
        runner.halted = lifecycle.immediate
        if (!turn.draining) turn.reset()
        turn.draining = true
        if (!termination.draining) return finished
      }
      microtasks.openTurn()
      if (!turn.suspended) {
        const due = first && !turn.draining && timers.collect(nowMs)
        // What waits for the platform's queues to be empty is served by the opening of a visit, not by one more turn in it.
        const waiting = due || turn.hasWork() || microtasks.length > 0 || (first && checkpoint.pending)
        if (!waiting && !(this.#mode === 'poll' && first)) return finished
        this.#openTurn()
      }
      if ((first || microtasks.length > 0) && checkpoint.open()) {
        turn.hold()
        return finished
      }
      first = false
      const outcome = turn.run(checkpoint.stepping)
      if (outcome === 'step') return finished
      if (outcome === 'halted') {
        turn.reset()
        runner.halted = false
        if (!lifecycle.immediate && lifecycle.terminating) continue
        return finished
      }
      this.#endTurn()
      finished = true
      if (outcome === 'cut') return finished
      this.#tellPressure()
      if (this.#mode === 'once' || this.#mode === 'poll' || checkpoint.stepping) return finished
      if (!fastPath.active || budget.limit !== 'none') return finished
    }
  }

  #openTurn(): void {
    const { runner, diagnostics } = this.#parts
    runner.turn = ++this.turnCount
    if (diagnostics.hooks?.turnStart !== undefined) diagnostics.hook((hooks) => hooks.turnStart?.(this.turnCount))
  }

  #endTurn(): void {
    const { participants, diagnostics, checkpoint } = this.#parts
    this.#books.countTurn()
    checkpoint.endTurn()
    participants.turnEnded(this.turnCount)
    if (diagnostics.hooks?.turnEnd !== undefined) diagnostics.hook((hooks) => hooks.turnEnd?.(this.turnCount))
  }

  #tellPressure(): void {
    const { options, diagnostics } = this.#parts
    const { queuePressure } = options
    if (queuePressure === undefined) return
    const queued = this.#parts.admission.queued()
    if (queued > 0) diagnostics.notify('queuePressure', () => queuePressure(queued))
  }

  /** What comes after the batch. */
  #decide(progressed: boolean): void {
    const { lifecycle, termination, wake, turn, microtasks, checkpoint, errors, clock, budget } = this.#parts
    if (lifecycle.terminating) {
      this.#finishOnce(false)
      clock.inBatch = true
      const step = termination.advance()
      clock.inBatch = false
      if (lifecycle.terminated) return
      if (step === 'again' || (step === 'ended' && errors.hasPending)) wake.again()
      else this.#park()
      return
    }
    if (checkpoint.stepping && turn.suspended && !errors.hasPending) {
      const visits = Math.max(1, budget.credit)
      wake.row(visits)
      this.#rowLeft = this.#parts.host.requestRow === undefined ? 0 : visits
      return
    }
    const ready = turn.suspended || turn.hasWork() || microtasks.length > 0 || checkpoint.pending || errors.hasPending
    const alive = this.#parts.isAlive()
    if ((this.#mode === 'once' || this.#mode === 'poll') && !turn.suspended && (progressed || this.#mode === 'poll' || !alive)) {
      this.#finishOnce(alive)
      return
    }
    if (!alive && this.#parts.options.autoExit && this.#mode === 'run' && this.#tryExit()) return
    if (ready || turn.hasWork()) {
      this.#parts.host.setRef(alive)
      wake.again()
    } else this.#park()
  }

  /** Auto-exit. @returns whether the loop is ending now. */
  #tryExit(): boolean {
    const { options, diagnostics, participants, lifecycle } = this.#parts
    const { onQuiescent } = options
    if (onQuiescent !== undefined) {
      let goOn = false
      diagnostics.notify('onQuiescent', () => {
        goOn = onQuiescent() === true
      })
      if (lifecycle.terminating) return true
      if (goOn || this.#parts.isAlive()) return false
    }
    if (!participants.tryClose()) return false
    lifecycle.begin('autoExit')
    return true
  }

  #park(): void {
    if (!this.#parking.park(this.turnCount)) this.#parts.wake.again()
  }

  #finishOnce(alive: boolean): void {
    const { lifecycle, wake, host } = this.#parts
    const settle = this.#settleOnce
    if (settle === undefined) return
    this.#settleOnce = undefined
    this.#mode = 'none'
    if (!lifecycle.terminating) {
      wake.active = false
      host.requestAt(Number.POSITIVE_INFINITY)
      host.setRef(false)
      lifecycle.setState('awake')
    }
    settle(alive)
  }

  #activate(): void {
    const { host, wake } = this.#parts
    wake.active = true
    if (!this.#started) {
      this.#started = true
      host.start(this.#entry())
    }
    host.setRef(true)
    wake.request()
  }

  #entry(): HostEntry {
    const turnCount = (): number => this.turnCount
    return {
      enter: createEnter(this),
      get turnCount() {
        return turnCount()
      },
      describeNext: () => this.#describeNext(),
    }
  }

  #describeNext(): string {
    const { turn, timers } = this.#parts
    const busy = turn.stations.filter((station) => station.waiting > 0).map((station) => `${station.waiting} in ${station.name}`)
    return busy.length > 0 ? busy.join(', ') : timers.describeNext()
  }

  #checkMeans(): void {
    const { host, options, diagnostics, lifecycle } = this.#parts
    if (host.checkpoint.means !== 'step' || this.#stepLogged) return
    this.#stepLogged = true
    if (options.nativeCheckpoint === 'tick') {
      const text = 'this platform has no checkpoint that can be called; use nativeCheckpoint: "auto"'
      lifecycle.fail(new LoopError('ERR_CHECKPOINT_UNAVAILABLE', text))
      return
    }
    diagnostics.log('info', 'loop.checkpoint_step', 'no callable checkpoint here: one callback per host visit', () => ({
      host: host.kind,
    }))
  }
}
