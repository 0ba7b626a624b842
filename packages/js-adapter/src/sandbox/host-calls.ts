// Host functions of one sandbox: what is exposed, who may call it now, and which calls have not settled.
import { Limiter } from '@loopwright/catrate'
import type { ResolvedLimits } from '../limits.ts'
import type { AdapterLogger, AdapterObserver, HostCallSample, LoopLike, RateLimiterLike } from '../ports.ts'
import { GuestRefusal } from '../runtime/host-error.ts'
import type { Refusal } from '../runtime/host-error.ts'
import type { RawFunction } from '../runtime/raw-call.ts'

export interface RateWindowOption {
  readonly windowMs: number
  readonly count: number
}

/** What an asynchronous host function gets after the guest's arguments. */
export interface HostCallContext {
  /** Aborts when the call, its operation or the sandbox ends. */
  readonly signal: AbortSignal
  readonly callId: number
  readonly operationId: number
}

/** A function whose code starts after the guest has been left; the guest gets a promise. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are the guest's, their types the author's claim
export type AsyncHostFunction = (...args: never[]) => unknown

export interface AsyncHostFunctionOptions {
  readonly async: AsyncHostFunction
  /** Calls of this function that have not settled. 1 to 2^31-1. Default: no bound of its own. */
  readonly maxConcurrent?: number | undefined
  /** Milliseconds to its settlement; then `signal` aborts and the guest's promise rejects. Default: none. */
  readonly timeoutMs?: number | undefined
  /** Calls allowed in each window, over all callers in this sandbox. Default: none. */
  readonly rates?: readonly RateWindowOption[] | undefined
}

export interface SyncHostFunctionOptions {
  /** Runs inside the guest's operation and returns a plain value. */
  readonly sync: AsyncHostFunction
  /** Milliseconds within which it keeps its word to return. Default: the limit `syncHostBudgetMs`. Longer calls are counted and logged. */
  readonly maxMs?: number | undefined
}

export interface RawHostFunctionOptions {
  /** Runs inside the guest's operation and reads its arguments itself: the fast path. */
  readonly raw: RawFunction
}

export type HostFunction = AsyncHostFunction | AsyncHostFunctionOptions | SyncHostFunctionOptions | RawHostFunctionOptions

export type HostFunctionKind = 'async' | 'sync' | 'raw'

export interface ResolvedHostFunction {
  readonly name: string
  readonly kind: HostFunctionKind
  readonly fn: (...args: never[]) => unknown
  readonly raw: RawFunction | undefined
  readonly maxConcurrent: number
  readonly timeoutMs: number
  readonly maxMs: number
  readonly limiter: RateLimiterLike | undefined
}

interface PendingCall {
  readonly callId: number
  readonly origin: number
  readonly entry: Registered
  readonly controller: AbortController
  readonly startedAtMs: number
  readonly bytes: number
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

export interface HostCallsOwner {
  readonly id: string
  readonly tenant: string | undefined
  readonly loop: LoopLike
  readonly limits: ResolvedLimits
  readonly logger: AdapterLogger | undefined
  readonly observer: AdapterObserver | undefined
  clockMs(): number
  /** Brings a settlement into the guest, in a loop task of its own. */
  settle(callId: number, origin: number, fulfilled: boolean, value: unknown): void
  callsChanged(): void
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
  readonly #ratesByName = new Map<string, RateLimiterLike>()
  #lastId = 0
  #admitted = 0
  #refused = 0
  #settled = 0
  #late = 0
  #overBudget = 0

  constructor(owner: HostCallsOwner) {
    this.#owner = owner
    for (const [name, windows] of Object.entries(owner.limits.hostCallRates))
      if (windows.length > 0) this.#ratesByName.set(name, new Limiter({ windows, clock: { nowMs: () => owner.clockMs() } }))
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
    const { limits } = this.#owner
    const base = {
      name,
      raw: undefined,
      maxConcurrent: Number.POSITIVE_INFINITY,
      timeoutMs: Number.POSITIVE_INFINITY,
      maxMs: limits.syncHostBudgetMs,
      limiter: undefined,
    }
    if (typeof given === 'function') return { ...base, kind: 'async', fn: given }
    if ('raw' in given) return { ...base, kind: 'raw', fn: noop, raw: given.raw }
    if ('sync' in given) {
      const { sync, maxMs = limits.syncHostBudgetMs } = given
      if (typeof sync !== 'function') throw new TypeError(`expose("${name}"): sync must be a function`)
      if (!(maxMs >= 0 && maxMs <= limits.syncHostBudgetMs))
        throw new RangeError(
          `expose("${name}"): maxMs must be from 0 to syncHostBudgetMs (${limits.syncHostBudgetMs}), got ${maxMs}`,
        )
      return { ...base, kind: 'sync', fn: sync, maxMs }
    }
    const { async: fn, maxConcurrent = Number.POSITIVE_INFINITY, timeoutMs = Number.POSITIVE_INFINITY, rates } = given
    if (typeof fn !== 'function') throw new TypeError(`expose("${name}"): give a function, or an object with async, sync or raw`)
    if (!(maxConcurrent >= 1)) throw new RangeError(`expose("${name}"): maxConcurrent must be at least 1, got ${maxConcurrent}`)
    if (!(timeoutMs > 0)) throw new RangeError(`expose("${name}"): timeoutMs must be above 0, got ${timeoutMs}`)
    const limiter =
      rates === undefined || rates.length === 0
        ? undefined
        : new Limiter({ windows: rates, clock: { nowMs: () => this.#owner.clockMs() } })
    return { ...base, kind: 'async', fn, maxConcurrent, timeoutMs, limiter }
  }
  /** @returns the id under which the guest's stub calls it. */
  add(entry: ResolvedHostFunction): number {
    const id = ++this.#lastId
    this.#functions.set(id, { ...entry, pending: 0 })
    return id
  }

  /** Gives the stub of an image its function. */
  bind(id: number, entry: ResolvedHostFunction): void {
    this.#functions.set(id, { ...entry, pending: 0 })
  }
  /** Numbers up to this one belong to stubs of an image. */
  reserve(lastId: number): void {
    this.#lastId = Math.max(this.#lastId, lastId)
  }

  /** Admission, in order: known, operation's count, pending calls, concurrency, rates. Then the call is queued. */
  call(
    functionId: number,
    callId: number,
    args: readonly unknown[],
    bytes: number,
    operation: { readonly id: number; hostCalls: number } | undefined,
    origin: number,
  ): Refusal | undefined {
    const entry = this.#functions.get(functionId)
    const refusal = entry === undefined ? undefined : this.#admit(entry, operation)
    if (entry === undefined) return UNBOUND
    if (refusal !== undefined) {
      this.#refused++
      this.#sample(entry, 'refused', 0, bytes)
      return refusal
    }
    const { loop } = this.#owner
    this.#admitted++
    entry.pending++
    const call: PendingCall = {
      callId,
      origin,
      entry,
      controller: new AbortController(),
      startedAtMs: this.#owner.clockMs(),
      bytes,
      release: loop.holdOpen(),
      timer: undefined,
    }
    this.#pending.set(callId, call)
    if (entry.timeoutMs !== Number.POSITIVE_INFINITY)
      call.timer = loop.scheduleTimer(entry.timeoutMs, () => this.#timedOut(call), { unref: true })
    loop.queueMicrotask(() => this.#start(call, args, operation?.id ?? 0))
    return undefined
  }

  #admit(entry: Registered, operation: { hostCalls: number } | undefined): Refusal | undefined {
    const { limits } = this.#owner
    if (operation !== undefined && ++operation.hostCalls > limits.maxHostCallsPerOperation)
      return {
        type: 'Error',
        message: `an operation may make ${limits.maxHostCallsPerOperation} host calls`,
        code: 'ERR_HOST_CALL_LIMIT',
      }
    if (this.#pending.size >= limits.maxPendingCalls)
      return { type: 'Error', message: `${limits.maxPendingCalls} host calls are pending`, code: 'ERR_HOST_CALL_LIMIT' }
    if (entry.pending >= entry.maxConcurrent)
      return { type: 'Error', message: `${entry.maxConcurrent} calls of ${entry.name} are pending`, code: 'ERR_HOST_CALL_LIMIT' }
    for (const [limiter, category] of [
      [entry.limiter, entry.name],
      [this.#ratesByName.get(entry.name) ?? this.#ratesByName.get('*'), entry.name],
    ] as const) {
      const result = limiter?.allow(category)
      if (result !== undefined && !result.allowed)
        return {
          type: 'Error',
          message: `${entry.name} is called too often`,
          code: 'ERR_RATE_LIMITED',
          retryAfterMs: result.retryAfterMs,
        }
    }
    return undefined
  }

  #start(call: PendingCall, args: readonly unknown[], operationId: number): void {
    if (!this.#pending.has(call.callId)) return
    const context: HostCallContext = { signal: call.controller.signal, callId: call.callId, operationId }
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
    if (this.#pending.get(call.callId) !== call) {
      this.#late++
      this.#owner.settledLate?.()
      this.#sample(call.entry, 'late', this.#owner.clockMs() - call.startedAtMs, call.bytes)
      return
    }
    this.#remove(call)
    this.#settled++
    this.#sample(call.entry, fulfilled ? 'ok' : 'error', this.#owner.clockMs() - call.startedAtMs, call.bytes)
    this.#owner.settle(call.callId, call.origin, fulfilled, value)
    this.#owner.callsChanged()
  }
  #timedOut(call: PendingCall): void {
    const { timeoutMs, name } = call.entry
    const error = new DOMException(`${name} did not settle within ${timeoutMs} ms`, 'TimeoutError')
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
  callSync(
    functionId: number,
    args: readonly unknown[],
    bytes: number,
    operation: { hostMs: number; hostCalls: number } | undefined,
  ): unknown {
    const entry = this.#functions.get(functionId)
    if (entry === undefined) throw new GuestRefusal(UNBOUND)
    const refusal = this.#admit(entry, operation)
    if (refusal !== undefined) {
      this.#refused++
      throw new GuestRefusal(refusal)
    }
    this.#admitted++
    const startedAtMs = this.#owner.clockMs()
    try {
      const result: unknown = Reflect.apply(entry.fn, undefined, [...args])
      if (isThenable(result)) {
        Promise.resolve(result).catch(noop)
        throw new TypeError(`${entry.name} is exposed as synchronous but returned a promise (ERR_HOST_ASYNC)`)
      }
      return result
    } finally {
      const elapsedMs = this.#owner.clockMs() - startedAtMs
      if (operation !== undefined) operation.hostMs += elapsedMs
      if (elapsedMs > entry.maxMs) this.#overBudgetCall(entry, elapsedMs)
      this.#sample(entry, 'ok', elapsedMs, bytes)
    }
  }
  #overBudgetCall(entry: Registered, elapsedMs: number): void {
    this.#overBudget++
    const { logger, id } = this.#owner
    if (logger?.enabled('warn') === true)
      logger.log('warn', 'a synchronous host function took longer than it may', {
        event: 'sandbox.host_budget',
        sandboxId: id,
        name: entry.name,
        elapsedMs,
        maxMs: entry.maxMs,
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

  #sample(entry: Registered, outcome: HostCallSample['outcome'], elapsedMs: number, bytes: number): void {
    const { observer, id, tenant } = this.#owner
    if (observer?.onHostCall === undefined || !observer.enabled) return
    try {
      observer.onHostCall({ sandboxId: id, tenant, name: entry.name, outcome, elapsedMs, bytes })
    } catch (error) {
      const { logger } = this.#owner
      if (logger?.enabled('error') === true)
        logger.log('error', 'an observer threw', { event: 'sandbox.observer_error', sandboxId: id, error })
    }
  }
}

function noop(): void {}

const UNBOUND: Refusal = {
  type: 'Error',
  message: 'this host function has no implementation here',
  code: 'ERR_HOST_CALL_LIMIT',
}
