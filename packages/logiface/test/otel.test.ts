// The OpenTelemetry backend against a logger that keeps its records.
import { expect, test } from 'vitest'
import type { Backend } from '../src/index.ts'
import { createLogger, isLogError } from '../src/index.ts'
import type { OtelLogRecord } from '../src/otel/index.ts'
import { otelLogs } from '../src/otel/index.ts'
import { backendSuite } from '../src/testing/index.ts'

function keep(): { emit(record: OtelLogRecord): void; readonly kept: OtelLogRecord[] } {
  const kept: OtelLogRecord[] = []
  return { emit: (record) => void kept.push(record), kept }
}

test('O-3 severity, body, typed and nested attributes, the error as exception.*', () => {
  const logger = keep()
  const log = createLogger({
    backend: otelLogs(logger, { severities: { security: 12 } }),
    level: 'trace',
    levels: { audit: 9, security: 10 },
    clock: { epochMs: () => 1000, nowMs: () => 0 },
  })
  for (const name of [
    'emerg',
    'alert',
    'crit',
    'err',
    'warning',
    'notice',
    'info',
    'debug',
    'trace',
    'audit',
    'security',
  ] as const)
    log[name]()?.msg('m')
  expect(logger.kept.map(({ severityNumber, severityText }) => [severityText, severityNumber])).toEqual([
    ['emerg', 21],
    ['alert', 19],
    ['crit', 18],
    ['err', 17],
    ['warning', 13],
    ['notice', 10],
    ['info', 9],
    ['debug', 5],
    ['trace', 1],
    ['audit', 9],
    ['security', 12],
  ])
  log
    .info()
    ?.str('s', 't')
    .num('n', 1.5)
    .bool('b', true)
    .big('big', 5n)
    .json('o', { a: [1, { b: null }] })
    .err(Object.assign(new TypeError('bad'), { code: 'E' }))
    .msg()
  expect(logger.kept.at(-1)).toMatchObject({
    timestamp: new Date(1000),
    body: 'bad',
    attributes: {
      s: 't',
      n: 1.5,
      b: true,
      big: '5',
      o: { a: [1, { b: null }] },
      'exception.type': 'TypeError',
      'exception.message': 'bad',
      'exception.stacktrace': expect.stringContaining('TypeError: bad'),
      err: { code: 'E' },
    },
  })
  log.info()?.msg()
  expect(logger.kept.at(-1)).not.toHaveProperty('body')
})

test('O-3 a field __proto__, which the SDKs would lose, has a name that they keep', () => {
  const logger = keep()
  createLogger({ backend: otelLogs(logger) })
    .info()
    ?.json('__proto__', { polluted: 1 })
    .str('s', 't')
    .msg()
  expect(Object.entries(logger.kept[0]?.attributes ?? {})).toEqual([
    ['__proto___', { polluted: 1 }],
    ['s', 't'],
  ])
})

test('O-3 what is no logger, and severities out of range, are refused', () => {
  for (const [run, code] of [
    [() => otelLogs({} as never), 'ERR_LOG_BACKEND'],
    [() => otelLogs(keep(), { severities: { audit: 25 } }), 'ERR_LOG_OPTION'],
  ] as const) {
    try {
      run()
      expect.unreachable()
    } catch (error) {
      expect(isLogError(error, code)).toBe(true)
    }
  }
})

backendSuite({
  name: 'OpenTelemetry',
  test,
  lacks: { reservedKeys: 'level and message are no attributes' },
  open({ options }) {
    const logger = keep()
    const backend = otelLogs(logger) as Backend
    return {
      log: createLogger({ ...options, backend }),
      backend,
      records: () =>
        logger.kept.map(({ severityText, body, attributes }) => {
          const { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack, ...rest } = attributes
          const { __proto___: proto, ...others } = rest
          const record = Object.assign(Object.create(null) as object, others, {
            level: severityText,
            ...(body === undefined ? {} : { msg: body }),
          }) as Record<string, unknown>
          if (proto !== undefined) record['__proto__'] = proto
          if (message !== undefined) record['err'] = { ...(rest['err'] as object | undefined), type, message, stack }
          return JSON.parse(JSON.stringify(record)) as Record<string, unknown>
        }),
    }
  },
})
