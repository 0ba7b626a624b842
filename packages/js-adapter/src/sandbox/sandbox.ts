// The face: one guest on one loop, entered by `run`, `call`, its own timers and the settlements of its host calls.
import { Engine } from '../engine/engine.ts'
import type { Substrate } from '../engine/substrate.ts'
import { Exception, JsAdapterError } from '../errors.ts'
import type { LimitError } from '../errors.ts'
import { FETCH_NAME, fetchFunction, fetchTimedOut } from '../fetch/guest-fetch.ts'
import { assertHardLimit, assertThreads } from '../platform/watchdog.ts'
import { Core } from '../runtime/core.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import { collect } from '../runtime/engine-words.ts'
import { installDelay, installFetch } from '../runtime/extensions.ts'
import { configure } from '../runtime/installation.ts'
import { harden } from '../runtime/hardening.ts'
import type { Shape } from '../values/shapes.ts'
import type { BareWorkerSandboxOptions, WorkerSandboxOptions } from '../worker/worker-options.ts'
import type { WorkerSandbox } from '../worker/worker-sandbox.ts'
import { assemble } from './assembly.ts'
import type { Assembly, AssemblyParts } from './assembly.ts'
import type { BareSandboxOptions } from './bare-options.ts'
import { GuestClock, clockMs } from './clock.ts'
import type { AsyncDeclaration, SyncDeclaration } from './declared.ts'
import { closedError } from './ending.ts'
import { exposeGlobal } from './exposure.ts'
import type { Exposed } from './exposure.ts'
import { callPath, exitGuest, readGlobal, runProgram, runSource, setGlobal, showResult } from './guest-work.ts'
import { parkedError } from './parking.ts'
import { freshHousing, imageHousing } from './housing.ts'
import { IDENTIFIER } from './identifier.ts'
import { LateHost } from './late-host.ts'
import { coreOptionsOf, entropyOf } from './opening.ts'
import type { ResumeParts } from './opening.ts'
import { resolveSandboxOptions } from './options.ts'
import type { AsyncHostFunctionOptions } from './host-functions.ts'
import type { ResolvedSandboxOptions, SandboxOptions } from './options.ts'
import type { CallOptions, RunOptions } from './run-options.ts'
import type { ExitInfo, SandboxState, Usage } from './usage.ts'

/** One guest. Dispose of it with `close()`; a limit that condemns it does the same. */
export class Sandbox implements AsyncDisposable {
  readonly id: string
  readonly #options: ResolvedSandboxOptions
  readonly #parts: Assembly

  private constructor(parts: Omit<AssemblyParts, 'face'>) {
    this.id = parts.options.id
    this.#options = parts.options
    this.#parts = assemble({ ...parts, face: this })
  }
  /**
   * Opens a sandbox in a thread of its own.
   * @throws also `ERR_WORKER_START` when the thread could not be started.
   */
  static create(options: WorkerSandboxOptions | BareWorkerSandboxOptions): Promise<WorkerSandbox>
  /**
   * Opens a sandbox with its own engine instance: a copy of `image`, or a new one that the profile is evaluated in.
   * @throws TypeError or RangeError for a wrong option; JsAdapterError `ERR_ENGINE_VARIANT`, `ERR_ENGINE_CALIBRATION`,
   * `ERR_IMAGE_MISMATCH`; `ERR_PROFILE_CONFLICT` for a prelude that made a name of `fetch` its own for good; `ERR_LIMIT_UNSUPPORTED` for a hard limit that nothing could keep: away from Node, of an engine without a meter.
   */
  static create(options: SandboxOptions | BareSandboxOptions): Promise<Sandbox>
  static async create(
    options: SandboxOptions | BareSandboxOptions | WorkerSandboxOptions | BareWorkerSandboxOptions,
  ): Promise<Sandbox | WorkerSandbox> {
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
      const housing = imageHousing(image, limits.memoryMaxBytes, clock.source)
      const spare = image.takeSpare(limits.memoryMaxBytes, clock.source)
      const substrate = spare ?? (await image.restore(limits.memoryMaxBytes, clock.source))
      const how = spare === undefined ? 'image' : 'reset'
      const sandbox = Sandbox.resume(resolved, substrate, { clock, housing, how, startedAtMs })
      void sandbox.exited.then(() => {
        const { instance } = sandbox.#parts.core
        const left = instance.hasMemory ? instance.substrate : undefined
        if (sandbox.endLease(closedError('the sandbox is closed')) === 'clean' && left !== undefined) housing.give(left)
      })
      return sandbox
    }
    const engine = resolved.engine ?? (await Engine.load())
    assertHardLimit(limits, engine)
    const clock = new GuestClock(resolved)
    const entropy = entropyOf(resolved)
    const late = new LateHost({ clock, entropy, maxArgumentBytes: limits.maxArgumentBytes })
    const core = await Core.create(coreOptionsOf(resolved, engine, { clock, entropy, host: late }))
    if (resolved.hardened) harden(core, { noEval: resolved.noEval })
    const open = (given: DispatcherHost): Core => {
      late.use(given)
      return core
    }
    const housing = freshHousing(engine, limits.memoryMaxBytes, clock.source)
    const sandbox = new Sandbox({ options: resolved, open, clock, entropy, housing })
    sandbox.#exposeOwn()
    sandbox.#opened('fresh', startedAtMs, undefined)
    return sandbox
  }
  /** @internal A word of shared memory that interrupts as `interrupt` does when another thread sets it to 1. */
  watchInterrupts(flag: Int32Array): void {
    this.#parts.core.polling.watch(flag, { take: true })
  }
  /** @internal Ends the guest for a limit that fired outside of it. */
  stop(error: LimitError): void {
    this.#parts.entries.stop(error)
  }
  /** @internal Takes over a substrate that holds the options' image. */
  static resume(options: ResolvedSandboxOptions, substrate: Substrate, parts: ResumeParts): Sandbox {
    const { image } = options
    if (image === undefined) throw new TypeError('image is missing')
    const { clock = new GuestClock(options), entropy = entropyOf(options), settledLate } = parts
    const { housing = imageHousing(image, options.limits.memoryMaxBytes, clock.source) } = parts
    const { engine, stubs, state } = image
    const open = (host: DispatcherHost): Core => {
      const core = Core.resume(coreOptionsOf(options, engine, { clock, entropy, host }), substrate, state)
      for (const { id, kind } of stubs) if (kind === 'raw') core.dispatcher.reserve(id)
      return core
    }
    const sandbox = new Sandbox({ options, open, clock, entropy, stubs, settledLate, housing })
    sandbox.#exposeOwn()
    sandbox.#opened(parts.how, parts.startedAtMs, parts.lease)
    return sandbox
  }
  /** @throws JsAdapterError `ERR_AUDIT_WRITE` */
  #opened(how: 'fresh' | 'image' | 'reset', startedAtMs: number, lease: number | undefined): void {
    this.#parts.reports.instance(how, clockMs() - startedAtMs)
    const detail = { how, ...(lease === undefined ? {} : { lease }) }
    this.#parts.reports.audit.record(lease === undefined ? 'sandbox.created' : 'sandbox.leased', { detail })
    this.#parts.ending.assertAlive()
  }
  #exposeOwn(): void {
    if (this.#options.onRejection !== undefined)
      this.#parts.entries.trusted(() => configure(this.#parts.core, 'tellsRejections', 1))
    const { modules } = this.#options
    this.#parts.entries.trusted(() => this.#parts.core.installBuiltins(modules?.nodeBuiltins ?? []))
    if (this.#options.contextApi) this.#parts.entries.trusted(() => this.#parts.core.marshal.runProfile('installContextApi'))
    if (this.#options.delay) this.#extend(() => installDelay(this.#parts.core))
    if (this.#options.fetch !== undefined) this.installFetch(fetchFunction(this.#options.fetch))
    if (this.#options.exposeGc) this.expose('gc', { raw: () => void collect(this.#parts.core) })
  }
  /** Puts a part of the profile in place that comes after the others, before guest code. @throws JsAdapterError `ERR_PROFILE_CONFLICT` */
  #extend(install: () => void): void {
    try {
      this.#parts.entries.trusted(install)
    } catch (error) {
      const conflict =
        error instanceof Exception ? new JsAdapterError('ERR_PROFILE_CONFLICT', error.guestMessage, { cause: error }) : error
      this.close(conflict)
      throw conflict
    }
    if (this.#options.hardened) harden(this.#parts.core, { noEval: false })
  }
  /** @internal */
  installFetch(given: AsyncHostFunctionOptions): void {
    const { core, hostCalls } = this.#parts
    const id = hostCalls.add({ ...hostCalls.resolve(FETCH_NAME, given), timedOut: fetchTimedOut })
    this.#extend(() => installFetch(core, id))
  }
  /**
   * @internal Ends the sandbox and takes its memory away from it, for the next tenant.
   * @returns `inside` while the guest is being left, to be asked again from a task of the loop; `condemned` when the memory may not
   * be used again.
   */
  endLease(error: JsAdapterError): 'clean' | 'inside' | 'condemned' {
    this.#parts.ending.run('closed', 'closed', error)
    if (this.#parts.core.inside) return 'inside'
    const { condemned } = this.#parts.core
    this.#parts.core.instance.revoke(error)
    return condemned === undefined ? 'clean' : 'condemned'
  }
  /** @internal Its memory was made ready for the next tenant. */
  noteReset(elapsedMs: number): void {
    const deterministic = this.#options.deterministic !== undefined
    this.#parts.reports.audit.record('sandbox.reset', { detail: deterministic ? {} : { elapsedMs } })
  }

  /** @throws JsAdapterError why it may not be used now. */
  #assertThere(): void {
    this.#parts.ending.assertAlive()
    if (this.#parts.parking.parked) throw parkedError()
  }
  get state(): SandboxState {
    const { ending, core, parking } = this.#parts
    return ending.state ?? (core.inside ? 'running' : parking.parked ? 'parked' : 'ready')
  }
  /** Resolves when the guest has ended, however it did. Never rejects. */
  get exited(): Promise<ExitInfo> {
    return this.#parts.ending.exited
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
    this.#assertThere()
    const trusted = (work: () => void): void => this.#parts.entries.trusted(work)
    exposeGlobal(
      { core: this.#parts.core, hostCalls: this.#parts.hostCalls, stubs: this.#parts.stubs, trusted },
      name,
      value as Exposed,
    )
  }

  /** Sets a global to a copy of `value`. @throws `ERR_VALUE_UNSUPPORTED` with the path of what has no guest form. */
  set(name: string, value: unknown): void {
    this.#assertThere()
    const encoded = this.#parts.core.marshal.encode(value)
    this.#parts.entries.now('set', () => setGlobal(this.#parts.core, name, encoded))
  }
  /** A copy of a global: a `let`, `const` or `class` of a script, or a property of the global object. */
  get(name: string): unknown {
    this.#assertThere()
    if (!IDENTIFIER.test(name)) throw new TypeError(`get: "${name}" is not an identifier`)
    let value: unknown
    this.#parts.entries.now('get', () => {
      value = readGlobal(this.#parts.core, name, this.#options.limits.maxResultBytes)
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
    return this.#parts.requests.script(source, options, (script) =>
      program ? runProgram(this.#parts.core, this.#parts.ending, script) : runSource(this.#parts.core, script),
    )
  }

  /**
   * Runs a script as `run` does and writes its value to the guest's console as `console.log` would; it stays in the guest as its global `_`.
   */
  async show(source: string, options: Omit<RunOptions, 'module'> = {}): Promise<void> {
    if (this.#options.profile === 'bare') throw new TypeError('show needs the full profile: a bare guest has no console')
    await this.#parts.requests.script(source, options, (script) =>
      showResult(this.#parts.core, runSource(this.#parts.core, script)),
    )
  }

  /**
   * Calls a guest function by name, or by a dotted path of own properties, with copies of `args`.
   * Rejects as `run` does, and with `ERR_NOT_CALLABLE`.
   */
  call(name: string, args: readonly unknown[] = [], options: CallOptions = {}): Promise<unknown> {
    return this.#parts.requests.make('call', options, { jobsFirst: false, facts: { name } }, () => {
      try {
        return callPath(this.#parts.core, name, args)
      } catch (thrown) {
        throw this.#parts.entries.ownError(thrown)
      }
    })
  }

  /** Stops what runs now, or the next entry before its first statement, with `InterruptedError`. */
  interrupt(reason: unknown): void {
    this.#parts.ending.assertAlive()
    this.#parts.core.latch.fire({ kind: 'interrupt', value: reason }, this.#parts.core.operation?.id ?? 0)
    if (!this.#parts.parking.parked) this.#parts.core.polling.soon()
  }

  /** Resolves when no ref'd timer or immediate, host call, queued entry or waiting result is left; also when the sandbox ends. */
  idle(): Promise<void> {
    return this.#parts.lifetime.idle()
  }

  /** Ends a service as a program ends: `beforeExit` when nothing is left, then `exit`. Resolves as `exited` does. */
  finish(): Promise<ExitInfo> {
    const { entries, lifetime, contexts, parking } = this.#parts
    const captured = contexts.capture()
    if (parking.parked) entries.queue(captured, () => lifetime.finish(captured))
    else lifetime.finish(captured)
    return this.exited
  }

  /** Ends the guest as its own `process.exit(code)` would: its `exit` listeners run, nothing else does. Resolves as `exited` does. */
  exit(code: number): Promise<ExitInfo> {
    if (!Number.isInteger(code)) throw new RangeError(`code must be an integer, got ${code}`)
    this.#parts.entries.queue(this.#parts.contexts.capture(), () => {
      if (!this.#parts.ending.mayEnter) return
      this.#parts.entries.enter('exit', 0, () => exitGuest(this.#parts.core, code))
    })
    return this.exited
  }

  /**
   * Gives the memory of an idle sandbox back: what differs from its image is kept, and the instance is dropped or serves another. `run`, `call`,
   * `show`, `finish` and `exit` bring it back by themselves; `set`, `get` and `expose` want `unpark()` first. Nothing of the guest changes: not its
   * state, nor what host functions and handles stand for. Its clocks go on. Of a sandbox that is parked already: does nothing.
   * @returns what is kept, in bytes.
   * @throws JsAdapterError `ERR_SANDBOX_BUSY` while it has something to do: an operation, a result that someone waits for, host calls, timers (also
   * unref'd ones), jobs; `ERR_SANDBOX_CLOSED` and its kin after the end.
   */
  park(): number {
    return this.#parts.parking.park()
  }
  /**
   * Brings the memory of a parked sandbox back, as it was. At once for one that is not parked. Keeps the loop alive meanwhile.
   * Rejects with what kept a memory from being made, in a pool as `acquire` does; the sandbox then stays parked.
   */
  unpark(): Promise<void> {
    return this.#parts.parking.unpark()
  }

  /** Ends the guest at once. Pending results reject `ERR_SANDBOX_CLOSED`, host calls abort. Idempotent. */
  close(reason?: unknown): void {
    this.#parts.ending.run('closed', 'closed', closedError('the sandbox was closed', reason))
  }
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }

  usage(): Usage {
    return this.#parts.usage()
  }
}
