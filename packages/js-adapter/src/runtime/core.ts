// One guest: an instance, its profile, and the machine that enters it, drains it, and stops it.
// Longer than most: entry, drain, flush and condemnation share one state that must never be seen half-changed.
// One state machine in one file: entering, draining and stopping read and write the same private fields.
import type { Engine } from '../engine/engine.ts'
import { CELL_BYTES } from '../engine/instance.ts'
import type { Instance } from '../engine/instance.ts'
import { InterruptedError, JsAdapterError, LimitError, LIMIT_CODES } from '../errors.ts'
import type { LimitName } from '../limit-names.ts'
import { PRELUDE_FILE, PRELUDE_SOURCE } from '../profile/prelude.ts'
import { parseFrames } from '../values/frames.ts'
import type { Frame } from '../values/frames.ts'
import { CELL } from './cells.ts'
import { Dispatcher } from './dispatcher.ts'
import type { DispatcherHost } from './dispatcher.ts'
import { Latch } from './latch.ts'
import { GuestThrow, Marshal, ResultTooLarge } from './marshal.ts'
import { detailsOf, exceptionFrom, isOutOfMemory, latchError } from './outcome.ts'
import type { ModuleSource } from './modules.ts'
import { Polling } from './polling.ts'
import type { Deadline } from './polling.ts'

/** Milliseconds in which further entries may start under one guard. */
export const GUARD_SLACK_MS = 10
const FLUSH_MOST_JOBS = 10_000
const EVAL_COMPILE_ONLY = 32
const GLOBAL_CODE = 0
const MAX_FILE_NAMES = 16
const HEAP_MARGIN_BYTES = 64 * 1024

/** The part of the limits that an entry is held to. */
export interface CoreLimits {
  readonly operationMs: number
  readonly hardMs: number
  readonly cpuMs: number
  readonly memoryBytes: number
  readonly memoryMaxBytes: number
  readonly stackBytes: number
  readonly maxTimers: number
  readonly maxJobsPerDrain: number
  readonly maxResultBytes: number
  readonly maxResultNodes: number
  readonly maxEntryDepth: number
}

export interface CoreOptions {
  readonly engine: Engine
  readonly limits: CoreLimits
  /** Monotonic milliseconds for limits. */
  readonly clockMs: () => number
  readonly host: DispatcherHost
  readonly config: Readonly<Record<string, unknown>>
  /** Answers imports of ES modules; without it there are none. */
  readonly modules?: ModuleSource | undefined
  /** Whether timers, process and console are installed as globals. */
  readonly installProfile: boolean
}

/** What one entry came to. */
export interface EntryOutcome {
  readonly operationId: number
  readonly kind: string
  /** `undefined`: it ended by itself. */
  readonly error: JsAdapterError | undefined
  /** The latch's doing, not the guest's. */
  readonly stopped: boolean
  readonly exited: boolean
  readonly elapsedMs: number
  readonly hostMs: number
  readonly jobs: number
  readonly polls: number
  readonly discardedJobs: number
  readonly discardedTicks: number
  /** How long after its deadline a soft limit stopped the entry. */
  readonly stopLateMs: number | undefined
}

export interface EntryBounds {
  readonly operationMs?: number | undefined
  readonly wall?: Deadline | undefined
  /** Only promise jobs are run afterwards, no ticks: the end of a program. */
  readonly jobsOnly?: boolean | undefined
  /** Promise jobs are run before ticks: a module. */
  readonly jobsFirst?: boolean | undefined
}

interface Operation {
  readonly id: number
  readonly kind: string
  readonly startedAtMs: number
  hostMs: number
  jobs: number
  hostCalls: number
}

export class Core {
  readonly engine: Engine
  readonly instance: Instance
  readonly marshal: Marshal
  readonly latch: Latch
  readonly polling: Polling
  readonly dispatcher: Dispatcher
  readonly limits: CoreLimits
  readonly #clockMs: () => number
  readonly #rejectionsTracked: boolean
  #depth = 0
  #lastOperationId = 0
  #operation: Operation | undefined
  #condemned: JsAdapterError | undefined
  #cpuMs = 0
  #frames: readonly Frame[] = []

  private constructor(
    options: CoreOptions,
    instance: Instance,
    latch: Latch,
    polling: Polling,
    dispatcher: Dispatcher,
    marshal: Marshal,
  ) {
    this.engine = options.engine
    this.limits = options.limits
    this.instance = instance
    this.latch = latch
    this.polling = polling
    this.dispatcher = dispatcher
    this.marshal = marshal
    this.#clockMs = options.clockMs
    dispatcher.bind(this)
    this.#rejectionsTracked = this.#installTracker()
    this.#start(options)
  }

  static async create(options: CoreOptions): Promise<Core> {
    const { engine, limits, clockMs } = options
    const dispatcher = new Dispatcher(options.host)
    let polling: Polling | undefined
    const instance = await engine.createInstance(limits.memoryMaxBytes, {
      callFunction: (self, argc, argv, id) => dispatcher.call(self, argc, argv, id),
      shouldInterrupt: () => polling?.poll() ?? 0,
      freeHostRef: (id) => dispatcher.forget(id),
      resolveModule: (referrer, specifier) => dispatcher.resolveModule(options.modules, referrer, specifier),
      loadModule: (name) => dispatcher.loadModule(options.modules, name),
    })
    const latch = new Latch()
    polling = new Polling(instance, latch, clockMs, engine.calibration.pollOffset)
    return new Core(options, instance, latch, polling, dispatcher, new Marshal(instance, engine.calibration.tags))
  }

  #start({ config, installProfile, limits }: CoreOptions): void {
    const { instance, marshal } = this
    const { exports, rt, ctx } = instance
    exports._QTS_RuntimeEnableInterruptHandler(rt)
    exports._QTS_RuntimeEnableModuleLoader(rt, 1)
    const factory = marshal.checked(this.evaluate(PRELUDE_SOURCE, PRELUDE_FILE))
    const host = instance.withUtf8('host', (name) => exports._QTS_NewFunction(ctx, name, 0, 0, this.dispatcher.profileId))
    const cells = exports._QTS_NewArrayBuffer(ctx, instance.cells, CELL_BYTES)
    const text = marshal.newText(JSON.stringify(config))
    const parse = marshal.checked(this.evaluate('JSON.parse', PRELUDE_FILE))
    const settings = marshal.call(parse, instance.undefined, text)
    const handed = marshal.call(factory, instance.undefined, host, cells, settings)
    marshal.adopt(handed)
    for (const [name, value] of [
      ['maxTimers', limits.maxTimers],
      ['maxResultNodes', limits.maxResultNodes],
    ] as const) {
      const key = marshal.newText(name)
      const number = marshal.newNumber(value)
      marshal.runProfile('configure', key, number)
      marshal.free(key)
      marshal.free(number)
    }
    if (installProfile) marshal.runProfile('installProfile')
    for (const pointer of [factory, host, cells, text, parse, settings, handed]) marshal.free(pointer)
    exports._QTS_RuntimeSetMemoryLimit(rt, limits.memoryBytes)
    exports._QTS_RuntimeSetMaxStackSize(rt, limits.stackBytes)
  }

  #installTracker(): boolean {
    const { trackerOffset } = this.engine.calibration
    if (trackerOffset === undefined) return false
    const { instance } = this
    const cell = instance.exports._malloc(16)
    const words = new BigInt64Array(1)
    const index = instance.addTracker((_ctx, promise, reason, handled) => {
      if (this.latch.set) return
      const write = (at: number, value: bigint): void => {
        words[0] = value
        instance.u8.set(new Uint8Array(words.buffer), at)
      }
      write(cell, promise)
      write(cell + 8, reason)
      this.dispatcher.noteRejection(cell, cell + 8, handled !== 0)
    })
    if (index === undefined) return false
    instance.u32[(instance.rt + trackerOffset) >> 2] = index
    return true
  }

  get rejectionsTracked(): boolean {
    return this.#rejectionsTracked
  }
  get condemned(): JsAdapterError | undefined {
    return this.#condemned
  }
  get inside(): boolean {
    return this.#depth > 0
  }
  get depth(): number {
    return this.#depth
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
  cell(index: number): number {
    return this.instance.i32[(this.instance.cells >> 2) + index] ?? 0
  }
  cellF64(index: number): number {
    return this.instance.f64[(this.instance.cells >> 3) + index] ?? Number.NaN
  }

  /** Never entered again. The first cause stays. */
  condemn(error: JsAdapterError): void {
    this.#condemned ??= error
  }

  /** The borrowed target of a proxy, its traps untouched; `undefined` for anything else. */
  proxyTarget(pointer: number): number | undefined {
    const { proxy } = this.engine.calibration
    if (proxy === undefined || !this.marshal.isObject(pointer)) return undefined
    const { u8, u32 } = this.instance
    const address = u32[pointer >> 2] ?? 0
    const classId = (u8[address + proxy.classOffset] ?? 0) | ((u8[address + proxy.classOffset + 1] ?? 0) << 8)
    return classId === proxy.classId ? u32[(address + proxy.dataOffset) >> 2] : undefined
  }

  /** A tick threw and that was handled: the rest of the queues waits for another entry. */
  get drainDeferred(): boolean {
    return this.cell(CELL.drainDeferred) !== 0
  }

  /** Collects cycles now. @returns `false` when this build's collector cannot be reached. */
  collect(): boolean {
    const { collectOffset } = this.engine.calibration
    if (collectOffset === undefined) return false
    const { instance } = this
    const word = (instance.rt + collectOffset) >> 2
    const before = instance.u32[word] ?? 0
    instance.u32[word] = 0
    this.marshal.free(instance.exports._QTS_NewObject(instance.ctx))
    instance.u32[word] = Math.max(before, instance.u32[word] ?? 0)
    return true
  }

  /** Evaluates global code; the result may be an exception. */
  evaluate(source: string, fileName: string, flags: number = GLOBAL_CODE): number {
    const { instance } = this
    const bytes = this.#encoder.encode(source)
    const file = this.#fileName(fileName)
    return instance.withBytes(bytes, (code) => instance.exports._QTS_Eval(instance.ctx, code, bytes.length, file, 0, flags))
  }
  readonly #encoder = new TextEncoder()
  readonly #fileNames = new Map<string, number>()
  /** The name in guest memory; the last few are kept. */
  #fileName(name: string): number {
    const known = this.#fileNames.get(name)
    if (known !== undefined) return known
    const { instance } = this
    if (this.#fileNames.size >= MAX_FILE_NAMES) {
      for (const pointer of this.#fileNames.values()) instance.exports._free(pointer)
      this.#fileNames.clear()
    }
    const pointer = instance.newCString(name)
    this.#fileNames.set(name, pointer)
    return pointer
  }
  /** Whether the source does not even compile. Nothing of it runs. */
  failsToCompile(source: string, fileName: string): boolean {
    const result = this.evaluate(source, fileName, EVAL_COMPILE_ONLY)
    const failed = this.marshal.isException(result)
    if (failed) {
      const error = this.instance.exports._QTS_ResolveException(this.instance.ctx, result)
      this.marshal.free(error)
    }
    this.marshal.free(result)
    return failed
  }

  /** Runs `work`, which makes entries, under the hard limit. Returns `false` when that fired. */
  guarded(work: () => void): boolean {
    const { hardMs } = this.limits
    const { guard } = this.engine
    if ((hardMs === Number.POSITIVE_INFINITY && !guard.breakOnSigint) || guard.active) {
      work()
      return true
    }
    const ended = guard.run(hardMs + GUARD_SLACK_MS, work)
    if (ended === 'completed') return true
    if (ended === 'sigint') {
      this.#depth = 0
      this.latch.fire({ kind: 'interrupt', value: 'SIGINT' }, this.#operation?.id ?? 0)
      this.condemn(new InterruptedError('SIGINT'))
      return false
    }
    const operation = this.#operation
    const observed = operation === undefined ? hardMs : this.#clockMs() - operation.startedAtMs
    const insideHostCall = this.dispatcher.runningName
    this.latch.fire({ kind: 'limit', limit: 'hardMs', configured: hardMs, observed }, operation?.id ?? 0)
    this.#depth = 0
    const where = insideHostCall === undefined ? '' : ` inside the host function ${insideHostCall}`
    this.condemn(
      new LimitError('ERR_LIMIT_HARD', `the guest could not be stopped in time${where}: hardMs is ${hardMs} ms`, {
        limit: 'hardMs',
        configured: hardMs,
        observed,
        operationId: operation?.id ?? 0,
        context: insideHostCall === undefined ? {} : { insideHostCall },
      }),
    )
    return false
  }

  /** One entry under a guard of its own. */
  enterGuarded(kind: string, body: () => void, bounds?: EntryBounds): EntryOutcome {
    let outcome: EntryOutcome | undefined
    const startedAtMs = this.#clockMs()
    this.guarded(() => {
      outcome = this.enter(kind, body, bounds)
    })
    return outcome ?? this.terminated(kind, startedAtMs)
  }
  /** The outcome of an entry that the guard cut. */
  terminated(kind: string, startedAtMs: number): EntryOutcome {
    const operation = this.#operation
    this.#operation = undefined
    const elapsedMs = this.#clockMs() - startedAtMs
    this.#cpuMs += elapsedMs
    return {
      operationId: operation?.id ?? 0,
      kind,
      error: this.#condemned,
      stopped: true,
      exited: false,
      elapsedMs,
      hostMs: operation?.hostMs ?? 0,
      jobs: operation?.jobs ?? 0,
      polls: this.polling.polls,
      discardedJobs: 0,
      discardedTicks: 0,
      stopLateMs: undefined,
    }
  }

  /** One visit of the host: `body`, then every job and tick it queued. The caller has checked that the guest may be entered. */
  enter(kind: string, body: () => void, bounds: EntryBounds = {}): EntryOutcome {
    const startedAtMs = this.#clockMs()
    const operation: Operation = { id: ++this.#lastOperationId, kind, startedAtMs, hostMs: 0, jobs: 0, hostCalls: 0 }
    this.#operation = operation
    this.#frames = []
    this.instance.i32[(this.instance.cells >> 2) + CELL.critical] = 0
    this.instance.i32[(this.instance.cells >> 2) + CELL.drainDeferred] = 0
    this.polling.begin(operation.id, startedAtMs, this.#deadline(startedAtMs, bounds))
    this.#depth = 1
    let error = this.#attempt(body)
    if (!this.latch.set) error = this.#attempt(() => this.#drain(operation, bounds)) ?? error
    const stoppedAtMs = this.#clockMs()
    let discardedJobs = 0
    const discardedTicks = this.latch.set ? this.cell(CELL.ticks) : 0
    const cause = this.latch.cause
    if (cause !== undefined) {
      if (this.#condemned === undefined) discardedJobs = this.#flush(startedAtMs) ?? 0
      error = latchError(cause, operation.id, this.#frames)
    }
    this.#depth = 0
    this.polling.end()
    this.#operation = undefined
    const elapsedMs = stoppedAtMs - startedAtMs
    this.#cpuMs += elapsedMs - operation.hostMs
    return {
      operationId: operation.id,
      kind,
      error,
      stopped: cause !== undefined,
      exited: cause?.kind === 'exit',
      elapsedMs,
      hostMs: operation.hostMs,
      jobs: operation.jobs,
      polls: this.polling.polls,
      discardedJobs,
      discardedTicks,
      stopLateMs: cause?.kind === 'limit' && cause.limit === 'operationMs' ? elapsedMs - cause.configured : undefined,
    }
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
    try {
      return work()
    } finally {
      this.#depth--
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
  /** @internal */
  errorFrom(thrown: unknown, source?: { readonly text: string; readonly fileName: string }): JsAdapterError {
    if (thrown instanceof JsAdapterError) return thrown
    if (thrown instanceof ResultTooLarge) return this.#limitError('maxResultBytes', this.limits.maxResultBytes, thrown.bytes)
    if (thrown instanceof GuestThrow) return this.#describe(thrown.pointer, source)
    this.latch.fire({ kind: 'crossed', error: thrown }, this.#operation?.id ?? 0)
    const error =
      latchError({ kind: 'crossed', error: thrown }, 0, []) ?? new JsAdapterError('ERR_HOST_EXCEPTION_CROSSED', 'unknown')
    this.condemn(error)
    return error
  }
  #limitError(limit: LimitName, configured: number, observed: number): LimitError {
    return new LimitError(LIMIT_CODES[limit], `${limit} is ${configured}, got ${observed}`, {
      limit,
      configured,
      observed,
      operationId: this.#operation?.id ?? 0,
    })
  }

  #describe(pointer: number, source?: { readonly text: string; readonly fileName: string }): JsAdapterError {
    if (this.latch.set) {
      this.#frames = this.#readFrames(pointer)
      this.marshal.free(pointer)
      return (
        latchError(this.latch.cause ?? { kind: 'exit', code: 0 }, 0, this.#frames) ??
        new JsAdapterError('ERR_SANDBOX_EXITED', 'the guest has exited')
      )
    }
    let value: unknown
    let partial = false
    try {
      value = this.marshal.exportValue(pointer)
    } catch (second) {
      if (second instanceof GuestThrow) this.marshal.free(second.pointer)
      partial = true
    }
    this.marshal.free(pointer)
    const details = detailsOf(value, partial)
    if (isOutOfMemory(details) || (partial && this.#nearlyFull())) {
      const error = this.#limitError('memoryBytes', this.limits.memoryBytes, this.memoryBytes)
      this.condemn(error)
      return error
    }
    const isSyntax =
      source !== undefined && details.guestName === 'SyntaxError' && this.failsToCompile(source.text, source.fileName)
    return exceptionFrom(details, isSyntax, this.dispatcher.hostErrorOf(value))
  }
  #nearlyFull(): boolean {
    return this.memoryBytes >= this.limits.memoryBytes - HEAP_MARGIN_BYTES
  }
  #readFrames(pointer: number): readonly Frame[] {
    if (!this.marshal.isObject(pointer)) return []
    return this.polling.muted(() => {
      const { exports, ctx } = this.instance
      const name = this.marshal.newText('stack')
      const stack = exports._QTS_GetProp(ctx, pointer, name)
      this.marshal.free(name)
      const text = this.marshal.high(stack) === this.marshal.tags.string ? this.marshal.readAscii(stack) : ''
      this.marshal.free(stack)
      return parseFrames(text)
    })
  }

  #drain(operation: Operation, { jobsOnly = false, jobsFirst = false }: EntryBounds): void {
    let ticksMayRun = !jobsFirst
    const { exports, rt, argv } = this.instance
    const most = this.limits.maxJobsPerDrain
    for (;;) {
      if (!jobsOnly && ticksMayRun && this.cell(CELL.ticks) > 0) {
        const budget = this.marshal.newNumber(most - operation.jobs)
        operation.jobs += this.marshal.numberFromProfile('runTicks', budget)
        this.marshal.free(budget)
        if (this.latch.set || this.drainDeferred) return
        if (operation.jobs >= most && this.cell(CELL.ticks) > 0) return this.#tooManyJobs(operation)
      }
      if (exports._QTS_IsJobPending(rt) !== 0) {
        if (operation.jobs >= most) return this.#tooManyJobs(operation)
        this.#runJobs(operation, exports._QTS_ExecutePendingJob(rt, most - operation.jobs, argv))
        if (this.latch.set) return
        continue
      }
      ticksMayRun = true
      if (!jobsOnly && this.cell(CELL.ticks) > 0) continue
      if (this.cell(CELL.rejections) === 0) return
      this.marshal.runProfile('reportRejections')
      if (this.latch.set) return
    }
  }
  #runJobs(operation: Operation, result: number): void {
    const { tags } = this.marshal
    const high = this.marshal.high(result)
    if (high !== tags.object && high !== tags.string && high !== tags.null && high !== tags.undefined) {
      operation.jobs += this.marshal.readNumber(result)
      this.marshal.free(result)
      return
    }
    operation.jobs++
    if (this.latch.set) {
      if (this.#frames.length === 0) this.#frames = this.#readFrames(result)
      this.marshal.free(result)
      return
    }
    this.reportUncaught(result, 'uncaughtException')
  }
  /** Gives a thrown value to the guest's own listeners, or reports it as fatal. Frees the pointer. */
  reportUncaught(pointer: number, origin: 'uncaughtException' | 'unhandledRejection'): void {
    const text = this.marshal.newText(origin)
    try {
      this.marshal.runProfile('uncaught', pointer, text)
    } catch (thrown) {
      if (!(thrown instanceof GuestThrow)) throw thrown
      this.marshal.free(thrown.pointer)
    } finally {
      this.marshal.free(pointer)
      this.marshal.free(text)
    }
  }
  #tooManyJobs(operation: Operation): void {
    this.latch.fire(
      { kind: 'limit', limit: 'maxJobsPerDrain', configured: this.limits.maxJobsPerDrain, observed: operation.jobs },
      operation.id,
    )
  }

  /** Ends every queued job before its first instruction. Returns how many there were. */
  #flush(startedAtMs: number): number | undefined {
    const { exports, rt, argv } = this.instance
    this.#dropQueues()
    let jobs = 0
    try {
      while (exports._QTS_IsJobPending(rt) !== 0) {
        this.polling.soon()
        this.marshal.free(exports._QTS_ExecutePendingJob(rt, 1, argv))
        jobs++
        if (jobs > FLUSH_MOST_JOBS || this.#clockMs() - startedAtMs > this.limits.hardMs) {
          const cause = this.latch.cause
          const error = cause === undefined ? undefined : latchError(cause, this.latch.operationId, this.#frames)
          this.condemn(error ?? this.#limitError('maxJobsPerDrain', FLUSH_MOST_JOBS, jobs))
          return jobs
        }
      }
    } catch (error) {
      this.errorFrom(error)
      return jobs
    }
    this.#dropQueues()
    return jobs
  }
  #dropQueues(): void {
    try {
      this.polling.muted(() => {
        this.marshal.runProfile('dropTicks')
        this.marshal.runProfile('dropRejections')
        this.marshal.runProfile('settleInterrupted')
      })
    } catch (error) {
      this.condemn(this.errorFrom(error))
    }
  }
}
