// T-4 and T-1: the scrape endpoint over real sockets, with methods, formats, compression and aborts.
import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { MetricSource } from '../src/index.ts'
import { MetricSet } from '../src/index.ts'
import type { MetricsServer, ServeMetricsOptions } from '../src/prometheus/index.ts'
import { CONTENT_TYPES, prometheusFetchHandler, prometheusHandler, serveMetrics } from '../src/prometheus/index.ts'
import { acceptsGzip, formatFor } from '../src/prometheus/accept.ts'
import { parseExposition } from './support/exposition.ts'

const servers: MetricsServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

interface Counted extends MetricSource {
  renderings: number
}

const sourceOf = (series: number): Counted => {
  const set = new MetricSet()
  const hits = set.counter('hits_total', { labels: ['path'] })
  for (let i = 0; i < series; i++) hits.with({ path: `/some/path/${i}` }).add(i)
  return {
    renderings: 0,
    collect() {
      this.renderings++
      return set.collect()
    },
  }
}
const serve = async (source: MetricSource, options: ServeMetricsOptions = {}): Promise<MetricsServer> => {
  const server = await serveMetrics(source, { port: 0, ...options })
  servers.push(server)
  return server
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

const get = (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    request.on('error', reject)
    request.end()
  })

describe('over a socket', () => {
  test('T-4 GET answers the text, HEAD the same headers without it', async () => {
    const { url } = await serve(sourceOf(3))
    const [whole, head] = [await get(url), await get(url, {}, 'HEAD')]
    expect([whole.status, whole.headers['content-type']]).toEqual([200, CONTENT_TYPES.prometheus])
    parseExposition(whole.body.toString(), 'prometheus')
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, String(whole.body.length)])
    expect(whole.headers['cache-control']).toBe('no-store')
  })

  test('T-4 other methods get 405 with Allow, other paths 404, a query is ignored', async () => {
    const { url } = await serve(sourceOf(1), { path: '/internal/metrics' })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/internal\/metrics$/)
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await get(url, {}, method)
      expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
    }
    expect((await get(url.replace('/internal', ''))).status).toBe(404)
    expect((await get(`${url}/`)).status).toBe(404)
    expect((await get(`${url}?name[]=x`)).status).toBe(200)
  })

  test('T-4 gzip above 1 KiB if accepted', async () => {
    const { url } = await serve(sourceOf(200))
    const [plain, zipped] = [await get(url), await get(url, { 'accept-encoding': 'br, gzip;q=0.5' })]
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(zipped.headers['content-encoding']).toBe('gzip')
    expect(zipped.body.length).toBeLessThan(plain.body.length / 2)
    expect(gunzipSync(zipped.body).toString()).toBe(plain.body.toString())
    expect((await get(url, { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding']).toBeUndefined()
    const small = await serve({ collect: () => [] })
    expect((await get(small.url, { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBeUndefined()
  })

  test('T-1 Accept chooses the format', async () => {
    const { url } = await serve(sourceOf(1))
    const open = await get(url, {
      accept: 'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    })
    expect(open.headers['content-type']).toBe(CONTENT_TYPES.openmetrics)
    parseExposition(open.body.toString(), 'openmetrics')
  })

  test('T-4 a rendering that fails answers 500 without details, and the next one works', async () => {
    let broken = true
    const errors: unknown[] = []
    const source: MetricSource = {
      collect: () => {
        if (broken) throw new Error('secret detail')
        return []
      },
    }
    const { url } = await serve(source, { onError: (error) => errors.push(error) })
    const answer = await get(url)
    expect([answer.status, answer.body.toString()]).toEqual([500, 'the metrics could not be rendered\n'])
    expect(errors.map(String)).toEqual(['Error: secret detail'])
    broken = false
    expect((await get(url)).status).toBe(200)
  })

  test('T-4 an onError that throws costs nobody the answer, and what it throws is rethrown alone', async () => {
    const uncaught: unknown[] = []
    const listen = (error: unknown): void => void uncaught.push(error)
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException').on('uncaughtException', listen)
    try {
      const server = await serve(
        {
          collect: () => {
            throw new Error('broken')
          },
        },
        {
          onError: () => {
            throw new Error('the handler is broken')
          },
        },
      )
      expect((await get(server.url)).status).toBe(500)
      await expect.poll(() => uncaught.map(String)).toEqual(['Error: the handler is broken'])
    } finally {
      process.removeListener('uncaughtException', listen)
      for (const other of others) process.on('uncaughtException', other)
    }
  })

  test('T-4 a scrape broken off half-way, and one that does not read, leave the server well', async () => {
    const { url, port } = await serve(sourceOf(2000))
    for (let i = 0; i < 20; i++) {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n')
      if (i % 2 === 0) await once(socket, 'data')
      socket.destroy()
    }
    const slow = connect(port, '127.0.0.1')
    await once(slow, 'connect')
    slow.pause()
    slow.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n')
    expect((await get(url)).status).toBe(200)
    slow.destroy()
  })

  test("T-4 a port in use rejects with the system's error", async () => {
    const { port } = await serve(sourceOf(1))
    await expect(serveMetrics(sourceOf(1), { port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    await expect(serveMetrics(sourceOf(1), { port: 70_000 })).rejects.toMatchObject({ code: 'ERR_METRICS_OPTION' })
    expect(() => prometheusHandler(sourceOf(1), { path: 'metrics' })).toThrow(
      expect.objectContaining({ code: 'ERR_METRICS_OPTION' }),
    )
  })

  test('T-4 close drops open connections and is idempotent; await using closes too', async () => {
    let port = 0
    {
      await using server = await serveMetrics(sourceOf(1), { port: 0 })
      port = server.port
      const idle = connect(port, '127.0.0.1')
      idle.on('error', () => {})
      await once(idle, 'connect')
      await Promise.all([server.close(), server.close()])
    }
    await expect(get(`http://127.0.0.1:${port}/metrics`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test("T-4 the handler works in a server of one's own", async () => {
    const server = createServer(prometheusHandler(sourceOf(1)))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect((await get(`http://127.0.0.1:${port}/metrics`)).status).toBe(200)
    server.close()
  })
})

describe('fetch-style', () => {
  test('T-4 requests of the same turn share one rendering, later ones get a new one', async () => {
    const source = sourceOf(100)
    const handle = prometheusFetchHandler(source)
    const ask = (headers: Record<string, string> = {}): Promise<Response> => handle(new Request('http://x/metrics', { headers }))
    await Promise.all([ask(), ask(), ask({ 'accept-encoding': 'gzip' }), ask()])
    expect(source.renderings).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    await ask()
    expect(source.renderings).toBe(2)
    await new Promise((resolve) => setImmediate(resolve))
    await Promise.all([ask(), ask({ accept: 'application/openmetrics-text' })])
    expect(source.renderings).toBe(4)
  })

  test('T-4 answers as the other handler does', async () => {
    const handle = prometheusFetchHandler(sourceOf(100))
    const zipped = await handle(new Request('http://x/metrics?y', { headers: { 'accept-encoding': 'gzip' } }))
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    parseExposition(gunzipSync(Buffer.from(await zipped.arrayBuffer())).toString(), 'prometheus')
    const head = await handle(new Request('http://x/metrics', { method: 'HEAD' }))
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect((await handle(new Request('http://x/metrics', { method: 'POST' }))).status).toBe(405)
    expect((await handle(new Request('http://x/'))).status).toBe(404)
  })
})

test.each([
  [undefined, 'prometheus'],
  ['*/*', 'prometheus'],
  ['text/plain', 'prometheus'],
  ['application/openmetrics-text', 'openmetrics'],
  ['application/openmetrics-text; version=1.0.0', 'openmetrics'],
  ['application/openmetrics-text; version=0.0.1', 'prometheus'],
  ['application/openmetrics-text; version=0.0.1,application/openmetrics-text; version="1.0.0"; q=0.2', 'openmetrics'],
  ['application/openmetrics-text; q=0', 'prometheus'],
  ['application/openmetrics-text; q=0.3, text/plain; version=0.0.4; q=0.9', 'prometheus'],
  ['application/openmetrics-text; q=nonsense', 'prometheus'],
] as const)('T-1 Accept %j chooses %s', (accept, format) => {
  expect(formatFor(accept)).toBe(format)
})

test('T-4 Accept-Encoding is read with its weights', () => {
  expect(['gzip', 'deflate, GZIP;q=0.1', '*', '*;q=0, gzip'].map(acceptsGzip)).toEqual([true, true, true, true])
  expect([undefined, '', 'br', 'gzip;q=0', 'gzip;q=0, *', '*;q=0'].map(acceptsGzip)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ])
})
