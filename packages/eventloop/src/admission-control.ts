// Admission of external tasks: a bound, a rate limiter, a policy for what is too much, and a waiting line.
import type { AdmissionLimiter, TaskPriority } from './admission.ts'
import { TASK_PRIORITIES } from './admission.ts'
import type { LoopClock } from './clock.ts'
import type { Diagnostics } from './diagnostics.ts'
import { LoopError } from './errors.ts'
import type { ResolvedAdmission } from './options.ts'
import type { Participant } from './participant.ts'
import type { Entry } from './queues/task.ts'
import type { FifoStation } from './station.ts'
import type { Timers } from './timers/timers.ts'
import { INTERNAL, UNREF } from './timers/timer-table.ts'
import { numberIn, signalIn } from './validate.ts'

/** What has become of external tasks, by priority. */
export type AdmissionCounts = Readonly<Record<TaskPriority, number>>
export const ADMISSION_OUTCOMES = ['admitted', 'refused', 'shed', 'waited', 'timedOut'] as const
export type AdmissionOutcome = (typeof ADMISSION_OUTCOMES)[number]

export interface RoomOptions {
  /** Ends the wait, which rejects with its reason. Default none. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds to wait at most. 0 to 2^31-1 or `Infinity`, the default. */
  readonly timeoutMs?: number | undefined
}

/** What speaks against a task: the bound, or the limiter's verdict. */
type Refusal = typeof FULL | { readonly retryAfterMs: number }
const FULL = 'full'

interface Waiter {
  readonly priority: TaskPriority
  readonly enter: () => void
  readonly fail: (error: unknown) => void
}

export interface AdmissionParts {
  readonly options: ResolvedAdmission | undefined
  readonly diagnostics: Diagnostics
  readonly clock: LoopClock
  readonly timers: Timers
  /** The stations of a priority that exist, the lowest priority last. */
  stations(priority: TaskPriority): readonly FifoStation[]
  /** The deadline of the wait has been armed outside of a batch. */
  timersChanged(): void
}

function zeros(): Record<TaskPriority, number> {
  return { 'user-blocking': 0, 'user-visible': 0, background: 0 }
}

/** Decides about every external task of a loop that was given `admission`. */
export class AdmissionControl implements Participant {
  readonly #parts: AdmissionParts
  readonly #waiters: Set<Waiter> = new Set()
  /** What the promise of every dropped task rejects with: errors made in bulk share one object. */
  #shedError: LoopError | undefined = undefined
  readonly counts: Readonly<Record<AdmissionOutcome, Record<TaskPriority, number>>> = {
    admitted: zeros(),
    refused: zeros(),
    shed: zeros(),
    waited: zeros(),
    timedOut: zeros(),
  }

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  totals(): Record<AdmissionOutcome, number> {
    const totals = { admitted: 0, refused: 0, shed: 0, waited: 0, timedOut: 0 }
    for (const outcome of ADMISSION_OUTCOMES)
      for (const priority of TASK_PRIORITIES) totals[outcome] += this.counts[outcome][priority]
    return totals
  }

  byPriority(): Record<AdmissionOutcome, AdmissionCounts> {
    const { admitted, refused, shed, waited, timedOut } = this.counts
    return {
      admitted: { ...admitted },
      refused: { ...refused },
      shed: { ...shed },
      waited: { ...waited },
      timedOut: { ...timedOut },
    }
  }

  /** Whether any rule applies. */
  get enabled(): boolean {
    return this.#parts.options !== undefined
  }

  get waits(): boolean {
    return this.#parts.options?.policy === 'wait'
  }

  /** External tasks that wait now. */
  queued(): number {
    let sum = 0
    for (const priority of TASK_PRIORITIES) for (const station of this.#parts.stations(priority)) sum += station.waitingUser
    return sum
  }

  hasRoom(): boolean {
    const { options } = this.#parts
    return options === undefined || this.queued() < options.maxQueued
  }

  /** Decides about one task now, and counts it. @returns whether it is admitted. Makes no error: a flood may be refused. */
  admits(priority: TaskPriority): boolean {
    const { options } = this.#parts
    return options === undefined || this.#judge(options, priority) === undefined
  }

  /** As `admits`. @returns what speaks against the task: `ERR_QUEUE_FULL` or `ERR_RATE_LIMITED`; `undefined`: it is admitted. */
  refuse(priority: TaskPriority): LoopError | undefined {
    const { options } = this.#parts
    if (options === undefined) return undefined
    const refusal = this.#judge(options, priority)
    return refusal === undefined ? undefined : this.#errorOf(options, refusal)
  }

  /** Waits for room, first come first served, and calls `enter` when there is some. */
  async whenRoom(
    priority: TaskPriority,
    enter: () => void,
    { signal, timeoutMs = Number.POSITIVE_INFINITY }: RoomOptions,
  ): Promise<void> {
    const { options } = this.#parts
    numberIn('timeoutMs', timeoutMs, { min: 0, max: 2 ** 31 - 1, infinite: true })
    signalIn(signal)?.throwIfAborted()
    const limited = options === undefined ? undefined : this.#limit(options)
    if (limited !== undefined) {
      this.counts.refused[priority]++
      throw this.#errorOf(options as ResolvedAdmission, limited)
    }
    if (this.#waiters.size === 0 && this.hasRoom()) {
      this.counts.admitted[priority]++
      enter()
      return
    }
    this.counts.waited[priority]++
    await this.#wait(priority, enter, signal, timeoutMs)
  }

  turnEnded(): void {
    this.#letIn()
  }

  isAlive(): boolean {
    return this.#waiters.size > 0
  }

  closeAdmission(reason: LoopError): void {
    for (const waiter of this.#waiters) waiter.fail(reason)
  }

  #judge(options: ResolvedAdmission, priority: TaskPriority): Refusal | undefined {
    const refusal = this.#limit(options) ?? (this.#fits(options, priority) ? undefined : FULL)
    this.counts[refusal === undefined ? 'admitted' : 'refused'][priority]++
    return refusal
  }

  #errorOf({ maxQueued, category }: ResolvedAdmission, refusal: Refusal): LoopError {
    if (refusal === FULL) {
      const queued = this.queued()
      const text = `${queued} tasks wait, which is admission.maxQueued; submit later or use submitWhenRoom`
      return new LoopError('ERR_QUEUE_FULL', text, { context: { queued, maxQueued } })
    }
    const { retryAfterMs } = refusal
    const text = `the rate limiter refused category "${category}"; try again in ${retryAfterMs} ms`
    return new LoopError('ERR_RATE_LIMITED', text, { context: { category, retryAfterMs } })
  }

  /** Asks the limiter. One that throws refuses. */
  #limit({ limiter, category }: ResolvedAdmission): Refusal | undefined {
    if (limiter === undefined) return undefined
    const verdict = this.#ask(limiter, category)
    return verdict.allowed ? undefined : verdict
  }

  #ask(limiter: AdmissionLimiter, category: string): { readonly allowed: boolean; readonly retryAfterMs: number } {
    try {
      return limiter.allow(category)
    } catch (error) {
      this.#parts.diagnostics.log('error', 'loop.limiter_error', 'the rate limiter threw: the task is refused', () => ({
        error,
        category,
      }))
      return { allowed: false, retryAfterMs: 0 }
    }
  }

  #fits(options: ResolvedAdmission, priority: TaskPriority): boolean {
    return this.hasRoom() || (options.policy === 'shed' && this.#shed(options, priority))
  }

  /** Drops the oldest task of the lowest priority, but none of a higher one than the newcomer's. @returns whether there was one. */
  #shed(options: ResolvedAdmission, newcomer: TaskPriority): boolean {
    for (let rank = TASK_PRIORITIES.length - 1; rank >= TASK_PRIORITIES.indexOf(newcomer); rank--) {
      const priority = TASK_PRIORITIES[rank] as TaskPriority
      for (const station of this.#parts.stations(priority)) {
        const victim = station.shedOldest()
        if (victim === undefined) continue
        this.counts.shed[priority]++
        this.#tellShed(options, victim)
        return true
      }
    }
    return false
  }

  #tellShed(options: ResolvedAdmission, victim: Entry): void {
    const { diagnostics } = this.#parts
    const task = typeof victim === 'function' ? undefined : victim
    diagnostics.log('warn', 'loop.shed', 'a task was dropped for a newer one', () => ({ label: task?.label }))
    const { onShed } = options
    if (onShed !== undefined) diagnostics.notify('admission.onShed', () => onShed(task?.label))
    if (task?.onDrop === undefined) return
    this.#shedError ??= new LoopError('ERR_TASK_SHED', 'the task was dropped for a newer one: too many were waiting')
    task.onDrop(this.#shedError)
  }

  #letIn(): void {
    for (const waiter of this.#waiters) {
      if (!this.hasRoom()) return
      this.counts.admitted[waiter.priority]++
      waiter.enter()
    }
  }

  #wait(priority: TaskPriority, enter: () => void, signal: AbortSignal | undefined, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer = 0
      const leave = (): void => {
        this.#waiters.delete(waiter)
        signal?.removeEventListener('abort', onAbort)
        if (timer > 0) this.#parts.timers.cancel(timer)
      }
      const fail = (error: unknown): void => {
        leave()
        reject(error)
      }
      const onAbort = (): void => fail(signal?.reason)
      const waiter: Waiter = {
        priority,
        enter: () => {
          leave()
          enter()
          resolve()
        },
        fail,
      }
      const onTimeout = (): void => {
        this.counts.timedOut[priority]++
        fail(new LoopError('ERR_WAIT_TIMEOUT', `no room within ${timeoutMs} ms`, { context: { timeoutMs } }))
      }
      // first: where no timer is left this throws, and nothing may wait then
      if (timeoutMs !== Number.POSITIVE_INFINITY) timer = this.#parts.timers.arm(timeoutMs, onTimeout, UNREF | INTERNAL)
      this.#waiters.add(waiter)
      signal?.addEventListener('abort', onAbort, { once: true })
      if (timer > 0) this.#parts.timersChanged()
    })
  }
}
