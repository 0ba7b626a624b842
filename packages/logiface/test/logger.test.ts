// Loggers: levels, order of fields, builders, sub-loggers, context, ports.
import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import {
  createLogger,
  ErrDisabled,
  ErrLimited,
  isLogError,
  LEVEL_NAMES,
  parseLevel,
  traceContext,
  withContext,
} from '../src/index.ts'
import type { Builder, LoggerOptions } from '../src/index.ts'
import { captureLogger } from '../src/testing/index.ts'

function codeOf(run: () => unknown): string | undefined {
  try {
    run()
  } catch (error) {
    return isLogError(error) ? error.code : String(error)
  }
  return undefined
}

test('L-1 level names, aliases and numbers', () => {
  expect(LEVEL_NAMES.map((name) => parseLevel(name))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect(['disabled', 'error', 'warn', 'critical', 'emergency', 'informational', 'fatal'].map(parseLevel)).toEqual([
    -1,
    3,
    4,
    2,
    0,
    6,
    undefined,
  ])
  const { log, records } = captureLogger()
  for (const name of LEVEL_NAMES) log[name]()?.msg('x')
  log.log('error', 'x', {})
  log.log('warn', 'x', {})
  expect(records().map(({ level }) => level)).toEqual([...LEVEL_NAMES, 'err', 'warning'])
})

test('L-2 a level is on up to the threshold, custom levels always', () => {
  for (const [index, level] of (['disabled', ...LEVEL_NAMES] as const).entries()) {
    const { log, records } = captureLogger({ level, levels: { audit: 9 } })
    for (const name of LEVEL_NAMES) log[name]()?.msg('x')
    log.audit()?.msg('x')
    expect(records().map((record) => record['level'])).toEqual([...LEVEL_NAMES.slice(0, index), 'audit'])
    expect(log.enabled('audit')).toBe(true)
    expect(log.enabled('info')).toBe(index > 6)
  }
})

test('L-2 without a backend nothing is enabled, custom levels included', () => {
  const log = createLogger({ backend: null, levels: { audit: 9 } })
  expect(log.audit()).toBeUndefined()
  expect(log.emerg()).toBeUndefined()
  expect(log.enabled('audit')).toBe(false)
})

test('L-3 setLevel acts on the whole root, except on sub-loggers with a level of their own', () => {
  const { log } = captureLogger({ level: 'info' })
  const child = log.with().logger()
  const own = log.with().level('notice').logger()
  log.setLevel('debug')
  expect([log, child, own].map((logger) => logger.enabled('debug'))).toEqual([true, true, false])
  own.setLevel('trace')
  expect([log, child, own].map((logger) => logger.enabled('trace'))).toEqual([false, false, true])
  expect(codeOf(() => log.setLevel('loud' as 'info'))).toBe('ERR_LOG_LEVEL')
})

test.each<[string, Record<string, number>]>([
  ['a capital first', { Audit: 9 }],
  ['a member of Logger', { with: 9 }],
  ['an inherited member', { toString: 9 }],
  ['a standard level', { info: 9 }],
  ['an alias', { warn: 9 }],
  ['a number below 9', { audit: 8 }],
  ['a number above 127', { audit: 128 }],
  ['a fraction', { audit: 9.5 }],
  ['a number taken twice', { audit: 9, security: 9 }],
  ['33 characters', { [`a${'b'.repeat(32)}`]: 9 }],
])('L-4 refuses a custom level: %s', (_, levels) => {
  expect(codeOf(() => createLogger({ backend: null, levels }))).toBe('ERR_LOG_LEVEL')
})

test('L-5 custom levels are methods of every descendant', () => {
  const { log, records } = captureLogger({ levels: { audit: 9, security: 127 } })
  log.with().str('a', 'b').logger().with().logger().security()?.str('c', 'd').msg('x')
  expect(records()).toEqual([{ level: 'security', time: 0, a: 'b', c: 'd', msg: 'x' }])
  expect(log.generic().enabled(9)).toBe(true)
})

test('B-1 a disabled call evaluates nothing', () => {
  const { log } = captureLogger({ level: 'info' })
  let evaluated = 0
  log.debug()?.num('n', ++evaluated)
  expect(evaluated).toBe(0)
  expect(log.stats().disabled).toBe(1)
})

test('B-2 noop mode returns one shared frozen builder', () => {
  const { log, lines } = captureLogger({ level: 'info', disabled: 'noop' })
  const off = log.debug()
  expect(Object.isFrozen(off)).toBe(true)
  expect(log.trace()).toBe(off)
  off
    .str('a', () => {
      throw new Error('never called')
    })
    .limit('x')
    .group('g')
    .msg('x')
  log.info().str('a', 'b').msg('on')
  expect(lines()).toEqual(['{"level":"info","time":0,"a":"b","msg":"on"}'])
})

test('B-3 functions are called once, only for events that are wanted; in with() once an event', () => {
  const { log, records } = captureLogger({ level: 'info' })
  let calls = 0
  const next = (): number => ++calls
  log.debug()?.num('n', next)
  log.info()?.num('n', next).msg()
  const child = log.with().num('n', next).logger()
  child.info()?.msg()
  child.info()?.msg()
  log
    .info()
    ?.str('s', () => {
      throw new Error('lazy')
    })
    .msg(() => 'text')
  expect(records().map(({ n, s, msg }) => [n, s, msg])).toEqual([
    [1, undefined, undefined],
    [2, undefined, undefined],
    [3, undefined, undefined],
    [undefined, '[Throws: lazy]', 'text'],
  ])
})

test('B-4 fields come in the order: level, time, base, bound, context, event, message', () => {
  const als = new AsyncLocalStorage<object>()
  const { log, lines } = captureLogger({ fields: { base: 1 }, context: als })
  const child = log.with().num('bound', 2).logger()
  withContext(als, { context: 3 }, () => child.info()?.num('event', 4).msg('m'))
  expect(lines()).toEqual(['{"level":"info","time":0,"base":1,"bound":2,"context":3,"event":4,"msg":"m"}'])
})

test('B-5 a key given twice is written twice', () => {
  const { log, lines } = captureLogger()
  log.with().num('a', 1).logger().info()?.num('a', 2).num('a', 3).msg()
  expect(lines()).toEqual(['{"level":"info","time":0,"a":1,"a":2,"a":3}'])
})

test('B-6 the message: none, empty, or that of the error', () => {
  const { log, records } = captureLogger()
  log.info()?.msg()
  log.info()?.msg('')
  log.info()?.err(new Error('boom')).msg()
  log.info()?.err(new Error('boom')).msg('given')
  log.info()?.err(new Error('boom'), 'other').msg()
  log.info()?.str('a', 'b').drop()
  expect(records().map(({ msg }) => msg)).toEqual([undefined, '', 'boom', 'given', undefined])
})

test('B-7 emit returns the outcome', () => {
  const { log, records } = captureLogger({ level: 'info', limits: [{ windowMs: 1000, count: 1 }] })
  const fill = (event: { addField(key: string, value: unknown): void; setMessage(text: string): void }): undefined => {
    event.addField('a', { b: 1 })
    event.setMessage('m')
  }
  expect(log.emit('info', fill)).toBeUndefined()
  expect(log.emit('debug', fill)).toBe(ErrDisabled)
  expect(log.emit('info', () => ErrLimited)).toBe(ErrLimited)
  expect(records()).toEqual([{ level: 'info', time: 0, a: { b: 1 }, msg: 'm' }])
})

test('M-1 a modifier that returns a sentinel drops the event in silence; an error is reported', () => {
  const errors: string[] = []
  const { log, records } = captureLogger({ onError: (error) => errors.push(error.message) })
  log
    .info()
    ?.modify(() => ErrDisabled)
    .str('a', 'b')
    .msg('dropped')
  log
    .info()
    ?.modify(() => ErrLimited)
    .msg('dropped')
  log
    .info()
    ?.modify(() => new Error('bad'))
    .msg('dropped')
  log
    .info()
    ?.modify(() => {
      throw new Error('worse')
    })
    .msg('dropped')
  log
    .with()
    .modify((event) => event.addField('m', 1))
    .logger()
    .info()
    ?.num('n', 2)
    .msg('kept')
  expect(records().map(({ level, msg }) => [level, msg])).toEqual([
    ['crit', 'a modifier failed'],
    ['crit', 'a modifier failed'],
    ['info', 'kept'],
  ])
  expect(records()[2]).toEqual({ level: 'info', time: 0, m: 1, n: 2, msg: 'kept' })
  expect(errors).toEqual(['worse'])
  expect(log.stats()).toMatchObject({ disabled: 1, limited: 1, dropped: 2, misuse: 0 })
})

test('M-4 a spent builder does nothing and is counted; in development it throws', () => {
  const { log, lines } = captureLogger()
  const builder = log.info() as Builder
  builder.str('a', 'b').msg('once')
  builder.str('c', 'd')
  builder.msg('twice')
  builder.drop()
  expect(lines()).toHaveLength(1)
  expect(log.stats()).toMatchObject({ written: 1, misuse: 3 })
  const strict = captureLogger({ development: true })
  const spent = strict.log.info() as Builder
  spent.drop()
  expect(codeOf(() => spent.msg('late'))).toBe('ERR_LOG_BUILDER_SPENT')
  expect(codeOf(() => spent.num('late', 1))).toBe('ERR_LOG_BUILDER_SPENT')
  strict.log.info()?.str('a', 'never ended')
  expect(strict.lines()).toEqual([])
})

test('K-1 a sub-logger never changes, whatever is done to its context or parent', () => {
  const { log, records } = captureLogger()
  const bound = { list: [1] }
  const context = log.with().str('a', '1').json('o', bound)
  const first = context.logger()
  context.str('b', '2')
  bound.list.push(2)
  const second = context.logger()
  first.info()?.msg()
  second.info()?.msg()
  log.info()?.msg()
  expect(records()).toEqual([
    { level: 'info', time: 0, a: '1', o: { list: [1] } },
    { level: 'info', time: 0, a: '1', o: { list: [1, 2] }, b: '2' },
    { level: 'info', time: 0 },
  ])
})

test('K-2 context fields merge, follow promises and timers, and are encoded once', async () => {
  const als = new AsyncLocalStorage<object>()
  const { log, records } = captureLogger({ context: als })
  let encodings = 0
  const value = { toJSON: () => ++encodings }
  await withContext(als, { request: value, user: 'a' }, async () => {
    log.info()?.msg('1')
    await Promise.resolve()
    log.info()?.msg('2')
    await withContext(
      als,
      { user: 'b' },
      () =>
        new Promise<void>((resolve) =>
          setTimeout(() => {
            log.info()?.msg('3')
            resolve()
          }, 0),
        ),
    )
  })
  log.info()?.msg('4')
  expect(records().map(({ request, user, msg }) => [request, user, msg])).toEqual([
    [1, 'a', '1'],
    [1, 'a', '2'],
    [2, 'b', '3'],
    [undefined, undefined, '4'],
  ])
})

test('K-3 trace context of a valid span', () => {
  let span: { traceId: string; spanId: string; traceFlags: number } | undefined = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: 1,
  }
  const { log, records } = captureLogger({
    context: traceContext(() => (span === undefined ? undefined : { spanContext: () => span as NonNullable<typeof span> })),
  })
  log.info()?.msg()
  span = { traceId: '0'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
  log.info()?.msg()
  span = undefined
  log.info()?.msg()
  expect(records()).toEqual([
    { level: 'info', time: 0, trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16), trace_flags: '01' },
    { level: 'info', time: 0 },
    { level: 'info', time: 0 },
  ])
})

test('groups nest what follows; message and context stay outside; an empty one leaves no trace', () => {
  const als = new AsyncLocalStorage<object>()
  const { log, lines } = captureLogger({ context: als })
  const child = log.with().num('a', 1).group('g').num('b', 2).logger()
  withContext(als, { c: 3 }, () => {
    child.info()?.num('d', 4).group('h').num('e', 5).msg('m')
    child.info()?.group('empty').msg()
    log.info()?.group('empty').group('empty').msg()
  })
  expect(lines()).toEqual([
    '{"level":"info","time":0,"a":1,"c":3,"g":{"b":2,"d":4,"h":{"e":5}},"msg":"m"}',
    '{"level":"info","time":0,"a":1,"c":3,"g":{"b":2}}',
    '{"level":"info","time":0,"c":3}',
  ])
})

test('O-1 the port form takes the levels of other packages', () => {
  const { log, records } = captureLogger({ level: 'info' })
  const port: {
    enabled(level: 'debug' | 'info' | 'warn' | 'error'): boolean
    log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>): void
  } = log
  expect((['debug', 'info', 'warn', 'error'] as const).map((level) => port.enabled(level))).toEqual([false, true, true, true])
  port.log('error', 'failed', { event: 'loop.exit', error: new RangeError('x'), nested: { a: [1n] } })
  expect(records()[0]).toMatchObject({
    level: 'err',
    event: 'loop.exit',
    error: { type: 'RangeError', message: 'x' },
    nested: { a: ['1'] },
    msg: 'failed',
  })
})

test('fields called level, time or msg are renamed at the top of a line', () => {
  const { log, lines } = captureLogger()
  log.info()?.str('level', 'emerg').num('time', 1).str('msg', 'forged').group('g').str('msg', 'inner').msg('real')
  expect(lines()).toEqual([
    '{"level":"info","time":0,"level_":"emerg","time_":1,"msg_":"forged","g":{"msg":"inner"},"msg":"real"}',
  ])
})

test.each<[string, object]>([
  ['backend', { backend: {} }],
  ['disabled', { disabled: 'off' }],
  ['development', { development: 1 }],
  ['clock', { clock: {} }],
  ['exit', { exit: 1 }],
  ['onError', { onError: 1 }],
  ['context', { context: {} }],
  ['bounds', { bounds: { depth: 0 } }],
  ['sample', { sample: { info: { every: 0 } } }],
])('a bad option is refused at construction: %s', (member, options) => {
  expect(codeOf(() => createLogger({ backend: null, ...options } as LoggerOptions))).toBe('ERR_LOG_OPTION')
  expect(() => createLogger({ backend: null, ...options } as LoggerOptions)).toThrow(member)
})
