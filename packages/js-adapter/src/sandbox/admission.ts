// Whether a guest's host call may be made now: counts of its operation and sandbox, and rates by function and tenant.
import { Limiter } from '@loopwright/catrate'
import type { ResolvedLimits } from '../limits.ts'
import type { RateLimiterLike } from '../ports.ts'
import type { Refusal } from '../runtime/host-error.ts'
import type { ResolvedHostFunction } from './host-functions.ts'

/** Rates over many sandboxes: the same limiter is given to each of them. `Limiter` of `@loopwright/catrate` fits. */
export interface AdmissionOptions {
  /** Asked with the tenant's name for each host call of its sandboxes; a sandbox without a tenant is not asked for. */
  readonly tenants?: RateLimiterLike | undefined
  /** Asked with the function's name for each call of it, whoever makes it. */
  readonly functions?: RateLimiterLike | undefined
}

/** Bounds on host calls, apart from those of one function. */
export type HostCallLimits = Pick<ResolvedLimits, 'maxHostCallsPerOperation' | 'maxPendingCalls' | 'hostCallRates'>
/** What a call is admitted by of the function that it calls. */
export type AdmittedFunction = Pick<ResolvedHostFunction, 'name' | 'maxConcurrent' | 'limiter'>

export interface AdmissionParts {
  readonly limits: HostCallLimits
  readonly tenant: string | undefined
  readonly shared: AdmissionOptions
  clockMs(): number
  /** A limiter threw: the call is refused. */
  onFailure(error: unknown): void
}

/** A refusal, and what it counts under. */
export interface Refused {
  readonly refusal: Refusal
  readonly limit: 'maxHostCallsPerOperation' | 'maxPendingCalls' | 'maxConcurrent' | 'hostCallRates'
}

export class Admission {
  readonly #parts: AdmissionParts
  readonly #ratesByName = new Map<string, RateLimiterLike>()

  constructor(parts: AdmissionParts) {
    this.#parts = parts
    for (const [name, windows] of Object.entries(parts.limits.hostCallRates))
      if (windows.length > 0) this.#ratesByName.set(name, new Limiter({ windows, clock: { nowMs: () => parts.clockMs() } }))
  }

  /** In order: the operation's count, pending calls, concurrency, rates of the function, of the sandbox, of the tenant, of all. */
  refuse(
    entry: AdmittedFunction,
    pendingOfFunction: number,
    pending: number,
    operation: { hostCalls: number } | undefined,
  ): Refused | undefined {
    const { limits } = this.#parts
    if (operation !== undefined && ++operation.hostCalls > limits.maxHostCallsPerOperation)
      return tooMany('maxHostCallsPerOperation', `an operation may make ${limits.maxHostCallsPerOperation} host calls`)
    if (pending >= limits.maxPendingCalls) return tooMany('maxPendingCalls', `${limits.maxPendingCalls} host calls are pending`)
    if (pendingOfFunction >= entry.maxConcurrent)
      return tooMany('maxConcurrent', `${entry.maxConcurrent} calls of ${entry.name} are pending`)
    return this.#rates(entry)
  }

  #rates({ name, limiter }: AdmittedFunction): Refused | undefined {
    const { tenant, shared } = this.#parts
    return (
      this.#ask(limiter, name, name) ??
      this.#ask(this.#ratesByName.get(name) ?? this.#ratesByName.get('*'), name, name) ??
      (tenant === undefined ? undefined : this.#ask(shared.tenants, tenant, name)) ??
      this.#ask(shared.functions, name, name)
    )
  }
  #ask(limiter: RateLimiterLike | undefined, category: string, name: string): Refused | undefined {
    if (limiter === undefined) return undefined
    let retryAfterMs: number | undefined
    try {
      const result = limiter.allow(category)
      if (result.allowed) return undefined
      retryAfterMs = result.retryAfterMs
    } catch (error) {
      // Nobody knows whether the call is within its rate: a limiter that fails lets nothing through.
      this.#parts.onFailure(error)
    }
    return {
      limit: 'hostCallRates',
      refusal: { type: 'Error', message: `${name} is called too often`, code: 'ERR_RATE_LIMITED', retryAfterMs },
    }
  }
}

function tooMany(limit: Refused['limit'], message: string): Refused {
  return { limit, refusal: { type: 'Error', message, code: 'ERR_HOST_CALL_LIMIT' } }
}
