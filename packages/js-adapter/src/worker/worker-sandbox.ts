// The face of a sandbox in a thread: the members of `Sandbox`, answered by messages, and the thread's end for whatever reason.
import { JsAdapterError } from '../errors.ts'
import { resolveFetch } from '../fetch/fetch-options.ts'
import { closedError } from '../sandbox/ending.ts'
import type { AsyncDeclaration, BlockingDeclaration } from '../sandbox/declared.ts'
import type { Shape } from '../values/shapes.ts'
import type { CallOptions, RunOptions } from '../sandbox/run-options.ts'
import type { ExitInfo, SandboxState } from '../sandbox/usage.ts'
import { AuditTrail } from './audit-trail.ts'
import { rebuildAdapterError, recordError } from './error-record.ts'
import { HostSide } from './host-side.ts'
import type { WorkerExposed } from './host-side.ts'
import { Line } from './line.ts'
import { OwnerContexts } from './owner-contexts.ts'
import type { Request, StartMessage } from './protocol.ts'
import { checkedTimes, Requests } from './requests.ts'
import { Sinks } from './sinks.ts'
import { UpMessages } from './up-messages.ts'
import { packValue } from './wire.ts'
import { Watchdog } from './watchdog.ts'
import { auditError, deadErrorOf, hardLimitError, rejectionOf, terminatedError, workerUsage } from './worker-end.ts'
import type { End, WorkerUsage } from './worker-end.ts'
import type { AnyWorkerSandboxOptions } from './worker-options.ts'
import type { LeaseEnd } from './thread-data.ts'
import type { GuestThread, WorkerSandboxParts } from './worker-parts.ts'

/** One guest in a thread of its own. Dispose of it with `close()`. */
export class WorkerSandbox implements AsyncDisposable {
  readonly id: string
  readonly #parts: WorkerSandboxParts
  readonly #line: Line
  readonly #requests: Requests
  readonly #sinks: Sinks
  readonly #host: HostSide
  readonly #contexts: OwnerContexts
  readonly #trail: AuditTrail
  readonly #thread: GuestThread
  readonly #watchdog: Watchdog
  #onStarted: { resolve(): void; reject(error: unknown): void } = { resolve: () => {}, reject: () => {} }
  readonly #started: Promise<void>
  #resolveExited: (info: ExitInfo) => void = () => {}
  /** Resolves when the guest has ended, however it did. Never rejects. */
  readonly exited: Promise<ExitInfo>
  #figures: readonly string[] = []
  #onThreadLost: () => void = () => {}
  /** @internal Resolves when the thread was ended by the hard limit, or has died. */
  readonly threadLost: Promise<void>
  #held: (() => void) | undefined
  #interruptReason: unknown
  #killed: JsAdapterError | undefined
  /** What the thread has said of its end, before it says all of it. */
  #ended: SandboxState | undefined
  #end: End | undefined
  /** A record that must be written was not: the guest is not heard any more. */
  #unheard = false
  #gone: Promise<void> = Promise.resolve()
  readonly #leaveLoop: () => void
  #onLineEnd: () => void = () => {}
  /** Resolves when everything that the thread has said was handled. */
  readonly #lineEnd: Promise<void>

  private constructor(parts: WorkerSandboxParts) {
    this.id = parts.id
    this.#parts = parts
    const { id, tenant, owner, deterministic } = parts
    this.#sinks = new Sinks(id, owner)
    this.#contexts = new OwnerContexts(owner.context)
    this.#trail = new AuditTrail({
      sink: owner.audit,
      values: owner.auditValues ?? {},
      sandboxId: id,
      tenant,
      deterministic,
      onFailure: (error) => this.#auditFailed(error),
    })
    this.#lineEnd = new Promise((resolve) => {
      this.#onLineEnd = resolve
    })
    this.#requests = new Requests(parts.loop)
    this.#started = new Promise((resolve, reject) => {
      this.#onStarted = { resolve, reject }
    })
    this.threadLost = new Promise((resolve) => {
      this.#onThreadLost = resolve
    })
    this.exited = new Promise((resolve) => {
      this.#resolveExited = resolve
    })
    const sizes = { ...parts.sizes, together: parts.virtual }
    this.#line = new Line(parts.loop, sizes, {
      onStart: (message) => this.#onStart(message),
      onMessage: (message) => messages.receive(message),
      onConsole: (stream, text) => {
        if (!this.#unheard) this.#sinks.write(stream, text)
      },
      onHeld: (held) => this.#onHeld(held),
      onEnd: () => this.#lineEnded(),
    })
    this.#host = new HostSide({ limits: parts.limits, line: this.#line, contexts: this.#contexts })
    const messages = new UpMessages({
      line: this.#line,
      requests: this.#requests,
      host: this.#host,
      sinks: this.#sinks,
      trail: this.#trail,
      contexts: this.#contexts,
      answers: parts.answers,
      virtual: parts.virtual,
      mayAct: () => this.#end === undefined && this.#killed === undefined,
      ending: (state) => {
        this.#ended ??= state
      },
      end: (end) => this.#finish(end),
      interruptReason: () => this.#interruptReason,
    })
    this.#watchdog = new Watchdog(this.#line.control, parts.limits.hardMs, (_stamp, elapsedMs) => this.#kill(elapsedMs))
    try {
      this.#thread = parts.start(this.#line.offer, this.#line.transferList, () => this.#threadEnded())
    } catch (error) {
      this.#end = { reason: 'terminated', state: 'closed', error: undefined }
      this.#watchdog.stop()
      this.#line.close()
      throw error
    }
    this.#leaveLoop = parts.loopEnds.follow(parts.loop, () =>
      this.#finish({ reason: 'loop', state: 'closed', error: closedError('the loop has ended') }),
    )
  }
  /** @internal `Sandbox.create` with `mode: 'worker'`. */
  static async create(options: AnyWorkerSandboxOptions): Promise<WorkerSandbox> {
    const { startThread } = await import('./own-thread.ts')
    return WorkerSandbox.open(await startThread(options))
  }
  /** @internal Resolves when the thread has opened the sandbox. */
  static async open(parts: WorkerSandboxParts): Promise<WorkerSandbox> {
    const sandbox = new WorkerSandbox(parts)
    await sandbox.#started
    sandbox.#installFetch()
    return sandbox
  }

  #onStart(message: StartMessage): void {
    if (message.type === 'failed') {
      const error = rebuildAdapterError(message.error)
      this.#finish({ reason: 'terminated', state: 'closed', error })
      this.#onStarted.reject(error)
      return
    }
    this.#figures = message.figures
    for (const record of message.records) this.#trail.take(record)
    if (this.#end?.error !== undefined) {
      this.#onStarted.reject(this.#end.error)
      return
    }
    const worker = this.#thread.worker(message.threadId)
    if (worker !== undefined) this.#line.attach(worker)
    this.#onStarted.resolve()
  }
  /** Nothing more comes by the line; what the thread had said before is still read. */
  #threadEnded(): void {
    this.#line.close()
    // Before the start nobody reads the line yet.
    if (this.#figures.length > 0 || this.#end !== undefined) return
    const error = terminatedError(this.#thread.failure)
    this.#finish({ reason: 'terminated', state: 'closed', error })
    this.#onStarted.reject(
      new JsAdapterError('ERR_WORKER_START', 'the thread of the sandbox could not be started', { cause: error }),
    )
  }
  /** `running` while the guest is being entered. */
  get state(): SandboxState {
    if (this.#end !== undefined) return this.#end.state
    if (this.#killed !== undefined) return 'condemned'
    return this.#ended ?? (this.#line.control.inside ? 'running' : 'ready')
  }
  #deadError(): JsAdapterError | undefined {
    return deadErrorOf(this.state, this.#end, this.#killed)
  }
  #assertAlive(): void {
    const dead = this.#deadError()
    if (dead !== undefined) throw dead
  }

  /**
   * Makes a host function, or a frozen namespace of them, a global of the guest. It runs on this side, and is asynchronous for the guest
   * unless declared with `sync: 'block'`. Later requests find it there: nobody needs to await the promise, and what rejects it (a global
   * of the guest's that is in the way) is told to `onError` as well.
   * `args` and `result` are checked on this side, as in a sandbox of the same thread.
   * @throws TypeError or RangeError for a wrong declaration, `ERR_WORKER_VALUE` for `raw` and `sync` functions.
   */
  expose<const A extends readonly Shape[], const R extends Shape = 'unknown'>(
    name: string,
    declaration: AsyncDeclaration<A, R>,
  ): Promise<void>
  expose<const A extends readonly Shape[], const R extends Shape = 'unknown'>(
    name: string,
    declaration: BlockingDeclaration<A, R>,
  ): Promise<void>
  expose(name: string, value: WorkerExposed): Promise<void>
  expose(name: string, value: unknown): Promise<void> {
    this.#assertAlive()
    const registered = this.#host.register(name, value as WorkerExposed)
    return this.#told(this.#request({ type: 'expose', name, value: registered }).then(() => {}))
  }
  /** Of what nobody needs to await: what rejects it goes to `onError` as well. */
  #told(exposed: Promise<void>): Promise<void> {
    exposed.catch((error: unknown) => {
      if (error instanceof JsAdapterError && this.#end === undefined)
        this.#sinks.error(error, { sandboxId: this.id, kind: 'expose', limit: undefined, discardedJobs: 0, discardedTicks: 0 })
    })
    return exposed
  }
  /** Later requests find it there. */
  #installFetch(): void {
    const { fetch } = this.#parts.owner
    if (fetch !== undefined)
      void this.#told(this.#request({ type: 'fetch', fn: this.#host.fetcher(resolveFetch(fetch)) }).then(() => {}))
  }
  /** Sets a global to a copy of `value`. Rejects with `ERR_WORKER_VALUE` or `ERR_VALUE_UNSUPPORTED` for what cannot cross. */
  async set(name: string, value: unknown): Promise<void> {
    await this.#request({ type: 'set', name, value: packValue(value) })
  }
  /** A copy of a global: a `let`, `const` or `class` of a script, or a property of the global object. */
  get(name: string): Promise<unknown> {
    return this.#request({ type: 'get', name })
  }
  /** Runs a script as `Sandbox.run` does. */
  run(source: string, { name, module, signal, ...options }: RunOptions = {}): Promise<unknown> {
    const checked = checkedTimes(options)
    return this.#request({ type: 'run', source, options: { ...checked, name, module } }, signal)
  }
  /** Calls a guest function as `Sandbox.call` does. */
  call(name: string, args: readonly unknown[] = [], { signal, ...options }: CallOptions = {}): Promise<unknown> {
    const checked = checkedTimes(options)
    let packed: ReturnType<typeof packValue>
    try {
      packed = packValue([...args])
    } catch (error) {
      return Promise.reject(error)
    }
    return this.#request({ type: 'call', name, args: packed, options: checked }, signal)
  }
  #request(request: Request, signal?: AbortSignal): Promise<unknown> {
    const dead = this.#deadError()
    if (dead !== undefined) return Promise.reject(dead)
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const context = this.#contexts.capture()
    return this.#requests.open(
      signal,
      (id) => this.#line.send({ type: 'request', id, request, context }),
      (id, reason) => this.#line.send({ type: 'abandon', id, reason: recordError(reason) }),
    )
  }

  /** Stops what runs now, or the next entry before its first statement, with `InterruptedError`. */
  interrupt(reason: unknown): void {
    this.#assertAlive()
    this.#interruptReason = reason
    this.#line.control.interrupt()
  }
  /** Resolves when nothing that keeps the guest going is left, or it has ended. */
  async idle(): Promise<void> {
    if (this.#deadError() === undefined) await Promise.race([this.#request({ type: 'idle' }).catch(() => {}), this.exited])
  }
  /** Ends a service as a program ends. Resolves as `exited` does. */
  finish(): Promise<ExitInfo> {
    if (this.#deadError() === undefined) this.#line.send({ type: 'finish', context: this.#contexts.capture() })
    return this.exited
  }
  /** Ends the guest as its own `process.exit(code)` would. Resolves as `exited` does. */
  exit(code: number): Promise<ExitInfo> {
    if (!Number.isInteger(code)) throw new RangeError(`code must be an integer, got ${code}`)
    if (this.#deadError() === undefined) this.#line.send({ type: 'exit', code, context: this.#contexts.capture() })
    return this.exited
  }
  /** Ends the guest at once, and its thread. Pending results reject `ERR_SANDBOX_CLOSED`, host calls abort. Idempotent. */
  close(reason?: unknown): void {
    this.#finish({ reason: 'closed', state: 'closed', error: closedError('the sandbox was closed', reason) })
  }
  /** @internal Resolves when the thread is free, or gone. */
  endLease(error: JsAdapterError): Promise<void> {
    this.#finish({ reason: 'closed', state: 'closed', error })
    return this.#gone
  }
  /** Resolves when the thread has ended. */
  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return this.#gone
  }

  /** What the guest had used after the last task of its thread; also after its end. */
  usage(): WorkerUsage {
    const { control, lost } = this.#line
    const figures = { paths: this.#figures, at: (position: number) => control.figure(position) }
    return workerUsage(figures, {
      killed: this.#killed !== undefined,
      lateSettlements: this.#host.late,
      sinkFailures: this.#sinks.failures,
      lostRecords: lost,
      audit: this.#parts.owner.audit === undefined ? undefined : this.#trail.counts,
    })
  }

  #onHeld(held: boolean): void {
    if (held && this.#end === undefined) this.#held ??= this.#parts.loop.holdOpen()
    else {
      this.#held?.()
      this.#held = undefined
    }
  }
  #kill(elapsedMs: number): void {
    const { limits, deterministic } = this.#parts
    this.#killed = hardLimitError(limits.hardMs, elapsedMs, deterministic)
    this.#gone = this.#thread.terminate()
    this.#onThreadLost()
    this.#line.close()
  }
  /** Everything that the thread said has been handled. */
  #lineEnded(): void {
    this.#sayEnd()
    if (this.#end !== undefined) this.#trail.end(this.#end)
    this.#onLineEnd()
  }
  #sayEnd(): void {
    if (this.#end !== undefined) return
    const killed = this.#killed
    if (killed === undefined) {
      this.#finish({ reason: 'terminated', state: 'condemned', error: terminatedError(this.#thread.failure) })
      return
    }
    const { id, tenant } = this.#parts
    this.#sinks.sample('onLimit', { sandboxId: id, tenant, limit: 'hardMs' })
    if (this.#requests.size === 0)
      this.#sinks.error(killed, { sandboxId: id, kind: 'thread', limit: 'hardMs', discardedJobs: 0, discardedTicks: 0 })
    this.#finish({ reason: 'limit', state: 'condemned', error: killed })
  }
  /** Ends the sandbox once: pending results reject, host calls abort, the thread is let go. */
  #finish(end: End): void {
    if (this.#end !== undefined) return
    const wasInside = this.#line.control.inside
    this.#end = end
    this.#leaveLoop()
    this.#onHeld(false)
    const { id, tenant } = this.#parts
    if (end.error !== undefined && (end.reason === 'limit' || end.reason === 'terminated'))
      this.#sinks.log(end.reason === 'limit' ? 'warn' : 'error', 'a guest was stopped or failed', {
        event: 'sandbox.error',
        sandboxId: id,
        tenant,
        code: end.error.code,
        detail: end.error.message,
        kind: 'thread',
      })
    const rejection = rejectionOf(end)
    this.#contexts.ended()
    this.#host.abortAll(rejection)
    this.#requests.rejectAll(rejection)
    this.#resolveExited({ reason: end.reason, exitCode: end.exitCode, error: end.error, usage: this.usage() })
    if (end.reason === 'terminated') this.#onThreadLost()
    if (end.reason === 'terminated' || this.#killed !== undefined) this.#watchdog.stop()
    else {
      if (wasInside) this.#line.control.interrupt()
      this.#line.release()
      this.#gone = this.#thread
        .release()
        .finally(() => this.#watchdog.stop())
        .then((lease) => this.#leaseEnded(lease))
    }
    this.#line.close()
    // What the thread has said before comes first, but a loop that has ended reads nothing any more.
    if (end.reason === 'loop' || this.#line.lost === 0) this.#trail.end(end)
  }
  async #leaseEnded(lease: LeaseEnd | undefined): Promise<void> {
    if (this.#parts.owner.audit === undefined) return
    if (!this.#trail.ended) await this.#lineEnd
    if (lease?.reset !== undefined) this.#trail.reset(lease.reset)
  }
  #auditFailed(cause: unknown): void {
    this.#sinks.failed(cause)
    if (this.#parts.owner.auditRequired !== true) return
    this.#unheard = true
    this.#finish({ reason: 'closed', state: 'closed', error: auditError(cause) })
  }
}
