// Binds a runtime to an event loop: timers, immediates, process and the rest of the profile, promises that settle on the loop.
import { Exception, JsAdapterError } from '../errors.ts'
import type { ConsoleSink, LoopLike } from '../ports.ts'
import type { Core } from '../runtime/core.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import type { EntryOutcome } from '../runtime/entry.ts'
import { installWhole } from '../runtime/extensions.ts'
import { configure } from '../runtime/installation.ts'
import { GuestClock } from '../sandbox/clock.ts'
import { Contexts } from '../sandbox/contexts.ts'
import type { Captured } from '../sandbox/contexts.ts'
import { stepOrReport } from '../sandbox/passes.ts'
import { settleHostCall } from '../sandbox/settlement.ts'
import { TimerBridge } from '../sandbox/timer-bridge.ts'
import { AbortTracker } from './abort-tracker.ts'
import type { TrackedSignal } from './abort-tracker.ts'
import { resolveAdapterOptions } from './adapter-options.ts'
import type { AdapterOptions, ResolvedAdapterOptions } from './adapter-options.ts'
import type { Bridge } from './bridge.ts'
import { CallbackPasses } from './callback-passes.ts'
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

/** One runtime on one loop. */
export class Adapter {
  readonly #loop: LoopLike
  readonly #runtime: Runtime
  readonly #bridge: Bridge
  readonly #core: Core
  readonly #options: ResolvedAdapterOptions
  readonly #timers: TimerBridge
  readonly #passes: CallbackPasses
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
  /** It was emitted, and nothing has come since: what stopped it does not bring it again. */
  #beforeExit = false
  #queued = 0
  #exitCode: number | undefined
  #fatal: JsAdapterError | undefined
  #release: (() => void) | undefined
  #leaveLoop: () => void = () => {}

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
    const timerNowMs = (): number => Math.floor(this.#clock.nowMs())
    this.#passes = new CallbackPasses({
      core: this.#core,
      contexts: this.#contexts,
      most: this.#options.maxCallbacksPerTurn,
      timerNowMs,
      mayEnter: () => this.#mayEnter,
      unawaited: (outcome) => this.#unawaited(outcome),
      report: (error) => this.#report(error),
    })
    this.#timers = new TimerBridge({
      loop,
      core: this.#core,
      isAlive: () => this.#mayEnter,
      timerNowMs,
      runPass: (kind) => this.#passes.run(kind),
      passed: () => this.#checkEnd(),
    })
    this.#requests = GuestRequests.of(this.#options, {
      loop,
      captured: () => this.#capture(),
      within: (captured, work) => this.#contexts.run(captured, work),
      settle: this.#settleRequest,
      changed: () => this.#checkEnd(),
      operation: () => this.#core.operation,
      onLimiterFailure: (error) =>
        this.#queue(() => {
          throw error
        }, this.#capture()),
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
    const detach = Runtime.attach(this.#runtime, this.#host())
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
      detach()
      const message = error instanceof Exception ? error.guestMessage : 'the profile was not installed'
      throw new JsAdapterError('ERR_PROFILE_CONFLICT', message, { cause: error })
    }
    this.#abort.capture()
    entries.onLeave = (outcome) => this.#after(outcome)
    entries.onCleared = () => {
      this.#timers.sync()
      this.#checkEnd()
    }
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
    this.#leaveLoop = this.#core.engine.loopEnds.follow(this.#loop, () =>
      this.#end({ reason: 'loop', exitCode: undefined, error: undefined }),
    )
  }
  #host(): DispatcherHost {
    const base = Runtime.createdAtMs(this.#runtime)
    return {
      maxArgumentBytes: this.#options.limits.maxArgumentBytes,
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
        this.#tried(captured, () => {
          if (this.#mayEnter) this.#unawaited(this.#core.enter('drain', () => this.#open()))
        }),
      )
    }
    if (!this.#passes.running) this.#checkEnd()
  }
  /** Everything that follows from an entry of which nobody awaits the result. @throws what stopped it. */
  #unawaited(outcome: EntryOutcome): void {
    this.#after(outcome)
    if (!outcome.stopped || outcome.exited) return
    this.#bridge.entries.settleInterrupt(outcome)
    if (outcome.error !== undefined) throw outcome.error
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
      this.#tried(this.#home, () => this.#tryEnd())
    })
  }
  #tryEnd(): void {
    if (!this.#mayEnter || this.#busy) return
    if (!this.#beforeExit) {
      this.#beforeExit = true
      this.#unawaited(
        this.#core.enter('exit', () => {
          this.#open()
          stepOrReport(this.#core, 'emitBeforeExit')
        }),
      )
      if (!this.#mayEnter) return
    }
    this.#beforeExit = !this.#busy
    if (this.#busy) return
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
    if (outcome.stopped && !outcome.exited) throw outcome.error
  }
  #end(exit: AdapterExit): void {
    if (this.#ended) return
    this.#ended = true
    this.#leaveLoop()
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
