// W-6: what a guest's `fetch` sends and is answered, over a real server.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Asked, TestServer } from '../support/http-server.ts'
import { serve, until } from '../support/http-server.ts'
import { MODES, openIn } from '../support/modes.ts'
import type { FetchOptions } from '../../src/index.ts'
import type { ServerResponse } from 'node:http'

let server: TestServer
const LARGE = Buffer.alloc(3_000_000, 'a')
function answer({ method, url, headers, body }: Asked, response: ServerResponse): void {
  switch (url) {
    case '/echo':
      response.writeHead(
        200,
        'Very Fine',
        [
          ['Content-Type', 'application/json'],
          ['X-Two', 'a'],
          ['X-Two', 'b'],
          ['Set-Cookie', 'secret=1'],
        ].flat(),
      )
      response.end(JSON.stringify({ method, headers, body: body.toString('latin1') }))
      return
    case '/bytes':
      response.end(Buffer.from([0, 255, 0xc3, 0xa9, 10]))
      return
    case '/bom':
      response.end(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]))
      return
    case '/none':
      response.writeHead(204).end()
      return
    case '/missing':
      response.writeHead(404).end('no')
      return
    case '/gzip':
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed'))
      return
    case '/br':
      response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync('packed'))
      return
    case '/deflate':
      response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateSync('packed'))
      return
    case '/twice':
      response.writeHead(200, { 'content-encoding': 'gzip, br' }).end(brotliCompressSync(gzipSync('packed')))
      return
    case '/broken':
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('this is no gzip')
      return
    case '/unknown-coding':
      response.writeHead(200, { 'content-encoding': 'zstd-of-mine' }).end('x')
      return
    case '/bomb':
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(LARGE))
      return
    case '/bomb-twice':
      response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(gzipSync(LARGE)))
      return
    case '/large':
      response.end(LARGE)
      return
    case '/endless': {
      const more = (): void => {
        while (response.write(LARGE.subarray(0, 65_536)));
      }
      response.on('drain', more)
      more()
      return
    }
    case '/slow':
      response.write('begin')
      return
    case '/silent':
      return
    case '/cut':
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
      setTimeout(() => response.destroy(), 10)
      return
    case '/upgrade':
      response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: mine\r\n\r\n')
      return
    case '/no-http':
      response.socket?.end('this is no HTTP\r\n\r\n')
      return
    default:
      response.writeHead(500).end()
  }
}
beforeAll(async () => {
  server = await serve((asked, _request, response) => answer(asked, response))
})
afterAll(() => server[Symbol.asyncDispose]())

const open = (mode: (typeof MODES)[number], variant: 'ng' | 'bellard', more: Partial<FetchOptions> = {}) =>
  openIn(mode, { variant, fetch: { allow: [server.origin], ...more } })

const KINDS = [
  ['inline', 'ng'],
  ['inline', 'bellard'],
  ['worker', 'ng'],
  ['worker', 'bellard'],
] as const

describe.each(KINDS)('%s %s', (mode, variant) => {
  test('W-6 the response has status, text, headers, url and body, and nothing of cookies', async () => {
    await using opened = await open(mode, variant)
    const seen = await opened.sandbox.run(`fetch('${server.origin}/echo#part').then(async (r) => ({
      is: r instanceof Response, status: r.status, statusText: r.statusText, ok: r.ok, url: r.url, redirected: r.redirected, type: r.type,
      two: r.headers.get('x-two'), cookie: r.headers.get('set-cookie'), all: [...r.headers.keys()].includes('set-cookie'), cookies: r.headers.getSetCookie(),
      before: r.bodyUsed, json: await r.json(), after: r.bodyUsed, again: await r.text().catch((e) => e.name),
    }))`)
    expect(seen).toMatchObject({
      is: true,
      status: 200,
      statusText: 'Very Fine',
      ok: true,
      url: `${server.origin}/echo`,
      redirected: false,
      type: 'basic',
      two: 'a, b',
      cookie: null,
      all: false,
      cookies: [],
      before: false,
      after: true,
      again: 'TypeError',
    })
    expect(Object(seen).json.method).toBe('GET')
  })

  test('W-6 bodies cross as bytes in both directions', async () => {
    await using opened = await open(mode, variant)
    const seen = await opened.sandbox.run(`(async () => {
      const sent = async (body) => { const { body: b, headers: h, method } = await (await fetch('${server.origin}/echo', { method: 'post', body })).json(); return [method, b, h['content-type'] ?? null] }
      const got = await fetch('${server.origin}/bytes'), copy = got.clone()
      return {
        bytes: await got.bytes(), buffer: await copy.arrayBuffer(), bom: await (await fetch('${server.origin}/bom')).json(),
        text: await sent('é'), view: await sent(new Uint8Array([9, 0, 255, 7]).subarray(1, 3)), data: await sent(new DataView(new Uint8Array([1, 2]).buffer, 1)), params: await sent(new URLSearchParams({ a: 'b c' })), none: await sent(),
      }
    })()`)
    expect(seen).toEqual({
      bytes: new Uint8Array([0, 255, 0xc3, 0xa9, 10]),
      buffer: new Uint8Array([0, 255, 0xc3, 0xa9, 10]).buffer,
      bom: {},
      text: ['POST', '\u00c3\u00a9', 'text/plain;charset=UTF-8'],
      view: ['POST', '\u0000\u00ff', null],
      data: ['POST', '\u0002', null],
      params: ['POST', 'a=b+c', 'application/x-www-form-urlencoded;charset=UTF-8'],
      none: ['POST', '', null],
    })
  })

  test('W-6 cookies, credentials, Host and what a connection sets itself are never sent', async () => {
    await using opened = await open(mode, variant)
    const headers = await opened.sandbox.run(`fetch(new Request('${server.origin}/echo', { headers: [
      ['Cookie', 'a=1'], ['cookie2', 'x'], ['Authorization', 'Basic x'], ['Proxy-Authorization', 'y'], ['Host', 'evil.example'], ['Content-Length', '5'], ['Transfer-Encoding', 'chunked'],
      ['Connection', 'upgrade'], ['Upgrade', 'h2c'], ['Expect', '100-continue'], ['Sec-Fetch-Site', 'none'], ['Origin', 'https://evil.example'], ['Referer', 'https://evil.example'], ['X-Mine', 'kept'], ['Accept', 'text/plain'], ['accept', 'text/html'],
    ] })).then((r) => r.json()).then((j) => j.headers)`)
    expect(headers).toEqual({
      host: `127.0.0.1:${server.port}`,
      connection: 'close',
      'accept-encoding': 'gzip, deflate, br',
      'x-mine': 'kept',
      accept: 'text/plain, text/html',
    })
    const urls = await opened.sandbox.run(
      `Promise.all(['http://user:secret@127.0.0.1:${server.port}/echo', 'http://user@127.0.0.1:${server.port}/echo'].map((u) => fetch(u).catch((e) => e.name)))`,
    )
    expect(urls).toEqual(['TypeError', 'TypeError'])
    expect(server.asked.some(({ headers: sent }) => sent.authorization !== undefined || sent.cookie !== undefined)).toBe(false)
  })

  test('W-6 the content is decoded, and its decoded size is what is limited', async () => {
    await using opened = await open(mode, variant, { maxResponseBytes: 100_000 })
    const of = (path: string) =>
      `fetch('${server.origin}${path}').then((r) => r.text(), (e) => [e.constructor === TypeError, e.message, e.code, Object.keys(e).length, e.cause])`
    for (const path of ['/gzip', '/br', '/deflate', '/twice']) expect(await opened.sandbox.run(of(path))).toBe('packed')
    for (const path of ['/bomb', '/bomb-twice', '/large', '/endless'])
      expect(await opened.sandbox.run(of(path)), path).toEqual([
        true,
        'fetch failed: the response is too large',
        'ERR_FETCH_SIZE',
        1,
        undefined,
      ])
    for (const path of ['/broken', '/unknown-coding', '/cut', '/upgrade', '/no-http'])
      expect(await opened.sandbox.run(of(path)), path).toEqual([true, 'fetch failed', undefined, 0, undefined])
    await until(() => server.closed() > 0, 'the endless response was ended')
  })

  test('W-6 an empty response, an error status and HEAD are responses', async () => {
    await using opened = await open(mode, variant)
    expect(
      await opened.sandbox.run(`(async () => {
        const none = await fetch('${server.origin}/none'), missing = await fetch('${server.origin}/missing'), head = await fetch('${server.origin}/large', { method: 'HEAD' })
        return [none.status, await none.text(), none.bodyUsed, missing.ok, missing.status, await missing.text(), head.status, (await head.bytes()).length]
      })()`),
    ).toEqual([204, '', false, false, 404, 'no', 200, 0])
  })

  test('W-6 timeoutMs ends a server that does not answer, or not to the end', async () => {
    await using opened = await open(mode, variant, { timeoutMs: 60 })
    for (const path of ['/slow', '/silent'])
      expect(await opened.sandbox.run(`fetch('${server.origin}${path}').catch((e) => [e.name, e.code])`), path).toEqual([
        'TypeError',
        'ERR_FETCH_TIMEOUT',
      ])
  })

  test('W-6 one request more than maxConcurrent is refused, and the next goes through', async () => {
    await using opened = await open(mode, variant, { maxConcurrent: 3, timeoutMs: 5000 })
    const asked = server.asked.length
    expect(
      await opened.sandbox.run(`(async () => {
        const all = await Promise.allSettled([1, 2, 3, 4, 5].map(() => fetch('${server.origin}/bytes')))
        const later = await fetch('${server.origin}/bytes')
        return [...all.map((one) => one.status === 'fulfilled' ? one.value.status : one.reason.code), later.status]
      })()`),
    ).toEqual([200, 200, 200, 'ERR_HOST_CALL_LIMIT', 'ERR_HOST_CALL_LIMIT', 200])
    expect(server.asked.length - asked).toBe(4)
  })

  test('W-6 an aborted signal ends the request before, during and after it', async () => {
    await using opened = await open(mode, variant)
    const asked = server.asked.length
    const closed = server.closed()
    await opened.sandbox.expose('underWay', async () => {
      await until(() => server.asked.length > asked, 'the server was asked')
      return true
    })
    expect(
      await opened.sandbox.run(`(async () => {
        const before = await fetch('${server.origin}/bytes', { signal: AbortSignal.abort('early') }).catch((e) => e)
        const now = new AbortController(), given = fetch('${server.origin}/bytes', { signal: now.signal })
        now.abort('at once')
        const atOnce = await given.catch((e) => e)
        const during = new AbortController(), slow = fetch('${server.origin}/slow', { signal: during.signal })
        await underWay()
        during.abort('meanwhile')
        const meanwhile = await slow.catch((e) => e)
        const late = new AbortController(), response = await fetch(new Request('${server.origin}/bytes', { signal: late.signal }))
        late.abort()
        return [before, atOnce, meanwhile, (await response.bytes()).length]
      })()`),
    ).toEqual(['early', 'at once', 'meanwhile', 5])
    expect(server.asked.length - asked).toBe(2)
    await until(() => server.closed() > closed, 'the server saw the abort')
    expect(
      await opened.sandbox.run(`fetch('${server.origin}/silent', { signal: AbortSignal.timeout(20) }).catch((e) => e.name)`),
    ).toBe('TimeoutError')
  })

  test('B-3 a sandbox that is closed aborts its requests, and a late answer is counted', async () => {
    const opened = await open(mode, variant)
    const closed = server.closed()
    const asked = server.asked.length
    const pending = Promise.resolve(opened.sandbox.run(`fetch('${server.origin}/slow').then(() => 1)`)).catch(
      (error: unknown) => error,
    )
    await until(() => server.asked.length > asked, 'the server was asked')
    await opened[Symbol.asyncDispose]()
    expect(Reflect.get(Object(await pending), 'code')).toBe('ERR_SANDBOX_CLOSED')
    await until(() => server.closed() > closed, 'the server saw the end')
    await until(() => opened.sandbox.usage().hostCalls.lateSettlements === 1, 'the late answer was counted')
  })
})
