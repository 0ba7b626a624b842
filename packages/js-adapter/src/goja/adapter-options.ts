// What an adapter is told when it is made, and what its options must be.
import { resolveFetch } from '../fetch/fetch-options.ts'
import type { FetchOptions, ResolvedFetch } from '../fetch/fetch-options.ts'
import type { ConsoleSink, ContextPort, RejectionEvent } from '../ports.ts'
import type { SandboxLimits } from '../limits.ts'
import { resolveLimits } from '../limits.ts'
import type { AdmissionOptions, HostCallLimits } from '../sandbox/admission.ts'
import { checkAdmission, checkContext } from '../sandbox/options.ts'

const MAX_CALLBACKS = 2 ** 20

const ADAPTER_LIMITS = ['hostCallRates', 'maxHostCallsPerOperation', 'maxArgumentBytes'] as const

/** Bounds on the host calls that an adapter admits, which are those of `fetch`. All are off by default. */
export type AdapterLimits = Pick<SandboxLimits, (typeof ADAPTER_LIMITS)[number]>

export interface AdapterOptions {
  /** `'program'` (default) ends by itself when nothing is left; `'service'` on `finish()`. */
  readonly lifecycle?: 'program' | 'service' | undefined
  /** Where the guest's console goes. Default: nowhere. */
  readonly console?: ConsoleSink | undefined
  /** What guest timers and clocks follow: the platform (default), or the loop, where time stands still inside a callback. */
  readonly clock?: 'monotonic' | 'loop' | undefined
  /** Timer or immediate callbacks of one loop callback, 1 to 2^20. Default 256. */
  readonly maxCallbacksPerTurn?: number | undefined
  /**
   * Told what an entry that nobody awaits threw: a settlement, or an interrupted timer callback. Runs in the context of that entry. Default:
   * thrown into the loop.
   */
  readonly onError?: ((error: unknown, origin: AdapterErrorOrigin) => void) | undefined
  /**
   * Told of promises of the guest that were rejected without a handler, and of handlers that come later, in the order of the guest's own events.
   * Called inside the engine: entering the guest from it throws `ERR_REENTRANT`. Default: none.
   */
  readonly onRejection?: ((event: RejectionEvent) => void) | undefined
  /**
   * Carries the context in which the host calls into the runtime, `submit`, `newPromise` or `finish` to what the guest does for it: its jobs,
   * timers, immediates and host functions. Default: none.
   */
  readonly context?: ContextPort | undefined
  /** Gives the guest `loopwright.bindContext(fn)`. Only with `context`. Default `false`. */
  readonly contextApi?: boolean | undefined
  /**
   * Gives the guest `fetch`, `Headers`, `Request` and `Response`; what is there under all four names when the adapter binds stays. A request is made in
   * the context of the guest's call. Default: none of them.
   */
  readonly fetch?: FetchOptions | undefined
  /** Bounds on the calls of `fetch`: rates, calls of one operation, bytes of a request. Default: `fetch.maxConcurrent` alone. */
  readonly limits?: AdapterLimits | undefined
  /** Rates of `fetch` that many runtimes and sandboxes share, by tenant and by function. Default: none. */
  readonly admission?: AdmissionOptions | undefined
  /** Whose guest it is, for `admission.tenants`. Default: nobody's, and then those are not asked. */
  readonly tenant?: string | undefined
  /** Gives the guest `delay(ms, { signal })`: a promise, by a timer of its own. A function that is there under that name stays. Default `false`. */
  readonly delay?: boolean | undefined
}

/** Where an error that nobody awaits came from. */
export interface AdapterErrorOrigin {
  /** Of the context port, for the entry that failed. */
  readonly correlationId: string | undefined
}

/** With its defaults. */
export type ResolvedAdapterOptions = Omit<AdapterOptions, 'fetch' | 'limits' | 'admission'> & {
  readonly fetch: ResolvedFetch | undefined
  readonly limits: HostCallLimits & { readonly maxArgumentBytes: number }
  readonly admission: AdmissionOptions
} & Required<{
    [K in 'lifecycle' | 'clock' | 'maxCallbacksPerTurn']: NonNullable<AdapterOptions[K]>
  }>

/** @throws TypeError or RangeError that names the member, its range and its value. */
function adapterLimits(given: AdapterLimits = {}): ResolvedAdapterOptions['limits'] {
  for (const name of Object.keys(given))
    if (!(ADAPTER_LIMITS as readonly string[]).includes(name))
      throw new TypeError(`limits.${name} is not a limit of an adapter: it has ${ADAPTER_LIMITS.join(', ')}`)
  const off = Number.POSITIVE_INFINITY
  const { hostCallRates, maxHostCallsPerOperation, maxArgumentBytes } = resolveLimits(given)
  return {
    hostCallRates,
    maxPendingCalls: off,
    maxHostCallsPerOperation: given.maxHostCallsPerOperation === undefined ? off : maxHostCallsPerOperation,
    maxArgumentBytes: given.maxArgumentBytes === undefined ? off : maxArgumentBytes,
  }
}

/** @throws TypeError or RangeError that names the member, its range and its value. */
export function resolveAdapterOptions(options: AdapterOptions): ResolvedAdapterOptions {
  const { lifecycle = 'program', clock = 'monotonic', maxCallbacksPerTurn = 256 } = options
  if (lifecycle !== 'program' && lifecycle !== 'service')
    throw new TypeError(`lifecycle must be 'program' or 'service', got ${String(lifecycle)}`)
  if (clock !== 'monotonic' && clock !== 'loop') throw new TypeError(`clock must be 'monotonic' or 'loop', got ${String(clock)}`)
  if (!Number.isInteger(maxCallbacksPerTurn) || maxCallbacksPerTurn < 1 || maxCallbacksPerTurn > MAX_CALLBACKS)
    throw new RangeError(`maxCallbacksPerTurn must be an integer from 1 to ${MAX_CALLBACKS}, got ${maxCallbacksPerTurn}`)
  checkContext(options)
  const fetch = options.fetch === undefined ? undefined : resolveFetch(options.fetch)
  const { admission = {} } = options
  checkAdmission(admission)
  return { ...options, lifecycle, clock, maxCallbacksPerTurn, fetch, admission, limits: adapterLimits(options.limits) }
}
