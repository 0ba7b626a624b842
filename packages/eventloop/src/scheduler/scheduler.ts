// Prioritized tasks: posting, delaying, aborting, moving and yielding.
import { TASK_PRIORITIES } from '../admission.ts'
import type { TaskPriority } from '../admission.ts'
import type { AdmissionControl } from '../admission-control.ts'
import type { CallbackRunner } from '../callbacks.ts'
import type { LoopClock } from '../clock.ts'
import type { LoopError } from '../errors.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { Participant } from '../participant.ts'
import type { Resolvers } from '../promises/construct.ts'
import type { LoopPromise } from '../promises/promise.ts'
import type { TimerCalls } from '../timers/timer-calls.ts'
import { checkKeys, memberOf, numberIn, requireFunction, signalIn } from '../validate.ts'
import type { Wake } from '../wake.ts'
import type { Priorities } from './priorities.ts'
import { controllerOf } from './priority-controller.ts'

export interface PostTaskOptions {
  /** Default: that of the signal's `PriorityController`, else `'user-visible'`. */
  readonly priority?: TaskPriority | undefined
  /** Aborts the task before it starts. Default none. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds on the loop's clock before it is queued. 0 to 2^52. Default 0. */
  readonly delayMs?: number | undefined
  /** Names it in diagnostics and samples. Default none. */
  readonly label?: string | undefined
}

export interface SchedulerParts {
  readonly runner: CallbackRunner
  readonly clock: LoopClock
  readonly wake: Wake
  readonly lifecycle: Lifecycle
  readonly admission: AdmissionControl
  readonly priorities: Priorities
  readonly timers: TimerCalls
  withResolvers<T>(): Resolvers<T>
}

/** One posted task from the call to its settlement. */
class Posted {
  priority: TaskPriority
  /** Where it waits; -1 before and after. */
  sequence = -1
  /** The timer of its delay; 0 without one. */
  timer = 0
  readonly label: string | undefined
  readonly signal: AbortSignal | undefined
  readonly run: () => void
  readonly fail: (reason: unknown) => void

  constructor(priority: TaskPriority, { label, signal }: PostTaskOptions, run: () => void, fail: (reason: unknown) => void) {
    this.priority = priority
    this.label = label
    this.signal = signal
    this.run = run
    this.fail = fail
  }
}

export class Scheduler implements Participant {
  readonly #parts: SchedulerParts
  readonly #delayed: Set<Posted> = new Set()
  #current: TaskPriority = 'user-visible'
  #currentAt = -1

  constructor(parts: SchedulerParts) {
    this.#parts = parts
  }

  /**
   * Queues `task` at a priority. @returns a promise of its result. It rejects with what the task throws, the signal's reason,
   * `ERR_QUEUE_FULL`, `ERR_RATE_LIMITED`, `ERR_TASK_SHED` or `ERR_LOOP_TERMINATED`.
   */
  postTask<T>(task: () => T | PromiseLike<T>, options: PostTaskOptions = {}): LoopPromise<T> {
    const { promise, resolve, reject } = this.#parts.withResolvers<T>()
    try {
      this.#post(task, options, resolve, reject)
    } catch (error) {
      reject(error)
    }
    return promise
  }

  /** Lets others run: resumes before other tasks of the current task's priority. */
  yield(): LoopPromise<void> {
    const { withResolvers, lifecycle, priorities, runner, wake } = this.#parts
    const { promise, resolve, reject } = withResolvers<void>()
    if (!lifecycle.accepting) {
      reject(lifecycle.endError)
      return promise
    }
    const priority = this.#currentPriority()
    const resume = (): void => {
      this.#enter(priority)
      resolve(undefined)
    }
    const drop = (): void => reject(lifecycle.endError)
    const task = runner.task(resume, undefined, true, false, undefined, drop)
    task.queuedAtMs = this.#parts.clock.nowMs()
    priorities.continuations(priority).push(task)
    priorities.tasks(priority).postpone()
    wake.request()
    return promise
  }

  discard(discarded: Record<string, number>): void {
    if (this.#delayed.size === 0) return
    discarded['tasks'] = (discarded['tasks'] ?? 0) + this.#delayed.size
    for (const posted of this.#delayed) posted.fail(undefined)
    this.#delayed.clear()
  }

  #post<T>(
    task: () => T | PromiseLike<T>,
    options: PostTaskOptions,
    resolve: (value: T | PromiseLike<T>) => void,
    reject: (reason: unknown) => void,
  ): void {
    requireFunction('task', task)
    checkKeys('options', options, ['priority', 'signal', 'delayMs', 'label'])
    const { delayMs = 0 } = options
    const signal = signalIn(options.signal)
    signal?.throwIfAborted()
    this.#parts.lifecycle.requireAccepting()
    const controller = options.priority === undefined ? controllerOf(signal) : undefined
    const priority = memberOf('priority', options.priority ?? controller?.priority ?? 'user-visible', TASK_PRIORITIES)
    if (typeof delayMs !== 'number' || !(delayMs >= 0 && delayMs <= 2 ** 52))
      numberIn('delayMs', delayMs, { min: 0, max: 2 ** 52 })
    const release = (): void => {
      signal?.removeEventListener('abort', onAbort)
      unlisten?.()
    }
    const run = (): void => {
      release()
      posted.sequence = -1
      this.#enter(posted.priority)
      try {
        resolve(task())
      } catch (error) {
        reject(error)
      }
    }
    const fail = (reason: unknown): void => {
      release()
      reject(reason ?? this.#parts.lifecycle.endError)
    }
    const posted = new Posted(priority, options, run, fail)
    const onAbort = (): void => {
      this.#withdraw(posted)
      fail(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    const unlisten = controller?.onPriority((next) => this.#move(posted, next))
    try {
      if (delayMs > 0) this.#delay(posted, delayMs)
      else this.#admit(posted)
    } catch (error) {
      release()
      throw error
    }
  }

  #delay(posted: Posted, delayMs: number): void {
    posted.timer = this.#parts.timers.schedule(
      delayMs,
      () => {
        posted.timer = 0
        if (this.#delayed.delete(posted)) this.#admit(posted)
      },
      { internal: true },
    )
    this.#delayed.add(posted)
  }

  #admit(posted: Posted): void {
    const { admission } = this.#parts
    if (admission.waits && !admission.hasRoom()) {
      const { signal } = posted
      admission.whenRoom(posted.priority, () => this.#queue(posted), { signal }).catch((error: unknown) => posted.fail(error))
      return
    }
    const refused: LoopError | undefined = admission.refuse(posted.priority)
    if (refused === undefined) this.#queue(posted)
    else posted.fail(refused)
  }

  #queue(posted: Posted): void {
    const { priorities, runner, clock, wake } = this.#parts
    const entry = runner.task(posted.run, posted.label, false, false, undefined, posted.fail)
    entry.queuedAtMs = clock.nowMs()
    posted.sequence = priorities.tasks(posted.priority).pushCancellable(entry)
    wake.request()
  }

  #withdraw(posted: Posted): void {
    this.#delayed.delete(posted)
    if (posted.timer > 0) this.#parts.timers.cancel(posted.timer)
    posted.timer = 0
    if (posted.sequence >= 0) this.#parts.priorities.tasks(posted.priority).cancel(posted.sequence)
    posted.sequence = -1
  }

  #move(posted: Posted, priority: TaskPriority): void {
    if (posted.sequence < 0) {
      posted.priority = priority
      return
    }
    this.#withdraw(posted)
    posted.priority = priority
    this.#queue(posted)
  }

  /** The priority holds for the callback and its checkpoint: until the next callback starts. */
  #enter(priority: TaskPriority): void {
    this.#current = priority
    this.#currentAt = this.#parts.runner.started
  }

  #currentPriority(): TaskPriority {
    return this.#currentAt === this.#parts.runner.started ? this.#current : 'user-visible'
  }
}
