// W-6: every hop is checked against `allow`, and every address that a name leads to before it is connected to.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FetchOptions, FetchTransport, FetchTransportRequest } from '../../src/index.ts'
import { isJsAdapterError, nodeTransport } from '../../src/index.ts'
import { serve } from '../support/http-server.ts'
import type { Asked, TestServer } from '../support/http-server.ts'
import { openIn } from '../support/modes.ts'

let server: TestServer
let other: TestServer
/** What a server tells of a request, whoever is asked. */
const echoOf = ({ method, url, body, headers }: Asked): object => ({
  method,
  url,
  body: body.toString(),
  type: headers['content-type'] ?? null,
  mine: headers['x-mine'] ?? null,
})
beforeAll(async () => {
  other = await serve((asked, _request, response) => response.end(JSON.stringify(echoOf(asked))))
  server = await serve((asked, _request, response) => {
    const { url, headers } = asked
    const [, status, target = ''] = /^\/to\/(\d+)\/(.*)$/.exec(url) ?? []
    if (status !== undefined) response.writeHead(Number(status), { location: decodeURIComponent(target) }).end('moved')
    else if (url === '/loop') response.writeHead(302, { location: '/loop' }).end()
    else if (url === '/nowhere') response.writeHead(302).end('no location')
    else response.end(JSON.stringify({ ...echoOf(asked), host: headers.host }))
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

async function asking(fetch: Partial<FetchOptions>, source: string, variant: 'ng' | 'bellard' = 'ng'): Promise<unknown> {
  await using opened = await openIn('inline', { variant, fetch: { allow: [server.origin], ...fetch } })
  return await opened.sandbox.run(source)
}
const outcome = (url: string, init = ''): string =>
  `fetch(${JSON.stringify(url)}${init === '' ? '' : `, ${init}`}).then(async (r) => ({ status: r.status, redirected: r.redirected, url: r.url, text: await r.text() }), (e) => [e.name, e.message, e.code ?? null])`
const to = (status: number, target: string): string => `${server.origin}/to/${status}/${encodeURIComponent(target)}`
const DENIED = ['TypeError', 'fetch failed: the URL is not allowed', 'ERR_FETCH_DENIED']
const NO_REDIRECT = ['TypeError', 'fetch failed: a redirect was not followed', 'ERR_FETCH_REDIRECT']
const FAILED = ['TypeError', 'fetch failed', null]

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('W-6 what is not in allow is not asked for', async () => {
    const asked = server.asked.length
    const askedOther = other.asked.length
    for (const url of [
      `${other.origin}/x`,
      `http://localhost:${server.port}/`,
      'https://example.org/',
      'file:///etc/passwd',
      'data:,x',
      `https://127.0.0.1:${server.port}/`,
    ])
      expect(await asking({}, outcome(url), variant), url).toEqual(DENIED)
    expect(await asking({}, outcome('/relative'), variant)).toEqual(['TypeError', 'Failed to parse URL from /relative', null])
    expect([server.asked.length - asked, other.asked.length - askedOther]).toEqual([0, 0])
  })

  test('W-6 by default a redirect ends the request, unless the guest takes it as it is', async () => {
    for (const status of [301, 302, 303, 307, 308])
      expect(await asking({}, outcome(to(status, '/there')), variant)).toEqual(NO_REDIRECT)
    expect(await asking({}, outcome(to(302, '/there'), "{ redirect: 'error' }"), variant)).toEqual(NO_REDIRECT)
    expect(await asking({}, outcome(to(302, '/there'), "{ redirect: 'manual' }"), variant)).toMatchObject({
      status: 302,
      redirected: false,
      text: 'moved',
    })
    expect(await asking({}, outcome(`${server.origin}/nowhere`), variant)).toMatchObject({ status: 302, text: 'no location' })
    expect(await asking({}, outcome(to(304, '/there')), variant)).toMatchObject({ status: 304, text: '' })
  })

  test('W-6 follow-allowed follows where allow lets it, hop by hop', async () => {
    const redirect = 'follow-allowed'
    const both = { redirect, allow: [server.origin, other.origin] } as const
    expect(await asking(both, outcome(to(302, '/there#part')), variant)).toMatchObject({
      status: 200,
      redirected: true,
      url: `${server.origin}/there`,
    })
    expect(await asking(both, outcome(to(302, to(301, `${other.origin}/x`))), variant)).toMatchObject({
      redirected: true,
      url: `${other.origin}/x`,
    })
    const asked = other.asked.length
    for (const target of [
      `${other.origin}/x`,
      `//localhost:${server.port}/`,
      'http://169.254.169.254/latest',
      'file:///etc/passwd',
      'data:,x',
      'javascript:1',
      `http://user:secret@127.0.0.1:${server.port}/`,
      `http://[::ffff:127.0.0.1]:${server.port}/`,
    ])
      expect(await asking({ redirect }, outcome(to(302, target)), variant), target).toEqual(DENIED)
    expect(await asking({ redirect }, outcome(to(302, to(302, `${other.origin}/x`))), variant)).toEqual(DENIED)
    expect(other.asked.length).toBe(asked)
    expect(await asking({ redirect }, outcome(to(302, '/there'), "{ redirect: 'error' }"), variant)).toEqual(NO_REDIRECT)
    expect(await asking({ redirect }, outcome(`${server.origin}/loop`), variant)).toEqual(NO_REDIRECT)
    expect(await asking({ redirect }, outcome(to(302, 'http://[')), variant)).toEqual(FAILED)
  })

  test('W-6 a redirect keeps or drops method and body as the standard says', async () => {
    const redirect = 'follow-allowed'
    const sent = (status: number, method: string) =>
      asking(
        { redirect },
        `fetch(${JSON.stringify(to(status, '/there'))}, { method: '${method}', body: 'b', headers: { 'x-mine': '1' } }).then((r) => r.json())`,
        variant,
      )
    for (const status of [301, 302, 303])
      expect(await sent(status, 'POST')).toMatchObject({ method: 'GET', body: '', type: null, mine: '1' })
    for (const status of [307, 308])
      expect(await sent(status, 'POST')).toMatchObject({ method: 'POST', body: 'b', type: 'text/plain;charset=UTF-8' })
    expect(await sent(302, 'PUT')).toMatchObject({ method: 'PUT', body: 'b' })
    expect(await sent(303, 'PUT')).toMatchObject({ method: 'GET', body: '' })
  })
})

describe('W-6 names', () => {
  const named = (lookup: (hostname: string) => readonly string[], allow: readonly string[]) => {
    const asked: string[] = []
    const transport = nodeTransport({
      lookup: async (hostname) => {
        asked.push(hostname)
        return lookup(hostname).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      },
    })
    return { asked, fetch: { transport, allow: allow.map((entry) => entry.replace('PORT', String(server.port))) } }
  }
  test.each([
    ['127.0.0.1'],
    ['10.0.0.7'],
    ['169.254.169.254'],
    ['0.0.0.0'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['fe80::1%eth0'],
    ['8.8.8.8', '127.0.0.1'],
    ['not an address'],
    [],
  ])('a name that leads to %j is refused before anything is connected to', async (...addresses) => {
    const { fetch } = named(() => addresses, ['http://inside.example:PORT'])
    const connections: unknown[] = []
    const count = (socket: unknown): void => void connections.push(socket)
    server.server.on('connection', count)
    expect(await asking(fetch, outcome(`http://inside.example:${server.port}/`))).toEqual(FAILED)
    server.server.off('connection', count)
    expect(connections).toEqual([])
  })
  test('a name may lead to what is listed, and the connection is to the address that was checked', async () => {
    let times = 0
    // The second answer is what a name that is rebound would lead to.
    const { asked, fetch } = named(
      () => (++times === 1 ? ['127.0.0.1'] : ['8.8.8.8']),
      ['http://inside.example:PORT', '127.0.0.0/8'],
    )
    expect(await asking(fetch, `${outcome(`http://inside.example:${server.port}/x`)}.then((r) => JSON.parse(r.text).host)`)).toBe(
      `inside.example:${server.port}`,
    )
    expect(asked).toEqual(['inside.example'])
  })
  test('each hop is resolved and checked anew', async () => {
    let times = 0
    const { fetch } = named(() => [++times === 1 ? '127.0.0.1' : '127.0.0.2'], ['http://inside.example:PORT', '127.0.0.1'])
    expect(
      await asking({ ...fetch, redirect: 'follow-allowed' }, outcome(`http://inside.example:${server.port}/to/302/%2Fthere`)),
    ).toEqual(FAILED)
    expect(times).toBe(2)
  })
  test("the system's own resolver is checked as well", async () => {
    expect(await asking({ allow: [`http://localhost:${server.port}`] }, outcome(`http://localhost:${server.port}/`))).toEqual(
      FAILED,
    )
    expect(
      await asking(
        { allow: [`http://localhost:${server.port}`, '127.0.0.0/8', '::1'] },
        outcome(`http://localhost:${server.port}/`),
      ),
    ).toMatchObject({ status: 200 })
  })
})

describe('W-6 the transport', () => {
  const answering = (
    answer: (request: FetchTransportRequest) => unknown,
  ): { readonly transport: FetchTransport; readonly requests: FetchTransportRequest[] } => {
    const requests: FetchTransportRequest[] = []
    return {
      requests,
      transport: {
        async send(request) {
          requests.push(request)
          return answer(request) as never
        },
      },
    }
  }
  const ok = { status: 200, statusText: 'OK', headers: [], body: undefined }
  const allow = ['https://api.example.org', 'https://169.254.169.254', 'https://10.0.0.1']

  test('is given one hop: the URL without its fragment, allowed headers, a signal and the check of addresses', async () => {
    const { transport, requests } = answering(({ assertAddress }) => {
      expect(() => assertAddress('127.0.0.1')).toThrow(expect.objectContaining({ code: 'ERR_FETCH_ADDRESS' }))
      return ok
    })
    expect(
      await asking(
        { transport, allow },
        outcome('https://api.example.org/x?y#z', "{ method: 'PATCH', body: 'b', headers: { Cookie: 'a', 'X-A': '1' } }"),
      ),
    ).toMatchObject({ status: 200, url: 'https://api.example.org/x?y' })
    expect(requests).toMatchObject([
      {
        url: 'https://api.example.org/x?y',
        method: 'PATCH',
        headers: [
          ['x-a', '1'],
          ['content-type', 'text/plain;charset=UTF-8'],
        ],
        body: new TextEncoder().encode('b'),
      },
    ])
    expect(requests[0]?.signal.aborted).toBe(true) // nothing of the response is wanted any more
  })
  test('is not asked where the host is an address that may not be reached', async () => {
    const { transport, requests } = answering(() => ok)
    expect(await asking({ transport, allow: ['https://*.example.org'] }, outcome('https://127.0.0.1/'))).toEqual(DENIED)
    expect(requests).toEqual([])
  })
  test.each<readonly [string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('secret of the host: 10.9.8.7')
      },
    ],
    ['gives nothing', () => undefined],
    ['gives a wrong status', () => ({ ...ok, status: 101 })],
    [
      'fails in its body',
      () => ({
        ...ok,
        body: (async function* (): AsyncGenerator<Uint8Array> {
          yield new Uint8Array(1)
          throw new Error('secret of the host: 10.9.8.7')
        })(),
      }),
    ],
    [
      'has an error that lies',
      () => {
        throw Object.assign(new Error('x'), { code: 'ERR_FETCH_DENIED' })
      },
    ],
  ])('one that %s is a network error, and its words stay with the host', async (_name, answer) => {
    const { transport } = answering(answer)
    await using opened = await openIn('inline', { fetch: { transport, allow } })
    const seen = await opened.sandbox.run(
      `fetch('https://api.example.org/').catch((e) => [e.name, e.message, e.code ?? null, e.cause ?? null, /secret|10\\.9/.test(e.stack + JSON.stringify(e))])`,
    )
    expect(seen).toEqual([...FAILED, null, false])
    const error: unknown = await Promise.resolve(opened.sandbox.run("fetch('https://api.example.org/')")).catch(
      (thrown: unknown) => thrown,
    )
    const unwrapped: unknown = Reflect.get(Object(error), 'unwrap').call(error)
    expect(isJsAdapterError(unwrapped, 'ERR_FETCH_FAILED')).toBe(true)
  })
  test('headers of a response are bounded, and what is over the limit is not read', async () => {
    const wide = answering(() => ({ ...ok, headers: Array.from({ length: 70 }, (_, at) => [`x-${at}`, 'v'.repeat(1000)]) }))
    expect(await asking({ transport: wide.transport, allow }, outcome('https://api.example.org/'))).toEqual([
      'TypeError',
      'fetch failed: the response is too large',
      'ERR_FETCH_SIZE',
    ])
    let given = 0
    const long = answering(() => ({
      ...ok,
      body: (async function* () {
        for (;;) {
          given++
          yield new Uint8Array(1000)
        }
      })(),
    }))
    expect(
      await asking({ transport: long.transport, allow, maxResponseBytes: 5000 }, outcome('https://api.example.org/')),
    ).toEqual(['TypeError', 'fetch failed: the response is too large', 'ERR_FETCH_SIZE'])
    expect(given).toBe(6)
    const exact = answering(() => ({
      ...ok,
      body: (async function* () {
        yield new Uint8Array(5000)
      })(),
    }))
    expect(
      await asking(
        { transport: exact.transport, allow, maxResponseBytes: 5000 },
        `${outcome('https://api.example.org/')}.then((r) => r.text.length)`,
      ),
    ).toBe(5000)
  })
})
