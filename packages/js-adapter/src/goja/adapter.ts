// Binds a runtime to an event loop: timers, immediates, process and the rest of the profile, promises that settle on the loop.
import { Exception, JsAdapterError } from '../errors.ts'
import type { ConsoleSink, LoopLike } from '../ports.ts'
import { GUARD_SLACK_MS } from '../runtime/hard-limit.ts'
import type { Core } from '../runtime/core.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import type { EntryOutcome } from '../runtime/entry.ts'
import { installWhole } from '../runtime/extensions.ts'
import { configure } from '../runtime/installation.ts'
import { GuestClock } from '../sandbox/clock.ts'
import { Contexts } from '../sandbox/contexts.ts'
import type { Captured } from '../sandbox/contexts.ts'
import { PEEKS, stepOrReport } from '../sandbox/passes.ts'
import { settleHostCall } from '../sandbox/settlement.ts'
import { TimerBridge } from '../sandbox/timer-bridge.ts'
import type { PassKind } from '../sandbox/timer-bridge.ts'
import { AbortTracker } from './abort-tracker.ts'
import type { TrackedSignal } from './abort-tracker.ts'
import { resolveAdapterOptions } from './adapter-options.ts'
import type { AdapterOptions, ResolvedAdapterOptions } from './adapter-options.ts'
import type { Bridge } from './bridge.ts'
import type { GuestValue } from './guest-object.ts'
import type { HostPromise } from './promises.ts'
import { callProfileFunction, FETCH_ID, GuestRequests } from './guest-requests.ts'
import { Runtime } from './runtime.ts'

/** How the guest of an adapter ended. */
export interface AdapterExit {
  readonly reason: 'finished' | 'exit' | 'uncaught' | 'condemned' | 'disposed' | 'loop'
  readonly exitCode: number | undefined
  readonly error: JsAdapterError | undefined
}

const NOWHERE: { readonly captured: Captured | undefined } = { captured: undefined }

/** One runtime on one loop. */
export class Adapter {
  readonly #loop: LoopLike
  readonly #runtime: Runtime
  readonly #bridge: Bridge
  readonly #core: Core
  readonly #options: ResolvedAdapterOptions
  readonly #timers: TimerBridge
  readonly #clock: GuestClock
  readonly #abort: AbortTracker
  readonly #contexts: Contexts
  /** In which a program ends that ends by itself. */
  #home: Captured | undefined
  readonly #requests: GuestRequests | undefined
  readonly done: Promise<AdapterExit>
  #resolveDone: (exit: AdapterExit) => void = () => {}
  #console: ConsoleSink | undefined
  #bound = false
  #started = false
  #finishing = false
  #ended = false
  #endQueued = false
  #queued = 0
  #passing = false
  #exitCode: number | undefined
  #fatal: JsAdapterError | undefined
  #release: (() => void) | undefined

  /** @throws TypeError or RangeError for a wrong option. */
  constructor(loop: LoopLike, runtime: Runtime, options: AdapterOptions = {}) {
    this.#options = resolveAdapterOptions(options)
    this.#loop = loop
    this.#runtime = runtime
    this.#contexts = new Contexts(options.context)
    this.#bridge = Runtime.bridgeOf(runtime)
    this.#core = this.#bridge.core
    this.#console = options.console
    this.#clock = new GuestClock({ clock: this.#options.clock, loop })
    this.#abort = new AbortTracker(this.#bridge)
    this.#timers = new TimerBridge({
      loop,
      core: this.#core,
      isAlive: () => this.#mayEnter,
      timerNowMs: () => Math.floor(this.#clock.nowMs()),
      runPass: (kind) => this.#runPass(kind),
      passed: () => this.#checkEnd(),
    })
    this.#requests = GuestRequests.of(this.#options.fetch, {
      loop,
      captured: () => this.#capture(),
      within: (captured, work) => this.#contexts.run(captured, work),
      settle: this.#settleRequest,
      changed: () => this.#checkEnd(),
    })
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
  }

  /**
   * Installs timers, process, console, events and the rest of the host profile, all or nothing, and lets the loop drive them.
   * @throws JsAdapterError `ERR_PROFILE_CONFLICT` when the runtime is bound already, or a global cannot be defined.
   */
  bind(): void {
    if (this.#bound) return
    Runtime.attach(this.#runtime, this.#host())
    this.#bound = true
    const { entries, promises } = this.#bridge
    try {
      entries.enter(() => {
        installWhole(this.#core, {
          fetchId: this.#requests === undefined ? undefined : FETCH_ID,
          delay: this.#options.delay ?? false,
        })
        if (this.#options.onRejection !== undefined) configure(this.#core, 'tellsRejections', 1)
        this.#core.installBuiltins(Runtime.nodeBuiltins(this.#runtime))
        if (this.#options.contextApi === true) this.#core.marshal.runProfile('installContextApi')
      }, 'bind')
    } catch (error) {
      this.#bound = false
      const message = error instanceof Exception ? error.guestMessage : 'the profile was not installed'
      throw new JsAdapterError('ERR_PROFILE_CONFLICT', message, { cause: error })
    }
    this.#abort.capture()
    entries.onLeave = (outcome) => this.#after(outcome)
    entries.onCleared = () => this.#timers.sync()
    entries.onDisposed = () => this.#end({ reason: 'disposed', exitCode: undefined, error: undefined })
    if (this.#contexts.enabled) {
      entries.around = (entry, kind) => {
        const captured = this.#capture()
        if (kind === 'script' || kind === 'module') this.#home ??= captured
        return this.#contexts.here(captured, entry)
      }
      entries.onOpen = () => this.#contexts.open(this.#core)
      promises.place = () => this.#capture()
    }
    promises.schedule = (task, place) => this.#queue(task, place as Captured | undefined)
    promises.onPending = () => this.#checkEnd()
    promises.onError = (error) => this.#report(error)
    this.#loop.done.then(
      () => this.#end({ reason: 'loop', exitCode: undefined, error: undefined }),
      () => this.#end({ reason: 'loop', exitCode: undefined, error: undefined }),
    )
  }
  #host(): DispatcherHost {
    const base = Runtime.createdAtMs(this.#runtime)
    return {
      maxArgumentBytes: Number.POSITIVE_INFINITY,
      timerNowMs: () => Math.floor(this.#clock.nowMs()),
      monotonicMs: () => base + this.#clock.nowMs(),
      onConsole: (stream, text) => this.#console?.write(stream, text),
      onExit: (code) => {
        this.#exitCode = code
        this.#core.latch.fire({ kind: 'exit', code }, this.#core.operation?.id ?? 0)
        this.#core.polling.soon()
      },
      onCall: (functionId, callId, args) => callProfileFunction(this.#requests, functionId, callId, args),
      onAbandon: (callId) => this.#requests?.abandon(callId),
      onSyncCall: () => undefined,
      onSettled: () => {},
      onRejectionEvent: (event) => this.#bridge.entries.withoutEntering('onRejection', () => this.#options.onRejection?.(event)),
      onFatal: (error) => {
        this.#fatal ??= error
      },
    }
  }

  readonly #settleRequest = (callId: number, fulfilled: boolean, value: unknown, captured: Captured | undefined): void =>
    this.#queue(() => {
      if (this.#mayEnter)
        this.#bridge.entries.enter(() => void settleHostCall(this.#core, callId, fulfilled, value), 'settlement')
    }, captured)

  /** The context of what the guest does now, or of the caller. */
  #capture(): Captured | undefined {
    return this.#core.inside ? this.#contexts.current(this.#core) : this.#contexts.capture()
  }

  /** Runs `f` in a loop task. What it throws goes to `onError`. */
  submit(f: (runtime: Runtime) => void): void {
    this.#started = true
    this.#queued++
    const captured = this.#capture()
    this.#home ??= captured
    this.#loop.submit(() => {
      this.#queued--
      this.#tried(captured, () => {
        if (this.#mayEnter) f(this.#runtime)
      })
    })
    this.#hold()
  }
  /** A guest promise that is settled in a loop task of its own; until then it keeps the program alive. */
  newPromise(): HostPromise {
    const { promise, resolve, reject } = this.#runtime.newPromise()
    let settled = false
    const captured = this.#capture()
    this.#queued++
    this.#hold()
    const settle = (run: (value: unknown) => boolean, value: unknown): boolean => {
      if (settled || this.#ended || this.#bridge.entries.disposed) return false
      settled = true
      this.#queued--
      this.#queue(() => {
        run(value)
      }, captured)
      return true
    }
    return { promise, resolve: (value) => settle(resolve, value), reject: (reason) => settle(reject, reason) }
  }
  /**
   * Follows an AbortSignal of the guest: `onAbort` is called once, whatever listeners of the guest do.
   * @returns `undefined` when `signal` is none.
   */
  trackAbortSignal(signal: GuestValue, onAbort: () => void): TrackedSignal | undefined {
    return this.#abort.track(signal, onAbort)
  }
  setConsoleOutput(sink: ConsoleSink): void {
    this.#console = sink
  }
  ownsRuntime(runtime: Runtime): boolean {
    return runtime === this.#runtime
  }
  ownsLoop(loop: LoopLike): boolean {
    return loop === this.#loop
  }
  /** Ends a service as a program ends: `beforeExit` when nothing is left, then `exit`. */
  finish(): Promise<AdapterExit> {
    this.#finishing = true
    this.#home = this.#contexts.capture()
    this.#started = true
    this.#checkEnd()
    return this.done
  }

  get #mayEnter(): boolean {
    const { entries } = this.#bridge
    return this.#bound && !this.#ended && !entries.disposed && this.#core.condemned === undefined && !this.#core.latch.set
  }
  #queue(task: () => void, captured: Captured | undefined): void {
    this.#queued++
    this.#hold()
    this.#loop.submitInternal(() => {
      this.#queued--
      this.#tried(captured, () => {
        if (!this.#ended) task()
      })
    })
  }
  /** What nobody awaits, in its context. */
  #tried(captured: Captured | undefined, work: () => void): void {
    this.#contexts.run(captured, () => {
      try {
        work()
      } catch (error) {
        this.#report(error)
      } finally {
        this.#checkEnd()
      }
    })
  }
  #report(error: unknown): void {
    if (this.#options.onError === undefined) throw error
    this.#options.onError(error, { correlationId: this.#contexts.active?.correlationId })
  }

  /** Everything that follows from an entry. */
  #after(outcome: EntryOutcome): void {
    this.#started = true
    if (outcome.exited) {
      this.#end({ reason: this.#fatal === undefined ? 'exit' : 'uncaught', exitCode: this.#exitCode, error: this.#fatal })
      return
    }
    const { condemned } = this.#core
    if (condemned !== undefined) {
      this.#end({ reason: 'condemned', exitCode: undefined, error: condemned })
      return
    }
    this.#timers.sync()
    if (this.#core.drainDeferred) {
      const captured = this.#contexts.active
      this.#loop.scheduleImmediate(() =>
        this.#contexts.run(captured, () => {
          if (this.#mayEnter) this.#after(this.#core.enter('drain', () => this.#open()))
        }),
      )
    }
    if (!this.#passing) this.#checkEnd()
  }
  #runPass(kind: PassKind): boolean {
    const { marshal, polling } = this.#core
    const step = kind === 'timer' ? 'stepTimers' : 'stepImmediates'
    const startedAtMs = performance.now()
    polling.muted(() => {
      if (kind === 'immediate') marshal.runProfile('beginImmediates')
      else {
        const now = marshal.newNumber(Math.floor(this.#clock.nowMs()))
        marshal.runProfile('beginTimers', now)
        marshal.free(now)
      }
    })
    this.#passing = true
    try {
      for (
        let count = 0;
        count < this.#options.maxCallbacksPerTurn && performance.now() - startedAtMs <= GUARD_SLACK_MS;
        count++
      ) {
        const next = this.#contexts.enabled ? this.#contexts.next(this.#core, PEEKS[kind]) : NOWHERE
        if (next === undefined) return false
        let more = false
        this.#contexts.run(next.captured, () => {
          more = this.#runCallback(kind, step)
        })
        if (!more) return false
      }
      return true
    } finally {
      this.#passing = false
    }
  }
  /** @returns whether there may be more. */
  #runCallback(kind: PassKind, step: 'stepTimers' | 'stepImmediates'): boolean {
    let ran = 0
    const outcome = this.#core.enter(kind, () => {
      ran = 1
      ran = stepOrReport(this.#core, step)
    })
    if (ran === 0 && !outcome.stopped) return false
    this.#after(outcome)
    if (outcome.stopped && !outcome.exited) {
      this.#bridge.entries.settleInterrupt(outcome)
      if (outcome.error !== undefined) this.#report(outcome.error)
    }
    return this.#mayEnter
  }
  /** Tells the guest, inside an entry, which context it is in. */
  #open(): void {
    if (this.#contexts.enabled) this.#contexts.open(this.#core)
  }

  get #busy(): boolean {
    return this.#queued > 0 || this.#timers.refed || this.#bridge.promises.pending > 0 || this.#requesting
  }
  get #requesting(): boolean {
    return (this.#requests?.pending ?? 0) > 0
  }
  /** Keeps the loop alive while something is queued. */
  #hold(): void {
    if (!this.#ended && (this.#queued > 0 || this.#bridge.promises.pending > 0 || this.#requesting))
      this.#release ??= this.#loop.holdOpen()
    else {
      this.#release?.()
      this.#release = undefined
    }
  }
  #checkEnd(): void {
    this.#hold()
    const ends = this.#started && (this.#options.lifecycle === 'program' || this.#finishing)
    if (!ends || !this.#mayEnter || this.#busy || this.#endQueued || this.#core.inside) return
    this.#endQueued = true
    this.#loop.submitInternal(() => {
      this.#endQueued = false
      this.#contexts.run(this.#home, () => this.#tryEnd())
    })
  }
  #tryEnd(): void {
    if (!this.#mayEnter || this.#busy) return
    const beforeExit = this.#core.enter('exit', () => {
      this.#open()
      stepOrReport(this.#core, 'emitBeforeExit')
    })
    this.#after(beforeExit)
    if (!this.#mayEnter || this.#busy) return
    let exitCode = 1
    const outcome = this.#core.enter(
      'exit',
      () => {
        this.#open()
        exitCode = stepOrReport(this.#core, 'emitExit')
      },
      { jobsOnly: true },
    )
    if (outcome.exited) this.#after(outcome)
    this.#end({ reason: this.#fatal === undefined ? 'finished' : 'uncaught', exitCode, error: this.#fatal })
  }
  #end(exit: AdapterExit): void {
    if (this.#ended) return
    this.#ended = true
    this.#timers.drop()
    this.#requests?.end(new JsAdapterError('ERR_SANDBOX_CLOSED', 'the guest has ended'))
    this.#release?.()
    this.#release = undefined
    // The guest is not entered any more, by whatever way.
    this.#core.latch.fire({ kind: 'exit', code: exit.exitCode ?? 0 }, 0)
    this.#contexts.ended()
    this.#home = undefined
    this.#resolveDone(exit)
  }
}
