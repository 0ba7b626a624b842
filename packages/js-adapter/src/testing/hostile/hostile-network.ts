// The network that hostile programs ask: no socket, a few paths that misbehave, and one host behind the fence.
import type { FetchOptions } from '../../fetch/fetch-options.ts'
import type { FetchTransport, FetchTransportResponse } from '../../fetch/transport.ts'

/** What a guest must never read. */
const SECRET = 'secret of the host: /srv/keys, 10.9.8.7'
const HEAD = { status: 200, statusText: 'OK', headers: [], body: undefined }

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function* bytes(count: number, length: number, everyMs?: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at++) {
    if (everyMs !== undefined) await pause(everyMs)
    yield new Uint8Array(length)
  }
}

function* headers(): Generator<readonly [string, string]> {
  for (let at = 0; ; at++) yield [`x-${at}`, 'v'.repeat(100)]
}

async function answer(url: URL, signal: AbortSignal): Promise<FetchTransportResponse> {
  if (url.hostname !== 'allowed.example') return { ...HEAD, headers: [['x-inside', SECRET]] }
  switch (url.pathname) {
    case '/to':
      return { ...HEAD, status: 307, headers: [['location', decodeURIComponent(url.search.slice(1))]] }
    case '/loop':
      return { ...HEAD, status: 302, headers: [['location', '/loop']] }
    case '/silent':
      return await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
      )
    case '/deaf':
      await pause(50)
      return HEAD
    case '/endless':
      return { ...HEAD, body: bytes(Number.POSITIVE_INFINITY, 1000) }
    case '/crumbs':
      return { ...HEAD, body: bytes(Number.POSITIVE_INFINITY, 32) }
    case '/slow':
      return { ...HEAD, body: bytes(Number.POSITIVE_INFINITY, 1, 5) }
    case '/large':
      return { ...HEAD, body: bytes(60, 1000) }
    case '/headers':
      return { ...HEAD, headers: headers() }
    case '/cookie':
      return { ...HEAD, headers: [['Set-Cookie', SECRET]] }
    case '/fails':
      throw Object.assign(new Error(SECRET, { cause: SECRET }), { code: 'ERR_FETCH_DENIED', path: SECRET })
    default:
      return HEAD
  }
}

const transport: FetchTransport = { send: ({ url, signal }) => answer(new URL(url), signal) }

/** For sandboxes that run cases of `network`. Only `http://allowed.example` may be asked; whatever else is answered carries a secret. */
export const HOSTILE_NETWORK: FetchOptions = {
  allow: ['http://allowed.example'],
  redirect: 'follow-allowed',
  maxConcurrent: 4,
  maxResponseBytes: 65_536,
  timeoutMs: 150,
  transport,
}
