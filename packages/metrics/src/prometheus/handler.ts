// The scrape endpoint as a handler of node:http and of fetch-style servers, and as a ready server.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { integerOption } from '../errors.ts'
import type { MetricSource } from '../families/source.ts'
import type { ScrapeOptions } from './scrape.ts'
import { Scraper } from './scrape.ts'

/**
 * A listener for `node:http`: answers GET and HEAD of its path with the format that `Accept` prefers, 405 to other
 * methods, 404 off its path, 500 if rendering fails. A scrape that is broken off disturbs nothing.
 *
 * @throws MetricsError `ERR_METRICS_OPTION`
 */
export function prometheusHandler(
  source: MetricSource,
  options?: ScrapeOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const scraper = new Scraper(source, options)
  return (request, response) => {
    request.resume() // a body, if someone sends one, is read and dropped
    response.on('error', () => response.destroy()) // the scraper went away: there is nobody to tell
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const { accept } = request.headers
    const acceptEncoding = request.headers['accept-encoding']
    const encoding = Array.isArray(acceptEncoding) ? acceptEncoding.join(',') : acceptEncoding
    void scraper
      .answer({ method: request.method ?? 'GET', path, accept, acceptEncoding: encoding })
      .then(({ status, headers, body }) => {
        if (response.destroyed) return
        response.writeHead(status, headers)
        response.end(body)
      })
  }
}

/**
 * The same for servers that take a `Request` and give a `Response`.
 * @throws MetricsError `ERR_METRICS_OPTION`
 */
export function prometheusFetchHandler(source: MetricSource, options?: ScrapeOptions): (request: Request) => Promise<Response> {
  const scraper = new Scraper(source, options)
  return async (request) => {
    const { status, headers, body } = await scraper.answer({
      method: request.method,
      path: new URL(request.url).pathname,
      accept: request.headers.get('accept'),
      acceptEncoding: request.headers.get('accept-encoding'),
    })
    return new Response(request.method === 'HEAD' ? null : body, { status, headers: { ...headers } })
  }
}

export interface ServeMetricsOptions extends ScrapeOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string | undefined
  /** Port; 0 takes a free one. Integer, 0 to 65 535. Default 9464. */
  readonly port?: number | undefined
}

/** A running scrape endpoint. Whoever started it closes it. */
export interface MetricsServer extends AsyncDisposable {
  readonly port: number
  /** Address of the metrics, for a scraper's configuration. */
  readonly url: string
  /** Stops listening and drops open connections. Idempotent. */
  close(): Promise<void>
}

/**
 * Serves a source over HTTP. The server does not keep the process alive.
 * @returns once it listens; rejects with the system's error if it cannot, such as `EADDRINUSE`.
 * @throws MetricsError `ERR_METRICS_OPTION`
 */
export async function serveMetrics(source: MetricSource, options: ServeMetricsOptions = {}): Promise<MetricsServer> {
  const { host = '127.0.0.1', port = 9464, path = '/metrics', ...rest } = options
  integerOption('port', port, 0, 65_535)
  const handler = prometheusHandler(source, { ...rest, path })
  // Not an import, so that the text format bundles for browsers.
  const { createServer } = process.getBuiltinModule('node:http')
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, handler)
  await listen(server, port, host)
  server.unref()
  const bound = (server.address() as AddressInfo).port
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    return closed
  }
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}${path}`
  return { port: bound, url, close, [Symbol.asyncDispose]: close }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
