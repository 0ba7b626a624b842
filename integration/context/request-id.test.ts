// Review items 29 and 38: one request id from an HTTP server through loop, guest, host function and transformer, and back.
import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT_CONTEXT, context as otel, trace } from '@opentelemetry/api'
import type { Context, ContextManager } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { alsContext, fullContext } from '@loopwright/eventloop'
import { createLogger, traceContext, withContext } from '@loopwright/logiface'
import { auditBackend, verifyAudit } from '@loopwright/logiface/audit'
import { captureLogger } from '@loopwright/logiface/testing'
import type { Sandbox } from '@loopwright/js-adapter'
import { guestTransformer } from '@loopwright/sql-export'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLoop } from '../boundaries/support/open.ts'
import { makeShop } from '../boundaries/support/shop.ts'

/** OpenTelemetry's context in an AsyncLocalStorage that the loop can be told of. */
const active = new AsyncLocalStorage<Context>()
const manager: ContextManager = {
  active: () => active.getStore() ?? ROOT_CONTEXT,
  with: (value, f, self, ...args) => active.run(value, () => Reflect.apply(f, self, args) as ReturnType<typeof f>),
  bind: (_value, target) => target,
  enable: () => manager,
  disable: () => manager,
}
const spans = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
const KEY = 'a key of the tests, and of nothing else'
const requests = new AsyncLocalStorage<object>()

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'request-id-'))
  otel.setGlobalContextManager(manager)
})
afterAll(() => {
  otel.disable()
  rmSync(folder, { recursive: true, force: true })
})

const GUEST = `
  globalThis.handle = (id) => new Promise((resolve) => setTimeout(async () => {
    note('guest callback')
    resolve(await lookup(id))
  }, 5))
  globalThis.mask = (table, rows) => { note('transformer'); return rows.map(() => ({ email: 'masked@example.com' })) }`

interface Line {
  readonly msg?: string
  readonly message?: string
  readonly requestId?: string
  readonly trace_id?: string
}

test.each([
  ['stores that the loop is told of, a sandbox each', () => alsContext(requests, active), false],
  ['every store there is, a sandbox each', () => fullContext(), false],
  ['stores that loop and guest are told of, one sandbox for all', () => alsContext(requests, active), true],
  ['every store there is, one sandbox for all', () => fullContext(), true],
] as const)(
  '29 and 38: %s: logs, audit and spans of four requests at once each carry their own id',
  async (name, port, shared) => {
    spans.reset()
    const tracer = provider.getTracer('integration')
    const { log, lines } = captureLogger({ context: [requests, traceContext(() => trace.getActiveSpan())] })
    const auditPath = join(folder, `${name.replaceAll(' ', '-')}.log`)
    const backend = auditBackend({ path: auditPath, key: KEY })
    const audit = createLogger({ backend, levels: { audit: 9 }, context: requests })
    using shop = await makeShop()
    const context = port()
    await using opened = openLoop({ context })
    const { loop } = opened

    const openGuest = async (): Promise<Sandbox> => {
      const sandbox = await opened.sandbox({ logger: log, ...(shared ? { context } : {}) })
      sandbox.expose('note', { sync: (text: string) => void log.info()?.msg(text) })
      sandbox.expose('lookup', async (wanted: string) => {
        const span = tracer.startSpan('lookup')
        log.info()?.msg('host function')
        await loop.sleep(2)
        audit.audit()?.str('wanted', wanted).msg('looked up')
        const transform = guestTransformer(sandbox, {
          entry: 'mask',
          identity: 'guest/1',
          tables: { customer: { reads: ['email'], writes: ['email'] } },
        })
        const { report } = await shop.export({ transform })
        log.info()?.msg('exported')
        span.end()
        return report.verdict
      })
      await sandbox.run(GUEST)
      return sandbox
    }
    const ofAll = shared ? await openGuest() : undefined
    const answer = async (id: string): Promise<unknown> => (ofAll ?? (await openGuest())).call('handle', [id])
    const server = createServer((request, response) => {
      const requestId = String(request.headers['x-request-id'])
      withContext(requests, { requestId }, () => {
        tracer.startActiveSpan('request', { attributes: { requestId } }, (span) => {
          loop.submit(() => {
            log.info()?.msg('loop task')
            void answer(requestId).then(
              (verdict) => {
                log.info()?.msg('answered')
                span.end()
                response.end(String(verdict))
              },
              (error: unknown) => {
                response.statusCode = 500
                response.end(String(error))
              },
            )
          })
        })
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port_ = typeof address === 'object' && address !== null ? address.port : 0
    const ids = ['r-1', 'r-2', 'r-3', 'r-4']
    const answers = await Promise.all(
      ids.map(async (id) => (await fetch(`http://127.0.0.1:${port_}/`, { headers: { 'x-request-id': id } })).text()),
    )
    server.close()
    server.closeAllConnections()
    backend.close()
    expect(answers).toEqual(ids.map(() => 'complete'))

    const roots = new Map(
      spans.getFinishedSpans().flatMap((span) => (span.name === 'request' ? [[span.attributes['requestId'], span]] : [])),
    )
    const lookups = spans.getFinishedSpans().filter((span) => span.name === 'lookup')
    expect(lookups).toHaveLength(ids.length)
    expect(new Set(lookups.map((span) => span.parentSpanContext?.spanId))).toEqual(
      new Set(Array.from(roots.values(), (span) => span.spanContext().spanId)),
    )
    const logged = lines().map((line) => JSON.parse(line) as Line)
    for (const id of ids) {
      const own = logged.filter((line) => line.requestId === id)
      expect(new Set(own.map((line) => line.msg ?? line.message))).toEqual(
        new Set(['loop task', 'guest callback', 'host function', 'transformer', 'exported', 'answered']),
      )
      expect(new Set(own.map((line) => line.trace_id))).toEqual(new Set([roots.get(id)?.spanContext().traceId]))
    }
    expect(logged.filter((line) => line.requestId === undefined)).toEqual([])
    expect(await verifyAudit(auditPath, { key: KEY })).toMatchObject({ intact: true })
    const audited = readFileSync(auditPath, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line & { readonly wanted?: string })
    expect(
      audited
        .filter(({ wanted }) => wanted !== undefined)
        .map(({ wanted, requestId }) => [wanted, requestId])
        .toSorted(),
    ).toEqual(ids.map((id) => [id, id]))
  },
)
