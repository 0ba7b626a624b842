// What can be asked of the service.
import { readFile } from 'node:fs/promises'
import { isJsAdapterError } from '@loopwright/js-adapter'
import type { SandboxPool } from '@loopwright/js-adapter'
import type { Logger } from '@loopwright/logiface'
import type { MetricSet } from '@loopwright/metrics'
import { prometheusHandler } from '@loopwright/metrics/prometheus'
import { eventStream, HttpError, json, parseJson, readBody } from './http/exchange.ts'
import type { Exchange } from './http/exchange.ts'
import { Routes } from './http/routes.ts'
import type { LiveView } from './live-view.ts'
import { runKey } from './runs/run-book.ts'
import type { RunBook } from './runs/run-book.ts'
import type { Runner } from './runs/runner.ts'
import { ScriptStore } from './runs/script-store.ts'
import type { StoredScript } from './runs/script-store.ts'

export interface RouteParts {
  readonly log: Logger<'audit'>
  readonly set: MetricSet
  readonly live: LiveView
  readonly runner: Runner
  readonly book: RunBook
  /** Checks uploads, whoever runs them. */
  readonly pool: SandboxPool
  readonly scripts: ScriptStore
  readonly maxBodyBytes: number
}

const STATUS: Readonly<Record<string, number>> = { ERR_POOL_FULL: 429, ERR_POOL_TIMEOUT: 503, ERR_POOL_CLOSED: 503 }

/** `settled` resolves when no run is under way. */
export function serviceRoutes(parts: RouteParts): { readonly routes: Routes; readonly settled: () => Promise<void> } {
  const { log, set, live, runner, book, pool, scripts, maxBodyBytes } = parts
  const runs = set.counter('service_runs_total', { help: 'Runs by outcome.', labels: ['outcome'] })
  const underWay = new Set<Promise<void>>()

  const scriptOf = ({ tenant }: Exchange, name = ''): StoredScript => {
    const script = scripts.get(tenant, name)
    if (script === undefined) throw new HttpError(404, 'no_such_script', 'this tenant has no such script')
    return script
  }
  const upload = async (
    { request, response, tenant }: Exchange,
    { name = '' }: Readonly<Record<string, string>>,
  ): Promise<void> => {
    if (!ScriptStore.isName(name))
      throw new HttpError(400, 'bad_name', 'a name has lower-case letters, digits, - and _, at most 64')
    const source = await readBody(request, maxBodyBytes)
    try {
      // What does not even define its entry is refused now, and not at its first run.
      await pool.use(
        async (sandbox) => {
          await sandbox.run(source, { name: `${name}.js` })
          if ((await sandbox.run('typeof main')) !== 'function')
            throw new HttpError(422, 'no_entry', 'a script must define a function main')
        },
        { tenant },
      )
    } catch (error) {
      if (!isJsAdapterError(error)) throw error
      log.audit()?.str('event', 'script.refused').str('tenant', tenant).str('script', name).str('code', error.code).msg()
      throw new HttpError(STATUS[error.code] ?? 422, error.code, error.message)
    }
    const { version } = scripts.put(tenant, name, source)
    log.audit()?.str('event', 'script.uploaded').str('tenant', tenant).str('script', name).num('version', version).msg()
    json(response, version === 1 ? 201 : 200, { name, version })
  }
  const run = async (exchange: Exchange, script: StoredScript): Promise<void> => {
    const { request, response, requestId: id } = exchange
    const input = parseJson(await readBody(request, maxBodyBytes))
    if (book.get(exchange.tenant, id) !== undefined) throw new HttpError(409, 'run_exists', 'a run has this request id')
    const startedAt = performance.now()
    const gone = new AbortController()
    response.once('close', () => gone.abort(new HttpError(499, 'gone', 'the requester has gone')))
    const { tenant, name, version } = script
    const key = runKey(tenant, id)
    book.open({ id, tenant, script: name, version, startedAt: Date.now() })
    log.audit()?.str('event', 'run.started').str('tenant', tenant).str('script', name).num('version', version).msg()
    let outcome = 'error'
    try {
      const result = await runner.run({ id, script, input, signal: gone.signal, line: (text) => book.line(key, text) })
      outcome = 'failure' in result ? result.failure.code : 'ok'
      if ('failure' in result) json(response, STATUS[outcome] ?? 422, { run: id, version, error: result.failure })
      else json(response, 200, { run: id, version, result: result.value ?? null })
    } catch (error) {
      if (gone.signal.aborted) outcome = 'gone'
      else throw error
    } finally {
      const elapsedMs = performance.now() - startedAt
      book.close(key, outcome, elapsedMs)
      runs.with({ outcome }).add()
      log
        .audit()
        ?.str('event', 'run.ended')
        .str('tenant', tenant)
        .str('outcome', outcome)
        .num('elapsedMs', Math.round(elapsedMs))
        .msg()
    }
  }
  const follow = (exchange: Exchange, id: string): void => {
    if (book.get(exchange.tenant, id) === undefined) throw new HttpError(404, 'no_such_run', 'this tenant has no such run')
    let stop = (): void => {}
    const stream = eventStream(exchange, () => stop())
    stop = book.follow(runKey(exchange.tenant, id), {
      line: (text) => stream.send('line', text),
      end: (outcome) => {
        stream.send('end', outcome)
        stream.end()
      },
    })
  }
  const scrape = prometheusHandler(set)

  const routes = new Routes()
    .on('GET', '/', async ({ response }) => {
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'self'; img-src data:; style-src 'unsafe-inline'",
      })
      response.end(await readFile(new URL('page/index.html', import.meta.url)))
    })
    .on('GET', '/page.js', async ({ response }) => {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' })
      response.end(await readFile(new URL('page/page.js', import.meta.url)))
    })
    .on('GET', '/live', (exchange) => live.attach(exchange))
    .on('GET', '/metrics', ({ request, response }) => scrape(request, response))
    .on('GET', '/scripts', ({ response, tenant }) => json(response, 200, { scripts: scripts.list(tenant) }))
    .on('GET', '/scripts/:name', (exchange, { name }) => json(exchange.response, 200, scriptOf(exchange, name)))
    .on('PUT', '/scripts/:name', upload)
    .on('DELETE', '/scripts/:name', (exchange, { name }) => {
      const { tenant } = scriptOf(exchange, name)
      scripts.remove(tenant, name ?? '')
      log
        .audit()
        ?.str('event', 'script.removed')
        .str('tenant', tenant)
        .str('script', name ?? '')
        .msg()
      json(exchange.response, 200, { removed: name })
    })
    .on('POST', '/scripts/:name/runs', async (exchange, { name }) => {
      const work = run(exchange, scriptOf(exchange, name))
      underWay.add(work)
      try {
        await work
      } finally {
        underWay.delete(work)
      }
    })
    .on('GET', '/runs/:id/log', (exchange, { id = '' }) => follow(exchange, id))
  return {
    routes,
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay)
    },
  }
}
