// Host functions of one sandbox: what is exposed, who may call it now, and which calls have not settled.
import type { ResolvedLimits } from '../limits.ts'
import type { LoopLike } from '../ports.ts'
import { GuestRefusal } from '../runtime/host-error.ts'
import type { Refusal } from '../runtime/host-error.ts'
import type { RawFunction } from '../runtime/raw-call.ts'
import { Admission } from './admission.ts'
import type { AdmissionOptions } from './admission.ts'
import type { CallReports, ToldCall } from './call-reports.ts'
import type { Captured, Contexts } from './contexts.ts'
import { resolveHostFunction } from './host-functions.ts'
import type { HostCallContext, HostFunction, ResolvedHostFunction } from './host-functions.ts'

interface PendingCall {
  readonly callId: number
  readonly origin: number
  readonly entry: Registered
  readonly told: ToldCall
  readonly controller: AbortController
  readonly startedAtMs: number
  readonly captured: Captured | undefined
  readonly release: () => void
  timer: number | undefined
}

interface Registered extends ResolvedHostFunction {
  pending: number
}

export interface HostCallCounts {
  readonly pending: number
  readonly admitted: number
  readonly refused: number
  readonly settled: number
  /** Settlements that came after the call or its sandbox had ended. */
  readonly lateSettlements: number
  /** Synchronous functions that took longer than they may. */
  readonly overBudget: number
}

/** The part of an operation that its host calls count in. */
interface CallingOperation {
  readonly id: number
  hostMs: number
  hostSinceMs: number
  hostCalls: number
}

/** What a settlement needs to know of its call. */
export interface SettledCall {
  readonly callId: number
  /** The `run` or `call` that led there. */
  readonly origin: number
  readonly captured: Captured | undefined
}

export interface HostCallsOwner {
  readonly tenant: string | undefined
  readonly loop: LoopLike
  readonly limits: ResolvedLimits
  readonly shared: AdmissionOptions
  readonly reports: CallReports
  readonly contexts: Contexts
  /** The context that the guest calls in. */
  captured(): Captured | undefined
  operation(): CallingOperation | undefined
  clockMs(): number
  /** Brings a settlement into the guest, in a loop task of its own. */
  settle(call: SettledCall, fulfilled: boolean, value: unknown, onHanded: (resultBytes: number | undefined) => void): void
  callsChanged(): void
  onLimiterFailure(error: unknown): void
  /** A settlement came after the call or its sandbox had ended, and was dropped. */
  readonly settledLate?: (() => void) | undefined
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
}

export class HostCalls {
  readonly #owner: HostCallsOwner
  readonly #functions = new Map<number, Registered>()
  readonly #pending = new Map<number, PendingCall>()
  readonly #admission: Admission
  readonly #reports: CallReports
  #lastId = 0
  #hasSync = false
  #admitted = 0
  #refused = 0
  #settled = 0
  #late = 0
  #overBudget = 0
  /** The synchronous function that runs now; it stays when the hard limit cuts it. */
  runningName: string | undefined

  constructor(owner: HostCallsOwner) {
    this.#owner = owner
    this.#admission = new Admission({ ...owner, clockMs: () => owner.clockMs(), onFailure: owner.onLimiterFailure })
    this.#reports = owner.reports
  }

  /** Whether a function runs inside the guest's operation, and not after it. */
  get hasSync(): boolean {
    return this.#hasSync
  }
  get pendingCount(): number {
    return this.#pending.size
  }
  counts(): HostCallCounts {
    return {
      pending: this.#pending.size,
      admitted: this.#admitted,
      refused: this.#refused,
      settled: this.#settled,
      lateSettlements: this.#late,
      overBudget: this.#overBudget,
    }
  }

  /** Checks a host function's declaration. */
  resolve(name: string, given: HostFunction): ResolvedHostFunction {
    const resolved = resolveHostFunction(name, given, this.#owner.limits, () => this.#owner.clockMs())
    const { raw } = resolved
    return raw === undefined || !this.#reports.audited ? resolved : { ...resolved, raw: this.#auditedRaw(resolved, raw) }
  }
  /** Raw functions read their arguments themselves, and are not limited in number: they are recorded, and nothing else. */
  #auditedRaw(entry: ResolvedHostFunction, raw: RawFunction): RawFunction {
    return (call) => {
      const told = toldOf(entry, undefined, this.#owner.operation(), this.#owner.captured(), 0)
      this.#reports.admitted(told, [], new Array<string>(call.count).fill('unread'))
      const startedAtMs = this.#owner.clockMs()
      let outcome: 'ok' | 'error' = 'error'
      let result: unknown
      try {
        result = raw(call)
        outcome = 'ok'
        return result
      } finally {
        this.#reports.settled(told, outcome, this.#owner.clockMs() - startedAtMs, { result })
      }
    }
  }
  /** @returns the id under which the guest's stub calls it. */
  add(entry: ResolvedHostFunction): number {
    const id = ++this.#lastId
    this.bind(id, entry)
    return id
  }

  /** Gives the stub of an image its function. */
  bind(id: number, entry: ResolvedHostFunction): void {
    this.#hasSync ||= entry.kind === 'sync'
    this.#functions.set(id, { ...entry, pending: 0 })
  }
  /** Numbers up to this one belong to stubs of an image. */
  reserve(lastId: number): void {
    this.#lastId = Math.max(this.#lastId, lastId)
  }

  /** Admits or refuses a call; one that is admitted is queued. */
  call(
    functionId: number,
    callId: number,
    args: readonly unknown[],
    bytes: number,
    operation: CallingOperation | undefined,
    origin: number,
  ): Refusal | undefined {
    const entry = this.#functions.get(functionId)
    if (entry === undefined) return UNBOUND
    const captured = this.#owner.captured()
    const told = toldOf(entry, callId, operation, captured, bytes)
    const refused = this.#refuse(entry, told, operation)
    if (refused !== undefined) return refused
    const { loop } = this.#owner
    this.#admitted++
    entry.pending++
    this.#reports.admitted(told, args)
    const call: PendingCall = {
      callId,
      origin,
      entry,
      told,
      controller: new AbortController(),
      startedAtMs: this.#owner.clockMs(),
      captured,
      release: loop.holdOpen(),
      timer: undefined,
    }
    this.#pending.set(callId, call)
    if (entry.timeoutMs !== Number.POSITIVE_INFINITY)
      call.timer = loop.scheduleTimer(entry.timeoutMs, () => this.#timedOut(call), { unref: true })
    loop.queueMicrotask(() => this.#owner.contexts.run(captured, () => this.#start(call, args)))
    return undefined
  }
  #refuse(entry: Registered, told: ToldCall, operation: CallingOperation | undefined): Refusal | undefined {
    const refused = this.#admission.refuse(entry, entry.pending, this.#pending.size, operation)
    if (refused === undefined) return undefined
    this.#refused++
    // Of an operation that has used up its calls, the first refusal tells all: the rest are only counted.
    const most = this.#owner.limits.maxHostCallsPerOperation
    if (operation === undefined || operation.hostCalls <= most + 1) this.#reports.refused(told, refused)
    return refused.refusal
  }

  #start(call: PendingCall, args: readonly unknown[]): void {
    if (!this.#pending.has(call.callId)) return
    const context: HostCallContext = {
      signal: call.controller.signal,
      callId: call.callId,
      operationId: call.told.operationId,
      context: call.captured?.context,
    }
    const { fn } = call.entry
    let result: unknown
    let thenable: boolean
    try {
      result = Reflect.apply(fn, undefined, [...args, context])
      thenable = isThenable(result)
    } catch (error) {
      this.#settle(call, false, error)
      return
    }
    if (!thenable) {
      this.#settle(call, true, result)
      return
    }
    Promise.resolve(result).then(
      (value) => this.#settle(call, true, value),
      (error: unknown) => this.#settle(call, false, error),
    )
  }
  #settle(call: PendingCall, fulfilled: boolean, value: unknown): void {
    const elapsedMs = this.#owner.clockMs() - call.startedAtMs
    if (this.#pending.get(call.callId) !== call) {
      this.#late++
      this.#owner.settledLate?.()
      this.#reports.settled(call.told, 'late', elapsedMs)
      return
    }
    this.#remove(call)
    this.#settled++
    this.#owner.settle(call, fulfilled, value, (resultBytes) => {
      const code = fulfilled ? undefined : codeOf(value)
      this.#reports.settled(call.told, fulfilled ? 'ok' : 'error', elapsedMs, {
        ...(fulfilled ? { result: value } : {}),
        ...(code === undefined ? {} : { code }),
        ...(resultBytes === undefined ? {} : { resultBytes }),
      })
    })
    this.#owner.callsChanged()
  }
  #timedOut(call: PendingCall): void {
    const { timeoutMs, name, timedOut } = call.entry
    const error = timedOut?.() ?? new DOMException(`${name} did not settle within ${timeoutMs} ms`, 'TimeoutError')
    call.controller.abort(error)
    this.#settle(call, false, error)
  }
  #remove(call: PendingCall): void {
    this.#pending.delete(call.callId)
    call.entry.pending--
    if (call.timer !== undefined) this.#owner.loop.cancelTimer(call.timer)
    call.release()
  }

  /** Runs a synchronous function. @throws TypeError when it returns a thenable, GuestRefusal when it was not admitted. */
  callSync(functionId: number, args: readonly unknown[], bytes: number, operation: CallingOperation | undefined): unknown {
    const entry = this.#functions.get(functionId)
    if (entry === undefined) throw new GuestRefusal(UNBOUND)
    const told = toldOf(entry, undefined, operation, this.#owner.captured(), bytes)
    const refused = this.#refuse(entry, told, operation)
    if (refused !== undefined) throw new GuestRefusal(refused)
    this.#admitted++
    this.#reports.admitted(told, args)
    const startedAtMs = this.#owner.clockMs()
    const outer = this.runningName
    this.runningName = entry.name
    if (operation !== undefined) operation.hostSinceMs = startedAtMs
    let outcome: 'ok' | 'error' = 'error'
    let result: unknown
    let code: string | undefined
    try {
      result = Reflect.apply(entry.fn, undefined, [...args])
      if (isThenable(result)) {
        Promise.resolve(result).catch(noop)
        code = 'ERR_HOST_ASYNC'
        throw new TypeError(`${entry.name} is exposed as synchronous but returned a promise (ERR_HOST_ASYNC)`)
      }
      outcome = 'ok'
      return result
    } catch (error) {
      code ??= codeOf(error)
      throw error
    } finally {
      this.runningName = outer
      const endedAtMs = this.#owner.clockMs()
      const elapsedMs = endedAtMs - startedAtMs
      if (operation !== undefined) {
        operation.hostMs += endedAtMs - operation.hostSinceMs
        operation.hostSinceMs = Number.NaN
      }
      if (elapsedMs > entry.maxMs) {
        this.#overBudget++
        this.#reports.overBudget(told, elapsedMs, entry.maxMs)
      }
      this.#settled++
      this.#reports.settled(told, outcome, elapsedMs, { result, ...(code === undefined ? {} : { code }) })
    }
  }

  /** The guest waits no more. Its function learns of it once the guest has been left; what it settles with is dropped and counted. */
  abandon(callId: number): void {
    const call = this.#pending.get(callId)
    if (call === undefined) return
    this.#remove(call)
    this.#owner.loop.queueMicrotask(() => {
      call.controller.abort(new DOMException('the guest has aborted the call', 'AbortError'))
      this.#owner.callsChanged()
    })
  }

  /** Aborts pending calls, all or those of one `run` or `call`; what they settle with later is dropped and counted. */
  abort(reason: unknown, origin?: number): void {
    for (const call of [...this.#pending.values()]) {
      if (origin !== undefined && call.origin !== origin) continue
      this.#remove(call)
      call.controller.abort(reason)
    }
    this.#owner.callsChanged()
  }
}

function noop(): void {}

function toldOf(
  { name, kind }: ResolvedHostFunction,
  callId: number | undefined,
  operation: CallingOperation | undefined,
  captured: Captured | undefined,
  bytes: number,
): ToldCall {
  return { name, kind, callId, operationId: operation?.id ?? 0, correlationId: captured?.correlationId, bytes }
}

/** The code of a host error, which is the host's own word; its message is not told. */
function codeOf(error: unknown): string | undefined {
  try {
    const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
    return typeof code === 'string' ? code : undefined
  } catch {
    return undefined
  }
}

const UNBOUND: Refusal = {
  type: 'Error',
  message: 'this host function has no implementation here',
  code: 'ERR_HOST_CALL_LIMIT',
}
