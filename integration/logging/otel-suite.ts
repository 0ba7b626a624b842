// The OpenTelemetry writer of logs with a real SDK: what its processors are given, and what a receiver gets of it.
import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT_CONTEXT, context, trace } from '@opentelemetry/api'
import type { Context, ContextManager } from '@opentelemetry/api'
import { createLogger, fanOut, lineBackend, SENSITIVE_KEYS, withContext } from '@loopwright/logiface'
import type { Backend } from '@loopwright/logiface'
import { otelLogs } from '@loopwright/logiface/otel'
import type { OtelLoggerLike } from '@loopwright/logiface/otel'
import { backendSuite } from '@loopwright/logiface/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** What the suite reads of a record that a processor or an exporter is given. */
export interface SdkRecord {
  readonly hrTime: readonly [number, number]
  readonly severityNumber?: number | undefined
  readonly severityText?: string | undefined
  readonly body?: unknown
  readonly attributes: Readonly<Record<string, unknown>>
  readonly droppedAttributesCount: number
  readonly spanContext?: { readonly traceId: string; readonly spanId: string } | undefined
  readonly instrumentationScope: { readonly name: string }
}

/** A provider whose records end in memory. */
export interface OpenSdk {
  readonly logger: OtelLoggerLike
  records(): readonly SdkRecord[]
  flush(): Promise<void>
  shutdown(): Promise<void>
}

/** One version of the SDK, behind the calls that the suite makes. */
export interface LogsSdk {
  /** `batch`: records are exported by `flush` alone. */
  open(scope: string, processor: 'simple' | 'batch'): OpenSdk
  /** Exports to an OTLP receiver in this process. */
  send(url: string): { readonly logger: OtelLoggerLike; shutdown(): Promise<void> }
}

const active = new AsyncLocalStorage<Context>()
const manager: ContextManager = {
  active: () => active.getStore() ?? ROOT_CONTEXT,
  with: (value, f, self, ...args) => active.run(value, () => Reflect.apply(f, self, args) as ReturnType<typeof f>),
  bind: (_value, target) => target,
  enable: () => manager,
  disable: () => manager,
}
const SPAN = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }

export function otelLogsSuite(name: string, sdk: LogsSdk): void {
  describe(name, () => {
    beforeAll(() => void context.setGlobalContextManager(manager))
    afterAll(() => context.disable())

    test('O-3 severity, text, body, time, typed and nested attributes reach the processor', () => {
      const { logger, records } = sdk.open('shop', 'simple')
      const log = createLogger({
        backend: otelLogs(logger, { severities: { security: 12 } }),
        levels: { audit: 9, security: 10 },
        clock: { epochMs: () => 1_700_000_000_123, nowMs: () => 0 },
      })
      log
        .warning()
        ?.str('s', 'text')
        .num('n', 1.5)
        .bool('b', true)
        .big('big', 2n ** 70n)
        .bytes('bytes', new Uint8Array([255]))
        .json('o', { list: [1, { deep: null }], at: new Date(0) })
        .group('g')
        .num('inner', 2)
        .msg('low stock')
      log.security()?.msg('denied')
      log.audit()?.msg('seen')
      const [first, ...rest] = records()
      expect(first).toMatchObject({
        hrTime: [1_700_000_000, 123_000_000],
        severityNumber: 13,
        severityText: 'warning',
        body: 'low stock',
        droppedAttributesCount: 0,
        instrumentationScope: { name: 'shop' },
      })
      expect(JSON.parse(JSON.stringify(first?.attributes))).toEqual({
        s: 'text',
        n: 1.5,
        b: true,
        big: String(2n ** 70n),
        bytes: '/w==',
        o: { list: [1, { deep: null }], at: '1970-01-01T00:00:00.000Z' },
        g: { inner: 2 },
      })
      expect(rest.map(({ severityNumber, severityText }) => [severityText, severityNumber])).toEqual([
        ['security', 12],
        ['audit', 9],
      ])
    })

    test('O-3 an error arrives as exception.*, its cause and own members beside', () => {
      const { logger, records } = sdk.open('shop', 'simple')
      const error = Object.assign(new TypeError('bad', { cause: new Error('deeper') }), { code: 'E_BAD' })
      createLogger({ backend: otelLogs(logger) })
        .err()
        ?.err(error)
        .msg()
      expect(records()[0]).toMatchObject({
        severityNumber: 17,
        body: 'bad',
        attributes: {
          'exception.type': 'TypeError',
          'exception.message': 'bad',
          'exception.stacktrace': expect.stringContaining('TypeError: bad'),
          err: { code: 'E_BAD', cause: { type: 'Error', message: 'deeper' } },
        },
      })
    })

    test('O-3 the SDK adds the trace of the span that is active', () => {
      const { logger, records } = sdk.open('shop', 'simple')
      const log = createLogger({ backend: otelLogs(logger) })
      context.with(trace.setSpanContext(ROOT_CONTEXT, SPAN), () => log.info()?.msg('in a span'))
      log.info()?.msg('in none')
      expect(records().map(({ spanContext }) => spanContext?.traceId)).toEqual([SPAN.traceId, undefined])
      expect(records()[0]?.spanContext?.spanId).toBe(SPAN.spanId)
    })

    test('O-3 R-3 what the SDK is given is redacted, and correlated like every other writer', async () => {
      const { logger, records } = sdk.open('shop', 'simple')
      const store = new AsyncLocalStorage<object>()
      const path = join(mkdtempSync(join(tmpdir(), 'otel-')), 'app.log')
      const log = createLogger({
        backend: fanOut(otelLogs(logger), lineBackend({ path, mode: 'each' })),
        redact: SENSITIVE_KEYS,
        context: store,
      })
      await withContext(store, { requestId: 'r-1' }, async () => {
        await Promise.resolve()
        log
          .info()
          ?.str('password', 'MARK')
          .json('deep', { list: [{ apiKey: 'MARK' }] })
          .err(Object.assign(new Error('x'), { token: 'MARK' }))
          .msg('m')
      })
      expect(JSON.stringify(records().map(({ attributes, body }) => [attributes, body]))).not.toContain('MARK')
      const line = readFileSync(path, 'utf8')
      expect(line).not.toContain('MARK')
      expect(records()[0]?.attributes).toMatchObject({ requestId: 'r-1', password: '[Redacted]' })
      expect(JSON.parse(line)).toMatchObject({ requestId: 'r-1', password: '[Redacted]' })
    })

    test('O-3 a record keeps what it was given until it is exported', async () => {
      const { logger, records, flush } = sdk.open('shop', 'batch')
      const log = createLogger({ backend: otelLogs(logger) })
      const list = [1]
      log.info()?.json('list', list).msg('m')
      list.push(2)
      expect(records()).toEqual([])
      await flush()
      expect(records()[0]?.attributes).toEqual({ list: [1] })
    })

    test('O-3 M-2 a provider that was shut down, or a logger that throws, costs the event and no more', async () => {
      const { logger, records, shutdown } = sdk.open('shop', 'simple')
      const failures: string[] = []
      const throwing = {
        emit() {
          throw new Error('no exporter')
        },
      }
      const log = createLogger({
        backend: fanOut(otelLogs(logger), otelLogs(throwing)),
        onError: (error) => failures.push(error.message),
      })
      log.info()?.msg('before')
      expect(records()).toHaveLength(1)
      await shutdown()
      expect(() => log.info()?.msg('after')).not.toThrow()
      expect(failures).toEqual(['no exporter', 'no exporter'])
    })

    test('O-3 an in-process receiver gets the records by OTLP', async () => {
      const bodies: string[] = []
      const server = createServer((request, response) => {
        void request
          .setEncoding('utf8')
          .toArray()
          .then((chunks) => {
            bodies.push(chunks.join(''))
            response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
          })
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const { logger, shutdown } = sdk.send(`http://127.0.0.1:${port}/v1/logs`)
      const log = createLogger({ backend: otelLogs(logger), redact: ['password'] })
      context.with(trace.setSpanContext(ROOT_CONTEXT, SPAN), () =>
        log
          .notice()
          ?.str('user', 'ada')
          .str('password', 'MARK')
          .json('o', { a: [1, 'x'] })
          .msg('signed in'),
      )
      await shutdown()
      server.close()
      expect(bodies.join('')).not.toContain('MARK')
      const [sent] = bodies.map((body) => JSON.parse(body) as { resourceLogs: [{ scopeLogs: [{ logRecords: object[] }] }] })
      expect(sent?.resourceLogs[0].scopeLogs[0].logRecords).toMatchObject([
        {
          severityNumber: 10,
          severityText: 'notice',
          body: { stringValue: 'signed in' },
          traceId: SPAN.traceId,
          spanId: SPAN.spanId,
          attributes: [
            { key: 'user', value: { stringValue: 'ada' } },
            { key: 'password', value: { stringValue: '[Redacted]' } },
            {
              key: 'o',
              value: {
                kvlistValue: {
                  values: [{ key: 'a', value: { arrayValue: { values: [{ intValue: 1 }, { stringValue: 'x' }] } } }],
                },
              },
            },
          ],
        },
      ])
    })

    const notRun = backendSuite({
      name: 'V-2',
      test,
      lacks: { reservedKeys: 'level and message are no attributes' },
      open({ options }) {
        const { logger, records } = sdk.open('suite', 'simple')
        const backend = otelLogs(logger) as Backend
        return { log: createLogger({ ...options, backend }), backend, records: () => records().map(recordOf) }
      },
    })
    test('V-2 the one case that is not run is named', () => expect(notRun).toHaveLength(1))
  })
}

/** A record as the suite of backends wants it: the error under its key again. */
function recordOf({ severityText, body, attributes }: SdkRecord): Record<string, unknown> {
  const { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack, ...rest } = attributes
  const record = Object.assign(Object.create(null) as object, { level: severityText }, body === undefined ? {} : { msg: body })
  for (const key of Object.keys(rest)) Reflect.set(record, key === '__proto___' ? '__proto__' : key, rest[key])
  if (message !== undefined) Reflect.set(record, 'err', { ...(rest['err'] as object | undefined), type, message, stack })
  return JSON.parse(JSON.stringify(record)) as Record<string, unknown>
}
