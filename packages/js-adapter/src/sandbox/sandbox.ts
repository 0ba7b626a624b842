// The face: one guest on one loop, entered by `run`, `call`, its own timers and the settlements of its host calls.
// Longer than most: the public class with a method for each member of the face, and the wiring of its parts.
import { Engine } from '../engine/engine.ts'
import type { Substrate } from '../engine/substrate.ts'
import type { JsAdapterError, LimitError } from '../errors.ts'
import { assertThreads } from '../platform/watchdog.ts'
import { CELL } from '../runtime/cells.ts'
import { Core } from '../runtime/core.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import { collect } from '../runtime/engine-words.ts'
import type { EntryBounds } from '../runtime/entry.ts'
import { configure } from '../runtime/installation.ts'
import { harden } from '../runtime/hardening.ts'
import type { Stub } from '../runtime/stubs.ts'
import { GuestClock, clockMs } from './clock.ts'
import { Contexts } from './contexts.ts'
import { CallReports } from './call-reports.ts'
import { ConsoleBudget } from './console-budget.ts'
import { closedError, Ending } from './ending.ts'
import { Entries } from './entries.ts'
import { exposeGlobal } from './exposure.ts'
import type { Exposed } from './exposure.ts'
import { guestHost } from './guest-host.ts'
import { callPath, exitGuest, readGlobal, runProgram, runSource, setGlobal, showResult } from './guest-work.ts'
import { IDENTIFIER } from './identifier.ts'
import { LateHost } from './late-host.ts'
import { Lifetime } from './lifetime.ts'
import { HostCalls } from './host-calls.ts'
import type { SettledCall } from './host-calls.ts'
import { coreOptionsOf, entropyOf } from './opening.ts'
import type { ResumeParts, SandboxParts } from './opening.ts'
import { resolveSandboxOptions } from './options.ts'
import type { ResolvedSandboxOptions, SandboxOptions } from './options.ts'
import { Passes } from './passes.ts'
import { PendingResults } from './pending-results.ts'
import { Reports } from './reports.ts'
import { Requests } from './requests.ts'
import type { AsyncDeclaration, SyncDeclaration } from './declared.ts'
import type { Shape } from '../values/shapes.ts'
import type { CallOptions, RunOptions } from './run-options.ts'
import { settleHostCall } from './settlement.ts'
import type { WorkerSandboxOptions } from '../worker/worker-options.ts'
import type { WorkerSandbox } from '../worker/worker-sandbox.ts'
import { TimerBridge } from './timer-bridge.ts'
import type { ExitInfo, SandboxState, Usage } from './usage.ts'

/** One guest. Dispose of it with `close()`; a limit that condemns it does the same. */
export class Sandbox implements AsyncDisposable {
  readonly id: string
  readonly #options: ResolvedSandboxOptions
  readonly #stubs: ReadonlyMap<string, Stub>
  readonly #core: Core
  readonly #contexts: Contexts
  readonly #hostCalls: HostCalls
  readonly #results: PendingResults
  readonly #reports: Reports
  readonly #console: ConsoleBudget
  readonly #ending: Ending
  readonly #entries: Entries
  readonly #lifetime: Lifetime
  readonly #requests: Requests

  private constructor(options: ResolvedSandboxOptions, open: (host: DispatcherHost) => Core, parts: SandboxParts) {
    this.id = options.id
    this.#options = options
    this.#stubs = new Map((parts.stubs ?? []).map((stub) => [stub.path, stub]))
    this.#results = new PendingResults(options.loop, (error) => this.#reports.limitOutsideEntry('wallMs', 0, error))
    const { clock, settledLate } = parts
    const contexts = new Contexts(options.context)
    this.#contexts = contexts
    const reports = new Reports({ options, clock, contexts, onAuditLost: (error) => this.#ending.run('closed', 'closed', error) })
    this.#reports = reports
    const onFailure = (error: unknown): void => reports.sinkFailed(error)
    this.#console = new ConsoleBudget({
      sink: options.console,
      maxBytes: options.limits.maxConsoleBytes,
      clockMs,
      onDropped: () => reports.consoleDropped(),
      onFailure,
    })
    this.#hostCalls = new HostCalls({
      tenant: options.tenant,
      loop: options.loop,
      limits: options.limits,
      shared: options.admission,
      reports: new CallReports({ ...options, audit: reports.audit, outbox: reports.outbox, sinkFailed: onFailure }),
      contexts,
      operation: () => this.#core.operation,
      onLimiterFailure: onFailure,
      captured: () => contexts.current(this.#core),
      clockMs: clockMs,
      settle: (call, fulfilled, value, onHanded) => this.#settleCall(call, fulfilled, value, onHanded),
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
        reports,
        core: () => this.#core,
        ending: () => this.#ending,
        entries: () => this.#entries,
      }),
    )
    this.#core = core
    reports.outbox.watch(core.engine.guard)
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
    const { loop } = options
    const shared = {
      options,
      loop,
      core,
      contexts,
      timers,
      results: this.#results,
      reports: this.#reports,
      hostCalls: this.#hostCalls,
    }
    this.#ending = new Ending({
      ...shared,
      console: this.#console,
      usage: () => this.usage(),
      ended: () => {
        this.#lifetime.ended()
        contexts.ended()
      },
    })
    const bounds = (): EntryBounds => this.#lifetime.bounds()
    this.#entries = new Entries({
      ...shared,
      ending: this.#ending,
      bounds,
      checkEnd: () => this.#lifetime.checkEnd(),
      synchronise: () => timers.sync(),
    })
    const passes = new Passes({ ...shared, entries: this.#entries, ending: this.#ending, timerNowMs, bounds })
    core.hardLimit.onUnwound = () => options.loop.submitInternal(() => this.#ending.run('limit', 'condemned', core.condemned))
    this.#lifetime = new Lifetime({ ...shared, ending: this.#ending, entries: this.#entries })
    this.#requests = new Requests({ ...shared, ending: this.#ending, entries: this.#entries, lifetime: this.#lifetime })
  }
  /**
   * Opens a sandbox in a thread of its own.
   * @throws also `ERR_WORKER_START` when the thread could not be started.
   */
  static create(options: WorkerSandboxOptions): Promise<WorkerSandbox>
  /**
   * Opens a sandbox with its own engine instance: a copy of `image`, or a new one that the profile is evaluated in.
   * @throws TypeError or RangeError for a wrong option; JsAdapterError `ERR_ENGINE_VARIANT`, `ERR_ENGINE_CALIBRATION`,
   * `ERR_IMAGE_MISMATCH`; `ERR_LIMIT_UNSUPPORTED` for a hard limit away from Node.
   */
  static create(options: SandboxOptions): Promise<Sandbox>
  static async create(options: SandboxOptions | WorkerSandboxOptions): Promise<Sandbox | WorkerSandbox> {
    if (options.mode === 'worker') {
      assertThreads()
      const { WorkerSandbox } = await import('../worker/worker-sandbox.ts')
      return WorkerSandbox.create(options)
    }
    return Sandbox.open(resolveSandboxOptions(options))
  }
  /** @internal */
  static async open(resolved: ResolvedSandboxOptions): Promise<Sandbox> {
    const { image, limits } = resolved
    const startedAtMs = clockMs()
    if (image !== undefined) {
      const clock = new GuestClock(resolved)
      const spare = image.takeSpare(limits.memoryMaxBytes, clock.source)
      const substrate = spare ?? (await image.restore(limits.memoryMaxBytes, clock.source))
      const how = spare === undefined ? 'image' : 'reset'
      const sandbox = Sandbox.resume(resolved, substrate, { clock, how, startedAtMs })
      void sandbox.exited.then(() => {
        if (sandbox.endLease(closedError('the sandbox is closed')) === 'clean')
          image.keepSpare(substrate, limits.memoryMaxBytes, clock.source)
      })
      return sandbox
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
    sandbox.#exposeOwn()
    sandbox.#opened('fresh', startedAtMs, undefined)
    return sandbox
  }
  /** @internal A word of shared memory that interrupts as `interrupt` does when another thread sets it to 1. */
  watchInterrupts(flag: Int32Array): void {
    this.#core.polling.watch(flag, { take: true })
  }
  /** @internal Ends the guest for a limit that fired outside of it. */
  stop(error: LimitError): void {
    this.#entries.stop(error)
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
    sandbox.#exposeOwn()
    sandbox.#opened(parts.how, parts.startedAtMs, parts.lease)
    return sandbox
  }
  /** @throws JsAdapterError `ERR_AUDIT_WRITE` */
  #opened(how: 'fresh' | 'image' | 'reset', startedAtMs: number, lease: number | undefined): void {
    this.#reports.instance(how, clockMs() - startedAtMs)
    const detail = { how, ...(lease === undefined ? {} : { lease }) }
    this.#reports.audit.record(lease === undefined ? 'sandbox.created' : 'sandbox.leased', { detail })
    this.#ending.assertAlive()
  }
  #exposeOwn(): void {
    if (this.#options.onRejection !== undefined) this.#entries.trusted(() => configure(this.#core, 'tellsRejections', 1))
    const { modules } = this.#options
    this.#entries.trusted(() => this.#core.installBuiltins(modules?.nodeBuiltins ?? []))
    if (this.#options.contextApi) this.#entries.trusted(() => this.#core.marshal.runProfile('installContextApi'))
    if (this.#options.exposeGc) this.expose('gc', { raw: () => void collect(this.#core) })
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
  /** @internal Its memory was made ready for the next tenant. */
  noteReset(elapsedMs: number): void {
    const deterministic = this.#options.deterministic !== undefined
    this.#reports.audit.record('sandbox.reset', { detail: deterministic ? {} : { elapsedMs } })
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
   * With `args`, and `result`, both are checked by their shapes at each call, and the function's own types follow from them; for members of a
   * namespace `hostFunction` does that. What does not fit is a guest `TypeError` with the code `ERR_VALUE_CONVERSION`.
   * @throws TypeError or RangeError for a wrong declaration, `ERR_SANDBOX_CLOSED` and its kin after the end.
   */
  expose<const A extends readonly Shape[], const R extends Shape = 'unknown'>(
    name: string,
    declaration: AsyncDeclaration<A, R> | SyncDeclaration<A, R>,
  ): void
  expose(name: string, value: Exposed): void
  expose(name: string, value: unknown): void {
    this.#ending.assertAlive()
    const trusted = (work: () => void): void => this.#entries.trusted(work)
    exposeGlobal({ core: this.#core, hostCalls: this.#hostCalls, stubs: this.#stubs, trusted }, name, value as Exposed)
  }

  /** Sets a global to a copy of `value`. @throws `ERR_VALUE_UNSUPPORTED` with the path of what has no guest form. */
  set(name: string, value: unknown): void {
    this.#ending.assertAlive()
    const encoded = this.#core.marshal.encode(value)
    this.#entries.now('set', () => setGlobal(this.#core, name, encoded))
  }
  /** A copy of a global: a `let`, `const` or `class` of a script, or a property of the global object. */
  get(name: string): unknown {
    this.#ending.assertAlive()
    if (!IDENTIFIER.test(name)) throw new TypeError(`get: "${name}" is not an identifier`)
    let value: unknown
    this.#entries.now('get', () => {
      value = readGlobal(this.#core, name, this.#options.limits.maxResultBytes)
    })
    return value
  }

  /**
   * Runs a script in an entry of its own on the loop and resolves with a copy of its last expression's value. A promise is awaited;
   * in a `program` it is left alone, as Node leaves it.
   * Rejects with `Exception`, `LimitError`, the signal's reason, or a state error.
   */
  run(source: string, options: RunOptions = {}): Promise<unknown> {
    const program = this.#options.lifecycle === 'program'
    return this.#requests.script(source, options, (script) =>
      program ? runProgram(this.#core, this.#ending, script) : runSource(this.#core, script),
    )
  }

  /**
   * Runs a script as `run` does and writes its value to the guest's console as `console.log` would; it stays in the guest as its global `_`.
   */
  async show(source: string, options: Omit<RunOptions, 'module'> = {}): Promise<void> {
    await this.#requests.script(source, options, (script) => showResult(this.#core, runSource(this.#core, script)))
  }

  /**
   * Calls a guest function by name, or by a dotted path of own properties, with copies of `args`.
   * Rejects as `run` does, and with `ERR_NOT_CALLABLE`.
   */
  call(name: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    return this.#requests.make('call', options, { jobsFirst: false, facts: { name } }, () => {
      try {
        return callPath(this.#core, name, args)
      } catch (thrown) {
        throw this.#entries.ownError(thrown)
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
    this.#lifetime.finish(this.#contexts.capture())
    return this.exited
  }

  /** Ends the guest as its own `process.exit(code)` would: its `exit` listeners run, nothing else does. Resolves as `exited` does. */
  exit(code: number): Promise<ExitInfo> {
    if (!Number.isInteger(code)) throw new RangeError(`code must be an integer, got ${code}`)
    this.#entries.queue(this.#contexts.capture(), () => {
      if (!this.#ending.mayEnter) return
      this.#entries.enter('exit', 0, () => exitGuest(this.#core, code))
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
    if (usage !== undefined) return { ...usage, ...this.#reports.ofSinks, hostCalls: this.#hostCalls.counts() }
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

  #settleCall(
    { callId, origin, captured }: SettledCall,
    fulfilled: boolean,
    value: unknown,
    onHanded: (resultBytes: number | undefined) => void,
  ): void {
    this.#entries.queue(captured, () => {
      if (!this.#ending.mayEnter) {
        onHanded(undefined)
        return
      }
      this.#entries.enter('settlement', origin, () => {
        let resultBytes: number | undefined
        try {
          resultBytes = settleHostCall(this.#core, callId, fulfilled, value)
        } finally {
          onHanded(resultBytes)
        }
      })
      this.#lifetime.checkEnd()
    })
  }
}
