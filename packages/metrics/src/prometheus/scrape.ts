// What a scrape is answered, whatever the server: paths, methods, formats, compression, one rendering a turn.
import type { MetricSource } from '../families/source.ts'
import { optionError, rethrowAlone } from '../errors.ts'
import { acceptsGzip, formatFor } from './accept.ts'
import type { PrometheusTextOptions, ResolvedTextOptions, TextFormat } from './text.ts'
import { CONTENT_TYPES, renderText, resolveTextOptions } from './text.ts'

export interface ScrapeOptions extends Omit<PrometheusTextOptions, 'format'> {
  /** The only path that is answered. Begins with "/". Default `/metrics`. */
  readonly path?: string | undefined
  /** Told why a rendering failed; the scraper gets a 500 without details. What it throws itself is rethrown alone. Default: nobody is told. */
  readonly onError?: ((error: unknown) => void) | undefined
}

export interface ScrapeRequest {
  readonly method: string
  readonly path: string
  readonly accept: string | null | undefined
  readonly acceptEncoding: string | null | undefined
}

export interface ScrapeResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Empty for HEAD, whose headers state what GET would send. */
  readonly body: Uint8Array<ArrayBuffer>
}

interface Rendering {
  readonly plain: Uint8Array<ArrayBuffer>
  gzipped: Promise<Uint8Array<ArrayBuffer>> | undefined
}

/** Smaller answers are not worth compressing. */
const GZIP_ABOVE_BYTES = 1024
const PLAIN = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** Answers scrapes of one source. */
export class Scraper {
  readonly #source: MetricSource
  readonly #path: string
  readonly #onError: ((error: unknown) => void) | undefined
  readonly #options: Readonly<Record<TextFormat, ResolvedTextOptions>>
  /** Renderings of this turn of the host's loop. */
  readonly #renderings = new Map<TextFormat, Rendering>()

  constructor(source: MetricSource, { path = '/metrics', onError, ...text }: ScrapeOptions = {}) {
    if (typeof path !== 'string' || !path.startsWith('/')) throw optionError('path', path, 'text that begins with "/"')
    this.#source = source
    this.#path = path
    this.#onError = onError
    this.#options = {
      prometheus: resolveTextOptions({ ...text, format: 'prometheus' }),
      openmetrics: resolveTextOptions({ ...text, format: 'openmetrics' }),
    }
  }

  async answer({ method, path, accept, acceptEncoding }: ScrapeRequest): Promise<ScrapeResponse> {
    if (path !== this.#path) return message(404, 'not found\n', method)
    if (method !== 'GET' && method !== 'HEAD') return message(405, 'method not allowed\n', method, { allow: 'GET, HEAD' })
    const format = formatFor(accept)
    let body: Uint8Array<ArrayBuffer>
    let encoding: Readonly<Record<string, string>> = {}
    try {
      const rendering = this.#render(format)
      body = rendering.plain
      if (body.byteLength > GZIP_ABOVE_BYTES && acceptsGzip(acceptEncoding)) {
        rendering.gzipped ??= gzip(body)
        body = await rendering.gzipped
        encoding = { 'content-encoding': 'gzip' }
      }
    } catch (error) {
      this.#report(error)
      return message(500, 'the metrics could not be rendered\n', method)
    }
    const headers = {
      ...PLAIN,
      'content-type': CONTENT_TYPES[format],
      'content-length': String(body.byteLength),
      vary: 'accept, accept-encoding',
      ...encoding,
    }
    return { status: 200, headers, body: method === 'HEAD' ? new Uint8Array() : body }
  }

  #report(error: unknown): void {
    try {
      this.#onError?.(error)
    } catch (thrown) {
      rethrowAlone(thrown)
    }
  }

  #render(format: TextFormat): Rendering {
    const known = this.#renderings.get(format)
    if (known !== undefined) return known
    const rendering: Rendering = {
      plain: new TextEncoder().encode(renderText(this.#source, this.#options[format])),
      gzipped: undefined,
    }
    if (this.#renderings.size === 0) nextTurn(() => this.#renderings.clear())
    this.#renderings.set(format, rendering)
    return rendering
  }
}

function message(status: number, text: string, method: string, more: Readonly<Record<string, string>> = {}): ScrapeResponse {
  const body = new TextEncoder().encode(text)
  const headers = { ...PLAIN, 'content-length': String(body.byteLength), ...more }
  return { status, headers, body: method === 'HEAD' ? new Uint8Array() : body }
}

async function gzip(plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([plain]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function nextTurn(run: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(run)
  else setTimeout(run, 0)
}
