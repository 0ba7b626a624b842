// What makes the requests of guests: a port, so that tests, pages and proxies can give their own.
import { JsAdapterError } from '../errors.ts'

/** One request: what is behind a redirect is another one. */
export interface FetchTransportRequest {
  /** Of `http:` or `https:`, in `fetch.allow`, without credentials and fragment. */
  readonly url: string
  readonly method: string
  /** In lower case. No cookies, credentials or `host`, and none of those that a connection sets itself. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | undefined
  /** Bytes of decoded content that are read at most. What takes many more on its way, packed or half unpacked, may be ended before. */
  readonly maxResponseBytes: number
  /** Aborts when the guest, the call or the sandbox has ended, and when the rest of the body is not wanted. */
  readonly signal: AbortSignal
  /**
   * To be asked of each address that a name leads to, before it is connected to; the connection must be to that address and no other.
   * @throws JsAdapterError `ERR_FETCH_ADDRESS`, with which the request ends.
   */
  assertAddress(address: string): void
}

export interface FetchTransportResponse {
  /** 200 to 599. */
  readonly status: number
  readonly statusText: string
  readonly headers: Iterable<readonly [name: string, value: string]>
  /** The content, decoded. It is read up to the limit, and then the signal aborts. */
  readonly body: AsyncIterable<Uint8Array> | undefined
}

/** Makes requests. It must not follow redirects, nor add credentials of the host's unless that is what it is for. */
export interface FetchTransport {
  /**
   * Resolves with the response's head. Rejects when there is none, and once the signal has aborted and nothing goes on in the host for it: until then it
   * counts in `fetch.maxConcurrent`.
   */
  send(request: FetchTransportRequest): Promise<FetchTransportResponse>
}

/** Of a response with more than its limit. */
export function tooLarge(most: number): JsAdapterError {
  return new JsAdapterError('ERR_FETCH_SIZE', `the response has more than ${most} bytes`, {
    context: { maxResponseBytes: most },
  })
}
