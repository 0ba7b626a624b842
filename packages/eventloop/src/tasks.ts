// Tasks handed to the loop from anywhere: the internal queue, and the external one behind admission.
import { TASK_PRIORITIES } from './admission.ts'
import type { TaskPriority } from './admission.ts'
import type { AdmissionControl, RoomOptions } from './admission-control.ts'
import type { CallbackRunner } from './callbacks.ts'
import type { LoopClock } from './clock.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Priorities } from './scheduler/priorities.ts'
import type { FifoStation } from './station.ts'
import { checkKeys, memberOf, requireFunction } from './validate.ts'
import type { Wake } from './wake.ts'

export interface SubmitOptions {
  /** Names the task in diagnostics, samples and traces. Default none. */
  readonly label?: string | undefined
  /** Plumbing: exempt from admission, not sampled, not counted as a user callback. Default false. */
  readonly internal?: boolean | undefined
  /** Default `'user-visible'`. */
  readonly priority?: TaskPriority | undefined
}

export interface SubmitWhenRoomOptions extends SubmitOptions, RoomOptions {}

const SUBMIT_KEYS = ['label', 'internal', 'priority']
const NO_OPTIONS: SubmitOptions = {}

export interface TasksParts {
  readonly runner: CallbackRunner
  readonly lifecycle: Lifecycle
  readonly wake: Wake
  readonly internal: FifoStation
  readonly visible: FifoStation
  readonly clock: LoopClock
  readonly admission: AdmissionControl
  readonly priorities: Priorities
  /** Whether every task needs a record: a context is carried, or creation is recorded. */
  readonly wrap: boolean
}

/** hot: benchmarks/eventloop/submit-burst-1e6 */
export class Tasks {
  readonly #runner: CallbackRunner
  readonly #lifecycle: Lifecycle
  readonly #wake: Wake
  readonly #internal: FifoStation
  readonly #visible: FifoStation
  readonly #clock: LoopClock
  readonly #admission: AdmissionControl
  readonly #priorities: Priorities
  /** Whether a bare function can be queued as it is. */
  readonly #bare: boolean

  constructor(parts: TasksParts) {
    this.#runner = parts.runner
    this.#lifecycle = parts.lifecycle
    this.#wake = parts.wake
    this.#internal = parts.internal
    this.#visible = parts.visible
    this.#clock = parts.clock
    this.#admission = parts.admission
    this.#priorities = parts.priorities
    this.#bare = !parts.wrap && !parts.admission.enabled
  }

  /** @throws LoopError `ERR_LOOP_TERMINATED`, `ERR_QUEUE_FULL`, `ERR_RATE_LIMITED`. */
  submit(callback: () => void, options?: SubmitOptions): void {
    requireFunction('callback', callback)
    if (!this.#lifecycle.accepting) this.#lifecycle.requireAccepting()
    if (options === undefined && this.#bare) {
      this.#visible.push(callback)
      this.#wake.request()
      return
    }
    if (options === undefined && !this.#admission.enabled) {
      this.#visible.push(this.#runner.entry(callback))
      this.#wake.request()
      return
    }
    const given = options ?? NO_OPTIONS
    checkKeys('options', given, SUBMIT_KEYS)
    const priority = priorityOf(given)
    const refused = given.internal === true ? undefined : this.#admission.refuse(priority)
    if (refused !== undefined) throw refused
    this.#push(callback, given, priority)
  }

  /** As `submit`. @returns `false` where that throws `ERR_QUEUE_FULL` or `ERR_RATE_LIMITED`. */
  trySubmit(callback: () => void, options: SubmitOptions = NO_OPTIONS): boolean {
    requireFunction('callback', callback)
    this.#lifecycle.requireAccepting()
    checkKeys('options', options, SUBMIT_KEYS)
    const priority = priorityOf(options)
    if (options.internal !== true && !this.#admission.admits(priority)) return false
    this.#push(callback, options, priority)
    return true
  }

  /** As `submit`, but waits for room. */
  async submitWhenRoom(callback: () => void, options: SubmitWhenRoomOptions = NO_OPTIONS): Promise<void> {
    requireFunction('callback', callback)
    checkKeys('options', options, [...SUBMIT_KEYS, 'signal', 'timeoutMs'])
    const priority = priorityOf(options)
    this.#lifecycle.requireAccepting()
    await this.#admission.whenRoom(priority, () => this.#push(callback, options, priority), options)
  }

  submitInternal(callback: () => void): void {
    requireFunction('callback', callback)
    this.#lifecycle.requireAccepting()
    this.settle(callback)
  }

  /** The outcome of work in flight: accepted until the loop has ended, because a graceful end waits for it. */
  settle(callback: () => void): void {
    this.#internal.push(this.#runner.entry(callback))
    this.#wake.request()
  }

  submitSteps(step: () => boolean, options: SubmitOptions = NO_OPTIONS): void {
    requireFunction('step', step)
    checkKeys('options', options, SUBMIT_KEYS)
    this.#lifecycle.requireAccepting()
    const priority = priorityOf(options)
    const refused = options.internal === true ? undefined : this.#admission.refuse(priority)
    if (refused !== undefined) throw refused
    const task = this.#runner.task(step, options.label, options.internal === true, false, step)
    task.queuedAtMs = this.#clock.nowMs()
    this.#priorities.tasks(priority).push(task)
    this.#wake.request()
  }

  #push(callback: () => void, options: SubmitOptions, priority: TaskPriority): void {
    const { label, internal = false } = options
    if (priority === 'background') {
      const task = this.#runner.task(callback, label, internal, false)
      task.queuedAtMs = this.#clock.nowMs()
      this.#priorities.tasks(priority).push(task)
    } else this.#priorities.tasks(priority).push(this.#runner.entry(callback, label, internal))
    this.#wake.request()
  }
}

function priorityOf(options: SubmitOptions): TaskPriority {
  return memberOf('priority', options.priority ?? 'user-visible', TASK_PRIORITIES)
}
