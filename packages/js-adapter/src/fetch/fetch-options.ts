// What a guest's `fetch` is given, and its checked form.
import { AllowList } from './allow-list.ts'
import { nodeTransport } from './node-transport.ts'
import type { FetchTransport } from './transport.ts'

export const FETCH_REDIRECTS = ['error', 'follow-allowed'] as const
/** `error`: a redirect ends the request, unless the guest asks for it as it is. `follow-allowed`: it is followed where `allow` lets it. */
export type FetchRedirect = (typeof FETCH_REDIRECTS)[number]

export interface FetchOptions {
  /**
   * What may be asked for. Origins (`https://api.example.org`, `http://localhost:3000`; `https://*.example.org` for all names below), whose scheme, name and port
   * must be the same; and addresses outside of the public internet that their names may lead to (`10.1.0.0/16`, `::1`). The host of
   * an origin that is an address is allowed with it.
   */
  readonly allow: readonly string[]
  /** Requests of a sandbox that have not ended; one more is refused with `ERR_HOST_CALL_LIMIT`. 1 to 2^31-1. Default 16. */
  readonly maxConcurrent?: number | undefined
  /** Bytes of a response's content, after it was decoded. 1 to 2^28. Default 1 MiB. */
  readonly maxResponseBytes?: number | undefined
  /** Milliseconds from the guest's call to the end of the content, all redirects included. 1 to 2^31-1. Default 30 000. */
  readonly timeoutMs?: number | undefined
  /** Default `error`. */
  readonly redirect?: FetchRedirect | undefined
  /** Makes the requests. Default: Node's own client (`nodeTransport()`). */
  readonly transport?: FetchTransport | undefined
}

export interface ResolvedFetch {
  readonly allow: AllowList
  readonly maxConcurrent: number
  readonly maxResponseBytes: number
  readonly timeoutMs: number
  readonly redirect: FetchRedirect
  readonly transport: FetchTransport
}

const INT_MAX = 2 ** 31 - 1
const MOST_RESPONSE_BYTES = 2 ** 28

function integer(name: string, value: number, max: number): number {
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new RangeError(`fetch.${name} must be an integer from 1 to ${max}, got ${value}`)
  return value
}

/** @throws TypeError or RangeError that names the member. */
export function resolveFetch(given: FetchOptions): ResolvedFetch {
  if (typeof given !== 'object' || given === null) throw new TypeError('fetch must be an object with allow')
  const { redirect = 'error', transport = nodeTransport() } = given
  if (!FETCH_REDIRECTS.includes(redirect))
    throw new RangeError(`fetch.redirect must be one of ${FETCH_REDIRECTS.join(', ')}, got ${String(redirect)}`)
  if (typeof transport.send !== 'function') throw new TypeError('fetch.transport must be a transport: it has no method send')
  return {
    allow: new AllowList(given.allow),
    maxConcurrent: integer('maxConcurrent', given.maxConcurrent ?? 16, INT_MAX),
    maxResponseBytes: integer('maxResponseBytes', given.maxResponseBytes ?? 2 ** 20, MOST_RESPONSE_BYTES),
    timeoutMs: integer('timeoutMs', given.timeoutMs ?? 30_000, INT_MAX),
    redirect,
    transport,
  }
}
