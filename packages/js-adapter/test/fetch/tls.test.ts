// W-6 over TLS: whom a guest's requests trust, what a guest learns when they do not, redirects between schemes, and ends inside the handshake.
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { rootCertificates } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isJsAdapterError, nodeTransport } from '../../src/index.ts'
import type { FetchOptions, TransportTls } from '../../src/index.ts'
import { serve, until } from '../support/http-server.ts'
import type { TestServer } from '../support/http-server.ts'
import { MODES, openIn } from '../support/modes.ts'
import { CA, CERTIFICATE, KEY, LOCKED_KEY, LOCKED_KEY_PASSPHRASE, OTHER_CA } from '../support/tls-fixture.ts'

let secure: TestServer
let plain: TestServer
let shown: unknown[]
beforeAll(async () => {
  shown = []
  plain = await serve(({ url }, _request, response) => {
    if (url.startsWith('/to/')) response.writeHead(302, { location: decodeURIComponent(url.slice(4)) }).end()
    else response.end(`plain ${url}`)
  })
  secure = await serve(
    ({ url }, request, response) => {
      shown.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN)
      if (url.startsWith('/to/')) response.writeHead(302, { location: decodeURIComponent(url.slice(4)) }).end()
      else if (url === '/slow') response.write('begin')
      else response.end(`secure ${url}`)
    },
    { key: KEY, cert: CERTIFICATE, ca: CA, requestCert: true, rejectUnauthorized: false },
  )
})
afterAll(async () => {
  await secure[Symbol.asyncDispose]()
  await plain[Symbol.asyncDispose]()
})

/** Any name leads to this machine: the list of addresses lets it. */
const toLoopback = async () => [{ address: '127.0.0.1', family: 4 }]
const trusting = (tls?: TransportTls): Partial<FetchOptions> => ({ transport: nodeTransport({ lookup: toLoopback, tls }) })
const at = (name: string, path: string): string => `https://${name}:${secure.port}${path}`
const outcome = (url: string, init = 'undefined'): string =>
  `fetch(${JSON.stringify(url)}, ${init}).then(async (r) => [r.status, r.url, r.redirected, await r.text()], (e) => [e?.constructor === TypeError, e?.name ?? e, e?.message, e?.code ?? null, e?.cause ?? null, Object.keys(Object(e)), /node:|cert|ssl|self.signed|127\\.0|js-adapter|\\/usr|\\/home/i.test(String(e?.message) + JSON.stringify(e) + e?.stack)])`
const FAILED = [true, 'TypeError', 'fetch failed', null, null, [], false]

async function asking(mode: (typeof MODES)[number], fetch: Partial<FetchOptions>, source: string): Promise<unknown> {
  const allow = ['localhost', '127.0.0.1', 'other.example'].map((name) => `https://${name}:${secure.port}`)
  await using opened = await openIn(mode, { fetch: { allow: [...allow, '127.0.0.0/8'], ...fetch } })
  return await opened.sandbox.run(source)
}

describe.each(MODES)('W-6 https, %s', (mode) => {
  test('an authority that the host trusts is enough, by name and by address', async () => {
    for (const name of ['localhost', '127.0.0.1'])
      expect(await asking(mode, trusting({ ca: CA }), outcome(at(name, '/x')))).toEqual([200, at(name, '/x'), false, 'secure /x'])
  })

  test('a certificate that nobody trusts is a failed fetch for the guest, and the host learns which', async () => {
    const asked = secure.asked.length
    for (const fetch of [{}, trusting(), trusting({ ca: OTHER_CA })])
      expect(await asking(mode, fetch, outcome(at('localhost', '/x')))).toEqual(FAILED)
    const error: unknown = await asking(mode, trusting(), `fetch('${at('localhost', '/x')}')`).catch((thrown: unknown) => thrown)
    const own: unknown = Reflect.get(Object(error), 'unwrap').call(error)
    expect(String(own)).toBe('JsAdapterError: the request failed')
    // Of an error that crosses from a thread, name and message come along.
    if (mode === 'inline') expect(own).toMatchObject({ code: 'ERR_FETCH_FAILED', cause: { code: 'SELF_SIGNED_CERT_IN_CHAIN' } })
    expect(secure.asked.length).toBe(asked)
  })

  test('a certificate of another name is refused, whatever the name leads to', async () => {
    const asked = secure.asked.length
    expect(await asking(mode, trusting({ ca: CA }), outcome(at('other.example', '/x')))).toEqual(FAILED)
    expect(secure.asked.length).toBe(asked)
  })

  test('redirects lead from https to http and back where the list lets them', async () => {
    const redirect = 'follow-allowed'
    const there = at(
      'localhost',
      `/to/${encodeURIComponent(`${plain.origin}/to/${encodeURIComponent(at('localhost', '/end'))}`)}`,
    )
    const allow = [`https://localhost:${secure.port}`, plain.origin, '127.0.0.1']
    expect(await asking(mode, { ...trusting({ ca: CA }), allow, redirect }, outcome(there))).toEqual([
      200,
      at('localhost', '/end'),
      true,
      'secure /end',
    ])
    const askedPlain = plain.asked.length
    expect(await asking(mode, { ...trusting({ ca: CA }), redirect }, outcome(there))).toEqual([
      true,
      'TypeError',
      'fetch failed: the URL is not allowed',
      'ERR_FETCH_DENIED',
      null,
      ['code'],
      false,
    ])
    expect(plain.asked.length).toBe(askedPlain)
    // Trust is looked at on each hop: what is allowed, and led to by a hop that is trusted, is not trusted for that.
    const onward = at('localhost', `/to/${encodeURIComponent(at('other.example', '/end'))}`)
    expect(await asking(mode, { ...trusting({ ca: CA }), redirect }, outcome(onward))).toEqual(FAILED)
  })
})

describe('W-6 https, the handshake', () => {
  /** Takes connections and never says a word of TLS. */
  const silent = createServer((socket) => {
    connected.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => connected.delete(socket))
    socket.resume()
  })
  const connected = new Set<Socket>()
  let origin: string
  beforeAll(async () => {
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    origin = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`
  })
  afterAll(() => new Promise((resolve) => silent.close(resolve)))
  afterEach(() => expect(connected.size).toBe(0))

  test.each(MODES)('an abort inside it ends the connection, %s', async (mode) => {
    await using opened = await openIn(mode, { fetch: { allow: [origin] } })
    const pending = opened.sandbox.run(
      `globalThis.c = new AbortController(); fetch('${origin}', { signal: c.signal }).catch((e) => e)`,
    )
    await until(() => connected.size === 1, 'the connection was made')
    await opened.sandbox.run("c.abort('enough')")
    expect(await pending).toBe('enough')
    await until(() => connected.size === 0, 'the connection was ended')
  })
  test.each(MODES)('so do timeoutMs and the end of the sandbox, %s', async (mode) => {
    await using timed = await openIn(mode, { fetch: { allow: [origin], timeoutMs: 80 } })
    expect(await timed.sandbox.run(`fetch('${origin}').catch((e) => [e.name, e.code])`)).toEqual([
      'TypeError',
      'ERR_FETCH_TIMEOUT',
    ])
    const closed = await openIn(mode, { fetch: { allow: [origin] } })
    const pending = Promise.resolve(closed.sandbox.run(`fetch('${origin}')`)).catch((error: unknown) => error)
    await until(() => connected.size > 0, 'the connection was made')
    await closed[Symbol.asyncDispose]()
    expect(isJsAdapterError(await pending, 'ERR_SANDBOX_CLOSED')).toBe(true)
    await until(() => connected.size === 0, 'the connections were ended')
  })
  test('a server of plain HTTP is a failed fetch, and its words are not read', async () => {
    const allow = [plain.origin.replace('http:', 'https:')]
    expect(await asking('inline', { allow }, outcome(`${allow[0]}/x`))).toEqual(FAILED)
  })
})

describe('nodeTransport({ tls })', () => {
  test("the process's own word against certificates is not heard", async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      expect(await asking('inline', trusting(), outcome(at('localhost', '/x')))).toEqual(FAILED)
      expect(await asking('inline', trusting({ ca: CA }), outcome(at('other.example', '/x')))).toEqual(FAILED)
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
    }
  })

  test('authorities are one text, bytes or several; a certificate is shown where it is given, and nowhere else', async () => {
    const bytes = new TextEncoder().encode(CA)
    const given: readonly TransportTls[] = [
      { ca: bytes },
      { ca: [...rootCertificates.slice(0, 2), OTHER_CA, CA] },
      { ca: CA, cert: CERTIFICATE, key: KEY },
      { ca: CA, cert: [CERTIFICATE], key: LOCKED_KEY, passphrase: LOCKED_KEY_PASSPHRASE },
    ]
    shown.length = 0
    for (const tls of given)
      expect(await asking('inline', trusting(tls), outcome(at('localhost', '/x')))).toEqual([
        200,
        at('localhost', '/x'),
        false,
        'secure /x',
      ])
    expect(shown).toEqual([undefined, undefined, 'localhost (test fixture)', 'localhost (test fixture)'])
  })

  test.each<readonly [unknown, string]>([
    [1, 'tls'],
    [{ rejectUnauthorized: false }, 'tls.rejectUnauthorized'],
    [{ ca: 'no certificate' }, 'tls.ca[0]'],
    [{ ca: [] }, 'tls.ca'],
    [{ ca: 5 }, 'tls.ca'],
    [{ ca: [undefined] }, 'tls.ca'],
    [{ cert: 'x' }, 'tls.cert'],
    [{ key: 'x' }, 'tls.cert and tls.key'],
    [{ cert: 'x', key: 'y' }, 'tls.cert, or tls.key, cannot be read'],
    [{ cert: 'x', key: {} }, 'tls.key'],
  ])('%j is refused by name', (tls, member) => {
    expect(() => nodeTransport({ tls: tls as never })).toThrow(TypeError)
    expect(() => nodeTransport({ tls: tls as never })).toThrow(member)
  })
})
