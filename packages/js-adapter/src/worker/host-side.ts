// Host functions on the owner's side: what is exposed to a thread, and the calls that have not settled.
import { JsAdapterError } from '../errors.ts'
import type { ResolvedFetch } from '../fetch/fetch-options.ts'
import { FETCH_NAME, fetchFunction } from '../fetch/guest-fetch.ts'
import type { ResolvedLimits } from '../limits.ts'
import { declarationOf, declaredFunction } from '../sandbox/declared.ts'
import type { DeclaredHostFunction } from '../sandbox/declared.ts'
import { IDENTIFIER } from '../sandbox/identifier.ts'
import type { AsyncHostFunction, AsyncHostFunctionOptions, HostCallContext, RateWindowOption } from '../sandbox/host-functions.ts'
import { recordError } from './error-record.ts'
import type { Line } from './line.ts'
import type { OwnerContexts } from './owner-contexts.ts'
import type { RemoteExposed, RemoteFunction, UpMessage, WireOutcome } from './protocol.ts'
import { packValue, unpackValue } from './wire.ts'

/** A host function of which the thread waits for the answer, as for a synchronous one. */
export interface BlockingHostFunctionOptions {
  /** Runs on the owner's thread; may return a promise. */
  readonly async: AsyncHostFunction
  readonly sync: 'block'
  /** Milliseconds that the guest's thread waits; then the guest gets `ERR_WORKER_REPLY`. Default and most: `syncHostBudgetMs`. */
  readonly maxMs?: number | undefined
  readonly args?: undefined
  readonly result?: undefined
}
export type WorkerHostFunction = AsyncHostFunction | AsyncHostFunctionOptions | BlockingHostFunctionOptions | DeclaredHostFunction
/** A namespace. What has a member of one of these names is a host function, and `raw` and `sync` ones cannot run in another thread. */
export type WorkerNamespace = Readonly<Record<string, WorkerHostFunction>> & {
  readonly async?: never
  readonly sync?: never
  readonly raw?: never
}
export type WorkerExposed = WorkerHostFunction | WorkerNamespace

type HostCall = Extract<UpMessage, { type: 'hostCall' }>

interface PendingCall {
  readonly controller: AbortController
  readonly blocking: boolean
}

/** Errors of host functions that keep their identity when the guest lets them through. */
const MOST_KEPT_ERRORS = 256

export interface HostSideOwner {
  readonly limits: ResolvedLimits
  readonly line: Line
  readonly contexts: OwnerContexts
}

export class HostSide {
  readonly #owner: HostSideOwner
  readonly #functions = new Map<number, AsyncHostFunction>()
  readonly #pending = new Map<number, PendingCall>()
  readonly #errors = new Map<number, { readonly error: unknown }>()
  #lastFunction = 0
  #late = 0

  constructor(owner: HostSideOwner) {
    this.#owner = owner
  }
  /** Settlements that came after the call, or the thread, had ended. */
  get late(): number {
    return this.#late
  }
  /** @throws TypeError or RangeError for a wrong declaration, `ERR_WORKER_VALUE` for one that only an inline sandbox can have. */
  register(name: string, value: WorkerExposed): RemoteExposed {
    if (!IDENTIFIER.test(name)) throw new TypeError(`expose: "${name}" is not an identifier`)
    if (isFunction(value)) return { one: this.#one(name, value) }
    return {
      members: Object.fromEntries(
        Object.entries(value).map(([key, member]) => {
          if (!IDENTIFIER.test(key)) throw new TypeError(`expose: "${key}" is not an identifier`)
          if (!isFunction(member)) throw new TypeError(`expose: ${name}.${key} must be a host function`)
          return [key, this.#one(`${name}.${key}`, member)]
        }),
      ),
    }
  }
  /** `fetch`, whose requests are made on this side. */
  fetcher(options: ResolvedFetch): RemoteFunction {
    return this.#one(FETCH_NAME, fetchFunction(options))
  }
  #one(path: string, given: WorkerHostFunction): RemoteFunction {
    if (typeof given === 'function') return { id: this.#add(given), kind: 'async' }
    const { syncHostBudgetMs } = this.#owner.limits
    const sync: unknown = Reflect.get(given, 'sync')
    if (Reflect.has(given, 'raw') || typeof sync === 'function')
      throw new JsAdapterError(
        'ERR_WORKER_VALUE',
        `expose("${path}"): a ${Reflect.has(given, 'raw') ? 'raw' : 'sync'} function cannot run inside a guest in another thread: give it as async, with sync: 'block' if the guest must wait`,
      )
    const declaration = declarationOf(`expose("${path}")`, given)
    const add = (target: AsyncHostFunction, kind: 'async' | 'block'): number =>
      this.#add(declaration === undefined ? target : declaredFunction(target, declaration, kind))
    const options: Partial<AsyncHostFunctionOptions> = given as Partial<AsyncHostFunctionOptions>
    const { async: fn } = options
    if (typeof fn !== 'function') throw new TypeError(`expose("${path}"): give a function, or an object with async`)
    if ('sync' in given) {
      if (given.sync !== 'block') throw new TypeError(`expose("${path}"): sync must be 'block', got ${String(given.sync)}`)
      const { maxMs = syncHostBudgetMs } = given
      if (!(maxMs >= 0 && maxMs <= syncHostBudgetMs))
        throw new RangeError(`expose("${path}"): maxMs must be from 0 to syncHostBudgetMs (${syncHostBudgetMs}), got ${maxMs}`)
      return { id: add(fn, 'block'), kind: 'block', maxMs }
    }
    const { maxConcurrent, timeoutMs, rates } = options
    if (maxConcurrent !== undefined && !(maxConcurrent >= 1))
      throw new RangeError(`expose("${path}"): maxConcurrent must be at least 1, got ${maxConcurrent}`)
    if (timeoutMs !== undefined && !(timeoutMs > 0))
      throw new RangeError(`expose("${path}"): timeoutMs must be above 0, got ${timeoutMs}`)
    return { id: add(fn, 'async'), kind: 'async', maxConcurrent, timeoutMs, rates: rates?.map(copyWindow) }
  }
  #add(fn: AsyncHostFunction): number {
    const id = ++this.#lastFunction
    this.#functions.set(id, fn)
    return id
  }

  /** Starts a call of the guest's. */
  start(given: HostCall): void {
    const { contexts } = this.#owner
    const controller = new AbortController()
    this.#pending.set(given.call, { controller, blocking: given.blocking })
    const { guestCallId: callId, operationId, context: number } = given
    const context: HostCallContext = { signal: controller.signal, callId, operationId, context: contexts.of(number) }
    contexts.run(number, () => this.#invoke(given, context))
  }
  #invoke({ call, fn, args, blocking }: HostCall, context: HostCallContext): void {
    const target = this.#functions.get(fn)
    const given = unpackValue(args)
    let result: unknown
    try {
      if (target === undefined) throw new Error('this host function has no implementation here')
      result = Reflect.apply(target, undefined, [...(Array.isArray(given) ? given : []), ...(blocking ? [] : [context])])
    } catch (error) {
      this.#settle(call, { error })
      return
    }
    Promise.resolve(result).then(
      (value) => this.#settle(call, { value }),
      (error: unknown) => this.#settle(call, { error }),
    )
  }
  #settle(call: number, result: { readonly value: unknown } | { readonly error: unknown }): void {
    const pending = this.#pending.get(call)
    if (pending === undefined) {
      this.#late++
      return
    }
    this.#pending.delete(call)
    const outcome = this.#packed(call, result)
    const { line } = this.#owner
    if (pending.blocking) line.answer(call, outcome)
    else line.send({ type: 'reply', call, outcome })
  }
  #packed(call: number, result: { readonly value: unknown } | { readonly error: unknown }): WireOutcome {
    let { error } = result as { readonly error?: unknown }
    if ('value' in result)
      try {
        return { value: packValue(result.value) }
      } catch (refusal) {
        error = refusal
      }
    const record = recordError(error)
    if (record.kind !== 'host') return { error: record }
    this.#keep(call, error)
    return { error: { ...record, call } }
  }
  #keep(call: number, error: unknown): void {
    this.#errors.set(call, { error })
    for (const oldest of this.#errors.keys()) {
      if (this.#errors.size <= MOST_KEPT_ERRORS) return
      this.#errors.delete(oldest)
    }
  }
  /** The error that a call failed with, while it is known. */
  errorOf(call: number): { readonly error: unknown } | undefined {
    return this.#errors.get(call)
  }

  /** The guest no longer waits for a call. */
  ended(call: number, reason: unknown): void {
    const pending = this.#pending.get(call)
    if (pending === undefined) return
    this.#pending.delete(call)
    pending.controller.abort(reason)
  }
  /** The sandbox has ended: every call aborts, and what it settles with later is dropped and counted. */
  abortAll(reason: unknown): void {
    for (const call of [...this.#pending.keys()]) this.ended(call, reason)
  }
}

function copyWindow({ windowMs, count }: RateWindowOption): RateWindowOption {
  return { windowMs, count }
}

function isFunction(value: WorkerExposed): value is WorkerHostFunction {
  if (typeof value === 'function') return true
  return ['async', 'sync', 'raw'].some((key) => ['function', 'string'].includes(typeof Reflect.get(value, key)))
}
