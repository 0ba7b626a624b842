// Text or objects: what of pino's configuration needs objects, and when that is decided.
import { tracingChannel } from 'node:diagnostics_channel'
import { createLogger } from '@loopwright/logiface'
import { describe, expect, test } from 'vitest'
import { pinoBackend } from '../src/index.ts'
import type { PinoOptions } from './pino-cases.ts'
import { createSink, PINOS } from './pino-cases.ts'
import { setup, timestamp } from './setup.ts'

describe.each(Object.entries(PINOS))('%s', (_, pino) => {
  test.each<[string, PinoOptions, string]>([
    ['a mixin', { mixin: () => ({ mixed: 1 }) }, 'mixin'],
    ['formatters.log', { formatters: { log: (record) => ({ ...record, mixed: 1 }) } }, 'formatters.log'],
    ['nestedKey', { nestedKey: 'nested' }, 'nestedKey'],
    ['a serializer of the message', { serializers: { msg: (text: string) => `<${text}>` } }, 'message'],
    [
      'hooks.logMethod',
      {
        hooks: {
          logMethod(args, method) {
            method.apply(this, args)
          },
        },
      },
      'logMethod',
    ],
    ['redaction of the message', { redact: ['msg'] }, 'redacts the message'],
    ['redaction by a first wildcard', { redact: ['*.a'] }, 'redacts the message'],
  ])('P-8 objects are needed for %s, and pino applies it', (_name, options, reason) => {
    const { backend, log, sink } = setup(pino, options)
    expect([backend.path, backend.reasons.join()]).toEqual(['object', expect.stringContaining(reason)])
    log.info()?.str('s', 'x').json('o', { a: 1 }).msg('m')
    const direct = createSink()
    pino({ base: null, timestamp, level: 'trace', ...options }, direct).info({ s: 'x', o: { a: 1 } }, 'm')
    expect(sink.lines).toEqual(direct.lines)
  })

  test('P-8 a write or asJson put on the instance, and unknown symbols, need objects', () => {
    const asJson = Object.getOwnPropertySymbols(Object.getPrototypeOf(Object.getPrototypeOf(pino()))).find(
      ({ description }) => description === 'pino.asJson',
    ) as symbol
    let seen = 0
    const { backend, log, sink } = setup(pino, {}, {}, (instance) =>
      Object.assign(instance, {
        [asJson](this: object, ...args: unknown[]) {
          seen++
          return (Reflect.get(Object.getPrototypeOf(instance) as object, asJson) as (...all: unknown[]) => string).apply(
            this,
            args,
          )
        },
      }),
    )
    expect(backend.reasons.join()).toContain('asJson')
    log.info()?.msg('m')
    expect([seen, sink.lines.length]).toEqual([1, 1])
    expect(setup(pino, {}, {}, (instance) => Object.assign(instance, { [Symbol('agent')]: 1 })).backend.reasons.join()).toContain(
      'agent',
    )
    expect(setup(pino, {}, {}, (instance) => instance.child({ c: 1 })).backend.path).toBe('text')
  })

  test('P-8 a stream that asks for metadata needs objects; a multistream only gets the level', () => {
    const streamSymbol = Symbol.for('pino.metadata')
    const asking = Object.assign(createSink(), { [streamSymbol]: true })
    expect(pinoBackend(pino({}, asking)).reasons.join()).toContain('metadata')
    const info = createSink()
    const errors = createSink()
    const backend = pinoBackend(
      pino(
        { base: null, timestamp },
        pino.multistream([
          { level: 'info', stream: info },
          { level: 'error', stream: errors },
        ]),
      ),
    )
    expect(backend.path).toBe('text')
    const log = createLogger({ backend, levels: { audit: 9 } })
    log.info()?.msg('i')
    log.err()?.msg('e')
    log.audit()?.msg('a')
    expect([info.lines.length, errors.lines.length]).toEqual([3, 2])
    expect(pinoBackend(pino({}, pino.multistream([{ stream: asking }]))).path).toBe('object')
  })

  test('P-8 while the tracing channel has subscribers an event is an object', () => {
    const { log, sink } = setup(pino)
    const child = log.with().str('bound', 'x').logger()
    child.info()?.str('a', 'b').msg('1')
    let traced = 0
    const subscribers = { start: () => void traced++ }
    tracingChannel('pino_asJson').subscribe(subscribers as never)
    try {
      child.info()?.str('a', 'b').msg('2')
    } finally {
      tracingChannel('pino_asJson').unsubscribe(subscribers as never)
    }
    child.info()?.str('a', 'b').msg('3')
    expect([traced, sink.lines]).toEqual([1, [1, 2, 3].map((n) => `{"level":30,"time":1,"bound":"x","a":"b","msg":"${n}"}\n`)])
  })

  test('T-5 the path is chosen again at with()', () => {
    const { backend, log, instance } = setup(pino)
    expect(backend.path).toBe('text')
    Object.assign(instance, { [Symbol('agent')]: 1 })
    log.with().str('a', 'b').logger().info()?.msg('m')
    expect(backend.path).toBe('object')
  })
})
