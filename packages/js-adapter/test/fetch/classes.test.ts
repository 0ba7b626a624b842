// W-6: Headers, Request and Response, and what `fetch` refuses by itself. None of it reaches a network.
import { describe, expect, test } from 'vitest'
import type { FetchTransport } from '../../src/index.ts'
import { FETCH_SHAPE } from './surface.ts'
import inNode26 from './surface.json' with { type: 'json' }
import { openIn } from '../support/modes.ts'

const transport: FetchTransport = {
  send: async ({ url, method, headers, body }) => ({
    status: 200,
    statusText: 'OK',
    headers: [['Content-Type', 'text/plain']],
    body: (async function* () {
      yield new TextEncoder().encode(
        JSON.stringify({ url, method, headers, body: body === undefined ? null : new TextDecoder().decode(body) }),
      )
    })(),
  }),
}
const allow = ['https://example.org']

describe.each(['ng', 'bellard'] as const)('W-6 %s', (variant) => {
  const evaluate = async (source: string): Promise<unknown> => {
    await using opened = await openIn('inline', { variant, fetch: { allow, transport } })
    return await opened.sandbox.run(source)
  }
  const tried = (sources: readonly string[]): Promise<unknown> =>
    evaluate(
      `(async () => { const out = []; for (const f of [${sources.map((source) => `async () => ${source}`).join(', ')}]) out.push(await f().catch((e) => e.name)); return out })()`,
    )

  test('the globals have the flags, names and lengths of the platform', async () => {
    const inGuest = await evaluate(FETCH_SHAPE)
    expect(inGuest).toEqual(inNode26)
    if (process.versions.node.startsWith('26.')) expect(new Function(`return ${FETCH_SHAPE}`)()).toEqual(inNode26)
  })

  test('headers are read without regard to case, sorted, joined, and checked', async () => {
    expect(
      await evaluate(`(() => {
        const h = new Headers([['B', ' 2\\t'], ['a', '1'], ['b', '3'], ['Set-Cookie', 'x'], ['set-cookie', 'y']]), seen = []
        h.forEach(function (value, name, whole) { seen.push([name, value, whole === h, this.mine]) }, { mine: 1 })
        const first = [[...h], [...h.keys()], [...h.values()], h.get('B'), h.get('none'), h.has('A'), h.getSetCookie()]
        h.set('B', 'new'); h.delete('a'); h.append('C', 'c')
        const it = h[Symbol.iterator](); it.next(); h.append('z', 'late')
        return [first, seen.length, seen[0], [...it], new Headers({ 'X-A': 1 }).get('x-a'), new Headers(h).get('b'), String(it), Headers.prototype[Symbol.iterator] === Headers.prototype.entries]
      })()`),
    ).toEqual([
      [
        [
          ['a', '1'],
          ['b', '2, 3'],
          ['set-cookie', 'x'],
          ['set-cookie', 'y'],
        ],
        ['a', 'b', 'set-cookie', 'set-cookie'],
        ['1', '2, 3', 'x', 'y'],
        '2, 3',
        null,
        true,
        ['x', 'y'],
      ],
      4,
      ['a', '1', true, 1],
      [
        ['c', 'c'],
        ['set-cookie', 'x'],
        ['set-cookie', 'y'],
        ['z', 'late'],
      ],
      '1',
      'new',
      '[object Headers Iterator]',
      true,
    ])
    expect(
      await tried([
        "new Headers({ 'a b': '1' })",
        "new Headers({ a: 'x\\ny' })",
        "new Headers({ a: 'x\\0' })",
        "new Headers({ a: '\\u0100' })",
        "new Headers({ '\\u00fc': '1' })",
        "new Headers([['a']])",
        "new Headers([['a', 'b', 'c']])",
        "new Headers(['ab'])",
        'new Headers(1)',
        'new Headers(null)',
        "Headers.prototype.get.call({}, 'a')",
        'new Headers().get()',
        'Headers()',
        "new Headers().append('', 'x')",
        'new Headers().forEach(1)',
        "new Headers({ [Symbol('s')]: '1' })",
      ]),
    ).toEqual(new Array(16).fill('TypeError'))
  })

  test('forbidden names are left out of a request without a word, and of a response its cookies', async () => {
    expect(
      await evaluate(`(() => {
        const r = new Request('https://example.org', { headers: { Cookie: 'a', Host: 'b', Authorization: 'c', 'Proxy-X': 'd', 'Sec-X': 'e', Via: 'f', 'X-A': 'g' } })
        r.headers.append('cookie', 'x'); r.headers.set('host', 'x'); r.headers.set('x-b', 'y')
        const s = new Response('x', { headers: { 'Set-Cookie': 'a', 'X-A': 'b' } })
        s.headers.append('set-cookie', 'b')
        return [[...r.headers], [...s.headers]]
      })()`),
    ).toEqual([
      [
        ['x-a', 'g'],
        ['x-b', 'y'],
      ],
      [
        ['content-type', 'text/plain;charset=UTF-8'],
        ['x-a', 'b'],
      ],
    ])
    expect(
      await evaluate(
        "fetch('https://example.org').then((r) => ['append', 'set', 'delete'].map((k) => { try { r.headers[k]('a', 'b') } catch (e) { return e.name } }))",
      ),
    ).toEqual(['TypeError', 'TypeError', 'TypeError'])
  })

  test('a request is copied, cloned and used once', async () => {
    expect(
      await evaluate(`(async () => {
        const a = new Request('https://example.org/a?b', { method: 'post', body: 'text', headers: { 'X-A': '1' }, redirect: 'manual' }), c = a.clone()
        const b = new Request(a, { headers: { 'X-B': '2' } }), own = new Request(b.clone(), { method: 'PUT', body: 'other' })
        return [a.method, a.url, a.redirect, a.bodyUsed, await c.text(), b.headers.get('x-a'), b.headers.get('x-b'), await b.text(), own.method, await own.text(), a.signal instanceof AbortSignal, a.signal === a.signal,
          (await (await fetch(new Request('https://example.org', { method: 'patch', body: 'x' }))).json()).method]
      })()`),
    ).toEqual(['POST', 'https://example.org/a?b', 'manual', true, 'text', null, '2', 'text', 'PUT', 'other', true, true, 'patch'])
    expect(
      await tried([
        "new Request('/x')",
        "new Request('https://u:p@example.org')",
        "new Request('https://example.org', { body: 'x' })",
        "new Request('https://example.org', { method: 'HEAD', body: 'x' })",
        "new Request('https://example.org', { method: 'TRACE' })",
        "new Request('https://example.org', { method: 'a b' })",
        "new Request('https://example.org', { redirect: 'x' })",
        "new Request('https://example.org', { signal: {} })",
        "new Request('https://example.org', 1)",
        'new Request()',
        "(async () => { const r = new Request('https://example.org', { method: 'POST', body: 'x' }); await r.text(); r.clone() })()",
        "(async () => { const r = new Request('https://example.org', { method: 'POST', body: 'x' }); await r.text(); new Request(r) })()",
        'fetch()',
        "fetch('https://example.org', { method: 'CONNECT' })",
        "fetch('https://example.org', { body: 'x' })",
        'Request.prototype.clone.call({})',
        'Request.prototype.text.call({})',
        "fetch({ toString() { throw new TypeError('mine') } })",
      ]),
    ).toEqual(new Array(18).fill('TypeError'))
  })

  test('a response is made, cloned and read once', async () => {
    expect(
      await evaluate(`(async () => {
        const r = new Response('{"a":1}', { status: 201, statusText: 'Made', headers: { 'content-type': 'application/x' } }), c = r.clone()
        const e = Response.error(), j = Response.json({ b: 2 }, { status: 202 }), d = Response.redirect('https://example.org/x', 307), n = new Response()
        return [r.status, r.statusText, r.ok, r.type, r.url, r.headers.get('content-type'), await r.json(), r.bodyUsed, await c.text(), e.status, e.type, e.ok, j.status, j.headers.get('content-type'), await j.json(), d.status, d.headers.get('location'),
          await n.text(), n.bodyUsed, await n.text(), (await new Response(new Uint8Array([1, 2])).arrayBuffer()).byteLength, await new Response(new Uint8Array([0xef, 0xbb, 0xbf, 65, 0xff])).text()]
      })()`),
    ).toEqual([
      201,
      'Made',
      true,
      'default',
      '',
      'application/x',
      { a: 1 },
      true,
      '{"a":1}',
      0,
      'error',
      false,
      202,
      'application/json',
      { b: 2 },
      307,
      'https://example.org/x',
      '',
      false,
      '',
      2,
      'A\ufffd',
    ])
    expect(
      await tried([
        "new Response('x', { status: 199 })",
        "new Response('x', { status: 600 })",
        "Response.redirect('https://example.org', 200)",
        "new Response('x', { status: 204 })",
        "new Response('x', { statusText: '\\n' })",
        'Response.json(undefined)',
        'Response.json()',
        "new Response('{').json()",
        'structuredClone(new Response())',
        'structuredClone(new Headers())',
        "(async () => { const r = new Response('x'); await r.text(); r.clone() })()",
        "(async () => { const r = new Response('x'); await r.text(); await r.text() })()",
        'Response.prototype.text.call({})',
        'Response.prototype.status',
      ]),
    ).toEqual([
      'RangeError',
      'RangeError',
      'RangeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
      'SyntaxError',
      'DataCloneError',
      'DataCloneError',
      'TypeError',
      'TypeError',
      'TypeError',
      'TypeError',
    ])
  })

  test('W-6, S-3 it works after the guest replaced what it can', async () => {
    expect(
      await evaluate(`(async () => {
        const bad = () => { throw new Error('replaced') }
        const text = JSON.parse, Bytes = Uint8Array
        for (const [o, ks] of [[Array.prototype, ['push', 'slice', 'sort', 'map']], [Map.prototype, ['get', 'set', 'delete']], [WeakMap.prototype, ['get', 'set', 'has']], [String.prototype, ['toLowerCase', 'slice', 'charCodeAt', 'split', 'toUpperCase']], [RegExp.prototype, ['exec', 'test']], [Promise.prototype, ['then', 'catch']], [JSON, ['parse', 'stringify']], [TextDecoder.prototype, ['decode']], [Headers.prototype, ['append', 'get', 'entries', Symbol.iterator]]]) for (const k of ks) o[k] = bad
        for (const k of ['Request', 'Response', 'Headers', 'URL', 'TextDecoder', 'Uint8Array', 'Promise', 'AbortSignal']) delete globalThis[k]
        Array.prototype[Symbol.iterator] = bad
        Object.defineProperty(Object.prototype, 'status', { get: bad, set: bad, configurable: true })
        Object.defineProperty(Bytes.prototype, Symbol.toStringTag, { value: 'Map', configurable: true })
        const r = await fetch('https://example.org/x', { method: 'POST', body: new ArrayBuffer(3), headers: { 'X-A': '1' } })
        return [text(await r.text()).headers, r.ok]
      })()`),
    ).toEqual([[['x-a', '1']], true])
  })

  test('they print as what they are', async () => {
    await using opened = await openIn('inline', { variant, fetch: { allow, transport } })
    await opened.sandbox.run(
      "console.log(new Headers({ B: '1', a: '2' })); console.log([new Response('x', { status: 404 })].length, new Request('https://example.org'))",
    )
    expect(opened.lines.join('\n')).toContain("Headers { a: '2', b: '1' }")
    expect(opened.lines.join('\n')).toContain("Request {\n  method: 'GET',\n  url: 'https://example.org/',")
  })
})
