// One request of a guest's `fetch`: every hop is checked, what must not be sent is left out, and the content is read up to its limit.
import { JsAdapterError } from '../errors.ts'
import type { ResolvedFetch } from './fetch-options.ts'
import { FORBIDDEN_METHODS, isReadable, isSendable, isWellFormed, TOKEN } from './header-names.ts'
import { Slots } from './slots.ts'
import { tooLarge } from './transport.ts'
import type { FetchTransportRequest, FetchTransportResponse } from './transport.ts'

/** As many as the Fetch standard follows. */
const MOST_REDIRECTS = 20
const MOST_HEADER_UNITS = 64 * 1024
const FIRST_BYTES = 16 * 1024
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** What the guest is answered with: plain data. */
export interface FetchAnswer {
  readonly status: number
  readonly statusText: string
  readonly url: string
  readonly redirected: boolean
  /** Names in lower case, each followed by its value. */
  readonly headers: readonly string[]
  readonly body: Uint8Array | undefined
}

interface GuestRequest {
  readonly url: URL
  readonly method: string
  readonly headers: FetchTransportRequest['headers']
  readonly body: Uint8Array | undefined
  readonly redirect: string
}

export type Fetcher = (args: readonly unknown[], signal: AbortSignal) => Promise<FetchAnswer>

/** The guest's part has checked all of it for a guest that means no harm; here it is checked for the others. */
function readRequest([url, method, headers, body, redirect]: readonly unknown[]): GuestRequest {
  if (
    typeof url !== 'string' ||
    typeof method !== 'string' ||
    typeof redirect !== 'string' ||
    !Array.isArray(headers) ||
    !headers.every((part) => typeof part === 'string') ||
    !(body === undefined || body instanceof Uint8Array)
  )
    throw new JsAdapterError('ERR_FETCH_FAILED', 'the request is not of the form that the profile gives it')
  if (!TOKEN.test(method) || FORBIDDEN_METHODS.has(method.toUpperCase()))
    throw new JsAdapterError('ERR_FETCH_DENIED', 'the method is not allowed')
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = String(headers[at]).toLowerCase()
    const value = String(headers[at + 1])
    if (!isWellFormed(name, value)) throw new JsAdapterError('ERR_FETCH_FAILED', 'a header is not well formed')
    if (isSendable(name, value)) pairs.push([name, value])
  }
  return { url: parsed(url), method, headers: pairs, body, redirect }
}

function parsed(text: string, base?: URL): URL {
  try {
    const url = new URL(text, base)
    url.hash = ''
    return url
  } catch (cause) {
    throw new JsAdapterError('ERR_FETCH_FAILED', 'the URL cannot be parsed', { cause })
  }
}

function headerOf(response: FetchTransportResponse, wanted: string): string | undefined {
  for (const [name, value] of response.headers) if (name.toLowerCase() === wanted) return value
  return undefined
}

/** The request that a redirect asks for, by the rules of the Fetch standard. */
function redirected(request: GuestRequest, status: number, location: string): GuestRequest {
  const { method } = request
  const url = parsed(location, request.url)
  const drops = (status === 303 && method !== 'GET' && method !== 'HEAD') || (status < 303 && method === 'POST')
  if (!drops) return { ...request, url }
  return {
    ...request,
    url,
    method: 'GET',
    body: undefined,
    headers: request.headers.filter(([name]) => !name.startsWith('content-')),
  }
}

/**
 * Pieces are copied together as they come: a server that sends single bytes would have each of them kept with a hundred bytes around it.
 * @throws JsAdapterError `ERR_FETCH_SIZE` as soon as there is more than the limit.
 */
async function readBody({ body }: FetchTransportResponse, most: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  if (body === undefined) return undefined
  let bytes = new Uint8Array(Math.min(most, FIRST_BYTES))
  let length = 0
  for await (const chunk of body) {
    signal.throwIfAborted()
    const end = length + chunk.length
    if (end > most) throw tooLarge(most)
    if (end > bytes.length) {
      const larger = new Uint8Array(Math.min(most, Math.max(end, 2 * bytes.length)))
      larger.set(bytes.subarray(0, length))
      bytes = larger
    }
    bytes.set(chunk, length)
    length = end
  }
  return length === bytes.length ? bytes : bytes.slice(0, length)
}

function readHeaders({ headers, statusText }: FetchTransportResponse): readonly string[] {
  const out: string[] = []
  let units = statusText.length
  for (const [name, value] of headers) {
    units += name.length + value.length
    if (units > MOST_HEADER_UNITS)
      throw new JsAdapterError('ERR_FETCH_SIZE', `the response has more than ${MOST_HEADER_UNITS} characters of headers`)
    const lower = name.toLowerCase()
    if (isReadable(lower)) out.push(lower, value)
  }
  return out
}

/** What makes requests under these options. What it rejects with has a code of this package; the cause stays with the host. */
export function createFetcher({ allow, maxConcurrent, maxResponseBytes, redirect, transport }: ResolvedFetch): Fetcher {
  const slots = new Slots(maxConcurrent)
  /** One hop. Its signal aborts with the call, and when the response is not wanted to its end. */
  const hop = async <T>(
    request: GuestRequest,
    outer: AbortSignal,
    read: (response: FetchTransportResponse, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    allow.assertUrl(request.url)
    outer.throwIfAborted()
    const controller = new AbortController()
    const stop = (): void => controller.abort(outer.reason)
    outer.addEventListener('abort', stop, { once: true })
    try {
      const { method, headers, body } = request
      const { signal } = controller
      const assertAddress = (address: string): void => allow.assertAddress(address)
      const response = await transport.send({
        url: request.url.href,
        method,
        headers,
        body,
        maxResponseBytes,
        signal,
        assertAddress,
      })
      if (!Number.isInteger(response.status) || response.status < 200 || response.status > 599)
        throw new JsAdapterError('ERR_FETCH_FAILED', `the response has the status ${response.status}`)
      return await read(response, signal)
    } finally {
      outer.removeEventListener('abort', stop)
      controller.abort(new DOMException('the response is not wanted any more', 'AbortError'))
    }
  }

  /** All hops of one request. */
  const follow = async (first: GuestRequest, signal: AbortSignal): Promise<FetchAnswer> => {
    let request = first
    for (let hops = 0; ; hops++) {
      const current = request
      const outcome = await hop<FetchAnswer | GuestRequest>(current, signal, async (response, inner) => {
        const { status, statusText } = response
        const location = REDIRECTS.has(status) ? headerOf(response, 'location') : undefined
        if (location !== undefined && current.redirect !== 'manual') {
          if (redirect === 'error' || current.redirect !== 'follow' || hops === MOST_REDIRECTS)
            throw new JsAdapterError(
              'ERR_FETCH_REDIRECT',
              hops === MOST_REDIRECTS ? 'too many redirects' : 'a redirect is not followed',
            )
          return redirected(current, status, location)
        }
        const headers = readHeaders(response)
        const body = await readBody(response, maxResponseBytes, inner)
        return { status, statusText, url: current.url.href, redirected: hops > 0, headers, body }
      })
      if ('status' in outcome) return outcome
      request = outcome
    }
  }

  return async (args, signal) => {
    try {
      const request = readRequest(args)
      // What is not asked for needs no place.
      allow.assertUrl(request.url)
      const waiting = slots.enter(signal)
      // Without a wait the transport is asked in the context of the call, whatever carries that.
      if (waiting !== undefined) await waiting
      try {
        return await follow(request, signal)
      } finally {
        slots.leave()
      }
    } catch (error) {
      if (error instanceof JsAdapterError) throw error
      throw new JsAdapterError('ERR_FETCH_FAILED', 'the request failed', { cause: error })
    }
  }
}
