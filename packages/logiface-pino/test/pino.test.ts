// What the pino backend takes over from the instance: paths and their reasons, levels, hooks, streams, faults.
import { tracingChannel } from 'node:diagnostics_channel'
import { createLogger, isLogError } from '@loopwright/logiface'
import { pino as pino10 } from 'pino'
import { describe, expect, test } from 'vitest'
import type { PinoBackendOptions } from '../src/index.ts'
import { pinoBackend } from '../src/index.ts'
import { stringEncoder } from '../src/pino-text.ts'
import type { PinoOptions } from './pino-cases.ts'
import { createSink, PINOS } from './pino-cases.ts'

const timestamp = (): string => ',"time":1'

describe.each(Object.entries(PINOS))('%s', (_, pino) => {
  function setup(
    options: PinoOptions = {},
    backendOptions: PinoBackendOptions = {},
    change: (instance: ReturnType<typeof pino10>) => ReturnType<typeof pino10> = (instance) => instance,
  ) {
    const sink = createSink()
    const instance = change(pino({ base: null, timestamp, level: 'trace', ...options }, sink))
    const backend = pinoBackend(instance, backendOptions)
    return {
      sink,
      instance,
      backend,
      log: createLogger({ backend, level: 'trace', levels: { audit: 9, special: 10 }, onError: () => {} }),
      records: () => sink.lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    }
  }

  test("P-1 the instance and its stream stay their owner's", async () => {
    const { backend, log, sink, instance } = setup()
    log.info()?.msg('m')
    await log.close()
    expect(backend.close).toBeUndefined()
    instance.info('after')
    expect([sink.lines.length, sink.writableEnded]).toEqual([2, false])
  })

  test('P-2 level, bindings and stream are read live, and a streamWrite hook is applied', () => {
    const { log, instance, sink } = setup({ hooks: { streamWrite: (line) => line.toUpperCase() } })
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
    const { log, records } = setup({ customLevels: { audit: 35, notice: 33 } }, { levelMap: { special: 61 } })
    log.audit()?.msg('a')
    log.notice()?.msg('n')
    log.special()?.msg('f')
    expect(records().map(({ level }) => level)).toEqual([35, 33, 61])
  })

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
    const { backend, log, sink } = setup(options)
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
    const { backend, log, sink } = setup({}, {}, (instance) =>
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
    expect(setup({}, {}, (instance) => Object.assign(instance, { [Symbol('agent')]: 1 })).backend.reasons.join()).toContain(
      'agent',
    )
    expect(setup({}, {}, (instance) => instance.child({ c: 1 })).backend.path).toBe('text')
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
    const { log, sink } = setup()
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
    const { backend, log, instance } = setup()
    expect(backend.path).toBe('text')
    Object.assign(instance, { [Symbol('agent')]: 1 })
    log.with().str('a', 'b').logger().info()?.msg('m')
    expect(backend.path).toBe('object')
  })

  test('P-9 a custom level that pino lacks has its number and text, and reaches a logMethod hook', () => {
    const labelled = setup({ formatters: { level: (label) => ({ label }) } }, { fastPath: false })
    labelled.log.audit()?.msg('m')
    expect(labelled.sink.lines).toEqual(['{"label":"audit","time":1,"msg":"m"}\n'])
    const seen: unknown[] = []
    const hooked = setup({
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
    const { backend, log, sink } = setup(options)
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
      const { log, records } = setup({ msgPrefix: 'p:' }, { fastPath })
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
    const { log, instance } = setup({ levelComparison: 'DESC', customLevels: { low: 1 }, level: 'fatal' })
    expect([log.enabled('info'), log.enabled('emerg')]).toEqual([true, true])
    instance.level = 'debug'
    expect([log.enabled('info'), log.enabled('trace')]).toEqual([false, true])
    instance.level = 'trace'
    expect([log.enabled('debug'), log.enabled('trace')]).toEqual([false, true])
  })

  test('F-4 a frozen error or a serializer that throws costs only its own field', () => {
    for (const fastPath of ['auto', false] as const) {
      const { log, records } = setup(
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

describe('P-11 coalesce', () => {
  const timestamp = (): string => ',"time":1'
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const open = (sink: object, options: PinoOptions = {}) => {
    const errors: Error[] = []
    const backend = pinoBackend(pino10({ base: null, timestamp, ...options }, sink as never), { coalesce: true })
    return { log: createLogger({ backend, onError: (error) => errors.push(error) }), backend, errors }
  }

  test('the lines of one turn reach the stream as one string', async () => {
    const sink = createSink()
    const { log } = open(sink)
    log.info()?.msg('a')
    log.info()?.msg('b')
    expect(sink.lines).toEqual([])
    await turn()
    expect(sink.lines).toEqual(['{"level":30,"time":1,"msg":"a"}\n{"level":30,"time":1,"msg":"b"}\n'])
    log.info()?.msg('c')
    await turn()
    expect(sink.lines.length).toBe(2)
  })

  test('no more than 16 KiB wait, a flush hands on, and a line that pino flushes at once is not held back', async () => {
    const sink = Object.assign(createSink(), { flushSync() {} })
    const { log } = open(sink)
    for (let i = 0; i < 1000; i++) log.info()?.msg('some text that makes the line longer')
    expect(Math.max(...sink.lines.map(({ length }) => length))).toBeLessThan(16_384 + 200)
    expect(sink.lines.join('').split('\n').length).toBeGreaterThan(700)
    log.flushSync()
    expect(sink.lines.join('').split('\n').length).toBe(1001)
    log.info()?.msg('before')
    log.emerg()?.msg('now')
    expect(sink.lines.slice(-2).map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['before', 'now'])
    log.info()?.msg('last')
    await log.flush()
    expect(sink.lines.at(-1)).toContain('last')
    log.info()?.msg('final')
    await log.flushFinal()
    expect(sink.lines.at(-1)).toContain('final')
  })

  test('the streamWrite hook sees each line, and lines for a multistream are routed one by one', () => {
    const sink = createSink()
    const hooked = open(sink, { hooks: { streamWrite: (line) => `>${line}` } })
    hooked.log.info()?.msg('a')
    hooked.log.info()?.msg('b')
    hooked.log.flushSync()
    expect(sink.lines.join('').match(/>/g)?.length).toBe(2)
    const errors = createSink()
    const multi = open(pino10.multistream([{ level: 'error', stream: errors }]))
    multi.log.err()?.msg('e')
    multi.log.info()?.msg('i')
    expect(errors.lines.length).toBe(1)
  })

  test('a stream that throws costs its lines only: they are counted as dropped, and reported', async () => {
    let broken = true
    const kept: string[] = []
    const { log, errors } = open({
      write(text: string) {
        if (broken) throw new Error('broken')
        kept.push(text)
      },
    })
    log.info()?.msg('a')
    log.info()?.msg('b')
    await turn()
    expect([log.stats().dropped, log.stats().written, errors.length]).toEqual([2, 0, 1])
    broken = false
    log.info()?.msg('c')
    await turn()
    expect([kept.length, log.stats().written]).toEqual([1, 1])
  })

  test('loggers of different roots may share it, and its lines stay in order', async () => {
    const sink = createSink()
    const backend = pinoBackend(pino10({ base: null, timestamp }, sink), { coalesce: true })
    const [one, two] = [createLogger({ backend }), createLogger({ backend })]
    one.info()?.msg('1')
    two.info()?.msg('2')
    one.info()?.msg('3')
    await turn()
    expect(sink.lines.join('').match(/"msg":"\d"/g)).toEqual(['"msg":"1"', '"msg":"2"', '"msg":"3"'])
  })

  test('no listener stays once nothing waits, and anything but true and false is refused', async () => {
    const before = process.listenerCount('exit')
    const { log } = open(createSink())
    log.info()?.msg('a')
    expect(process.listenerCount('exit')).toBe(before + 1)
    await turn()
    expect(process.listenerCount('exit')).toBe(before)
    expect(() => pinoBackend(pino10(), { coalesce: 1 as never })).toThrow(expect.objectContaining({ code: 'ERR_LOG_OPTION' }))
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

test('P-10 ready, flush and flushSync follow the stream', async () => {
  const { mkdtempSync, readFileSync } = await import('node:fs')
  const path = `${mkdtempSync('/tmp/pino-')}/a.log`
  const destination = pino10.destination({ dest: path, sync: false, minLength: 4096 })
  const backend = pinoBackend(pino10({}, destination))
  const log = createLogger({ backend })
  log.info()?.msg('m')
  await backend.ready
  await backend.ready
  log.flushSync()
  expect(readFileSync(path, 'utf8')).toContain('"msg":"m"')
  log.info()?.msg('n')
  await backend.flush()
  expect(readFileSync(path, 'utf8')).toContain('"msg":"n"')
  await expect(backend.flush({ signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
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
