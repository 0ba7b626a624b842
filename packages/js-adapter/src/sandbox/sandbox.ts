// The face: one guest on one loop, entered by `run`, `call`, its own timers and the settlements of its host calls.
// Longer than most: the public class, and the one place where entries, results, timers and the end of a guest meet.
// One class in one file: entries, limits and the end of a guest share its private state.
import { Engine } from '../engine/engine.ts'
import { JsAdapterError, LimitError } from '../errors.ts'
import type { LoopLike } from '../ports.ts'
import { CELL } from '../runtime/cells.ts'
import { Core, GUARD_SLACK_MS } from '../runtime/core.ts'
import type { EntryBounds, EntryOutcome } from '../runtime/core.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import { GuestClock, clockMs } from './clock.ts'
import { ConsoleBudget } from './console-budget.ts'
import { LateHost } from './late-host.ts'
import { HostCalls } from './host-calls.ts'
import type { HostFunction } from './host-calls.ts'
import { resolveSandboxOptions } from './options.ts'
import type { ResolvedSandboxOptions, SandboxOptions } from './options.ts'
import { PendingResults } from './pending-results.ts'
import { Reports } from './reports.ts'
import { TimerBridge } from './timer-bridge.ts'
import type { PassKind } from './timer-bridge.ts'
import type { ExitInfo, ExitReason, SandboxState, Usage } from './usage.ts'

export interface RunOptions {
  /** File name in stacks and positions. Default `script.js`. */
  readonly name?: string | undefined
  /** Runs the source as an ES module; resolves with a copy of its namespace. Default `false`. */
  readonly module?: boolean | undefined
  /** Lowers `wallMs` for this call. */
  readonly timeoutMs?: number | undefined
  /** Lowers `operationMs` for this call's first entry. */
  readonly operationMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export type CallOptions = Omit<RunOptions, 'name' | 'module'>

const GLOBAL_CODE = 0
const MODULE_CODE = 1
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/

/** One guest. Dispose of it with `close()`; a limit that condemns it does the same. */
export class Sandbox implements AsyncDisposable {
  readonly id: string
  readonly #options: ResolvedSandboxOptions
  readonly #core: Core
  readonly #hostCalls: HostCalls
  readonly #results: PendingResults
  readonly #timers: TimerBridge
  readonly #reports: Reports
  readonly #console: ConsoleBudget
  readonly #clock: GuestClock
  /** What the loop's end reaches: emptied at the end of the guest, so that a long-lived loop keeps no dead instance. */
  readonly #atLoopEnd: LoopEnd = { run: undefined }
  readonly #exited: Promise<ExitInfo>
  #resolveExited: (info: ExitInfo) => void = () => {}
  #ended: ExitInfo | undefined
  #endState: SandboxState | undefined
  #exitLatched: number | undefined
  #fatal: JsAdapterError | undefined
  #queued = 0
  #origin = 0
  #started = false
  #finishing = false

  private constructor(
    options: ResolvedSandboxOptions,
    open: (host: DispatcherHost) => Core,
    parts: { readonly console: ConsoleBudget; readonly clock: GuestClock },
  ) {
    this.id = options.id
    this.#options = options
    this.#console = parts.console
    this.#results = new PendingResults(options.loop)
    this.#reports = new Reports(options)
    this.#exited = new Promise((resolve) => {
      this.#resolveExited = resolve
    })
    const { clock } = parts
    this.#clock = clock
    this.#hostCalls = new HostCalls({
      id: options.id,
      tenant: options.tenant,
      loop: options.loop,
      limits: options.limits,
      logger: options.logger,
      observer: options.observer,
      clockMs: clockMs,
      settle: (callId, origin, fulfilled, value) => this.#settleCall(callId, origin, fulfilled, value),
      callsChanged: () => this.#checkEnd(),
    })
    this.#core = open({
      maxArgumentBytes: options.limits.maxArgumentBytes,
      timerNowMs: () => Math.floor(clock.nowMs()),
      monotonicMs: () => clock.nowMs(),
      onConsole: (stream, text) => this.#console.write(stream, text),
      onExit: (code) => {
        this.#exitLatched = code
        this.#core.latch.fire({ kind: 'exit', code }, this.#core.operation?.id ?? 0)
        this.#core.polling.soon()
      },
      onCall: (functionId, callId, args, bytes) =>
        this.#hostCalls.call(functionId, callId, args, bytes, this.#core.operation, this.#origin),
      onSyncCall: (functionId, args, bytes) => this.#hostCalls.callSync(functionId, args, bytes, this.#core.operation),
      onSettled: (id, fulfilled, value) => this.#onSettled(id, fulfilled, value),
      onFatal: (error) => {
        this.#fatal ??= error
      },
    })
    this.#timers = new TimerBridge({
      loop: options.loop,
      core: this.#core,
      timerNowMs: () => Math.floor(clock.nowMs()),
      runPass: (kind) => this.#runPass(kind),
      isAlive: () => this.#mayEnter,
      passed: () => this.#checkEnd(),
    })
    this.#atLoopEnd.run = () => this.#end('loop', 'closed', closedError('the loop has ended'))
    followLoopEnd(options.loop, this.#atLoopEnd)
  }

  /**
   * Opens a sandbox with its own engine instance.
   * @throws TypeError or RangeError for a wrong option; JsAdapterError `ERR_ENGINE_VARIANT`, `ERR_ENGINE_CALIBRATION`.
   */
  static async create(options: SandboxOptions): Promise<Sandbox> {
    const resolved = resolveSandboxOptions(options)
    const engine = resolved.engine ?? (await Engine.load())
    const clock = new GuestClock(resolved)
    const late = new LateHost(clock, resolved.limits.maxArgumentBytes)
    const createdAtMs = clock.nowMs()
    const startedAtMs = clockMs()
    const core = await Core.create({
      engine,
      limits: resolved.limits,
      clockMs,
      host: late,
      modules: resolved.modules,
      installProfile: true,
      config: { id: resolved.id, version: 'v26.0.0', argv: resolved.argv, env: resolved.env, createdAtMs, epochMs: Date.now() },
    })
    const sandbox = new Sandbox(
      resolved,
      (given) => {
        late.use(given)
        return core
      },
      { console: new ConsoleBudget(resolved.console, resolved.limits.maxConsoleBytes, clockMs), clock },
    )
    if (resolved.exposeGc)
      sandbox.expose('gc', {
        raw: () => {
          core.collect()
        },
      })
    sandbox.#reports.instance('fresh', clockMs() - startedAtMs)
    return sandbox
  }

  get state(): SandboxState {
    if (this.#endState !== undefined) return this.#endState
    return this.#core.inside ? 'running' : 'ready'
  }
  /** Resolves when the guest has ended, however it did. Never rejects. */
  get exited(): Promise<ExitInfo> {
    return this.#exited
  }
  get #mayEnter(): boolean {
    return this.#endState === undefined && this.#core.condemned === undefined
  }

  /**
   * Makes a host function, or a frozen namespace of them, a global of the guest: neither writable nor enumerable.
   * A bare function is asynchronous for the guest. Arguments and results are copies.
   * @throws TypeError or RangeError for a wrong declaration, `ERR_SANDBOX_CLOSED` and its kin after the end.
   */
  expose(name: string, value: HostFunction | Readonly<Record<string, HostFunction>>): void {
    this.#assertAlive()
    if (!IDENTIFIER.test(name)) throw new TypeError(`expose: "${name}" is not an identifier`)
    if (isHostFunction(value)) {
      this.#exposeOne(name, name, value)
      return
    }
    const members = Object.entries(value).map(([key, member]) => {
      if (!IDENTIFIER.test(key)) throw new TypeError(`expose: "${key}" is not an identifier`)
      if (!isHostFunction(member)) throw new TypeError(`expose: ${name}.${key} must be a host function`)
      return [key, member] as const
    })
    const { marshal, instance } = this.#core
    this.#trusted(() => {
      const path = marshal.newText(name)
      marshal.runProfile('exposeRaw', path, instance.undefined)
      for (const [key, member] of members) this.#exposeOne(`${name}.${key}`, key, member)
      marshal.runProfile('exposeRaw', path, instance.null)
      marshal.free(path)
    })
  }
  #exposeOne(path: string, name: string, given: HostFunction): void {
    const entry = this.#hostCalls.resolve(path, given)
    const { marshal, instance, dispatcher } = this.#core
    this.#trusted(() => {
      const pathText = marshal.newText(path)
      if (entry.raw !== undefined) {
        const id = dispatcher.addRaw(path, entry.raw)
        const fn = instance.withUtf8(name, (text) => instance.exports._QTS_NewFunction(instance.ctx, text, 0, 0, id))
        marshal.runProfile('exposeRaw', pathText, fn)
        marshal.free(fn)
      } else {
        const id = marshal.newNumber(this.#hostCalls.add(entry))
        const nameText = marshal.newText(name)
        marshal.runProfile(entry.kind === 'sync' ? 'exposeSync' : 'exposeAsync', id, pathText, nameText)
        marshal.free(id)
        marshal.free(nameText)
      }
      marshal.free(pathText)
    })
  }

  /** Sets a global to a copy of `value`. @throws `ERR_VALUE_UNSUPPORTED` with the path of what has no guest form. */
  set(name: string, value: unknown): void {
    this.#assertAlive()
    const { marshal } = this.#core
    const text = marshal.encode(value)
    this.#now('set', () => {
      const key = marshal.newText(name)
      const encoded = marshal.newText(text)
      try {
        marshal.runProfile('setGlobal', key, encoded)
      } finally {
        marshal.free(key)
        marshal.free(encoded)
      }
    })
  }
  /** A copy of a global: a `let`, `const` or `class` of a script, or a property of the global object. */
  get(name: string): unknown {
    this.#assertAlive()
    if (!IDENTIFIER.test(name)) throw new TypeError(`get: "${name}" is not an identifier`)
    let value: unknown
    this.#now('get', () => {
      const { marshal } = this.#core
      const result = marshal.checked(this.#core.evaluate(`typeof ${name} === 'undefined' ? undefined : ${name}`, 'get'))
      try {
        value = marshal.exportValue(result, undefined, this.#options.limits.maxResultBytes)
      } finally {
        marshal.free(result)
      }
    })
    return value
  }

  /**
   * Runs a script in an entry of its own on the loop and resolves with a copy of its last expression's value. A promise is awaited;
   * in a `program` it is left alone, as Node leaves it.
   * Rejects with `Exception`, `LimitError`, the signal's reason, or a state error.
   */
  run(source: string, options: RunOptions = {}): Promise<unknown> {
    const { name = 'script.js', module = false } = options
    const bytes = Buffer.byteLength(source)
    const { maxSourceBytes } = this.#options.limits
    if (bytes > maxSourceBytes)
      return Promise.reject(
        new LimitError('ERR_LIMIT_SOURCE', `the source has ${bytes} bytes: maxSourceBytes is ${maxSourceBytes}`, {
          limit: 'maxSourceBytes',
          configured: maxSourceBytes,
          observed: bytes,
          operationId: 0,
        }),
      )
    return this.#request('run', options, module, () => {
      try {
        return this.#core.marshal.checked(this.#core.evaluate(source, name, module ? MODULE_CODE : GLOBAL_CODE))
      } catch (thrown) {
        if (this.#options.lifecycle === 'program' && thrown instanceof GuestThrow && !this.#core.latch.set)
          return this.#programFailed(thrown, source, name)
        throw thrown instanceof GuestThrow ? this.#core.errorFrom(thrown, { text: source, fileName: name }) : thrown
      }
    })
  }
  /** An exception of the main script takes the path of an uncaught one. */
  #programFailed(thrown: GuestThrow, source: string, name: string): never {
    const { instance } = this.#core
    const copy = instance.exports._QTS_DupValuePointer(instance.ctx, thrown.pointer)
    const error = this.#core.errorFrom(new GuestThrow(copy), { text: source, fileName: name })
    if (this.#core.condemned === undefined) {
      const fatalBefore = this.#fatal
      this.#core.reportUncaught(thrown.pointer, 'uncaughtException')
      if (this.#fatal !== undefined && fatalBefore === undefined) this.#fatal = error
    }
    throw error
  }

  /**
   * Calls a guest function by name, or by a dotted path of own properties, with copies of `args`.
   * Rejects as `run` does, and with `ERR_NOT_CALLABLE`.
   */
  call(name: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    const { marshal } = this.#core
    return this.#request('call', options, false, () => {
      const path = marshal.newText(name)
      const text = marshal.newText(marshal.encode(args))
      try {
        return marshal.callProfile('callPath', path, text)
      } finally {
        marshal.free(path)
        marshal.free(text)
      }
    })
  }

  /** Stops what runs now, or the next entry before its first statement, with `InterruptedError`. */
  interrupt(reason: unknown): void {
    this.#assertAlive()
    this.#core.latch.fire({ kind: 'interrupt', value: reason }, this.#core.operation?.id ?? 0)
    this.#core.polling.soon()
  }

  /** Resolves when no ref'd timer or immediate, host call, queued entry or waiting result is left; also when the sandbox ends. */
  async idle(): Promise<void> {
    while (this.#mayEnter && (this.#busy || this.#results.size > 0)) {
      await new Promise<void>((resolve) => {
        this.#idleWaiters.push(resolve)
      })
    }
  }
  readonly #idleWaiters: (() => void)[] = []

  /** Ends a service as a program ends: `beforeExit` when nothing is left, then `exit`. Resolves as `exited` does. */
  finish(): Promise<ExitInfo> {
    this.#finishing = true
    this.#started = true
    this.#checkEnd()
    return this.#exited
  }

  /** Ends the guest as its own `process.exit(code)` would: its `exit` listeners run, nothing else does. Resolves as `exited` does. */
  exit(code: number): Promise<ExitInfo> {
    if (!Number.isInteger(code)) throw new RangeError(`code must be an integer, got ${code}`)
    this.#queued++
    this.#options.loop.submitInternal(() => {
      this.#queued--
      if (!this.#mayEnter) return
      const { marshal } = this.#core
      this.#enter('exit', 0, () => {
        const number = marshal.newNumber(code)
        try {
          marshal.runProfile('exit', number)
        } finally {
          marshal.free(number)
        }
      })
    })
    return this.#exited
  }

  /** Ends the guest at once. Pending results reject `ERR_SANDBOX_CLOSED`, host calls abort. Idempotent. */
  close(reason?: unknown): void {
    this.#end('closed', 'closed', closedError('the sandbox was closed', reason))
  }
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }

  usage(): Usage {
    const { cpuMs, memoryBytes } = this.#core
    return this.#reports.usage({
      cpuMs,
      memoryBytes,
      timers: this.#endState === undefined ? this.#core.cell(CELL.timers) : 0,
      interruptedTimers: this.#core.cell(CELL.timersInterrupted),
      consoleBytesDropped: this.#console.dropped,
      hostCalls: this.#hostCalls.counts(),
    })
  }

  #request(kind: string, options: CallOptions, jobsFirst: boolean, evaluate: () => number): Promise<unknown> {
    const dead = this.#deadError()
    if (dead !== undefined) return Promise.reject(dead)
    const { signal, timeoutMs, operationMs } = options
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const { limits, loop } = this.#options
    const wallMs = Math.min(limits.wallMs, timeoutMs ?? Number.POSITIVE_INFINITY)
    if (!(wallMs > 0)) throw new RangeError(`timeoutMs must be above 0, got ${timeoutMs}`)
    if (operationMs !== undefined && !(operationMs > 0)) throw new RangeError(`operationMs must be above 0, got ${operationMs}`)
    const { result, promise } = this.#results.open({
      wallMs,
      signal,
      nowMs: clockMs(),
      onAbandoned: (id, reason) => this.#hostCalls.abort(reason, id),
    })
    this.#queued++
    if (this.#options.lifecycle === 'program' && !this.#started) this.#startProgram()
    loop.submitInternal(() => {
      this.#queued--
      if (this.#results.get(result.id) !== undefined && this.#mayEnter) {
        const wall =
          result.deadlineMs === Number.POSITIVE_INFINITY
            ? undefined
            : ({ limit: 'wallMs', configured: wallMs, atMs: result.deadlineMs } as const)
        this.#enter(kind, result.id, () => this.#deliver(result.id, evaluate()), { operationMs, wall, jobsFirst })
      }
      this.#checkEnd()
    })
    return promise
  }
  /** A program's `wallMs` bounds all of it, not the result of `run` alone. */
  #startProgram(): void {
    this.#started = true
    const { loop, limits } = this.#options
    const { wallMs } = limits
    if (wallMs === Number.POSITIVE_INFINITY) return
    this.#programDeadlineMs = clockMs() + wallMs
    this.#wallTimer = loop.scheduleTimer(wallMs, () => this.#wallExpired(), { unref: true })
  }
  #wallExpired(): void {
    const { wallMs } = this.#options.limits
    if (!this.#mayEnter) return
    const error = new LimitError('ERR_LIMIT_WALL', `the program had not ended in time: wallMs is ${wallMs} ms`, {
      limit: 'wallMs',
      configured: wallMs,
      observed: wallMs,
      operationId: 0,
    })
    this.#core.condemn(error)
    this.#reports.error(error, { kind: 'program', discardedJobs: 0, discardedTicks: 0 })
    this.#end('limit', 'condemned', error)
  }
  #programDeadlineMs = Number.POSITIVE_INFINITY
  #wallTimer: number | undefined

  /** Takes what a script or call returned; a promise is watched. */
  #deliver(id: number, pointer: number): void {
    const { marshal, instance } = this.#core
    try {
      if (marshal.isObject(pointer) && instance.exports._QTS_PromiseState(instance.ctx, pointer) >= 0) {
        if (this.#options.lifecycle === 'program') {
          this.#values.set(id, { fulfilled: true, value: undefined })
          return
        }
        const number = marshal.newNumber(id)
        marshal.runProfile('watch', number, pointer)
        marshal.free(number)
        return
      }
      const value = marshal.exportValue(pointer, undefined, this.#options.limits.maxResultBytes)
      this.#values.set(id, { fulfilled: true, value })
    } finally {
      marshal.free(pointer)
    }
  }
  readonly #values = new Map<number, { readonly fulfilled: boolean; readonly value: unknown }>()
  #onSettled(id: number, fulfilled: boolean, value: unknown): void {
    this.#values.set(id, { fulfilled, value })
  }
  /** Settles what the entry brought, unless the entry was stopped: then its own result is the stop. */
  #settleResults(outcome: EntryOutcome, origin: number): void {
    for (const [id, { fulfilled, value }] of this.#values) {
      const waiting = this.#results.get(id)
      if (waiting === undefined || (outcome.stopped && id === origin)) continue
      if (fulfilled) waiting.resolve(value)
      else waiting.reject(this.#reports.exceptionOf(value, this.#core.dispatcher.hostErrorOf(value)))
    }
    this.#values.clear()
    const waiting = this.#results.get(origin)
    if (waiting === undefined || outcome.error === undefined) return
    const lostItsWay = outcome.stopped && (outcome.discardedJobs > 0 || outcome.kind === 'settlement')
    if (outcome.kind === 'run' || outcome.kind === 'call' || lostItsWay) waiting.reject(outcome.error)
  }

  /** One entry under a guard, and everything that follows from it. */
  #enter(kind: string, origin: number, body: () => void, bounds?: EntryBounds): EntryOutcome {
    const before = this.#origin
    this.#origin = origin
    const outcome = this.#core.enterGuarded(kind, body, bounds)
    this.#origin = before
    this.#after(outcome, origin)
    return outcome
  }
  /** Work that is no operation of the guest's: `set`, `get`. Also inside an entry. */
  #now(kind: string, body: () => void): void {
    if (this.#core.inside) {
      try {
        this.#core.nested(body)
      } catch (thrown) {
        throw this.#core.errorFrom(thrown)
      }
      return
    }
    const outcome = this.#enter(kind, 0, body)
    if (outcome.error !== undefined) throw outcome.error
  }
  /** Profile code that touches nothing of the guest's. */
  #trusted(work: () => void): void {
    try {
      this.#core.polling.muted(work)
    } catch (thrown) {
      throw thrown instanceof GuestThrow ? this.#core.errorFrom(thrown) : thrown
    }
  }

  #after(outcome: EntryOutcome, origin: number): void {
    const { latch } = this.#core
    this.#reports.operation(outcome, this.#core.memoryBytes, this.#mayEnter ? this.#core.cell(CELL.timers) : 0)
    this.#settleResults(outcome, origin)
    if (outcome.exited) {
      this.#end(this.#fatal === undefined ? 'exit' : 'uncaught', 'exited', undefined)
      return
    }
    const { condemned } = this.#core
    if (condemned !== undefined) {
      this.#reports.error(condemned, outcome)
      this.#end('limit', 'condemned', condemned)
      return
    }
    if (outcome.stopped) {
      this.#stopped(outcome)
      if (!this.#mayEnter) return
      latch.clear()
    }
    if (this.#core.drainDeferred) this.#drainLater()
    this.#timers.sync()
  }
  #drainLater(): void {
    this.#queued++
    this.#options.loop.scheduleImmediate(() => {
      this.#queued--
      if (this.#mayEnter) this.#enter('drain', 0, () => {}, this.#programBounds())
      this.#checkEnd()
    })
  }
  #stopped(outcome: EntryOutcome): void {
    const { error } = outcome
    if (error === undefined) return
    this.#reports.error(error, outcome)
    if (!(error instanceof LimitError)) return
    const condemning =
      this.#options.onInterrupt === 'close' ||
      error.limit === 'cpuMs' ||
      (error.limit === 'wallMs' && this.#options.lifecycle === 'program')
        ? error
        : this.#reports.tooManyInterrupts(error, clockMs())
    if (condemning === undefined) return
    this.#core.condemn(condemning)
    this.#end('limit', 'condemned', condemning)
  }

  #settleCall(callId: number, origin: number, fulfilled: boolean, value: unknown): void {
    this.#queued++
    this.#options.loop.submitInternal(() => {
      this.#queued--
      if (!this.#mayEnter) return
      const { marshal, dispatcher } = this.#core
      this.#enter('settlement', origin, () => {
        const id = marshal.newNumber(callId)
        const { instance } = this.#core
        const settle = (ok: boolean, text: string): void => {
          const encoded = marshal.newText(text)
          try {
            marshal.runProfile('settle', id, ok ? instance.true : instance.false, encoded)
          } finally {
            marshal.free(encoded)
          }
        }
        try {
          if (fulfilled) {
            let text: string
            try {
              text = marshal.encode(value)
            } catch (error) {
              settle(false, marshal.encode(error))
              return
            }
            settle(true, text)
          } else {
            const error = dispatcher.makeError(value)
            try {
              marshal.runProfile('settleError', id, error)
            } finally {
              marshal.free(error)
            }
          }
        } finally {
          marshal.free(id)
        }
      })
      this.#checkEnd()
    })
  }

  /** Runs due timers or immediates, as many as the bounds of one loop callback allow. */
  #runPass(kind: PassKind): boolean {
    const { marshal, polling } = this.#core
    const step = kind === 'timer' ? 'stepTimers' : 'stepImmediates'
    const { maxCallbacksPerTurn } = this.#options
    const startedAtMs = clockMs()
    const outcomes: EntryOutcome[] = []
    let more = true
    let entryStartedAtMs = startedAtMs
    polling.muted(() => {
      if (kind === 'immediate') marshal.runProfile('beginImmediates')
      else {
        const now = marshal.newNumber(Math.floor(this.#clock.nowMs()))
        marshal.runProfile('beginTimers', now)
        marshal.free(now)
      }
    })
    const completed = this.#core.guarded(() => {
      for (let count = 0; count < maxCallbacksPerTurn; count++) {
        entryStartedAtMs = clockMs()
        if (entryStartedAtMs - startedAtMs > GUARD_SLACK_MS) return
        let ran = 0
        const outcome = this.#core.enter(
          kind,
          () => {
            ran = 1
            ran = this.#stepOrReport(step)
          },
          this.#programBounds(),
        )
        if (ran === 0 && !outcome.stopped) {
          more = false
          return
        }
        outcomes.push(outcome)
        if (outcome.error !== undefined || outcome.stopped) return
      }
    })
    if (!completed) outcomes.push(this.#core.terminated(kind, entryStartedAtMs))
    for (const outcome of outcomes) {
      if (this.#endState !== undefined) break
      this.#after(outcome, 0)
    }
    return more && this.#mayEnter
  }
  #programBounds(): EntryBounds {
    const atMs = this.#programDeadlineMs
    return atMs === Number.POSITIVE_INFINITY ? {} : { wall: { limit: 'wallMs', configured: this.#options.limits.wallMs, atMs } }
  }
  #stepOrReport(step: 'stepTimers' | 'stepImmediates' | 'emitBeforeExit' | 'emitExit'): number {
    const { marshal, latch } = this.#core
    try {
      return marshal.numberFromProfile(step)
    } catch (thrown) {
      if (!(thrown instanceof GuestThrow) || latch.set) throw thrown
      this.#core.reportUncaught(thrown.pointer, 'uncaughtException')
      return 1
    }
  }

  get #busy(): boolean {
    return this.#queued > 0 || this.#timers.refed || this.#hostCalls.pendingCount > 0
  }
  /** Wakes `idle()`; ends a program, or a service that is finishing, when nothing is left. */
  #checkEnd(): void {
    if (!this.#mayEnter || (!this.#busy && this.#results.size === 0)) this.#wakeIdle()
    const ends = this.#started && (this.#options.lifecycle === 'program' || this.#finishing)
    if (!ends || !this.#mayEnter || this.#busy || this.#endQueued) return
    this.#endQueued = true
    this.#options.loop.submitInternal(() => {
      this.#endQueued = false
      if (!this.#mayEnter || this.#busy) return
      this.#enter('exit', 0, () => this.#stepOrReport('emitBeforeExit'))
      if (!this.#mayEnter || this.#busy) return
      let exitCode = 1
      this.#enter(
        'exit',
        0,
        () => {
          exitCode = this.#stepOrReport('emitExit')
        },
        { jobsOnly: true },
      )
      if (this.#mayEnter) this.#end(this.#fatal === undefined ? 'finished' : 'uncaught', 'exited', undefined, exitCode)
    })
  }
  #endQueued = false
  #wakeIdle(): void {
    for (const wake of this.#idleWaiters.splice(0)) wake()
  }

  #end(reason: ExitReason, state: SandboxState, error: JsAdapterError | undefined, exitCode = this.#exitLatched): void {
    if (this.#endState !== undefined) return
    this.#endState = state
    this.#atLoopEnd.run = undefined
    if (this.#core.inside) {
      this.#core.latch.fire({ kind: 'exit', code: exitCode ?? 0 }, this.#core.operation?.id ?? 0)
      this.#core.polling.soon()
    }
    this.#timers.drop()
    if (this.#wallTimer !== undefined) this.#options.loop.cancelTimer(this.#wallTimer)
    this.#console.finish()
    const fatal = this.#fatal
    const cause = error ?? (fatal !== undefined && reason === 'uncaught' ? fatal : undefined)
    if (reason === 'uncaught' && fatal !== undefined) this.#reports.uncaught(fatal)
    const rejection =
      error ??
      new JsAdapterError('ERR_SANDBOX_EXITED', `the guest has exited with code ${exitCode ?? 0}`, {
        cause,
        context: { exitCode },
      })
    this.#hostCalls.abort(rejection)
    this.#results.rejectAll(reason === 'uncaught' && fatal !== undefined ? fatal : rejection)
    this.#ended = { reason, exitCode, error: cause, usage: this.usage() }
    this.#reports.instance('dropped', 0)
    this.#resolveExited(this.#ended)
    this.#wakeIdle()
  }
  #deadError(): JsAdapterError | undefined {
    switch (this.#endState) {
      case undefined:
      case 'ready':
      case 'running':
        return undefined
      case 'condemned':
        return new JsAdapterError('ERR_SANDBOX_CONDEMNED', 'the sandbox was condemned and is never entered again', {
          cause: this.#core.condemned,
        })
      case 'exited':
        return new JsAdapterError('ERR_SANDBOX_EXITED', `the guest has exited with code ${this.#ended?.exitCode ?? 0}`)
      case 'closed':
        return closedError('the sandbox is closed')
      default:
        return this.#endState satisfies never
    }
  }
  #assertAlive(): void {
    const dead = this.#deadError()
    if (dead !== undefined) throw dead
  }
}

interface LoopEnd {
  run: (() => void) | undefined
}

/** A function of its own: a closure of the constructor would keep the sandbox for as long as the loop lives. */
function followLoopEnd(loop: LoopLike, end: LoopEnd): void {
  loop.done.then(
    () => end.run?.(),
    () => {},
  )
}

function closedError(message: string, cause?: unknown): JsAdapterError {
  return new JsAdapterError('ERR_SANDBOX_CLOSED', message, cause === undefined ? {} : { cause })
}

function isHostFunction(value: HostFunction | Readonly<Record<string, HostFunction>>): value is HostFunction {
  if (typeof value === 'function') return true
  return ['async', 'sync', 'raw'].some((key) => typeof Reflect.get(value, key) === 'function')
}
