// K-1 over sockets: guests and servers that turn `fetch` against the host. Each ends within its limit; the process, its sockets and the next sandbox are as before.
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Image, isJsAdapterError, nodeTransport, Sandbox, SandboxPool } from '../../src/index.ts'
import type { FetchOptions, FetchTransport, ResolvedAddress } from '../../src/index.ts'
import { until } from '../support/http-server.ts'
import { openIn } from '../support/modes.ts'
import { sharedEngine } from '../support/open.ts'
import { PATIENT, runningLoop } from '../support/worker.ts'

/** A server that speaks what it likes: it is handed the bytes of each request's head. */
interface RawServer {
  readonly origin: string
  readonly port: number
  readonly heads: string[]
  readonly open: Set<Socket>
  answer: (socket: Socket, head: string) => void
  close(): Promise<void>
}
async function rawServer(): Promise<RawServer> {
  const heads: string[] = []
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.setEncoding('latin1')
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    let text = ''
    let told = false
    socket.on('data', (part: string) => {
      text += part
      if (told || !text.includes('\r\n\r\n')) return
      told = true
      heads.push(text)
      raw.answer(socket, text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const raw: RawServer = {
    origin: `http://127.0.0.1:${port}`,
    port,
    heads,
    open,
    answer: ok,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return raw
}
const reply =
  (head: string, body: string | Buffer = '') =>
  (socket: Socket) => {
    socket.write(`HTTP/1.1 ${head}\r\nConnection: close\r\n\r\n`)
    socket.end(body)
  }
const ok = reply('200 OK', 'ok')
/** Writes for as long as the other side reads. */
const endless =
  (head: string, piece: Buffer) =>
  (socket: Socket): void => {
    socket.write(`${head}\r\n`)
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    }
    socket.on('drain', more)
    more()
  }

let allowed: RawServer
/** What no guest may ask for. */
let inside: RawServer
beforeAll(async () => {
  allowed = await rawServer()
  inside = await rawServer()
})
beforeEach(() => {
  allowed.answer = ok
  allowed.heads.length = 0
})
afterEach(async () => {
  await until(() => allowed.open.size === 0, 'all connections were ended')
  expect(inside.heads).toEqual([])
  await using next = await openIn('inline', { fetch: { allow: [allowed.origin] } })
  allowed.answer = ok
  expect(await next.sandbox.run(`fetch('${allowed.origin}').then((r) => r.text()).then((text) => [6 * 7, text])`)).toEqual([
    42,
    'ok',
  ])
  await until(() => allowed.open.size === 0, 'the last connection was ended')
})
afterAll(async () => {
  await allowed.close()
  await inside.close()
})

const CODE = 'catch((e) => [e.name, e.code ?? null])'
async function asking(fetch: Partial<FetchOptions>, source: string, variant: 'ng' | 'bellard' = 'ng'): Promise<unknown> {
  await using opened = await openIn('inline', {
    variant,
    fetch: { allow: [allowed.origin], redirect: 'follow-allowed', ...fetch },
  })
  return await opened.sandbox.run(source)
}
const fetched = (more: Partial<FetchOptions> = {}): Promise<unknown> =>
  asking(more, `fetch('${allowed.origin}').then(async (r) => [r.status, (await r.bytes()).length]).${CODE}`)
const FAILED = ['TypeError', null]
const TOO_LARGE = ['TypeError', 'ERR_FETCH_SIZE']

describe.each(['ng', 'bellard'] as const)('K-1 %s: where a request goes', (variant) => {
  test('no way of writing the neighbour leads there, by a URL or by a redirect of a server that is allowed', async () => {
    const { port } = inside
    const ways = [
      ...['127.0.0.1', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', '127.0.0.1.', '0', 'localhost', '[::ffff:127.0.0.1]'],
      ...['[::ffff:7f00:1]', '[::1]', '\u{2460}27.0.0.1', '127\u{3002}0\u{3002}0\u{3002}1', '%31%32%37.0.0.1', '127.0.0.1%2e'],
    ].map((host) => `http://${host}:${port}/`)
    const confused = [
      `http://127.0.0.1:${allowed.port}@127.0.0.1:${port}/`,
      `http://127.0.0.1:${port}\\@127.0.0.1:${allowed.port}/`,
      `http://127.0.0.1:${port}#@127.0.0.1:${allowed.port}/`,
      `//127.0.0.1:${port}/`,
      `\\\\127.0.0.1:${port}\\`,
      `/\t/127.0.0.1:${port}/`,
      `http:\r\n//127.0.0.1:${port}/`,
    ]
    await using opened = await openIn('inline', { variant, fetch: { allow: [allowed.origin], redirect: 'follow-allowed' } })
    for (const url of [...ways, ...confused]) {
      // As it is, in bytes of UTF-8, and escaped: a line that ends would end the header.
      for (const location of [
        Buffer.from(url.replace(/[\r\n]/g, '')).toString('latin1'),
        encodeURI(url).replaceAll('%25', '%'),
      ]) {
        allowed.answer = (socket) => socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\n\r\n`, 'latin1')
        const outcome = await opened.sandbox.run(
          `(async () => { const out = []; for (const url of ${JSON.stringify([url, allowed.origin])}) out.push(await fetch(url).then((r) => r.url, (e) => e.name)); return out })()`,
        )
        expect(outcome, url).toEqual(['TypeError', 'TypeError'])
      }
    }
  })

  test('one call is one request: nothing in it begins another header, another line or another request', async () => {
    const bad = [
      'a\r\nX-Evil: 1',
      'a\nX-Evil: 1',
      'a\rX-Evil: 1',
      'a\r\n\r\nGET /evil HTTP/1.1\r\n\r\n',
      '\u560d\u560aX-Evil: 1',
      'a\0b',
    ]
    const outcome = await asking(
      { maxConcurrent: 100 },
      `(async () => {
        const out = []
        for (const bad of ${JSON.stringify(bad)}) for (const ask of [
          () => fetch('${allowed.origin}/', { headers: { 'x-a': bad } }), () => fetch('${allowed.origin}/', { headers: { [bad]: 'x' } }), () => fetch('${allowed.origin}/', { method: bad }),
          () => fetch('${allowed.origin}/', { method: 'POST', body: bad, headers: { 'content-type': bad } }), () => fetch('${allowed.origin}/', { headers: new Headers([['x-a', bad]]) }),
        ]) out.push(await Promise.resolve().then(ask).then((r) => r.status, (e) => e.name))
        const path = await fetch('${allowed.origin}/p' + ${JSON.stringify(bad[3])}).then((r) => r.status, (e) => e.name)
        return [[...new Set(out)], path]
      })()`,
      variant,
    )
    expect(outcome).toEqual([['TypeError'], 200])
    expect(allowed.heads).toHaveLength(1)
    expect(allowed.heads[0]?.split('\r\n')[0]).toBe('GET /paGET%20/evil%20HTTP/1.1 HTTP/1.1')
    expect(allowed.heads.join()).not.toMatch(/^x-evil/im)
  })

  test('headers with names of the language are headers, on both sides, and nothing else', async () => {
    allowed.answer = reply('200 OK\r\n__proto__: polluted\r\nconstructor: polluted\r\ntoString: polluted\r\nthen: polluted', 'ok')
    const outcome = await asking(
      {},
      `fetch('${allowed.origin}', { headers: [['__proto__', 'a'], ['constructor', 'b'], ['then', 'c'], ['__proto__', 'd']] }).then((r) => [r.headers.get('__proto__'), r.headers.get('constructor'), Object.getPrototypeOf(r) === Response.prototype, ({}).polluted])`,
      variant,
    )
    expect(outcome).toEqual(['polluted', 'polluted', true, undefined])
    expect(allowed.heads[0]).toContain('__proto__: a, d\r\n')
    expect(Reflect.ownKeys(Object.prototype).filter((key) => Reflect.get(Object.prototype, key) === 'polluted')).toEqual([])
  })
})

describe('K-1 what answers', () => {
  test.each<readonly [string, (socket: Socket) => void, unknown]>([
    ['a head without end', endless('HTTP/1.1 200 OK', Buffer.from('x-a: b\r\n'.repeat(4096))), FAILED],
    ['one header without end', endless('HTTP/1.1 200 OK\r\nx-a: ', Buffer.alloc(32_768, 'a')), FAILED],
    [
      'hints without end',
      endless('', Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'.repeat(1000))),
      ['TypeError', 'ERR_FETCH_TIMEOUT'],
    ],
    ['a body without end', endless('HTTP/1.1 200 OK\r\n', Buffer.alloc(32_768, 'a')), TOO_LARGE],
    [
      'chunks without end',
      endless('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n', Buffer.from('1\r\na\r\n'.repeat(4096))),
      TOO_LARGE,
    ],
    ['two lengths', reply('200 OK\r\nContent-Length: 2\r\nContent-Length: 3', 'okk'), FAILED],
    ['a length and chunks', reply('200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked', '0\r\n\r\n'), FAILED],
    ['a negative length', reply('200 OK\r\nContent-Length: -1', 'ok'), FAILED],
    ['another protocol', reply('101 Switching Protocols\r\nUpgrade: x'), FAILED],
    ['a status of none', reply('999 Odd', 'ok'), FAILED],
    ['a body beside 204', reply('204 No Content\r\nContent-Length: 2', 'ok'), [204, 0]],
  ])('%s', async (_name, answer, expected) => {
    allowed.answer = answer
    // What has no end but its time is given little of it; the others need none.
    const timeoutMs = JSON.stringify(expected).includes('TIMEOUT') ? 400 : 20_000
    expect(await fetched({ maxResponseBytes: 20_000, timeoutMs })).toEqual(expected)
  })

  const nothing = gzipSync('')
  const zeros = Buffer.alloc(4_000_000)
  test.each<readonly [string, string, Buffer, unknown]>([
    ['a megabyte that unpacks to nothing', 'gzip', Buffer.concat(new Array<Buffer>(50_000).fill(nothing)), TOO_LARGE],
    ['a megabyte of nothing, packed', 'gzip, gzip', gzipSync(Buffer.concat(new Array<Buffer>(50_000).fill(nothing))), TOO_LARGE],
    [
      'the same by two codings',
      'gzip, br',
      brotliCompressSync(Buffer.concat(new Array<Buffer>(50_000).fill(nothing))),
      TOO_LARGE,
    ],
    ['a thousandfold', 'gzip', gzipSync(zeros), TOO_LARGE],
    ['a millionfold', 'gzip, br', brotliCompressSync(gzipSync(zeros)), TOO_LARGE],
    ['three layers', 'gzip, gzip, gzip', gzipSync(gzipSync(gzipSync('ok'))), FAILED],
    ['what ends early', 'gzip', gzipSync('ok').subarray(0, 15), FAILED],
    ['what fits', 'gzip, br', brotliCompressSync(gzipSync('ok')), [200, 2]],
  ])('packed: %s', async (_name, coding, body, expected) => {
    allowed.answer = reply(`200 OK\r\nContent-Encoding: ${coding}`, body)
    expect(await fetched({ maxResponseBytes: 20_000, timeoutMs: 20_000 })).toEqual(expected)
  })

  test('packed content without end that comes to nothing ends long before its time', async () => {
    allowed.answer = endless(
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n',
      Buffer.concat(new Array<Buffer>(1000).fill(nothing)),
    )
    expect(await fetched({ maxResponseBytes: 20_000, timeoutMs: 30_000 })).toEqual(TOO_LARGE)
  })

  test('single bytes are not kept with what they came in', async () => {
    let mostBytes = 0
    const crumbs: FetchTransport = {
      send: async () => ({
        status: 200,
        statusText: 'OK',
        headers: [],
        body: (async function* () {
          for (let at = 0; at < 4000; at++) {
            if (at % 250 === 0) {
              globalThis.gc?.()
              await new Promise((resolve) => setImmediate(resolve))
              mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers)
            }
            yield new Uint8Array(65_536).fill(at).subarray(7, 8)
          }
        })(),
      }),
    }
    const beforeBytes = process.memoryUsage().arrayBuffers
    const source = `fetch('${allowed.origin}').then((r) => r.bytes()).then((b) => [b.length, b[3], b[3999]])`
    expect(await asking({ transport: crumbs }, source)).toEqual([4000, 3, 3999 & 255])
    expect(mostBytes - beforeBytes).toBeLessThan(100_000_000) // 262 MB, were they kept
  })

  test('an answer larger than the memory of its guest harms that guest alone', async () => {
    allowed.answer = reply('200 OK', Buffer.alloc(30_000_000, 'a'))
    await using opened = await openIn('inline', {
      fetch: { allow: [allowed.origin], maxResponseBytes: 2 ** 26 },
      limits: { memoryBytes: 8 * 2 ** 20 },
    })
    const outcome: unknown = await Promise.resolve(opened.sandbox.run(`fetch('${allowed.origin}').then((r) => r.status)`)).catch(
      (error: unknown) => error,
    )
    expect(isJsAdapterError(outcome)).toBe(true)
  })

  test('errors of sockets are one error for the guest, without an address, a path or a word of the host', async () => {
    const closed = await rawServer()
    await closed.close()
    allowed.answer = (socket) => socket.resetAndDestroy()
    const told = await asking(
      { allow: [allowed.origin, closed.origin] },
      `Promise.all(['${allowed.origin}', '${closed.origin}'].map((url) => fetch(url).catch((e) => [String(e), Reflect.ownKeys(e).sort().join(), e.stack.replace(/loopwright:profile[:0-9]+/g, '')])))`,
    )
    for (const [text, keys, stack] of told as readonly (readonly string[])[]) {
      expect(text).toBe('TypeError: fetch failed')
      expect(keys).toBe('message,stack')
      expect(stack).not.toMatch(/ECONN|127\.0|\d{4,}|node:|src|\/[a-z]+\//i)
    }
  })
})

describe('K-1 how many, and for how long', () => {
  test('a storm of aborts has no more requests in the process than maxConcurrent, resolvers included', async () => {
    let asked = 0
    let answer: (addresses: readonly ResolvedAddress[]) => void = () => {}
    const answered = new Promise<readonly ResolvedAddress[]>((resolve) => {
      answer = resolve
    })
    const transport = nodeTransport({
      lookup: () => {
        asked++
        return answered
      },
    })
    const url = `http://name.example:${allowed.port}/`
    const storm = `(async () => {
      for (let i = 0; i < 60; i++) {
        const c = new AbortController(), all = [1, 2, 3].map(() => fetch('${url}', { signal: c.signal }).catch((e) => e))
        await new Promise((resolve) => setTimeout(resolve, 2))
        c.abort('enough')
        if ((await Promise.all(all)).some((e) => e !== 'enough')) throw new Error('was not aborted')
      }
      return 'aborted'
    })()`
    await using opened = await openIn('inline', {
      fetch: { transport, allow: [new URL(url).origin, '127.0.0.1'], maxConcurrent: 3 },
    })
    // The resolver says nothing meanwhile, as one that is slow: the storm has ended all of its requests, and three of them are with the resolver.
    expect(await opened.sandbox.run(storm)).toBe('aborted')
    expect(asked).toBe(3)
    const next = opened.sandbox.run(`fetch('${url}').then((r) => r.text())`)
    answer([{ address: '127.0.0.1', family: 4 }])
    expect(await next).toBe('ok')
    expect(asked).toBe(4)
  })

  test('a flood of requests brings no more than maxConcurrent to the server, and all of them are answered', async () => {
    let waiting = 0
    let most = 0
    allowed.answer = (socket) => {
      most = Math.max(most, ++waiting)
      setTimeout(() => {
        waiting--
        ok(socket)
      }, 5)
    }
    const flood = `(async () => {
      const out = { 200: 0, ERR_HOST_CALL_LIMIT: 0 }
      for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 50 }, () => fetch('${allowed.origin}').then((r) => out[r.status]++, (e) => out[e.code]++)))
      return out
    })()`
    expect(await asking({ maxConcurrent: 4 }, flood)).toEqual({ 200: 20, ERR_HOST_CALL_LIMIT: 230 })
    expect(most).toBe(4)
  })

  test.each(['ng', 'bellard'] as const)('after a limit has fired nothing more is asked for, %s', async (variant) => {
    const limits = { operationMs: 60, hardMs: 500, maxInterrupts: Number.POSITIVE_INFINITY }
    await using opened = await openIn('inline', { variant, limits, fetch: { allow: [allowed.origin] } })
    for (const source of [
      `try { for (;;); } finally { fetch('${allowed.origin}/late') }`,
      `process.nextTick(() => fetch('${allowed.origin}/late')); Promise.resolve().then(() => fetch('${allowed.origin}/late')); for (;;);`,
      `(async () => { try { for (;;) await 0 } finally { fetch('${allowed.origin}/late') } })().catch(() => fetch('${allowed.origin}/late'))`,
      `const c = new AbortController(); fetch('${allowed.origin}/early', { signal: c.signal }).catch(() => {}).then(() => fetch('${allowed.origin}/late')); c.abort(); for (;;);`,
    ]) {
      const outcome: unknown = await Promise.resolve(opened.sandbox.run(source)).catch((error: unknown) => error)
      expect(isJsAdapterError(outcome, 'ERR_LIMIT_OPERATION') || isJsAdapterError(outcome, 'ERR_LIMIT_HARD'), source).toBe(true)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(allowed.heads.filter((head) => head.includes('/late'))).toEqual([])
  })
})

describe('K-1 ends in the middle of an answer', () => {
  /** Says what begins a body, and waits. */
  const begun = (socket: Socket): void => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsecret of the one before')
  }

  test('close() ends the connection, and nothing is delivered', async () => {
    allowed.answer = begun
    const opened = await openIn('inline', { fetch: { allow: [allowed.origin] } })
    const pending = Promise.resolve(opened.sandbox.run(`fetch('${allowed.origin}').then((r) => r.text())`)).catch(
      (error: unknown) => error,
    )
    await until(() => allowed.heads.length === 1, 'the server was asked')
    await opened[Symbol.asyncDispose]()
    expect(isJsAdapterError(await pending, 'ERR_SANDBOX_CLOSED')).toBe(true)
    await until(() => allowed.open.size === 0, 'the connection was ended')
  })

  test('the next lease of the same memory gets nothing of it', async () => {
    allowed.answer = begun
    const running = runningLoop()
    const image = await Image.create({ engine: await sharedEngine() })
    {
      await using pool = await SandboxPool.create({
        image,
        loop: running.loop,
        size: 1,
        limits: PATIENT,
        fetch: { allow: [allowed.origin] },
      })
      const first = await pool.acquire()
      const pending = Promise.resolve(
        first.sandbox.run(
          `globalThis.held = fetch('${allowed.origin}').then((r) => r.text()).then((t) => { globalThis.leak = t }); held`,
        ),
      ).catch((error: unknown) => error)
      await until(() => allowed.heads.length === 1, 'the server was asked')
      const [socket] = allowed.open
      await first.release()
      socket?.end('x'.repeat(976))
      expect(isJsAdapterError(await pending)).toBe(true)
      const seen = await pool.use(async (sandbox) => {
        allowed.answer = ok
        return await sandbox.run(
          `new Promise((r) => setTimeout(r, 30)).then(() => fetch('${allowed.origin}')).then(async (r) => [await r.text(), typeof held, typeof leak])`,
        )
      })
      expect(seen).toEqual(['ok', 'undefined', 'undefined'])
    }
    await running[Symbol.asyncDispose]()
  })

  test('a sandbox that waits for one cannot be parked, and a response that it holds is whole afterwards', async () => {
    const running = runningLoop()
    const image = await Image.create({ engine: await sharedEngine() })
    {
      await using sandbox = await Sandbox.create({
        loop: running.loop,
        image,
        limits: PATIENT,
        fetch: { allow: [allowed.origin] },
      })
      await sandbox.run(`fetch('${allowed.origin}').then((r) => { globalThis.held = r; return 1 })`)
      sandbox.park()
      expect(await sandbox.run('held.text()')).toBe('ok')
      allowed.answer = begun
      allowed.heads.length = 0
      await sandbox.run(
        `globalThis.c = new AbortController(); globalThis.ended = fetch('${allowed.origin}', { signal: c.signal }).catch((e) => e); 1`,
      )
      await until(() => allowed.heads.length === 1, 'the server was asked')
      expect(() => sandbox.park()).toThrow(expect.objectContaining({ code: 'ERR_SANDBOX_BUSY' }))
      expect(await sandbox.run("c.abort('enough'); ended")).toBe('enough')
      await until(() => allowed.open.size === 0, 'the connection was ended')
      sandbox.park()
      expect(await sandbox.run('ended')).toBe('enough')
    }
    await running[Symbol.asyncDispose]()
  })

  test('a wall limit ends it, and the sandbox asks again', async () => {
    allowed.answer = begun
    await using opened = await openIn('inline', { fetch: { allow: [allowed.origin] } })
    const outcome: unknown = await Promise.resolve(opened.sandbox.run(`fetch('${allowed.origin}')`, { timeoutMs: 60 })).catch(
      (error: unknown) => error,
    )
    expect(isJsAdapterError(outcome, 'ERR_LIMIT_WALL')).toBe(true)
    await until(() => allowed.open.size === 0, 'the connection was ended')
    allowed.answer = ok
    expect(await opened.sandbox.run(`fetch('${allowed.origin}').then((r) => r.text())`)).toBe('ok')
  })
})
