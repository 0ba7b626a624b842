// What may be exposed to a guest, and its checked form.
import { Limiter } from '@loopwright/catrate'
import type { ResolvedLimits } from '../limits.ts'
import type { RateLimiterLike } from '../ports.ts'
import type { RawFunction } from '../runtime/raw-call.ts'
import type { AsyncCallBounds, HostCallContext, RateWindowOption } from './async-calls.ts'
import { declarationOf, declaredFunction } from './declared.ts'
import type { DeclaredHostFunction } from './declared.ts'

export type { AsyncCallBounds, HostCallContext, RateWindowOption }

/** A function whose code starts after the guest has been left; the guest gets a promise. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are the guest's, their types the author's claim
export type AsyncHostFunction = (...args: never[]) => unknown

/** Without `args` the arguments are whatever the guest gave; with it the object is an `AsyncDeclaration`. */
export interface AsyncHostFunctionOptions extends AsyncCallBounds {
  readonly async: AsyncHostFunction
  readonly args?: undefined
  readonly result?: undefined
}

export interface SyncHostFunctionOptions {
  readonly args?: undefined
  readonly result?: undefined
  /** Runs inside the guest's operation and returns a plain value. */
  readonly sync: AsyncHostFunction
  /** Milliseconds within which it keeps its word to return. Default: the limit `syncHostBudgetMs`. Longer calls are counted and logged. */
  readonly maxMs?: number | undefined
}

export interface RawHostFunctionOptions {
  /** Runs inside the guest's operation and reads its arguments itself: the fast path. */
  readonly raw: RawFunction
  readonly args?: undefined
  readonly result?: undefined
}

export type HostFunction =
  | AsyncHostFunction
  | AsyncHostFunctionOptions
  | SyncHostFunctionOptions
  | RawHostFunctionOptions
  | DeclaredHostFunction

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
  /** What a call that `timeoutMs` ended rejects with. Default: a `TimeoutError`. */
  readonly timedOut?: (() => Error) | undefined
}

/**
 * Checks a host function's declaration.
 * @throws TypeError or RangeError that names the function and the member.
 */
export function resolveHostFunction(
  name: string,
  given: HostFunction,
  limits: ResolvedLimits,
  clockMs: () => number,
): ResolvedHostFunction {
  const base = {
    name,
    raw: undefined,
    maxConcurrent: Number.POSITIVE_INFINITY,
    timeoutMs: Number.POSITIVE_INFINITY,
    maxMs: limits.syncHostBudgetMs,
    limiter: undefined,
  }
  if (typeof given === 'function') return { ...base, kind: 'async', fn: given }
  const declaration = declarationOf(`expose("${name}")`, given)
  const around = (fn: AsyncHostFunction, kind: 'async' | 'sync'): AsyncHostFunction =>
    declaration === undefined ? fn : declaredFunction(fn, declaration, kind)
  if ('raw' in given) {
    if (declaration !== undefined)
      throw new TypeError(`expose("${name}"): a raw function reads its arguments itself: leave args out`)
    return { ...base, kind: 'raw', fn: noop, raw: given.raw }
  }
  if ('sync' in given) {
    const { sync, maxMs = limits.syncHostBudgetMs } = given
    if (typeof sync !== 'function') throw new TypeError(`expose("${name}"): sync must be a function`)
    if (!(maxMs >= 0 && maxMs <= limits.syncHostBudgetMs))
      throw new RangeError(
        `expose("${name}"): maxMs must be from 0 to syncHostBudgetMs (${limits.syncHostBudgetMs}), got ${maxMs}`,
      )
    return { ...base, kind: 'sync', fn: around(sync, 'sync'), maxMs }
  }
  const options: Partial<AsyncHostFunctionOptions> = given as Partial<AsyncHostFunctionOptions>
  const { async: fn, maxConcurrent = Number.POSITIVE_INFINITY, timeoutMs = Number.POSITIVE_INFINITY, rates } = options
  if (typeof fn !== 'function') throw new TypeError(`expose("${name}"): give a function, or an object with async, sync or raw`)
  if (!(maxConcurrent >= 1)) throw new RangeError(`expose("${name}"): maxConcurrent must be at least 1, got ${maxConcurrent}`)
  if (!(timeoutMs > 0)) throw new RangeError(`expose("${name}"): timeoutMs must be above 0, got ${timeoutMs}`)
  const limiter =
    rates === undefined || rates.length === 0 ? undefined : new Limiter({ windows: rates, clock: { nowMs: () => clockMs() } })
  return { ...base, kind: 'async', fn: around(fn, 'async'), maxConcurrent, timeoutMs, limiter }
}

function noop(): void {}
