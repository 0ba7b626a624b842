// One guest: an instance, its profile, and the machine that enters it and stops it.
import type { Engine } from '../engine/engine.ts'
import { CELL_BYTES, Instance } from '../engine/instance.ts'
import type { InstanceHooks } from '../engine/instance.ts'
import { clearMarks } from '../engine/class-table.ts'
import type { Substrate } from '../engine/substrate.ts'
import type { TimeSource } from '../engine/time-imports.ts'
import { JsAdapterError, LimitError } from '../errors.ts'
import { CELL } from './cells.ts'
import { Dispatcher } from './dispatcher.ts'
import type { DispatcherHost } from './dispatcher.ts'
import { Drain } from './drain.ts'
import type { CoreLimits, EntryBounds, EntryOutcome, Operation } from './entry.ts'
import { seed } from './engine-words.ts'
import { Evaluator } from './evaluator.ts'
import { HardLimit } from './hard-limit.ts'
import type { GuestState, TrackerState } from './guest-state.ts'
import { armLimits, bindTracker, configure, installPrelude, installTracker } from './installation.ts'
import { Latch } from './latch.ts'
import { Marshal } from './marshal.ts'
import { latchError } from './outcome.ts'
import { installNodeBuiltins } from './node-builtins.ts'
import type { NodeBuiltin } from './node-builtins.ts'
import { resolveImport } from './modules.ts'
import type { ModuleSource } from './modules.ts'
import type { Profile } from '../profile/profiles.ts'
import { Polling } from './polling.ts'
import type { Deadline } from './polling.ts'
import { Thrown } from './thrown.ts'

export interface CoreOptions {
  readonly engine: Engine
  readonly limits: CoreLimits
  /** Monotonic milliseconds for limits. */
  readonly clockMs: () => number
  readonly host: DispatcherHost
  readonly config: GuestConfig
  /** Answers imports of ES modules; without it there are none. */
  readonly modules?: ModuleSource | undefined
  /** Of a guest that is made anew. Default `full`. */
  readonly profile?: Profile | undefined
  /** Whether the profile is put in place: its globals, or what a bare guest is without. */
  readonly installProfile: boolean
  /** The state of `Math.random`, not 0. Default: the engine's own choice, or the image's. */
  readonly randomState?: bigint | undefined
  /** The guest's clock in place of the platform's, and UTC in place of its zone. */
  readonly time?: TimeSource | undefined
}

/** What the profile is told of itself. Of these, a restored guest is told `id`, `createdAtMs` and `epochMs` anew. */
export interface GuestConfig {
  readonly id: string
  readonly version: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Guest time at which it was made. */
  readonly createdAtMs: number
  /** Wall-clock time of guest time 0. */
  readonly epochMs: number
}

export class Core {
  readonly engine: Engine
  readonly instance: Instance
  readonly marshal: Marshal
  readonly latch: Latch
  readonly polling: Polling
  readonly dispatcher: Dispatcher
  readonly limits: CoreLimits
  /** Entries under the guard. */
  readonly hardLimit: HardLimit
  readonly #readClockMs: () => number
  readonly #tracker: TrackerState | undefined
  readonly #time: TimeSource | undefined
  /** Of the cells, while there is no memory. */
  #cells: Int32Array | undefined
  #depth = 0
  #lastOperationId = 0
  #operation: Operation | undefined
  #condemned: JsAdapterError | undefined
  #cpuMs = 0
  readonly #evaluator: Evaluator
  readonly #thrown: Thrown
  readonly #drain: Drain
  /** No limit of time: entries need no clock. */
  readonly #unbounded: boolean
  /** The operation of every entry that is not watched. */
  readonly #unwatched = { id: 0, kind: 'call', startedAtMs: 0, hostMs: 0, hostSinceMs: Number.NaN, jobs: 0, hostCalls: 0 }

  private constructor(options: CoreOptions, restored: GuestState | undefined, open: (hooks: InstanceHooks) => Instance) {
    const { engine, limits, modules, config } = options
    const dispatcher = new Dispatcher(options.host)
    this.engine = engine
    this.limits = limits
    this.#unbounded = limits.operationMs === Number.POSITIVE_INFINITY && limits.cpuMs === Number.POSITIVE_INFINITY
    this.dispatcher = dispatcher
    this.#readClockMs = options.clockMs
    this.#time = options.time
    this.latch = new Latch()
    const instance = open({
      callFunction: (self, argc, argv, id) => dispatcher.call(self, argc, argv, id),
      shouldInterrupt: () => this.polling.poll(),
      freeHostRef: (id) => dispatcher.forget(id),
      resolveModule: (referrer, specifier) => resolveImport(modules, referrer, specifier),
      loadModule: (name) => dispatcher.loadModule(modules, name),
    })
    this.instance = instance
    this.polling = new Polling(instance, this.latch, options.clockMs, engine.calibration.pollOffset)
    this.marshal = new Marshal(instance, engine.calibration, limits.maxResultNodes)
    if (this.marshal.reader !== undefined) this.marshal.reader.overdue = () => this.polling.overdue()
    this.#evaluator = new Evaluator(this.marshal)
    this.#thrown = new Thrown(this, this.#evaluator, (value) => dispatcher.hostErrorOf(value))
    this.#drain = new Drain(this, this.#thrown)
    this.hardLimit = new HardLimit(this, engine, {
      left: () => {
        this.#depth = 0
      },
      forget: (cpuMs) => {
        this.#operation = undefined
        this.#cpuMs += cpuMs
      },
    })
    dispatcher.bind(this)
    if (restored === undefined) {
      const { calibration } = engine
      for (const marks of [calibration.stackLinks, calibration.suspendedFrames])
        if (marks !== undefined) clearMarks(instance, marks)
      this.#tracker = installTracker(this, calibration.trackerOffset, dispatcher)
      installPrelude(this, this.#evaluator, calibration, { ...options, profileId: dispatcher.profileId })
    } else {
      this.#tracker = this.#resume(restored)
      configure(this, 'id', config.id)
      configure(this, 'createdAtMs', config.createdAtMs)
      configure(this, 'epochMs', config.epochMs)
    }
    armLimits(this, options.host.maxArgumentBytes)
    seed(this, options.randomState)
  }

  /** A guest of its own, with the profile evaluated. */
  static async create(options: CoreOptions): Promise<Core> {
    const substrate = await options.engine.createSubstrate(options.limits.memoryMaxBytes, { time: options.time })
    return new Core(options, undefined, (hooks) => Instance.create(substrate, hooks))
  }
  /** A guest that goes on from an image, whose memory the caller has put into the substrate. */
  static resume(options: CoreOptions, substrate: Substrate, state: GuestState): Core {
    substrate.setTime(options.time)
    return new Core(options, state, (hooks) => Instance.adopt(substrate, state.pointers, hooks))
  }

  #resume(state: GuestState): TrackerState | undefined {
    this.marshal.resume(state)
    return this.#rebind(state.tracker)
  }
  #rebind(tracker: TrackerState | undefined): TrackerState | undefined {
    if (tracker === undefined) return undefined
    const index = bindTracker(this, tracker.cell, this.dispatcher)
    if (index !== tracker.index)
      throw new JsAdapterError(
        'ERR_IMAGE_MISMATCH',
        `the image's rejection tracker is function ${tracker.index} of the table, here it is ${String(index)}`,
      )
    return tracker
  }
  /** Between entries: lets go of the memory. Until `settle` whatever needs it throws `error`, and the cells are what they were. */
  leave(error: JsAdapterError): void {
    const { i32, cells } = this.instance
    this.#cells = i32.slice(cells >> 2, (cells + CELL_BYTES) >> 2)
    this.marshal.reader?.forget()
    this.instance.revoke(error)
  }
  /** Goes on in a memory that holds what the former one held. */
  settle(substrate: Substrate): void {
    substrate.setTime(this.#time)
    this.instance.settle(substrate)
    this.#rebind(this.#tracker)
    this.#cells = undefined
  }
  /** The first byte that was never the allocator's; above it all is zero. */
  get heapEnd(): number {
    const { breakWord } = this.engine.calibration
    const { u8, u32 } = this.instance
    return breakWord === undefined ? u8.length : (u32[breakWord] ?? u8.length)
  }
  /** What a copy of the memory needs to go on as this guest. */
  get state(): GuestState {
    const { rt, ctx, undefined: none, null: nothing, true: yes, false: no, cells, argv, scratch } = this.instance
    const pointers = { rt, ctx, undefined: none, null: nothing, true: yes, false: no, cells, argv, scratch }
    return { pointers, ...this.marshal.addresses, tracker: this.#tracker }
  }
  get rejectionsTracked(): boolean {
    return this.#tracker !== undefined
  }
  get condemned(): JsAdapterError | undefined {
    if (this.#depth > 0) this.#findAbandoned()
    return this.#condemned
  }
  get inside(): boolean {
    if (this.#depth > 0) this.#findAbandoned()
    return this.#depth > 0
  }
  /** What was unwound by no limit of ours left the engine in the middle of something, and nothing told us: it is seen at the next look. */
  #findAbandoned(): void {
    if (this.#operation === this.#unwatched || !this.hardLimit.abandoned) return
    this.hardLimit.abandon()
  }
  get depth(): number {
    return this.#depth
  }
  /** The id that the next entry gets. */
  get nextOperationId(): number {
    return this.#lastOperationId + 1
  }
  get operation(): Operation | undefined {
    return this.#operation
  }
  /** Milliseconds inside the guest in sum, host functions excluded. */
  get cpuMs(): number {
    return this.#cpuMs
  }
  get memoryBytes(): number {
    return this.instance.memory.buffer.byteLength
  }
  clockMs(): number {
    return this.#readClockMs()
  }
  cell(index: number): number {
    return (this.#cells === undefined ? this.instance.i32[(this.instance.cells >> 2) + index] : this.#cells[index]) ?? 0
  }
  cellF64(index: number): number {
    return this.instance.f64[(this.instance.cells >> 3) + index] ?? Number.NaN
  }

  /** Never entered again. The first cause stays. */
  condemn(error: JsAdapterError): void {
    this.#condemned ??= error
  }

  /** A tick threw and that was handled: the rest of the queues waits for another entry. */
  get drainDeferred(): boolean {
    return this.#drain.deferred
  }

  /** Evaluates global code; the result may be an exception. */
  evaluate(source: string, fileName: string, flags?: number): number {
    return this.#evaluator.evaluate(source, fileName, flags)
  }
  /** Makes parts of the profile modules by the names that Node has for them. */
  installBuiltins(names: readonly NodeBuiltin[]): void {
    installNodeBuiltins(this, names)
  }
  /** The error that something thrown inside an entry stands for. A host exception condemns. */
  errorFrom(thrown: unknown, source?: { readonly text: string; readonly fileName: string }): JsAdapterError {
    return this.#thrown.errorFrom(thrown, source)
  }
  /** Gives a thrown value to the guest's own listeners, or reports it as fatal. Frees the pointer. */
  reportUncaught(pointer: number, origin: 'uncaughtException' | 'unhandledRejection'): void {
    this.#drain.reportUncaught(pointer, origin)
  }

  /** Inside an entry: runs the next promise job alone. */
  runOneJob(): void {
    if (this.#operation !== undefined) this.#drain.runOne(this.#operation)
  }
  /** One visit of the host: `body`, then every job and tick it queued. The caller has checked that the guest may be entered. */
  enter(kind: string, body: () => void, bounds: EntryBounds = {}): EntryOutcome {
    const startedAtMs = this.clockMs()
    const operation: Operation = {
      id: ++this.#lastOperationId,
      kind,
      startedAtMs,
      hostMs: 0,
      hostSinceMs: Number.NaN,
      jobs: 0,
      hostCalls: 0,
    }
    this.#operation = operation
    this.#thrown.frames = []
    this.instance.i32[(this.instance.cells >> 2) + CELL.critical] = 0
    this.instance.i32[(this.instance.cells >> 2) + CELL.drainDeferred] = 0
    this.polling.begin(operation.id, startedAtMs, this.#deadline(startedAtMs, bounds))
    this.#depth = 1
    this.hardLimit.begin()
    let error = this.#attempt(body)
    if (!this.latch.set) error = this.#attempt(() => this.#drain.run(operation, bounds)) ?? error
    const stoppedAtMs = this.clockMs()
    let discardedJobs = 0
    const discardedTicks = this.latch.set ? this.cell(CELL.ticks) : 0
    const cause = this.latch.cause
    if (cause !== undefined) {
      if (this.#condemned === undefined) discardedJobs = this.#drain.flush(startedAtMs)
      error = this.hardLimit.expiredUnseen ? this.#condemned : latchError(cause, operation.id, this.#thrown.frames)
    }
    this.#depth = 0
    this.hardLimit.end()
    this.polling.end()
    this.#operation = undefined
    const elapsedMs = stoppedAtMs - startedAtMs
    // Sums of differences of a clock round: all of an entry may have been the host's.
    const cpuMs = Math.max(0, elapsedMs - operation.hostMs)
    this.#cpuMs += cpuMs
    return {
      operationId: operation.id,
      kind,
      error,
      stopped: cause !== undefined,
      exited: cause?.kind === 'exit',
      elapsedMs,
      cpuMs,
      jobs: operation.jobs,
      polls: this.polling.polls,
      discardedJobs,
      discardedTicks,
      stopLateMs: cause?.kind === 'limit' && cause.limit === 'operationMs' ? elapsedMs - cause.configured : undefined,
    }
  }

  /**
   * Begins an entry that no limit bounds, that nobody observes, and of which no clock is read unless it is polled.
   * @returns `false` when `enter` must be used.
   * hot: benchmarks/js-adapter/guest-call-number
   */
  beginUnwatched(): boolean {
    if (!this.#unbounded || this.#depth > 0 || !this.polling.beginUnwatched(this.#lastOperationId + 1)) return false
    this.#lastOperationId++
    this.#unwatched.id = this.#lastOperationId
    this.#unwatched.jobs = 0
    this.#operation = this.#unwatched
    if (this.#thrown.frames.length > 0) this.#thrown.frames = []
    const { i32, cells } = this.instance
    i32[(cells >> 2) + CELL.critical] = 0
    i32[(cells >> 2) + CELL.drainDeferred] = 0
    this.#depth = 1
    return true
  }
  /** Ends it, after running what it queued. @returns what a stop or a queue came to, as `enter` tells in its outcome. */
  endUnwatched(keepJobs: boolean): JsAdapterError | undefined {
    const operation = this.#unwatched
    const { exports, rt } = this.instance
    let error: JsAdapterError | undefined
    const queued = exports._QTS_IsJobPending(rt) !== 0 || this.cell(CELL.ticks) > 0 || this.cell(CELL.rejections) > 0
    if (queued && !keepJobs && !this.latch.set) error = this.#attempt(() => this.#drain.run(operation, {}))
    const cause = this.latch.cause
    if (cause !== undefined) {
      if (this.#condemned === undefined) this.#drain.flush(this.clockMs())
      error = latchError(cause, operation.id, this.#thrown.frames)
    }
    this.#depth = 0
    this.#operation = undefined
    this.#cpuMs += this.polling.endUnwatched()
    return error
  }

  /** A visit inside an entry: no drain, no new budget. @throws GuestThrow, or `ERR_LIMIT_DEPTH`. */
  nested<T>(work: () => T): T {
    if (this.#depth >= this.limits.maxEntryDepth)
      throw new LimitError(
        'ERR_LIMIT_DEPTH',
        `guest and host are nested ${this.#depth} deep: maxEntryDepth is ${this.limits.maxEntryDepth}`,
        {
          limit: 'maxEntryDepth',
          configured: this.limits.maxEntryDepth,
          observed: this.#depth + 1,
          operationId: this.#operation?.id ?? 0,
        },
      )
    this.#depth++
    const operation = this.#operation
    const fromHost = operation !== undefined && !Number.isNaN(operation.hostSinceMs)
    if (fromHost) {
      operation.hostMs += this.clockMs() - operation.hostSinceMs
      operation.hostSinceMs = Number.NaN
    }
    try {
      return work()
    } finally {
      this.#depth--
      if (fromHost) operation.hostSinceMs = this.clockMs()
    }
  }

  #deadline(startedAtMs: number, { operationMs, wall }: EntryBounds): Deadline | undefined {
    const configured = Math.min(this.limits.operationMs, operationMs ?? Number.POSITIVE_INFINITY)
    let deadline: Deadline = { limit: 'operationMs', configured, atMs: startedAtMs + configured }
    const cpuAtMs = startedAtMs + this.limits.cpuMs - this.#cpuMs
    if (cpuAtMs < deadline.atMs) deadline = { limit: 'cpuMs', configured: this.limits.cpuMs, atMs: cpuAtMs }
    if (wall !== undefined && wall.atMs < deadline.atMs) deadline = wall
    return deadline.atMs === Number.POSITIVE_INFINITY ? undefined : deadline
  }

  /** Runs `work`; a guest exception becomes the returned error, any other exception condemns. */
  #attempt(work: () => void): JsAdapterError | undefined {
    try {
      work()
      return undefined
    } catch (thrown) {
      return this.errorFrom(thrown)
    }
  }
}
