// The goja-shaped face: synchronous evaluation, values by reference, interrupts that stay until they are cleared.
import { Engine } from '../engine/engine.ts'
import { JsAdapterError } from '../errors.ts'
import type { Exception } from '../errors.ts'
import { INLINE_STACK_BYTES } from '../limits.ts'
import { Core } from '../runtime/core.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import type { NodeBuiltin } from '../runtime/node-builtins.ts'
import { parseFrames } from '../values/frames.ts'
import type { Frame } from '../values/frames.ts'
import { Bridge } from './bridge.ts'
import type { HoldOptions } from './bridge.ts'
import { construct } from './constructing.ts'
import { convert } from './convert.ts'
import type { DynamicArray, DynamicObject } from './dynamic.ts'
import type { FieldNameMapper } from './field-names.ts'
import type { IntrinsicName } from './guest/source.ts'
import { GuestArrayBuffer } from './guest-array-buffer.ts'
import { GuestObject, GuestSymbol } from './guest-object.ts'
import type { GuestValue } from './guest-object.ts'
import { Interrupts } from './interrupts.ts'
import { iterate } from './iteration.ts'
import type { GuestPromise } from './guest-promise.ts'
import { GuestProxy } from './guest-proxy.ts'
import type { ProxyTraps } from './guest-proxy.ts'
import type { HandleCounts } from './handles.ts'
import { JobQueue } from './job-queue.ts'
import type { PromiseJob } from './job-queue.ts'
import type { LeakReport } from './leak-check.ts'
import { ModuleGraph } from './module-graph.ts'
import { assertProgram } from './program.ts'
import type { Program } from './program.ts'
import type { HostPromise } from './promises.ts'
import { RuntimeHost } from './runtime-host.ts'
import { resolveMaxHandles, runtimeLimits } from './runtime-options.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import { Scripts } from './scripts.ts'
import type { Exported, Shape } from '../values/shapes.ts'

export type StandardErrorName = 'Error' | 'EvalError' | 'RangeError' | 'ReferenceError' | 'SyntaxError' | 'TypeError' | 'URIError'

/** Bytes of guest stack that one plain frame takes; measured: 32 KiB hold 184 to 202. */
const BYTES_PER_FRAME = 172
const MIN_STACK_BYTES = 4096

export interface ParserOptions {
  /** Rewrites each frame of an exception, for source maps. */
  readonly frameMapper?: ((frame: Frame) => Frame) | undefined
}

export interface Usage {
  readonly handles: HandleCounts
  readonly cpuMs: number
  readonly memoryBytes: number
  /** Host promises that the guest waits for. */
  readonly pendingPromises: number
  /** Settlements that came after the runtime was disposed of. */
  readonly lateSettlements: number
  /** Host objects and functions that the guest holds. */
  readonly hostObjects: number
}

/** Wrappers made while it is open are released when it is disposed of. */
export interface Scope extends Disposable {
  /** Lets `value` outlive the scope. */
  keep<T extends GuestValue>(value: T): T
}

/** One guest without a loop. Dispose of it; a `GuestObject` that escapes is then dead. */
export class Runtime implements Disposable {
  readonly #bridge: Bridge
  readonly #core: Core
  readonly #host: RuntimeHost
  readonly #jobs: JobQueue
  readonly #scripts: Scripts
  readonly #interrupts: Interrupts

  private constructor(core: Core, host: RuntimeHost, modules: ModuleGraph | undefined, holds: HoldOptions) {
    this.#core = core
    this.#host = host
    this.#bridge = new Bridge(core, holds)
    this.#jobs = new JobQueue(core, this.#bridge.entries)
    this.#interrupts = new Interrupts(core, this.#bridge.entries)
    this.#scripts = new Scripts(this.#bridge, modules)
  }

  /** @throws RangeError for a wrong option; JsAdapterError `ERR_ENGINE_VARIANT`, `ERR_ENGINE_CALIBRATION`. */
  static async create(options: RuntimeOptions = {}): Promise<Runtime> {
    const limits = runtimeLimits(options)
    const holds = {
      autoClear: options.autoClearInterrupt ?? false,
      maxHandles: resolveMaxHandles(options.maxHandles),
      logger: options.logger,
    }
    const engine = options.engine ?? (await Engine.load())
    const host = new RuntimeHost()
    const modules = options.modules === undefined ? undefined : new ModuleGraph(engine, options.modules)
    const core = await Core.create({
      engine,
      limits,
      clockMs: () => performance.now(),
      host,
      modules,
      installProfile: false,
      time: engine.capabilities.timeSource ? host.clock : undefined,
      config: { id: 'runtime', version: 'v26.0.0', argv: [], env: {}, createdAtMs: host.createdAtMs, epochMs: Date.now() },
    })
    return new Runtime(core, host, modules, holds)
  }

  /** @internal */
  static bridgeOf(runtime: Runtime): Bridge {
    return runtime.#bridge
  }
  /** @internal */
  static createdAtMs(runtime: Runtime): number {
    return runtime.#host.createdAtMs
  }
  /** @internal The `node:` modules that its guest may import once there is a profile. */
  static nodeBuiltins(runtime: Runtime): readonly NodeBuiltin[] {
    return runtime.#scripts.nodeBuiltins
  }
  /** @internal Gives the guest's questions to an adapter. @returns what takes them away again. */
  static attach(runtime: Runtime, host: DispatcherHost): () => void {
    if (runtime.#host.attached) throw new JsAdapterError('ERR_PROFILE_CONFLICT', 'the runtime is bound to a loop already')
    runtime.#host.use(host)
    return () => runtime.#host.use(undefined)
  }

  /** Evaluates global code named `<eval>`, then runs every job it queued. */
  runString(source: string): GuestValue {
    return this.runScript('<eval>', source)
  }
  /** @throws Exception, SyntaxException, StackOverflowError, InterruptedError. */
  runScript(name: string, source: string): GuestValue {
    return this.#scripts.run(name, source)
  }
  /** Runs a compiled program; it may be run again, and in other runtimes. Throws as `runScript` does. */
  runProgram(program: Program): GuestValue {
    assertProgram(program)
    return this.#scripts.run(program.name, program.source, program.strict)
  }

  /**
   * Loads an ES module and what it imports through the `modules` option, evaluates it, and resolves with its namespace once its top-level
   * awaits are done. With `source` the module's own text is not loaded, and its name need not be allowed.
   * Rejects with `ERR_MODULE_DENIED`, `ERR_MODULE_NOT_FOUND`, `ERR_LIMIT_SOURCE`, `ERR_LIMIT_WALL`, or as `runScript` throws.
   */
  async runModule(specifier: string, source?: string): Promise<GuestObject> {
    return this.#scripts.runModule(specifier, source)
  }

  /** A global `let`, `const` or `class`, else a property of the global object. */
  get(name: string): GuestValue {
    return this.#bridge.operate('getVariable', name)
  }
  /** Assigns a global `let`, else a property of the global object. */
  set(name: string, value: unknown): void {
    this.#bridge.operate('setVariable', name, value)
  }
  globalObject(): GuestObject {
    return this.#bridge.expectObject(this.intrinsic('globalThis'))
  }
  /** An object of the language as it was before guest code ran. */
  intrinsic(name: IntrinsicName): GuestValue {
    const { entries, ops } = this.#bridge
    return entries.enter(() => this.#bridge.borrowed(ops.intrinsic(name)))
  }

  /**
   * Converts a host value: data is copied, functions become guest functions, promises are followed, instances of host classes are
   * passed by reference, a wrapper stays itself.
   * @throws JsAdapterError `ERR_VALUE_UNSUPPORTED` with its path, `ERR_VALUE_FOREIGN`.
   */
  toValue(value: unknown): GuestValue {
    return this.#bridge.entries.enter(() => this.#bridge.take(this.#bridge.give(value)))
  }
  /**
   * Converts a guest value to the host type that `shape` describes.
   * @throws JsAdapterError `ERR_VALUE_CONVERSION` with path, kind and the wanted shape.
   */
  exportTo<S extends Shape>(value: GuestValue, shape: S): Exported<S> {
    return convert(this.#bridge, value, shape)
  }

  newObject(prototype?: GuestObject | null): GuestObject {
    return this.#bridge.expectObject(this.#bridge.operate('newObject', prototype))
  }
  newArray(...items: readonly unknown[]): GuestObject {
    return this.#bridge.object(() => this.#bridge.list(items))
  }
  /** Copies the bytes. */
  newArrayBuffer(bytes: Uint8Array): GuestArrayBuffer {
    const buffer = this.#bridge.entries.enter(() =>
      this.#bridge.wrappers.wrap(this.#core.marshal.newBuffer(bytes), (owner) => new GuestArrayBuffer(owner)),
    )
    if (!(buffer instanceof GuestArrayBuffer)) throw new TypeError('the engine made no buffer')
    return buffer
  }
  newSymbol(description?: string): GuestSymbol {
    const symbol = this.#bridge.operate('newSymbol', description)
    if (!(symbol instanceof GuestSymbol)) throw new TypeError('the engine made no symbol')
    return symbol
  }
  newError(name: StandardErrorName, message: string, options?: { readonly cause?: unknown }): GuestObject {
    const parts = options !== undefined && 'cause' in options ? { cause: options.cause } : undefined
    return this.#bridge.expectObject(this.#bridge.operate('newError', name, message, parts))
  }
  newTypeError(message: string): GuestObject {
    return this.newError('TypeError', message)
  }
  /** A guest error of the class `HostError`. Its `value` is opaque to the guest, and `unwrap()` of the exception gives `error` itself. */
  newHostError(error: unknown): GuestObject {
    return this.#bridge.object(() => this.#bridge.functions.hostError(error))
  }
  newPromise(): HostPromise {
    return this.#bridge.promises.create()
  }
  newProxy(target: GuestObject, traps: ProxyTraps): GuestProxy {
    return GuestProxy.create(this.#bridge, target, traps)
  }
  newDynamicObject(handler: DynamicObject): GuestObject {
    return this.#bridge.dynamicObject(handler)
  }
  newDynamicArray(handler: DynamicArray): GuestObject {
    return this.#bridge.dynamicArray(handler)
  }
  new(constructor: GuestValue, ...args: readonly unknown[]): GuestObject {
    return construct(this.#bridge, constructor, undefined, args)
  }

  /** The function as a host function; `undefined` when `value` is none. */
  assertFunction(value: GuestValue): ((self: unknown, ...args: readonly unknown[]) => GuestValue) | undefined {
    if (!(value instanceof GuestObject) || !value.isFunction) return undefined
    return (self, ...args) => this.#bridge.call(value, self, args)
  }
  /** The constructor as a host function; `undefined` when `value` is none. Its first argument is `new.target`: itself by default. */
  assertConstructor(
    value: GuestValue,
  ): ((newTarget: GuestObject | undefined, ...args: readonly unknown[]) => GuestObject) | undefined {
    if (!(value instanceof GuestObject) || this.#bridge.operate('constructible', value) !== true) return undefined
    return (newTarget, ...args) => construct(this.#bridge, value, newTarget, args)
  }
  instanceOf(value: GuestValue, constructor: GuestObject): boolean {
    return this.#bridge.operate('instance', value, constructor) === true
  }
  /** Iterates a guest iterable; `false` from `step` stops it and calls its `return`, and so does an error that `step` throws. */
  forOf(iterable: GuestValue, step: (value: GuestValue) => boolean): void {
    iterate(this.#bridge, iterable, step)
  }
  /** Runs `f`; a guest exception becomes a value, anything else passes through. */
  try<T>(f: () => T): { readonly value: T } | { readonly exception: Exception } {
    try {
      return { value: f() }
    } catch (error) {
      if (isException(error)) return { exception: error }
      throw error
    }
  }

  /** Wrappers made inside `fn` are released when it returns, but for the one it returns. */
  scope<T>(fn: () => T): T {
    const { end } = this.#bridge.wrappers.openScope()
    let result: T | undefined
    try {
      result = fn()
      return result
    } finally {
      end(result)
    }
  }
  /** For `using`: releases what was made since, but for what was given to `keep`. */
  openScope(): Scope {
    const { end, keep } = this.#bridge.wrappers.openScope()
    return {
      keep: (value) => {
        if (value instanceof GuestObject || value instanceof GuestSymbol) keep(value)
        return value
      },
      [Symbol.dispose]: () => end(),
    }
  }

  /** Frames of the guest, newest first, while a host function runs; otherwise none. At most `depth`. */
  captureCallStack(depth: number = Number.POSITIVE_INFINITY): readonly Frame[] {
    if (!this.#core.inside || this.#core.dispatcher.runningName === undefined) return []
    const { entries, ops } = this.#bridge
    return entries.enter(() => parseFrames(ops.text('callStack'))).slice(0, depth)
  }

  /** Stops what runs, or the next run before its first statement. Stays until `clearInterrupt()`. */
  interrupt(reason: unknown): void {
    this.#interrupts.fire(reason)
  }
  /** Between calls only: inside one it does nothing, for the interrupt is still unwinding the guest. */
  clearInterrupt(): void {
    this.#interrupts.clear()
  }
  get interrupted(): boolean {
    return this.#interrupts.set
  }
  /** A word of shared memory: storing 1 from any thread interrupts at the next poll. */
  interruptFlag(): SharedArrayBuffer {
    return this.#interrupts.flag()
  }

  /**
   * Bounds the guest's stack to about `frames` plain calls. The engine counts bytes: 172 a frame, from 4 KiB to the verified 32 KiB.
   * @throws RangeError when `frames` is no positive integer.
   */
  setMaxCallStackSize(frames: number): void {
    if (!Number.isInteger(frames) || frames < 1) throw new RangeError(`frames must be a positive integer, got ${frames}`)
    const { instance } = this.#core
    const bytes = Math.min(INLINE_STACK_BYTES, Math.max(MIN_STACK_BYTES, frames * BYTES_PER_FRAME))
    this.#bridge.entries.enter(() => instance.exports._QTS_RuntimeSetMaxStackSize(instance.rt, bytes))
  }
  /** Names the members of host objects that are passed by reference from now on. */
  setFieldNameMapper(mapper: FieldNameMapper | undefined): void {
    this.#bridge.mapper = mapper
  }
  setParserOptions({ frameMapper }: ParserOptions): void {
    this.#bridge.frameMapper = frameMapper
  }
  /**
   * Told of each promise that is rejected without a handler, and of a handler that comes later. Runs inside the engine: entering the guest
   * from it throws `ERR_REENTRANT`.
   */
  setPromiseRejectionTracker(tracker: ((promise: GuestPromise, operation: 'reject' | 'handle') => void) | undefined): void {
    if (tracker !== undefined && !this.#core.rejectionsTracked)
      throw new JsAdapterError('ERR_ENGINE_CALIBRATION', 'this build of the engine has no verified place for a rejection tracker')
    this.#host.onTracked =
      tracker === undefined
        ? undefined
        : (promise, handled) => this.#bridge.track(promise, handled ? 'handle' : 'reject', tracker)
  }
  /**
   * Takes the running of promise jobs over: an entry that leaves jobs behind calls `enqueue` with a ticket for the next one. Jobs run in
   * their order; there is one ticket at a time.
   */
  setPromiseJobEnqueuer(enqueue: ((job: PromiseJob) => void) | undefined): void {
    this.#jobs.use(enqueue)
  }
  /** Runs the job of a ticket; a ticket that was used before does nothing. */
  runPromiseJob(job: PromiseJob): void {
    this.#jobs.run(job)
  }
  /**
   * Makes `Date` follow `now`: epoch milliseconds, fractions allowed. Nothing of the guest is patched: the engine's own clock is replaced.
   * Local time stays that of the platform's zone. What `now` throws is thrown by the call that was under way.
   */
  setTimeSource(now: (() => number) | undefined): void {
    if (now !== undefined && !this.#core.engine.capabilities.timeSource)
      throw new JsAdapterError('ERR_ENGINE_CALIBRATION', 'the clocks of this build of the engine could not be found')
    this.#host.clock.now = now === undefined ? undefined : () => this.#bridge.entries.outside(now) ?? Date.now()
  }
  /** Replaces `Math.random` by a function of the same name and length that returns what `next` does: 0 to below 1. */
  setRandSource(next: (() => number) | undefined): void {
    this.#bridge.operate('useRandom', next)
  }

  usage(): Usage {
    const { cpuMs, memoryBytes } = this.#core
    const { wrappers, promises, standIns } = this.#bridge
    return {
      handles: wrappers.counts(),
      cpuMs,
      memoryBytes,
      pendingPromises: promises.pending,
      lateSettlements: promises.late,
      hostObjects: standIns.size,
    }
  }
  /**
   * For tests: frees a copy of the runtime, context and all, and tells what the engine still lists then. The runtime goes on. Tens of
   * milliseconds, and as much memory again.
   * Rejects with `ERR_REENTRANT` while the guest runs, and as `runString` throws when the runtime cannot be entered.
   */
  async verifyNoLeaks(): Promise<LeakReport> {
    return this.#bridge.checkLeaks()
  }
  dispose(): void {
    this.#bridge.entries.dispose()
    this.#bridge.wrappers.close()
  }
  [Symbol.dispose](): void {
    this.dispose()
  }
}

function isException(error: unknown): error is Exception {
  return error instanceof JsAdapterError && (error.code === 'ERR_GUEST_EXCEPTION' || error.code === 'ERR_GUEST_SYNTAX')
}
