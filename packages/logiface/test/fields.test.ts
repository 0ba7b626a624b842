// Field kinds and their edge values, errors, call sites.
import { expect, test } from 'vitest'
import { LineTimestamp } from '../src/text/timestamp.ts'
import type { Builder } from '../src/index.ts'
import { createLogger } from '../src/index.ts'
import { captureLogger } from '../src/testing/index.ts'

function text(build: (builder: Builder) => unknown): string {
  const { log, lines } = captureLogger()
  const builder = log.info() as Builder
  build(builder)
  builder.msg()
  return (lines()[0] as string).replace('{"level":"info","time":0', '').slice(1, -1)
}

test.each<[string, (b: Builder) => unknown, string]>([
  ['str', (b) => b.str('k', 'a"b\\c\n\u0001é\ud800'), '"k":"a\\"b\\\\c\\n\\u0001é\\ud800"'],
  ['str of long text', (b) => b.str('k', `${'x'.repeat(50)}\u0085\u2028`), `"k":"${'x'.repeat(50)}\\u0085\\u2028"`],
  ['str null', (b) => b.str('k', null), '"k":null'],
  ['str undefined', (b) => b.str('k', undefined).num('n', undefined), ''],
  ['str of another type', (b) => b.str('k', 5 as unknown as string), '"k":5'],
  [
    'num',
    (b) => b.num('a', -0).num('b', Number.NaN).num('c', 1e21).num('d', Infinity).num('e', 0.1),
    '"a":0,"b":null,"c":1e+21,"d":null,"e":0.1',
  ],
  ['big', (b) => b.big('a', 0n).big('b', -(2n ** 70n)), '"a":"0","b":"-1180591620717411303424"'],
  ['bool', (b) => b.bool('a', true).bool('b', false), '"a":true,"b":false'],
  [
    'time',
    (b) =>
      b
        .time('a', new Date(1))
        .time('b', 2.9)
        .time('c', 1_500_000_000n)
        .time('d', 1n)
        .time('e', new Date(Number.NaN))
        .time('f', 1e99),
    '"a":"1970-01-01T00:00:00.001Z","b":"1970-01-01T00:00:00.002Z","c":"1970-01-01T00:00:01.500Z","d":"1970-01-01T00:00:00.000000001Z","e":null,"f":null',
  ],
  [
    'time before 1970',
    (b) => b.time('a', -1n).time('b', 0n).time('c', -1500),
    '"a":"1969-12-31T23:59:59.999999999Z","b":"1970-01-01T00:00:00Z","c":"1969-12-31T23:59:58.500Z"',
  ],
  [
    'dur',
    (b) => b.dur('a', 1500).dur('b', -12).dur('c', 0).dur('d', 1n).dur('e', 60_000).dur('f', Number.NaN).dur('g', 0.0015),
    '"a":"1.500s","b":"-0.012s","c":"0s","d":"0.000000001s","e":"60s","f":null,"g":"0.000001500s"',
  ],
  [
    'bytes',
    (b) =>
      b
        .bytes('a', new Uint8Array([255, 254]))
        .bytes('b', new Uint8Array([255, 254]), 'base64url')
        .bytes('c', new Uint8Array([255, 254]), 'hex')
        .bytes('d', new Uint8Array(0)),
    '"a":"//4=","b":"__4","c":"fffe","d":""',
  ],
  [
    'json',
    (b) =>
      b
        .json('a', { x: [undefined, 1], y: undefined, d: new Date(0) })
        .json('b', undefined)
        .json('c', null),
    '"a":{"x":[null,1],"d":"1970-01-01T00:00:00.000Z"},"c":null',
  ],
  [
    'any',
    (b) =>
      b
        .any('a', new Map([['x', 1]]))
        .any('b', new Map([[1, 2]]))
        .any('c', new Set([1]))
        .any('d', new Date(0))
        .any('e', 5n)
        .any('f', Symbol('s'))
        .any('g', null),
    '"a":{"x":1},"b":[[1,2]],"c":[1],"d":"1970-01-01T00:00:00.000Z","e":"5","g":null',
  ],
  [
    'obj and arr',
    (b) =>
      b
        .obj('o', (o) =>
          o
            .str('a', 'b')
            .obj('e', () => {})
            .group('g')
            .num('n', 1),
        )
        .arr('l', (l) =>
          l
            .str('x')
            .str(undefined)
            .num(1)
            .bool(true)
            .big(2n)
            .time(0)
            .dur(1)
            .bytes(new Uint8Array([1]))
            .json({ a: 1 })
            .any([2])
            .obj((p) => p.num('q', 1))
            .arr((m) => m.arr(() => {})),
        ),
    '"o":{"a":"b","e":{},"g":{"n":1}},"l":["x",null,1,true,"2","1970-01-01T00:00:00.000Z","0.001s","AQ==",{"a":1},[2],{"q":1},[[]]]',
  ],
  ['raw', (b) => b.raw('a', '{"x":\n 1}').raw('b', '{bad').raw('c', undefined), '"a":{"x":  1},"b":"{bad"'],
  ['fields', (b) => b.fields({ a: 1, b: 'x', c: { d: [1n] } }), '"a":1,"b":"x","c":{"d":["1"]}'],
  ['__proto__', (b) => b.json('__proto__', { x: 1 }).str('constructor', 'c'), '"__proto__":{"x":1},"constructor":"c"'],
  ['keys that need escaping', (b) => b.num('a"b\n', 1), '"a\\"b\\n":1'],
])('field kinds: %s', (_, build, expected) => {
  expect(text(build)).toBe(expected)
})

test('the options nonFinite, durations and duplicates', async () => {
  const { mkdtempSync, readFileSync } = await import('node:fs')
  const { tmpdir } = await import('node:os')
  const { lineBackend } = await import('../src/index.ts')
  const path = `${mkdtempSync(`${tmpdir()}/fields-`)}/a.log`
  const backend = lineBackend({ path, nonFinite: 'string', durations: 'ms', duplicates: 'last', time: 'iso' })
  const log = createLogger({ backend, clock: { epochMs: () => 1500, nowMs: () => 0 } })
  log
    .with()
    .num('a', 1)
    .logger()
    .info()
    ?.num('b', Number.NaN)
    .num('a', -Infinity)
    .dur('d', 1500n)
    .arr('l', (l) => l.num(1).num(1))
    .obj('o', (o) => o.num('x', 1).num('x', 2))
    .msg('m')
  backend.close()
  expect(readFileSync(path, 'utf8')).toBe(
    '{"level":"info","time":"1970-01-01T00:00:01.500Z","a":"-Infinity","b":"NaN","d":0.0015,"l":[1,1],"o":{"x":2},"msg":"m"}\n',
  )
})

test('bytes past the bound are cut and counted', () => {
  const { log, records } = captureLogger({ bounds: { bytes: 4 } })
  log.info()?.bytes('a', new Uint8Array(5)).bytes('b', new Uint8Array(4)).msg()
  expect(records()[0]).toMatchObject({ a: 'AAAAAA==…', b: 'AAAAAA==' })
  expect(log.stats().truncated).toBe(1)
})

test('the line time is exact whatever the order of instants', () => {
  const timestamp = new LineTimestamp()
  for (const epochMs of [0, 1, 999, 1000, 999, -1, -1000, -1001, 1_700_000_000_123, 5, 86_400_000 * 365])
    expect(timestamp.text(epochMs)).toBe(new Date(epochMs).toISOString())
})

function errorOf(error: unknown): Record<string, unknown> {
  const { log, records } = captureLogger()
  log.info()?.err(error).msg('m')
  return records()[0]?.['err'] as Record<string, unknown>
}

test('F-1 an error is type, message, code, stack, cause, errors, then its own members', () => {
  class Special extends Error {
    override name = ''
  }
  const error = Object.assign(new Special('m', { cause: new RangeError('c') }), { code: 'E_X', extra: { a: 1 } })
  expect(Object.keys(errorOf(error))).toEqual(['type', 'message', 'code', 'stack', 'cause', 'name', 'extra'])
  expect(errorOf(error)).toMatchObject({
    type: 'Special',
    message: 'm',
    code: 'E_X',
    cause: { type: 'RangeError', message: 'c' },
    extra: { a: 1 },
  })
})

test('F-2 causes to depth 8, aggregates to 16, cycles named, cuts counted', () => {
  let error = new Error('0')
  for (let i = 1; i <= 12; i++) error = new Error(String(i), { cause: error })
  let depth = 0
  let at: unknown = errorOf(error)
  for (; typeof at === 'object'; at = (at as { cause: unknown }).cause) depth++
  expect([depth, at]).toEqual([9, '[Truncated]'])
  const many = errorOf(new AggregateError(Array.from({ length: 20 }, (_, i) => new Error(String(i)))))
  expect((many['errors'] as unknown[]).length).toBe(17)
  expect((many['errors'] as unknown[])[16]).toBe('[Truncated]')
  const loop = new Error('loop')
  loop.cause = loop
  expect(errorOf(loop)['cause']).toBe('[Circular]')
})

test('F-3 what is thrown but no error has its type and text', () => {
  expect(errorOf('text')).toEqual({ type: 'string', message: 'text' })
  expect(errorOf(undefined)).toEqual({ type: 'undefined', message: 'undefined' })
  expect(errorOf(Object.create(null))).toEqual({ type: 'object', message: '[Unprintable]' })
})

test('F-4 a hostile getter, Proxy or frozen error costs only its own field', () => {
  const hostile = new Error('m')
  Object.defineProperty(hostile, 'stack', {
    get: () => {
      throw new Error('no stack')
    },
  })
  Object.defineProperty(hostile, 'bad', {
    enumerable: true,
    get: () => {
      throw new Error('no bad')
    },
  })
  expect(errorOf(hostile)).toMatchObject({ type: 'Error', message: 'm', stack: '[Throws: no stack]', bad: '[Throws: no bad]' })
  expect(errorOf(Object.freeze(new TypeError('frozen')))).toMatchObject({ type: 'TypeError', message: 'frozen' })
  const { proxy, revoke } = Proxy.revocable(new Error('x'), {})
  revoke()
  expect(errorOf(proxy)).toMatchObject({ type: 'object', message: '[Unprintable]' })
  const trap = new Proxy(new Error('x'), {
    get: () => {
      throw new Error('trap')
    },
    ownKeys: () => {
      throw new Error('keys')
    },
  })
  expect(errorOf(trap)).toMatchObject({ message: '[Throws: trap]', members: '[Throws: keys]' })
})

test('F-5 stacks are cut', () => {
  const { log, records } = captureLogger({ bounds: { stackChars: 20 } })
  log
    .info()
    ?.err(Object.assign(new Error('m'), { stack: 'x'.repeat(50) }))
    .msg()
  expect(records()[0]?.['err']).toMatchObject({ stack: `${'x'.repeat(20)}[Truncated]` })
})

test('callSite names file, line and function', () => {
  const { log, records } = captureLogger()
  function caller(): void {
    log.info()?.callSite().msg()
  }
  caller()
  expect(records()[0]?.['caller']).toMatchObject({
    file: expect.stringContaining('fields.test.ts'),
    line: expect.any(Number),
    fn: 'caller',
  })
})

test('M-2 nothing that a value, callback, modifier or writer does leaves a log call', () => {
  const errors: [string, string][] = []
  const boom = (): never => {
    throw new Error('boom')
  }
  const { log } = captureLogger({
    onError: (error, { stage }) => {
      errors.push([stage, error.message])
      throw new Error('handler')
    },
    fields: { lazy: boom },
  })
  log
    .info()
    ?.str('a', boom)
    .obj('o', boom)
    .arr('l', boom)
    .call(boom)
    .fields(new Proxy({}, { ownKeys: boom }))
    .any('p', new Proxy({}, { get: boom }))
    .msg(boom)
  const broken = createLogger({
    backend: { name: 'broken', newEvent: boom, write: boom },
    onError: (error, failure) => errors.push([failure.stage, error.message]),
  })
  broken.info()?.str('a', 'b').msg('x')
  const half = createLogger({
    backend: { name: 'half', newEvent: (level) => ({ level, addField: boom }), write: boom },
    onError: (error, failure) => errors.push([failure.stage, error.message]),
  })
  half.info()?.str('a', 'b').num('n', 1).msg('x')
  expect(errors.map(([stage]) => stage)).toEqual([
    'field',
    'field',
    'field',
    'field',
    'field',
    'field',
    'field',
    'event',
    'field',
    'field',
    'field',
    'write',
  ])
  expect(half.stats()).toMatchObject({ written: 0, dropped: 1 })
  expect(broken.stats()).toMatchObject({ written: 0, dropped: 1 })
})
