// Runs one callback: in its context, isolated from the others, with whatever instrumentation was asked for.
import type { CallbackErrors } from './callback-errors.ts'
import type { LoopClock } from './clock.ts'
import type { ContextPort } from './context.ts'
import type { CpuAccounts } from './cpu.ts'
import type { CallbackInfo } from './diagnostic.ts'
import type { Diagnostics } from './diagnostics.ts'
import type { TimerId } from './ids.ts'
import type { TaskInfo } from './observer.ts'
import type { CallbackPhase, Phase } from './phase.ts'
import { PHASES } from './phase.ts'
import type { Entry } from './queues/task.ts'
import { nothing, Task } from './queues/task.ts'

/** Labels that a report about a slice names. */
const LABELS_KEPT = 8

export interface RunnerParts {
  readonly clock: LoopClock
  readonly errors: CallbackErrors
  readonly diagnostics: Diagnostics
  readonly context: ContextPort | undefined
  readonly cpu: CpuAccounts | undefined
  /** Bracket each callback with the clock, to name the one that was slow. */
  readonly exactSlowMs: number | undefined
  readonly debug: boolean
}

/** The isolation around every callback. hot: benchmarks/eventloop/submit-burst-1e6 */
export class CallbackRunner {
  readonly #clock: LoopClock
  readonly #errors: CallbackErrors
  readonly #diagnostics: Diagnostics
  readonly #context: ContextPort | undefined
  readonly #cpu: CpuAccounts | undefined
  readonly #exactSlowMs: number | undefined
  readonly #debug: boolean
  readonly #instrumented: boolean
  readonly #info: TaskInfo = { phase: 'external', label: undefined, turn: 0, nowMs: 0 }
  readonly #counts: Record<Phase, number> = { poll: 0, check: 0, close: 0, timers: 0, internal: 0, external: 0 }
  readonly #labels: string[] = []
  readonly #labelledAt: number[] = []
  #base: unknown
  #current: unknown
  #phase: Phase = 'external'
  #counted = 0
  #plumbing = 0
  /** User callbacks of phases run so far. */
  callbacks = 0
  /** Callbacks of phases started so far, plumbing included. */
  get started(): number {
    return this.callbacks + this.#plumbing
  }
  /** Set to stop between two callbacks. */
  halted = false
  turn = 0

  constructor(parts: RunnerParts) {
    this.#clock = parts.clock
    this.#errors = parts.errors
    this.#diagnostics = parts.diagnostics
    this.#context = parts.context
    this.#cpu = parts.cpu
    this.#exactSlowMs = parts.exactSlowMs
    this.#debug = parts.debug
    const { hooks } = parts.diagnostics
    this.#instrumented =
      hooks?.taskStart !== undefined || hooks?.taskEnd !== undefined || parts.cpu !== undefined || parts.exactSlowMs !== undefined
  }

  get phase(): Phase {
    return this.#phase
  }

  /** Notes the context that the host calls in: callbacks captured there need not be entered. */
  openBatch(): void {
    if (this.#context === undefined) return
    this.#base = this.#context.capture()
    this.#current = this.#base
  }

  /** The loop is about to wait: no context is kept alive meanwhile. */
  park(): void {
    if (this.#context === undefined) return
    this.#base = undefined
    this.#current = undefined
    this.#context.release?.()
  }

  openPhase(phase: Phase): void {
    if (this.callbacks !== this.#counted) this.#flush()
    this.#phase = phase
  }

  /** User callbacks run so far, by phase. */
  counts(): Record<Phase, number> {
    this.#flush()
    const copy = { ...this.#counts }
    for (const phase of PHASES) copy[phase] = this.#counts[phase]
    return copy
  }

  /** Labels of the last `count` callbacks, as far as they are kept. */
  labelsOfLast(count: number): readonly string[] {
    return this.#labels.filter((_, at) => (this.#labelledAt[at] as number) > this.started - count)
  }

  /** Wraps a callback into what a queue holds: itself, unless it has something to carry. */
  entry(run: () => void, label?: string, internal = false, unref = false): Entry {
    if (this.#context === undefined && !this.#debug && label === undefined && !internal && !unref) return run
    return this.task(run, label, internal, unref)
  }

  task(
    run: () => void,
    label: string | undefined,
    internal: boolean,
    unref: boolean,
    step?: () => boolean,
    onDrop?: (reason: unknown) => void,
  ): Task {
    const context = this.#context?.capture()
    const plain = label === undefined && !internal && !unref && step === undefined && onDrop === undefined && !this.#debug
    if (plain) return new Task(run, context, undefined)
    const made = this.#debug ? new Error('made here') : undefined
    return new Task(run, context, { label, internal, unref, made, step, onDrop, queuedAtMs: 0 })
  }

  /** Runs one callback of a phase. Whatever it throws is delivered; nothing leaves this call. */
  run(entry: Entry, timerId?: TimerId): void {
    this.#clock.credit = 0
    this.callbacks++
    if (this.#instrumented) {
      this.#runInstrumented(entry, timerId)
      return
    }
    try {
      if (typeof entry === 'function') entry()
      else this.#runTask(entry)
    } catch (error) {
      this.fail(error, entry, this.#phase, timerId)
    }
  }

  /** Runs one call of a step task. @returns whether it wants to be called again; `false` if it threw. */
  runStep(task: Task): boolean {
    let again = false
    const once = (): void => {
      again = task.step?.() === true
    }
    this.run(new Task(once, task.context, task.extra))
    return again
  }

  /** Runs one callback of a checkpoint. */
  runMicrotask(entry: Entry, phase: 'nextTick' | 'microtask'): void {
    try {
      if (typeof entry === 'function') entry()
      else this.#inContext(entry)
    } catch (error) {
      this.fail(error, entry, phase)
    }
  }

  /** Delivers what `entry` threw. */
  fail(error: unknown, entry: Entry, phase: CallbackPhase, timerId?: TimerId): void {
    this.#errors.deliver(error, this.infoOf(entry, phase, timerId))
  }

  infoOf(entry: Entry, phase: CallbackPhase, timerId?: TimerId): CallbackInfo {
    const task = typeof entry === 'function' ? undefined : entry
    return {
      phase,
      label: task?.label,
      timerId,
      turn: this.turn,
      context: task?.context,
      correlationId: this.correlationOf(task),
      creationStack: task?.made?.stack,
    }
  }

  correlationOf(task: Task | undefined): string | undefined {
    if (task === undefined || this.#context?.correlationId === undefined) return undefined
    try {
      return this.#context.correlationId(task.context)
    } catch {
      this.#diagnostics.failed++
      return undefined
    }
  }

  /** Runs `run` in a context captured earlier; outside of a batch as well. */
  inContext(context: unknown, run: () => void): void {
    const port = this.#context
    if (port === undefined || (context === this.#current && this.#clock.inBatch)) {
      run()
      return
    }
    const outer = this.#current
    this.#current = context
    try {
      port.run(context, run)
    } finally {
      this.#current = outer
    }
  }

  #runTask(task: Task): void {
    if (task.internal || task.run === nothing) {
      this.callbacks--
      this.#plumbing++
    } else if (task.label !== undefined) this.#noteLabel(task.label)
    this.#inContext(task)
  }

  #inContext(task: Task): void {
    const port = this.#context
    if (port === undefined || task.context === this.#current) {
      task.run()
      return
    }
    this.#current = task.context
    try {
      port.run(task.context, task.run)
    } finally {
      this.#current = this.#base
    }
  }

  #runInstrumented(entry: Entry, timerId: TimerId | undefined): void {
    const info = this.#info
    const task = typeof entry === 'function' ? undefined : entry
    info.phase = this.#phase
    info.label = task?.label
    info.turn = this.turn
    info.nowMs = this.#clock.lastMs
    const told = task?.internal !== true
    if (told) this.#diagnostics.taskStart(info)
    const cpuStart = this.#cpu?.start()
    const startedAtMs = this.#exactSlowMs === undefined ? 0 : this.#clock.read()
    try {
      if (task === undefined) (entry as () => void)()
      else this.#runTask(task)
    } catch (error) {
      this.fail(error, entry, this.#phase, timerId)
    }
    if (cpuStart !== undefined) this.#cpu?.stop(cpuStart, task?.label)
    if (this.#exactSlowMs !== undefined) this.#reportSlow(entry, timerId, this.#clock.read() - startedAtMs, this.#exactSlowMs)
    if (told) this.#diagnostics.taskEnd(info)
  }

  #reportSlow(entry: Entry, timerId: TimerId | undefined, elapsedMs: number, thresholdMs: number): void {
    if (elapsedMs <= thresholdMs) return
    this.#diagnostics.log('warn', 'loop.slow_callback', 'a callback was slow', () => ({
      exact: true,
      elapsedMs,
      ...this.infoOf(entry, this.#phase, timerId),
    }))
  }

  #noteLabel(label: string): void {
    if (this.#labels.length === LABELS_KEPT) {
      this.#labels.shift()
      this.#labelledAt.shift()
    }
    this.#labels.push(label)
    this.#labelledAt.push(this.started)
  }

  #flush(): void {
    this.#counts[this.#phase] += this.callbacks - this.#counted
    this.#counted = this.callbacks
  }
}
