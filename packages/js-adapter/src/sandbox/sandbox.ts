// The face: one guest on one loop, entered by `run`, `call`, its own timers and the settlements of its host calls.
import { Engine } from '../engine/engine.ts'
import type { Substrate } from '../engine/substrate.ts'
import { LimitError } from '../errors.ts'
import type { JsAdapterError } from '../errors.ts'
import { CELL } from '../runtime/cells.ts'
import { Core } from '../runtime/core.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import type { EntryBounds } from '../runtime/entry.ts'
import { harden } from '../runtime/hardening.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import type { Stub } from '../runtime/stubs.ts'
import { GuestClock, clockMs } from './clock.ts'
import { ConsoleBudget } from './console-budget.ts'
import { closedError, Ending } from './ending.ts'
import { Entries } from './entries.ts'
import { exposeGlobal, IDENTIFIER } from './exposure.ts'
import type { Exposed } from './exposure.ts'
import { guestHost } from './guest-host.ts'
import { LateHost } from './late-host.ts'
import { Lifetime } from './lifetime.ts'
import { HostCalls } from './host-calls.ts'
import { coreOptionsOf, entropyOf } from './opening.ts'
import type { ResumeParts, SandboxParts } from './opening.ts'
import { resolveSandboxOptions } from './options.ts'
import type { ResolvedSandboxOptions, SandboxOptions } from './options.ts'
import { Passes } from './passes.ts'
import { PendingResults } from './pending-results.ts'
import { Reports } from './reports.ts'
import type { CallOptions, RunOptions } from './run-options.ts'
import { settleHostCall } from './settlement.ts'
import { TimerBridge } from './timer-bridge.ts'
import type { ExitInfo, SandboxState, Usage } from './usage.ts'

const GLOBAL_CODE = 0
const MODULE_CODE = 1

/** One guest. Dispose of it with `close()`; a limit that condemns it does the same. */
export class Sandbox implements AsyncDisposable {
  readonly id: string
  readonly #options: ResolvedSandboxOptions
  readonly #stubs: ReadonlyMap<string, Stub>
  readonly #core: Core
  readonly #hostCalls: HostCalls
  readonly #results: PendingResults
  readonly #reports: Reports
  readonly #console: ConsoleBudget
  readonly #ending: Ending
  readonly #entries: Entries
  readonly #lifetime: Lifetime

  private constructor(options: ResolvedSandboxOptions, open: (host: DispatcherHost) => Core, parts: SandboxParts) {
    this.id = options.id
    this.#options = options
    this.#stubs = new Map((parts.stubs ?? []).map((stub) => [stub.path, stub]))
    this.#console = new ConsoleBudget(options.console, options.limits.maxConsoleBytes, clockMs)
    this.#results = new PendingResults(options.loop, () => this.#reports.limitOutsideEntry('wallMs'))
    this.#reports = new Reports(options)
    const { clock, settledLate } = parts
    this.#hostCalls = new HostCalls({
      id: options.id,
      tenant: options.tenant,
      loop: options.loop,
      limits: options.limits,
      logger: options.logger,
      observer: options.observer,
      clockMs: clockMs,
      settle: (callId, origin, fulfilled, value) => this.#settleCall(callId, origin, fulfilled, value),
      callsChanged: () => this.#lifetime.checkEnd(),
      settledLate,
    })
    for (const { id, kind } of this.#stubs.values()) if (kind !== 'raw') this.#hostCalls.reserve(id)
    const core = open(
      guestHost({
        ...parts,
        options,
        console: this.#console,
        hostCalls: this.#hostCalls,
        core: () => this.#core,
        ending: () => this.#ending,
        entries: () => this.#entries,
      }),
    )
    this.#core = core
    const timerNowMs = (): number => Math.floor(clock.nowMs())
    const timers = new TimerBridge({
      loop: options.loop,
      core,
      timerNowMs,
      runPass: (kind) => passes.run(kind),
      isAlive: () => this.#ending.mayEnter,
      passed: () => this.#lifetime.checkEnd(),
      refused: (error) => this.#ending.loopRefused(error),
    })
    const shared = { options, core, timers, results: this.#results, reports: this.#reports, hostCalls: this.#hostCalls }
    this.#ending = new Ending({
      ...shared,
      loop: options.loop,
      console: this.#console,
      usage: () => this.usage(),
      ended: () => this.#lifetime.ended(),
    })
    const bounds = (): EntryBounds => this.#lifetime.bounds()
    this.#entries = new Entries({
      ...shared,
      ending: this.#ending,
      bounds,
      checkEnd: () => this.#lifetime.checkEnd(),
      synchronise: () => timers.sync(),
    })
    const passes = new Passes({
      core,
      entries: this.#entries,
      ending: this.#ending,
      maxCallbacksPerTurn: options.maxCallbacksPerTurn,
      timerNowMs,
      bounds,
    })
    core.onUnwound = () => options.loop.submitInternal(() => this.#ending.run('limit', 'condemned', core.condemned))
    this.#lifetime = new Lifetime({ ...shared, ending: this.#ending, entries: this.#entries })
  }
  /**
   * Opens a sandbox with its own engine instance: a copy of `image`, or a new one that the profile is evaluated in.
   * @throws TypeError or RangeError for a wrong option; JsAdapterError `ERR_ENGINE_VARIANT`, `ERR_ENGINE_CALIBRATION`,
   * `ERR_IMAGE_MISMATCH`.
   */
  static async create(options: SandboxOptions): Promise<Sandbox> {
    const resolved = resolveSandboxOptions(options)
    const { image, limits } = resolved
    const startedAtMs = clockMs()
    if (image !== undefined) {
      const clock = new GuestClock(resolved)
      const substrate = await image.restore(limits.memoryMaxBytes, clock.source)
      return Sandbox.resume(resolved, substrate, { clock, how: 'image', startedAtMs })
    }
    const engine = resolved.engine ?? (await Engine.load())
    const clock = new GuestClock(resolved)
    const entropy = entropyOf(resolved)
    const late = new LateHost({ clock, entropy, maxArgumentBytes: limits.maxArgumentBytes })
    const core = await Core.create(coreOptionsOf(resolved, engine, { clock, entropy, host: late }))
    if (resolved.hardened) harden(core, { noEval: resolved.noEval })
    const open = (given: DispatcherHost): Core => {
      late.use(given)
      return core
    }
    const sandbox = new Sandbox(resolved, open, { clock, entropy })
    sandbox.#exposeGc()
    sandbox.#reports.instance('fresh', clockMs() - startedAtMs)
    return sandbox
  }
  /** @internal Takes over a substrate that holds the options' image. */
  static resume(options: ResolvedSandboxOptions, substrate: Substrate, parts: ResumeParts): Sandbox {
    const { image } = options
    if (image === undefined) throw new TypeError('image is missing')
    const { clock = new GuestClock(options), entropy = entropyOf(options), settledLate } = parts
    const { engine, stubs, state } = image
    const open = (host: DispatcherHost): Core => {
      const core = Core.resume(coreOptionsOf(options, engine, { clock, entropy, host }), substrate, state)
      for (const { id, kind } of stubs) if (kind === 'raw') core.dispatcher.reserve(id)
      return core
    }
    const sandbox = new Sandbox(options, open, { clock, entropy, stubs, settledLate })
    sandbox.#exposeGc()
    sandbox.#reports.instance(parts.how, clockMs() - parts.startedAtMs)
    return sandbox
  }
  #exposeGc(): void {
    if (this.#options.exposeGc)
      this.expose('gc', {
        raw: () => {
          this.#core.collect()
        },
      })
  }
  /**
   * @internal Ends the sandbox and takes its memory away from it, for the next tenant.
   * @returns `inside` while the guest is being left, to be asked again from a task of the loop; `condemned` when the memory may not
   * be used again.
   */
  endLease(error: JsAdapterError): 'clean' | 'inside' | 'condemned' {
    this.#ending.run('closed', 'closed', error)
    if (this.#core.inside) return 'inside'
    const { condemned } = this.#core
    this.#core.instance.revoke(error)
    return condemned === undefined ? 'clean' : 'condemned'
  }

  get state(): SandboxState {
    return this.#ending.state ?? (this.#core.inside ? 'running' : 'ready')
  }
  /** Resolves when the guest has ended, however it did. Never rejects. */
  get exited(): Promise<ExitInfo> {
    return this.#ending.exited
  }

  /**
   * Makes a host function, or a frozen namespace of them, a global of the guest: neither writable nor enumerable.
   * A bare function is asynchronous for the guest. Arguments and results are copies.
   * @throws TypeError or RangeError for a wrong declaration, `ERR_SANDBOX_CLOSED` and its kin after the end.
   */
  expose(name: string, value: Exposed): void {
    this.#ending.assertAlive()
    const trusted = (work: () => void): void => this.#entries.trusted(work)
    exposeGlobal({ core: this.#core, hostCalls: this.#hostCalls, stubs: this.#stubs, trusted }, name, value)
  }

  /** Sets a global to a copy of `value`. @throws `ERR_VALUE_UNSUPPORTED` with the path of what has no guest form. */
  set(name: string, value: unknown): void {
    this.#ending.assertAlive()
    const { marshal } = this.#core
    const text = marshal.encode(value)
    this.#entries.now('set', () => {
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
    this.#ending.assertAlive()
    if (!IDENTIFIER.test(name)) throw new TypeError(`get: "${name}" is not an identifier`)
    let value: unknown
    this.#entries.now('get', () => {
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
    if (bytes > maxSourceBytes) {
      this.#reports.limitOutsideEntry('maxSourceBytes')
      return Promise.reject(
        new LimitError('ERR_LIMIT_SOURCE', `the source has ${bytes} bytes: maxSourceBytes is ${maxSourceBytes}`, {
          limit: 'maxSourceBytes',
          configured: maxSourceBytes,
          observed: bytes,
          operationId: 0,
        }),
      )
    }
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
      const fatalBefore = this.#ending.fatal
      this.#core.reportUncaught(thrown.pointer, 'uncaughtException')
      if (this.#ending.fatal !== undefined && fatalBefore === undefined) this.#ending.fatal = error
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
    this.#ending.assertAlive()
    this.#core.latch.fire({ kind: 'interrupt', value: reason }, this.#core.operation?.id ?? 0)
    this.#core.polling.soon()
  }

  /** Resolves when no ref'd timer or immediate, host call, queued entry or waiting result is left; also when the sandbox ends. */
  idle(): Promise<void> {
    return this.#lifetime.idle()
  }

  /** Ends a service as a program ends: `beforeExit` when nothing is left, then `exit`. Resolves as `exited` does. */
  finish(): Promise<ExitInfo> {
    this.#lifetime.finish()
    return this.exited
  }

  /** Ends the guest as its own `process.exit(code)` would: its `exit` listeners run, nothing else does. Resolves as `exited` does. */
  exit(code: number): Promise<ExitInfo> {
    if (!Number.isInteger(code)) throw new RangeError(`code must be an integer, got ${code}`)
    this.#entries.queue(() => {
      if (!this.#ending.mayEnter) return
      const { marshal } = this.#core
      this.#entries.enter('exit', 0, () => {
        const number = marshal.newNumber(code)
        try {
          marshal.runProfile('exit', number)
        } finally {
          marshal.free(number)
        }
      })
    })
    return this.exited
  }

  /** Ends the guest at once. Pending results reject `ERR_SANDBOX_CLOSED`, host calls abort. Idempotent. */
  close(reason?: unknown): void {
    this.#ending.run('closed', 'closed', closedError('the sandbox was closed', reason))
  }
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }

  usage(): Usage {
    const { usage } = this.#ending
    if (usage !== undefined) return { ...usage, hostCalls: this.#hostCalls.counts() }
    const { cpuMs, memoryBytes } = this.#core
    return this.#reports.usage({
      cpuMs: this.#options.deterministic === undefined ? cpuMs : 0,
      memoryBytes,
      timers: this.#ending.state === undefined ? this.#core.cell(CELL.timers) : 0,
      interruptedTimers: this.#core.cell(CELL.timersInterrupted),
      consoleBytesDropped: this.#console.dropped,
      hostCalls: this.#hostCalls.counts(),
    })
  }

  #request(kind: string, options: CallOptions, jobsFirst: boolean, evaluate: () => number): Promise<unknown> {
    const dead = this.#ending.deadError()
    if (dead !== undefined) return Promise.reject(dead)
    const { signal, timeoutMs, operationMs } = options
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const { limits } = this.#options
    const wallMs = Math.min(limits.wallMs, timeoutMs ?? Number.POSITIVE_INFINITY)
    if (!(wallMs > 0)) throw new RangeError(`timeoutMs must be above 0, got ${timeoutMs}`)
    if (operationMs !== undefined && !(operationMs > 0)) throw new RangeError(`operationMs must be above 0, got ${operationMs}`)
    const { result, promise } = this.#results.open({
      wallMs,
      signal,
      nowMs: clockMs(),
      onAbandoned: (id, reason) => this.#hostCalls.abort(reason, id),
    })
    this.#lifetime.start()
    this.#entries.queue(() => {
      if (this.#results.get(result.id) !== undefined && this.#ending.mayEnter) {
        const wall =
          result.deadlineMs === Number.POSITIVE_INFINITY
            ? undefined
            : ({ limit: 'wallMs', configured: wallMs, atMs: result.deadlineMs } as const)
        const body = (): void => this.#entries.deliver(result.id, evaluate())
        this.#entries.enter(kind, result.id, body, { operationMs, wall, jobsFirst })
      }
      this.#lifetime.checkEnd()
    })
    return promise
  }
  #settleCall(callId: number, origin: number, fulfilled: boolean, value: unknown): void {
    this.#entries.queue(() => {
      if (!this.#ending.mayEnter) return
      this.#entries.enter('settlement', origin, () => settleHostCall(this.#core, callId, fulfilled, value))
      this.#lifetime.checkEnd()
    })
  }
}
