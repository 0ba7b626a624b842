// The transport over Node's own client: one connection a request, to an address that was checked, and nothing of the process's own goes along.
import type { IncomingMessage } from 'node:http'
import { JsAdapterError } from '../errors.ts'
import { builtin } from '../platform/builtin.ts'
import { ACCEPTED_CODINGS, decodersOf } from './content-coding.ts'
import { secureContextOf } from './transport-tls.ts'
import type { TransportTls } from './transport-tls.ts'
import type { FetchTransport, FetchTransportRequest, FetchTransportResponse } from './transport.ts'

/** An address that a name leads to. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

export interface NodeTransportOptions {
  /** All addresses of a name. Default: the system's resolver (`dns.lookup`). */
  readonly lookup?: ((hostname: string) => Promise<readonly ResolvedAddress[]>) | undefined
  /** Whom `https:` trusts, and as whom it speaks. Default: what Node trusts, and as nobody. */
  readonly tls?: TransportTls | undefined
}

type LookupAnswer = (error: Error | null, address?: string | ResolvedAddress[], family?: number) => void

/**
 * The transport that `fetch` has by default, for one with a resolver or authorities of your own. Certificates are verified whatever the process's
 * environment says of them.
 * @throws TypeError away from Node, and for `tls` that cannot be read.
 */
export function nodeTransport({ lookup, tls }: NodeTransportOptions = {}): FetchTransport {
  const http = builtin('node:http')
  const https = builtin('node:https')
  const stream = builtin('node:stream')
  const dns = builtin('node:dns/promises')
  if (http === undefined || https === undefined || stream === undefined || dns === undefined)
    throw new TypeError('fetch.transport is needed away from Node: there is no default')
  const addressesOf = lookup ?? ((hostname: string) => dns.lookup(hostname, { all: true, verbatim: true }))

  const secureContext = secureContextOf(tls)
  const secure = { rejectUnauthorized: true, ...(secureContext === undefined ? {} : { secureContext }) }

  const bodyOf = (response: IncomingMessage, most: number): AsyncIterable<Uint8Array> => {
    const decoders = decodersOf(response.headers['content-encoding'], most)
    // `pipeline` ends all of them with the first that fails; whoever reads the last one is told by it.
    return decoders.length === 0
      ? response
      : (stream.pipeline([response, ...decoders], () => {}) as unknown as AsyncIterable<Uint8Array>)
  }
  return {
    send({
      url,
      method,
      headers,
      body,
      maxResponseBytes,
      signal,
      assertAddress,
    }: FetchTransportRequest): Promise<FetchTransportResponse> {
      const { request } = url.startsWith('https:') ? https : http
      let resolving: Promise<unknown> = Promise.resolve()
      /** Resolves once; every address of the answer is checked, and the connection has no others to choose from. */
      const checked = (hostname: string, { all }: { readonly all?: boolean | undefined }, answer: LookupAnswer): void => {
        const found = async (): Promise<readonly ResolvedAddress[]> => {
          const addresses = await addressesOf(hostname)
          for (const { address } of addresses) assertAddress(address)
          return addresses
        }
        const finding = found()
        resolving = finding.catch(() => {})
        finding.then(
          (addresses) => {
            const [first] = addresses
            if (first === undefined) answer(new Error('the name has no address'))
            else if (all === true) answer(null, [...addresses])
            else answer(null, first.address, first.family)
          },
          (error: Error) => answer(error),
        )
      }
      return new Promise((resolve, reject) => {
        const fail = (cause: unknown): void => {
          const error =
            cause instanceof JsAdapterError ? cause : new JsAdapterError('ERR_FETCH_FAILED', 'the request failed', { cause })
          // A resolver cannot be stopped: until it has answered, the request goes on in the process.
          resolving.then(() => reject(error))
        }
        const sent = request(url, {
          ...secure,
          method,
          // None is kept or shared: what one tenant connected to serves no other.
          agent: false,
          // `host` is the connection's own: Node takes it from the URL.
          headers: headersOf(headers, method, body),
          lookup: checked as never,
          signal,
        })
        sent.on('error', fail)
        // Without a word: a protocol that was changed to, say.
        sent.once('close', () => fail(new Error('the connection was closed')))
        sent.once('response', (response) => {
          const empty =
            method === 'HEAD' || response.statusCode === 204 || response.statusCode === 205 || response.statusCode === 304
          try {
            resolve({
              status: response.statusCode ?? 0,
              statusText: response.statusMessage ?? '',
              headers: pairsOf(response.rawHeaders),
              body: empty ? undefined : bodyOf(response, maxResponseBytes),
            })
            if (empty) response.resume()
          } catch (error) {
            sent.destroy()
            fail(error)
          }
        })
        sent.end(body)
      })
    },
  }
}

function headersOf(
  given: FetchTransportRequest['headers'],
  method: string,
  body: Uint8Array | undefined,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null)
  for (const [name, value] of given) headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  headers['accept-encoding'] = ACCEPTED_CODINGS
  headers['connection'] = 'close'
  if (body !== undefined || method === 'POST' || method === 'PUT') headers['content-length'] = String(body?.length ?? 0)
  return headers
}

function pairsOf(raw: readonly string[]): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? ''])
  return pairs
}
