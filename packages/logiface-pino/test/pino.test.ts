// What the pino backend takes over from the instance: levels, hooks, serializers, streams, faults.
import { createLogger, isLogError } from '@loopwright/logiface'
import { pino as pino10 } from 'pino'
import { describe, expect, test } from 'vitest'
import { pinoBackend } from '../src/index.ts'
import { stringEncoder } from '../src/pino-text.ts'
import type { PinoOptions } from './pino-cases.ts'
import { createSink, PINOS } from './pino-cases.ts'
import { setup } from './setup.ts'

describe.each(Object.entries(PINOS))('%s', (_, pino) => {
  test("P-1 the instance and its stream stay their owner's", async () => {
    const { backend, log, sink, instance } = setup(pino)
    log.info()?.msg('m')
    await log.close()
    expect(backend.close).toBeUndefined()
    instance.info('after')
    expect([sink.lines.length, sink.writableEnded]).toEqual([2, false])
  })

  test('P-2 level, bindings and stream are read live, and a streamWrite hook is applied', () => {
    const { log, instance, sink } = setup(pino, { hooks: { streamWrite: (line) => line.toUpperCase() } })
    log.info()?.str('a', 'b').msg('m')
    instance.setBindings({ later: 1 })
    log.info()?.msg('n')
    instance.level = 'error'
    expect(log.info()).toBeUndefined()
    log.audit()?.msg('o')
    expect(sink.lines).toEqual([
      '{"LEVEL":30,"TIME":1,"A":"B","MSG":"M"}\n',
      '{"LEVEL":30,"TIME":1,"LATER":1,"MSG":"N"}\n',
      '{"LEVEL":69,"TIME":1,"LATER":1,"MSG":"O"}\n',
    ])
  })

  test('P-2 an event mapped to 60 is followed by flushSync, on both paths', () => {
    for (const fastPath of ['auto', false] as const) {
      let flushed = 0
      const sink = Object.assign(createSink(), { flushSync: () => void flushed++ })
      const log = createLogger({ backend: pinoBackend(pino({}, sink), { fastPath }) })
      log.err()?.msg('no')
      log.emerg()?.msg('yes')
      expect(flushed).toBe(1)
    }
  })

  test('L-7 a level that pino has by the same name comes first, then the table, then levelMap over both', () => {
    const { log, records } = setup(pino, { customLevels: { audit: 35, notice: 33 } }, { levelMap: { special: 61 } })
    log.audit()?.msg('a')
    log.notice()?.msg('n')
    log.special()?.msg('f')
    expect(records().map(({ level }) => level)).toEqual([35, 33, 61])
  })

  test('P-9 a custom level that pino lacks has its number and text, and reaches a logMethod hook', () => {
    const labelled = setup(pino, { formatters: { level: (label) => ({ label }) } }, { fastPath: false })
    labelled.log.audit()?.msg('m')
    expect(labelled.sink.lines).toEqual(['{"label":"audit","time":1,"msg":"m"}\n'])
    const seen: unknown[] = []
    const hooked = setup(pino, {
      hooks: {
        logMethod(args, method, level) {
          seen.push(level)
          method.apply(this, [{ ...(args[0] as object), hooked: 1 }, args[1]] as never)
        },
      },
      msgPrefix: 'p:',
    })
    hooked.log.audit()?.num('n', 1).msg('m')
    hooked.log.info()?.num('n', 2).msg('m')
    hooked.log.info()?.err(new Error('boom')).msg()
    expect(seen).toEqual([69, 30, 30])
    expect(hooked.records().map(({ level, n, hooked: added, msg }) => [level, n, added, msg])).toEqual([
      [69, 1, 1, 'p:m'],
      [30, 2, 1, 'p:m'],
      [30, undefined, 1, 'boom'],
    ])
  })

  test('P-6 serializers and redaction of the owner apply to their keys on the text path', () => {
    const options: PinoOptions = {
      serializers: { user: (user: { id: number }) => user.id, gone: () => undefined },
      redact: ['secret', 'o.secret'],
    }
    const { backend, log, sink } = setup(pino, options)
    log
      .info()
      ?.json('user', { id: 7 })
      .str('gone', 'x')
      .str('secret', 'MARK')
      .json('o', { secret: 'MARK', a: 1 })
      .obj('o', (o) => o.str('secret', 'MARK'))
      .msg('m')
    expect(backend.path).toBe('text')
    expect(sink.lines).toEqual([
      '{"level":30,"time":1,"user":7,"secret":"[Redacted]","o":{"secret":"[Redacted]","a":1},"o":{"secret":"[Redacted]"},"msg":"m"}\n',
    ])
  })

  test('P-7 an error gives the message, without the prefix, unless a field has the key of the message', () => {
    for (const fastPath of ['auto', false] as const) {
      const { log, records } = setup(pino, { msgPrefix: 'p:' }, { fastPath })
      log.info()?.err(new Error('boom')).msg()
      log.info()?.str('msg', 'field').err(new Error('boom')).msg()
      log.info()?.err(new Error('boom')).msg('given')
      log.info()?.err(new Error('boom'), 'other').msg()
      expect(records().map(({ msg }) => msg)).toEqual(['boom', 'field', 'p:given', undefined])
    }
  })

  test('P-5 functions and undefined are skipped; a bigint within an object takes the stringifier that sorts and cuts', () => {
    const deep = { z: 1n, a: { b: { c: { d: { e: { f: 1 } } } } } }
    for (const fastPath of ['auto', false] as const) {
      const sink = createSink()
      const instance = pino({ base: null, timestamp: false }, sink)
      const log = createLogger({ backend: pinoBackend(instance, { fastPath }) })
      instance.info({ f: () => 1, u: undefined, deep, n: null }, 'm')
      log
        .info()
        ?.json('f', () => () => 1)
        .json('u', undefined)
        .json('deep', deep)
        .json('n', null)
        .msg('m')
      expect(sink.lines[1]).toBe(sink.lines[0])
      expect(sink.lines[0]).toContain('"deep":{"a":')
    }
  })

  test('P-3 where pino itself writes no JSON, the line is JSON', () => {
    const message = Symbol('s')
    for (const fastPath of ['auto', false] as const) {
      const sink = createSink()
      const instance = pino({ base: null, timestamp: false }, sink)
      const log = createLogger({ backend: pinoBackend(instance, { fastPath }) })
      const err = { message, n: 1 }
      instance.info({ err })
      log.info()?.json('err', err).msg()
      log
        .info()
        ?.err(Object.assign(new Error('x'), { message }))
        .msg()
      expect(sink.lines.slice(0, 2)).toEqual(['{"level":30,"err":{"n":1},"msg":undefined}\n', '{"level":30,"err":{"n":1}}\n'])
      expect(() => JSON.parse(sink.lines[2] as string)).not.toThrow()
    }
  })

  test('P-2 what the owner changes later is seen, through a comparison of levels of its own too', () => {
    const { log, instance } = setup(pino, { levelComparison: 'DESC', customLevels: { low: 1 }, level: 'fatal' })
    expect([log.enabled('info'), log.enabled('emerg')]).toEqual([true, true])
    instance.level = 'debug'
    expect([log.enabled('info'), log.enabled('trace')]).toEqual([false, true])
    instance.level = 'trace'
    expect([log.enabled('debug'), log.enabled('trace')]).toEqual([false, true])
  })

  test('F-4 a frozen error or a serializer that throws costs only its own field', () => {
    for (const fastPath of ['auto', false] as const) {
      const { log, records } = setup(
        pino,
        {
          serializers: {
            bad: () => {
              throw new Error('no')
            },
          },
        },
        { fastPath },
      )
      log
        .info()
        ?.str('a', 'b')
        .err(Object.freeze(new TypeError('frozen', { cause: Object.freeze(new Error('c')) })))
        .str('bad', 'x')
        .msg('m')
      expect(records()[0]).toMatchObject({ a: 'b', err: { message: expect.stringContaining('frozen') }, msg: 'm' })
    }
  })

  test('R-5 the values that pino redacts by exact and single-wildcard paths, we redact too', () => {
    const paths = ['a.b', 'list[*].x', 'o.*', 'deep.*.y']
    const value = {
      a: { b: 'V1', c: 'V2' },
      list: [{ x: 'V3', z: 'V4' }],
      o: { p: 'V5', q: { r: 'V6' } },
      deep: { k: { y: 'V7' }, y: 'V8' },
    }
    const byPino = createSink()
    pino({ redact: paths }, byPino).info(value)
    const ours = createSink()
    createLogger({ backend: pinoBackend(pino({}, ours)), redact: paths })
      .info()
      ?.fields(value)
      .msg()
    for (let i = 1; i <= 8; i++) if (!byPino.lines[0]?.includes(`V${i}`)) expect(ours.lines[0]).not.toContain(`V${i}`)
    expect(ours.lines[0]).toContain('V2')
  })
})

test.each([
  ['pino 9, and pino 10 below Node 25', [stringEncoder(9, 26), stringEncoder(10, 24)], true],
  ['pino 10 from Node 25 on', [stringEncoder(10, 25), stringEncoder(10, 26)], false],
] as const)('P-4 strings of %s', (_, encoders, isOwn) => {
  for (const encode of encoders) {
    expect(encode('a"b\\')).toBe('"a\\"b\\\\"')
    expect(encode('\ud800')).toBe(isOwn ? '"\ud800"' : String.raw`"\ud800"`)
    expect(encode('\ud800\u0001"')).toBe(String.raw`"\ud800\u0001\""`)
    expect(encode(`\ud800${'x'.repeat(99)}`).length).toBe(isOwn ? 102 : 107)
    expect(encode(`\ud800${'x'.repeat(100)}`).length).toBe(108)
    expect(encode('"\u007f')).toBe('"\\"\u007f"')
  }
})

test('what is no pino, or none that is supported, is refused at construction', () => {
  const unsupported = Object.assign(Object.create(null) as object, { version: '8.0.0', levels: { labels: {}, values: {} } })
  for (const value of [undefined, {}, unsupported]) {
    try {
      pinoBackend(value as never)
      expect.unreachable()
    } catch (error) {
      expect(isLogError(error, 'ERR_LOG_BACKEND')).toBe(true)
    }
  }
  expect(() => pinoBackend(pino10(), { fastPath: 'on' as 'auto' })).toThrow(expect.objectContaining({ code: 'ERR_LOG_OPTION' }))
  expect(() => pinoBackend(pino10(), { levelMap: { audit: 0.5 } })).toThrow(expect.objectContaining({ code: 'ERR_LOG_OPTION' }))
})
