// The loop's public face: it checks nothing and runs nothing itself, each duty lies in a part of its own.
import { abortTimeout } from './abort/abort-timeout.ts'
import type { AbortTimeoutOptions } from './abort/abort-timeout.ts'
import { CheckpointCalls } from './checkpoint-calls.ts'
import { LoopCore } from './core.ts'
import type { Host } from './host.ts'
import { nodeHost } from './hosts/node.ts'
import type { ImmediateId, TimerId } from './ids.ts'
import { Immediates } from './immediates.ts'
import type { ImmediateOptions } from './immediates.ts'
import type { CommandSet } from './ingress/commands.ts'
import type { IngressOptions } from './ingress/options.ts'
import type { IngressPort } from './ingress/port.ts'
import { Inputs } from './inputs.ts'
import type { ShutdownOptions } from './lifecycle.ts'
import { resolveLoopOptions } from './options.ts'
import type { LoopOptions } from './options.ts'
import type { FdInterest } from './readiness/backend.ts'
import type { FdReadiness, FdWatch } from './readiness/fd-watch.ts'
import type { RegisterFdOptions, WaitFdOptions } from './readiness/readiness.ts'
import { all, allSettled, any, race } from './promises/combinators.ts'
import { attempt, newPromise, rejected, resolved, withResolvers } from './promises/construct.ts'
import type { PromiseExecutor, Resolvers } from './promises/construct.ts'
import type { Operation } from './promises/operations.ts'
import type { LoopPromise } from './promises/promise.ts'
import { LoopPromises } from './promises/promises.ts'
import { sleep, timeout } from './promises/sleep.ts'
import type { TimedWork } from './promises/sleep.ts'
import type { WaitOptions } from './promises/waits.ts'
import { LoopRequests } from './requests.ts'
import { dispose, run, runOneTurn } from './runs.ts'
import type { RunOptions } from './runs.ts'
import { takeSnapshot } from './snapshot.ts'
import type { LoopSnapshot } from './snapshot.ts'
import type { FastPathMode, LoopExit, LoopState } from './state.ts'
import { FAST_PATH_MODES } from './state.ts'
import { Scheduler } from './scheduler/scheduler.ts'
import type { SubmitOptions, SubmitWhenRoomOptions } from './tasks.ts'
import { TimerCalls } from './timers/timer-calls.ts'
import type { IntervalOptions, TimerOptions } from './timers/timer-calls.ts'
import { memberOf, objectIn } from './validate.ts'

/**
 * An event loop that the program owns. It runs inside its host's loop, in visits on an empty stack. Dispose of it with
 * `await using`, `shutdown()` or `close()`.
 * @see docs/semantics.md, "eventloop"
 */
export class EventLoop implements AsyncDisposable {
  readonly #core: LoopCore
  readonly #checkpoint: CheckpointCalls
  readonly #immediates: Immediates
  readonly #timers: TimerCalls
  readonly #inputs: Inputs
  readonly #promises: LoopPromises
  #requests: LoopRequests | undefined = undefined
  #scheduler: Scheduler | undefined = undefined

  /** @throws TypeError or RangeError if an option is of the wrong type, out of range or unknown. */
  constructor(options: LoopOptions = {}) {
    const resolved = resolveLoopOptions(options)
    const host: Host = objectIn('host', options.host) ?? nodeHost()
    const core = new LoopCore(host, resolved)
    this.#core = core
    this.#checkpoint = new CheckpointCalls(core)
    this.#immediates = new Immediates(core)
    this.#timers = new TimerCalls({
      timers: core.timers,
      runner: core.runner,
      lifecycle: core.lifecycle,
      changed: () => core.driver.timersChanged(),
    })
    this.#inputs = new Inputs(core, this.#timers, () => this.requests)
    this.#promises = new LoopPromises(core, this.#timers)
  }

  /** Resolves when the loop has ended and cleaned up. Never rejects. */
  get done(): Promise<LoopExit> {
    return this.#core.lifecycle.done
  }

  get state(): LoopState {
    return this.#core.lifecycle.state
  }

  /** Whether ref'd timers, queued callbacks, work in flight, ref'd ports or descriptors, or holds keep the loop going. */
  get alive(): boolean {
    return this.#core.isAlive()
  }

  /** Turns run so far. */
  get turnCount(): number {
    return this.#core.driver.turnCount
  }

  /** Milliseconds on the loop's clock: inside a callback the last reading, outside a new one. */
  nowMs(): number {
    return this.#core.clock.nowMs()
  }

  /**
   * Queues `callback` for the external phase. First in, first out.
   * @throws LoopError `ERR_LOOP_TERMINATED` once the loop is ending.
   */
  submit(callback: () => void, options?: SubmitOptions): void {
    this.#core.tasks.submit(callback, options)
  }

  /** As `submit`. @returns `false` where that throws `ERR_QUEUE_FULL` or `ERR_RATE_LIMITED`. */
  trySubmit(callback: () => void, options?: SubmitOptions): boolean {
    return this.#core.tasks.trySubmit(callback, options)
  }

  /**
   * As `submit`, but waits, first come first served, until there is room.
   * @returns a promise that resolves when the task is queued; rejects with `ERR_WAIT_TIMEOUT`, `ERR_RATE_LIMITED`,
   * `ERR_LOOP_TERMINATED` or the signal's reason.
   */
  async submitWhenRoom(callback: () => void, options?: SubmitWhenRoomOptions): Promise<void> {
    await this.#core.tasks.submitWhenRoom(callback, options)
  }

  /** Tasks with priorities. Made on first use. */
  get scheduler(): Scheduler {
    if (this.#scheduler === undefined) {
      this.#scheduler = new Scheduler({ ...this.#core, timers: this.#timers, withResolvers: () => this.withResolvers() })
      this.#core.participants.add(this.#scheduler)
    }
    return this.#scheduler
  }

  /** Queues `callback` for the internal phase, before external tasks; never refused by admission. */
  submitInternal(callback: () => void): void {
    this.#core.tasks.submitInternal(callback)
  }

  /** Queues `step` as a task that is called again, a checkpoint and the batch limits between calls, while it returns `true`. */
  submitSteps(step: () => boolean, options?: SubmitOptions): void {
    this.#core.tasks.submitSteps(step, options)
  }

  /** Queues `callback` for the checkpoint, before microtasks. Accepted until the loop has ended. */
  nextTick(callback: () => void): void {
    this.#checkpoint.nextTick(callback)
  }

  /** Queues `callback` for the checkpoint. Accepted until the loop has ended. */
  queueMicrotask(callback: () => void): void {
    this.#checkpoint.queueMicrotask(callback)
  }

  /** Runs `callback` once when a checkpoint has emptied the queues; if it queues more, the checkpoint goes on. */
  afterCheckpoint(callback: () => void): void {
    this.#checkpoint.after(callback)
  }

  /** Queues `callback` for the check phase of a later turn. */
  scheduleImmediate(callback: () => void, options?: ImmediateOptions): ImmediateId {
    return this.#immediates.schedule(callback, options)
  }

  /** @returns `true` if it was pending and will now never run. */
  cancelImmediate(id: ImmediateId | number): boolean {
    return this.#immediates.cancel(id)
  }

  /** Queues `callback` for the close phase. */
  scheduleClose(callback: () => void): void {
    this.#immediates.scheduleClose(callback)
  }

  /**
   * Schedules `callback` for the first turn whose clock has reached now + `delayMs`. Timers that are due together run in
   * deadline order, then in order of scheduling. One scheduled in a turn waits for a later one, even at 0.
   * @param delayMs - 0 to 2^52; the deadline is rounded up to a whole millisecond.
   * @throws LoopError `ERR_LOOP_TERMINATED`, `ERR_TIMER_LIMIT`, `ERR_TIMER_IDS_EXHAUSTED`.
   */
  scheduleTimer(delayMs: number, callback: () => void, options?: TimerOptions): TimerId {
    return this.#timers.schedule(delayMs, callback, options)
  }

  /** Schedules `callback` again and again; the id stays the same. Period 0 means once per turn. */
  scheduleInterval(periodMs: number, callback: () => void, options?: IntervalOptions): TimerId {
    return this.#timers.scheduleInterval(periodMs, callback, options)
  }

  /** @returns `true` if the timer was pending and will now never fire; `false` while it runs, after, or if it never was. */
  cancelTimer(id: TimerId | number): boolean {
    return this.#timers.cancel(id)
  }

  /** @returns how many of `ids` were pending and are cancelled now. */
  cancelTimers(ids: Iterable<TimerId | number>): number {
    return this.#timers.cancelAll(ids)
  }

  /** Moves the deadline to now plus the original delay. @returns whether the timer is live. */
  refreshTimer(id: TimerId | number): boolean {
    return this.#timers.refresh(id)
  }

  /** Lets the timer keep the loop alive. @returns whether it is live. */
  refTimer(id: TimerId | number): boolean {
    return this.#timers.setRef(id, true)
  }

  /** Stops the timer from keeping the loop alive. @returns whether it is live. */
  unrefTimer(id: TimerId | number): boolean {
    return this.#timers.setRef(id, false)
  }

  /** Whether the timer is pending. */
  hasTimer(id: TimerId | number): boolean {
    return this.#core.timers.has(id)
  }

  /**
   * Makes a promise whose reactions are microtasks of this loop, and which rejects with `ERR_LOOP_TERMINATED` if it is pending
   * when the loop ends. Calls `executor` at once. Promises do not keep the loop alive; what will settle them may.
   */
  promise<T>(executor: PromiseExecutor<T>): LoopPromise<T> {
    return newPromise(this.#promises.realm, executor)
  }

  /** Makes a promise and hands out the functions that settle it. */
  withResolvers<T>(): Resolvers<T> {
    return withResolvers(this.#promises.realm)
  }

  /** @returns `value` itself if it is a promise of this loop, else one resolved with it, native promises and thenables adopted. */
  resolve(): LoopPromise<void>
  resolve<T>(value: T): LoopPromise<Awaited<T>>
  resolve(value?: unknown): LoopPromise<unknown> {
    return resolved(this.#promises.realm, value)
  }

  /** @returns a promise rejected with `reason`. */
  reject<T = never>(reason?: unknown): LoopPromise<T> {
    return rejected(this.#promises.realm, reason)
  }

  /** Calls `work` at once; the promise takes what it returns or throws. */
  try<A extends unknown[], T>(work: (...parameters: A) => T, ...parameters: A): LoopPromise<Awaited<T>> {
    return attempt(this.#promises.realm, work, parameters)
  }

  /** As `Promise.all`, on this loop: the values in input order, or the first rejection. */
  all<const T extends readonly unknown[]>(inputs: T): LoopPromise<{ -readonly [K in keyof T]: Awaited<T[K]> }>
  all<T>(inputs: Iterable<T>): LoopPromise<Awaited<T>[]>
  all(inputs: Iterable<unknown>): LoopPromise<unknown> {
    return all(this.#promises.realm, inputs)
  }

  /** As `Promise.allSettled`, on this loop: one record an input, in input order. */
  allSettled<const T extends readonly unknown[]>(
    inputs: T,
  ): LoopPromise<{ -readonly [K in keyof T]: PromiseSettledResult<Awaited<T[K]>> }>
  allSettled<T>(inputs: Iterable<T>): LoopPromise<PromiseSettledResult<Awaited<T>>[]>
  allSettled(inputs: Iterable<unknown>): LoopPromise<unknown> {
    return allSettled(this.#promises.realm, inputs)
  }

  /** As `Promise.any`, on this loop: the first value, or an `AggregateError` of all reasons in input order. */
  any<T>(inputs: Iterable<T>): LoopPromise<Awaited<T>> {
    return any(this.#promises.realm, inputs)
  }

  /** As `Promise.race`, on this loop: the first input that settles. */
  race<T>(inputs: Iterable<T>): LoopPromise<Awaited<T>> {
    return race(this.#promises.realm, inputs)
  }

  /**
   * Fulfils when `delayMs` of loop time have passed. Rejects with the reason of `signal`, or with `ERR_LOOP_TERMINATED`.
   * @param delayMs - as for `scheduleTimer`.
   */
  sleep(delayMs: number, options?: WaitOptions): LoopPromise<void> {
    return sleep(this.#promises.realm, this.#promises.waits, delayMs, options)
  }

  /**
   * Calls `work` at once, with a signal that aborts at the deadline, and takes its result. Rejects with `ERR_TIMEOUT` when
   * `delayMs` of loop time have passed first; without `work` it does nothing else.
   */
  timeout<T = never>(delayMs: number, work?: TimedWork<T>, options?: WaitOptions): LoopPromise<T> {
    return timeout(this.#promises.realm, this.#promises.waits, delayMs, work, options)
  }

  /**
   * Calls `work` in the internal phase and settles with its result, as an internal task. The signal it gets aborts with
   * `signal`, and when the loop ends at once. It keeps the loop alive until it ends, and `shutdown` waits for it.
   */
  promisify<T>(signal: AbortSignal | undefined, work: Operation<T>): LoopPromise<T> {
    return this.#promises.operations.promisify(signal, work)
  }

  /** Makes a signal that aborts with `ERR_TIMEOUT` after `delayMs` of loop time; the end of the loop does not abort it. */
  abortTimeout(delayMs: number, options?: AbortTimeoutOptions): AbortSignal {
    return abortTimeout(this.#promises.waits, delayMs, options)
  }

  /** Makes a signal that aborts as the first of `signals`. Whoever waits for it must hold it: they do not keep it alive. */
  abortAny(signals: Iterable<AbortSignal>): AbortSignal {
    return this.#promises.links.any(signals)
  }

  /** Keeps the loop alive until the returned function is called; calling it again does nothing. */
  holdOpen(): () => void {
    return this.#core.holdOpen()
  }

  /** Registers what the loop disposes of when it ends, last first. @returns `disposable`. */
  use<D extends Disposable | AsyncDisposable>(disposable: D): D {
    this.#core.lifecycle.requireAccepting()
    this.#core.termination.use(disposable)
    return disposable
  }

  /** Whether turns may follow one another in one visit of the host. @throws LoopError `ERR_FAST_PATH_FORCED`. */
  setFastPath(mode: FastPathMode): void {
    this.#core.fastPath.setMode(memberOf('mode', mode, FAST_PATH_MODES))
  }

  /**
   * Runs the loop until it ends.
   * @returns a promise that rejects with the signal's reason, `ERR_LOOP_RUNNING`, `ERR_LOOP_REENTRANT`, `ERR_LOOP_TERMINATED`,
   * `ERR_CHECKPOINT_UNAVAILABLE`, or with what cleanup threw.
   */
  async run(options: RunOptions = {}): Promise<LoopExit> {
    return await run(this.#core, options)
  }

  /** Waits if nothing is ready, then runs one turn. @returns a promise of `alive`. */
  async runOnce(): Promise<boolean> {
    return await runOneTurn(this.#core, 'once')
  }

  /** Runs one turn without waiting. @returns a promise of `alive`. */
  async poll(): Promise<boolean> {
    return await runOneTurn(this.#core, 'poll')
  }

  /**
   * Ends the loop gracefully: what is queued runs, work in flight is awaited, timers are dropped, pending promises reject.
   * @returns a promise that rejects with `ERR_SHUTDOWN_TIMEOUT` or the signal's reason; the end goes on in both cases.
   */
  async shutdown(options?: ShutdownOptions): Promise<LoopExit> {
    return await this.#core.lifecycle.shutdown(options)
  }

  /** Ends the loop at once: the running callback and its checkpoint finish, nothing queued runs. */
  async close(): Promise<LoopExit> {
    return await this.#core.lifecycle.close()
  }

  /** Calls that only ask, for code that must not wait for the loop it runs on. */
  get requests(): LoopRequests {
    this.#requests ??= new LoopRequests(this.#core.lifecycle, this.#timers)
    return this.#requests
  }

  /**
   * Makes an intake of records from one producing thread. Pass `port.transferable` to the thread, which calls
   * `connectIngress` of `@loopwright/eventloop/worker`. Records run in the external phase. An open port keeps the loop alive.
   * @throws LoopError `ERR_LOOP_TERMINATED`; `ERR_HOST_UNSUPPORTED` if other threads cannot wake the host.
   */
  createIngress<Set extends CommandSet>(options: IngressOptions<Set>): IngressPort {
    return this.#inputs.createIngress(options)
  }

  /**
   * Calls `onReady` in the poll phase whenever the descriptor can be read or written, as long as it can (level-triggered).
   * @returns a promise that rejects with `ERR_READINESS_UNSUPPORTED`, `ERR_FAST_PATH_FORCED`, one of the `ERR_FD_` codes, or the
   * signal's reason.
   */
  async registerFd(
    fd: number,
    interest: FdInterest,
    onReady: (event: FdReadiness) => void,
    options?: RegisterFdOptions,
  ): Promise<FdWatch> {
    return await this.#inputs.readiness.register(fd, interest, onReady, options)
  }

  /** Waits until the descriptor can be read or written, once. @returns a promise that rejects as `registerFd`'s, and with `ERR_FD_TIMEOUT`. */
  async waitFd(fd: number, interest: FdInterest, options?: WaitFdOptions): Promise<FdReadiness> {
    return await this.#inputs.readiness.wait(fd, interest, options)
  }

  /** Counters and gauges as detached numbers. */
  snapshot(): LoopSnapshot {
    return takeSnapshot(this.#core, this.#inputs.counts(), this.#promises.counts())
  }

  /** `shutdown` for as long as `disposeTimeoutMs`, then `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await dispose(this.#core)
  }
}
