// Redaction: rules, censors, values, and that nothing marked sensitive ever leaves.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RedactOptions, RedactRule } from '../src/index.ts'
import {
  BEARER,
  CARD_NUMBER,
  createLogger,
  EMAIL,
  isLogError,
  JWT,
  PRIVATE_KEY,
  SENSITIVE_KEYS,
  SENSITIVE_VALUES,
  URL_CREDENTIALS,
} from '../src/index.ts'
import { captureLogger } from '../src/testing/index.ts'
import { sensitiveMarkers } from './naive-redactor.ts'

const numRuns = process.env['LOOPWRIGHT_LONG'] === '1' ? 200_000 : 10_000

function lineOf(redact: readonly RedactRule[] | RedactOptions, value: Record<string, unknown>): Record<string, unknown> {
  const { log, records } = captureLogger({ redact })
  log.info()?.fields(value).msg()
  const { level: _level, time: _time, ...rest } = records()[0] as Record<string, unknown>
  return rest
}

test.each<[string, RedactRule, object, object]>([
  [
    'a key at any depth',
    'password',
    { password: 1, a: [{ PassWord: 'x' }], b: { pass_word: {} } },
    { password: '*', a: [{ PassWord: '*' }], b: { pass_word: '*' } },
  ],
  [
    'ASCII case, _ and - do not matter',
    'apikey',
    { 'Api-Key': 1, api_key: 2, apikeys: 3 },
    { 'Api-Key': '*', api_key: '*', apikeys: 3 },
  ],
  [
    'a path is anchored',
    'card.number',
    { card: { number: 1, x: 2 }, a: { card: { number: 3 } } },
    { card: { number: '*', x: 2 }, a: { card: { number: 3 } } },
  ],
  ['one level', 'a.*.c', { a: { b: { c: 1 }, d: { c: 2, e: 3 } } }, { a: { b: { c: '*' }, d: { c: '*', e: 3 } } }],
  ['elements', 'items[*].pin', { items: [{ pin: 1 }, { pin: 2, n: 3 }] }, { items: [{ pin: '*' }, { pin: '*', n: 3 }] }],
  ['one element', 'items[1]', { items: [1, 2, 3] }, { items: [1, '*', 3] }],
  ['three wildcards', '*.*.*.x', { a: { b: { c: { x: 1 } } } }, { a: { b: { c: { x: '*' } } } }],
  [
    'any number of levels',
    '**.auth.code',
    { auth: { code: 1 }, a: { b: [{ auth: { code: 2 } }] } },
    { auth: { code: '*' }, a: { b: [{ auth: { code: '*' } }] } },
  ],
  [
    'any number in the middle',
    'a.**.z',
    { a: { z: 1, b: { c: { z: 2 } } }, z: 3 },
    { a: { z: '*', b: { c: { z: '*' } } }, z: 3 },
  ],
  ['quoted segments', '["odd.key"]["b c"]', { 'odd.key': { 'b c': 1 } }, { 'odd.key': { 'b c': '*' } }],
  [
    'a RegExp over keys',
    /token$/gi,
    { authToken: 1, token: 2, tokens: 3, a: [{ xToken: 4 }] },
    { authToken: '*', token: '*', tokens: 3, a: [{ xToken: '*' }] },
  ],
  [
    'a key with dots is a path too',
    'password',
    { 'user.password': 1, 'password.old': 2, 'a.b': 3 },
    { 'user.password': '*', 'password.old': '*', 'a.b': 3 },
  ],
  [
    'a key with dots and brackets, in each of its readings',
    '*.*.*',
    { ']. ': ['x'], 'a[0]': { b: 1 }, 'a[0].b': 2, 'a.b': 3 },
    { ']. ': ['*'], 'a[0]': { b: '*' }, 'a[0].b': '*', 'a.b': 3 },
  ],
  ['a key with dots under a path rule', 'card.number', { 'card.number': 1, card: 2 }, { 'card.number': '*', card: 2 }],
  ['a function', (key) => key === 'x', { x: 1, a: { x: 2 }, y: 3 }, { x: '*', a: { x: '*' }, y: 3 }],
  [
    'a function that throws',
    () => {
      throw new Error('x')
    },
    { x: 1 },
    { x: '*' },
  ],
])('R-1 %s', (_, rule, value, expected) => {
  expect(lineOf({ rules: [rule], censor: '*' }, value as Record<string, unknown>)).toEqual(expected)
})

test('R-1 a function gets key, path and value, and may give the text itself', () => {
  const seen: unknown[] = []
  const rule: RedactRule = (key, path, value) => {
    seen.push([key, path.join('/'), typeof value])
    return key === 'id' ? `…${String(value).slice(-2)}` : false
  }
  expect(lineOf([rule], { a: { id: 'abcdef' }, list: [7] })).toEqual({ a: { id: '…ef' }, list: [7] })
  expect(seen).toEqual([
    ['a', 'a', 'object'],
    ['id', 'a/id', 'string'],
    ['list', 'list', 'object'],
    ['0', 'list/0', 'number'],
  ])
})

test.each<[string, unknown]>([
  ['an empty text', ''],
  ['a number', 5],
  ['a wildcard within a segment', 'a.b*'],
  ['an open bracket', 'a[b'],
  ['a leading dot', '.a'],
  ['a path of 256 segments', Array(256).fill('a').join('.')],
])('R-1 refuses a rule: %s', (_, rule) => {
  try {
    createLogger({ backend: null, redact: [rule as string] })
    expect.unreachable()
  } catch (error) {
    expect(isLogError(error, 'ERR_LOG_REDACT')).toBe(true)
  }
})

test('R-2 the censor: a text, a function, or nothing at all; for values of every type', () => {
  const secret = { a: 1 }
  for (const value of ['s', 1, true, 5n, null, secret, [1], new Date(0), new Error('x')]) {
    expect(lineOf(['k'], { k: value })).toEqual({ k: '[Redacted]' })
    expect(lineOf({ rules: ['k'], remove: true }, { k: value, o: { k: value }, l: [{ k: value }] })).toEqual({ o: {}, l: [{}] })
  }
  expect(lineOf({ rules: ['k'], censor: (value, path) => `${path.join('.')}:${typeof value}` }, { a: { k: secret } })).toEqual({
    a: { k: 'a.k:object' },
  })
  expect(lineOf({ rules: ['a[*]'], remove: true }, { a: [1, 2] })).toEqual({ a: [null, null] })
})

test('R-3 rules see every kind of field, wherever it comes from', () => {
  const { log, lines } = captureLogger({ redact: ['k', 'group.inner', 'err.detail'], fields: { k: 'MARK' } })
  const error = Object.assign(new Error('fine'), {
    k: 'MARK',
    detail: 'MARK',
    cause: Object.assign(new Error('c'), { k: 'MARK' }),
  })
  const many = new AggregateError([Object.assign(new Error('e'), { k: 'MARK' })], 'many')
  log
    .with()
    .str('k', 'MARK')
    .obj('o', (o) => o.str('k', 'MARK').arr('l', (l) => l.obj((p) => p.num('n', 1).json('k', { x: 'MARK' }))))
    .logger()
    .info()
    ?.str('k', 'MARK')
    .err(error)
    .err(many, 'other')
    .any('map', new Map([['k', 'MARK']]))
    .json('toJSON', { toJSON: () => ({ k: 'MARK' }) })
    .raw('raw', '{"k":"MARK"}')
    .bytes('k', Buffer.from('MARK'))
    .call((b) => b.fields({ k: 'MARK', deep: { k: 'MARK' } }))
    .group('group')
    .str('inner', 'MARK')
    .msg('m')
  expect(lines()[0]).not.toContain('MARK')
  expect(lines()[0]).not.toContain(Buffer.from('MARK').toString('base64'))
  expect(JSON.parse(lines()[0] as string)).toMatchObject({
    group: { inner: '[Redacted]' },
    err: { detail: '[Redacted]', cause: { k: '[Redacted]' } },
  })
})

test('R-3 a censored error message leaves neither by the stack nor as the message of the line', () => {
  const { log, lines } = captureLogger({ redact: ['err.message'] })
  log.info()?.err(new Error('MARK')).msg()
  expect(lines()[0]).not.toContain('MARK')
  expect(JSON.parse(lines()[0] as string)).toMatchObject({
    err: { message: '[Redacted]', stack: '[Redacted]' },
    msg: '[Redacted]',
  })
})

test('R-3 onError learns nothing of a value that looks like a secret', () => {
  const errors: Error[] = []
  const { log } = captureLogger({ redactValues: SENSITIVE_VALUES, onError: (error) => errors.push(error) })
  log
    .info()
    ?.str('x', () => {
      throw new Error('Bearer abcdefghijkl')
    })
    .msg()
  expect(errors.map(({ message, cause }) => [message, cause])).toEqual([['[Redacted]', undefined]])
})

/** Values with a marker under random keys; what a naive matcher calls sensitive must not appear. */
const marker = fc.integer({ min: 0, max: 1e9 }).map((n) => `MARK${n}MARK`)
const key = fc.oneof(
  fc.constantFrom(
    'password',
    'Pass_Word',
    'user.password',
    'a.card.number',
    'card',
    'number',
    'items',
    'a',
    'b',
    'c',
    '0',
    '__proto__',
    'constructor',
    'toString',
    'to"ken',
    'x\ntoken',
    'authToken',
    'TOKEN',
    'k\\',
  ),
  fc.string({ maxLength: 6 }),
)
const leaf = fc.oneof(
  marker,
  marker.map((m) => [m]),
  fc.integer(),
  fc.constant(null),
)
const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    leaf,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('node')), { maxLength: 4 }).map(asObject),
    fc.array(fc.tuple(key, tie('node')), { maxLength: 2 }).map((entries) => ({ toJSON: () => asObject(entries) })),
    fc.array(fc.tuple(key, tie('node')), { maxLength: 2 }).map((entries) => new Proxy(asObject(entries), {})),
    fc.tuple(key, tie('node')).map(([name, value]) => Object.defineProperty({}, name, { enumerable: true, get: () => value })),
    fc.tuple(key, tie('node'), tie('node')).map(([name, value, cause]) => {
      const error = new Error('fine', { cause })
      Object.defineProperty(error, name, { enumerable: true, configurable: true, writable: true, value })
      return error
    }),
  ),
})).node

function asObject(entries: readonly (readonly [string, unknown])[]): object {
  const object = {}
  for (const [name, value] of entries)
    Object.defineProperty(object, name, { enumerable: true, configurable: true, writable: true, value })
  return object
}

const ruleSets = fc.uniqueArray(
  fc.constantFrom<RedactRule>(
    'password',
    'api-key',
    'card.number',
    'a.*.c',
    '*.*.*',
    'a.**.b',
    '**.card',
    'items[*].number',
    '*.*.*.*',
    /token$/i,
    /^x/s,
    'a.card.number',
    'err.a',
    '["to\\"ken"]',
  ),
  { minLength: 1, maxLength: 4 },
)

test('R-4 never under-redacts: no marker under a key that a naive matcher calls sensitive is in any byte', {
  timeout: 600_000,
}, () => {
  let seen = 0
  fc.assert(
    fc.property(
      ruleSets,
      fc.array(fc.tuple(key, tree), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('event', 'twice', 'bound', 'context', 'nested', 'group', 'raw', 'raw twice'),
      (rules, fields, how) => {
        const { log, lines } = captureLogger({
          redact: rules,
          ...(how === 'context' ? { context: { getStore: () => asObject(fields) } } : {}),
        })
        let prefix: string[] = []
        if (how === 'event')
          log
            .info()
            ?.fields(asObject(fields) as Record<string, unknown>)
            .msg('m')
        else if (how === 'bound')
          log
            .with()
            .fields(asObject(fields) as Record<string, unknown>)
            .logger()
            .info()
            ?.msg('m')
        else if (how === 'context') log.info()?.msg('m')
        else if (how === 'twice') {
          // the same key again, with the values in the other order
          const builder = log.info()
          for (const [name] of fields) for (const [other, value] of fields) if (other === name) builder?.any(name, value)
          for (const [name, value] of fields.toReversed()) builder?.any(name, value)
          builder?.msg('m')
        } else if (how === 'raw twice') {
          const members = fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
          prefix = ['o']
          log
            .info()
            ?.raw('o', `{${[...members, ...members.toReversed()].join(',')}}`)
            .msg('m')
        } else if (how === 'raw') {
          const builder = log.info()
          for (const [name, value] of fields) builder?.raw(name, JSON.stringify(value))
          builder?.msg('m')
        } else if (how === 'nested') {
          prefix = ['a']
          log
            .info()
            ?.obj('a', (a) => a.fields(asObject(fields) as Record<string, unknown>))
            .msg('m')
        } else {
          prefix = ['a']
          log
            .info()
            ?.group('a')
            .fields(asObject(fields) as Record<string, unknown>)
            .msg('m')
        }
        const line = lines().join('')
        expect(line).toContain('"msg":"m"')
        for (const found of sensitiveMarkers(
          rules,
          how === 'raw' ? fields.map(([name, value]) => [name, asParsed(value)] as const) : fields,
          prefix,
        )) {
          seen++
          expect(line).not.toContain(found)
        }
      },
    ),
    { numRuns },
  )
  expect(seen).toBeGreaterThan(numRuns / 10)
})

function asParsed(value: unknown): unknown {
  const text = JSON.stringify(value)
  return text === undefined ? undefined : JSON.parse(text)
}

test('R-4 past 4096 keys redaction goes on without the cache', () => {
  const { log, lines } = captureLogger({ redact: ['secret', 'a.*.b'] })
  for (let i = 0; i < 5000; i++) log.info()?.num(`k${i}`, i).drop()
  log
    .info()
    ?.str('secret', 'MARK')
    .str('x.secret', 'MARK')
    .json('a', { zz: { b: 'MARK' } })
    .msg()
  for (let i = 0; i < 5000; i++)
    log
      .info()
      ?.json('o', { [`q${i}`]: 1, se_cret: 'MARK' })
      .msg()
  expect(lines().join('')).not.toContain('MARK')
})

test.each<[string, Parameters<typeof String.prototype.replace>[0] | typeof CARD_NUMBER, string, string]>([
  ['bearer', BEARER, 'Authorization: Bearer abc.def-123== next', 'Authorization: [Redacted] next'],
  ['JWT', JWT, 'x eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl y', 'x [Redacted] y'],
  ['PEM', PRIVATE_KEY, 'a -----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY----- b', 'a [Redacted] b'],
  ['PEM that was cut', PRIVATE_KEY, 'a -----BEGIN PRIVATE KEY-----\nAAAA', 'a [Redacted]'],
  ['URL', URL_CREDENTIALS, 'postgres://user:p%40ss@host/db', 'postgres://[Redacted]@host/db'],
  ['URL with a token', URL_CREDENTIALS, 'https://ghp_abc@github.com/x', 'https://[Redacted]@github.com/x'],
  ['card', CARD_NUMBER, 'card 4111 1111 1111 1111 ok', 'card [Redacted] ok'],
  ['card with other digits before it', CARD_NUMBER, '12 4111-1111-1111-1111', '12 [Redacted]'],
  ['no card: the check digit is wrong', CARD_NUMBER, '4111 1111 1111 1112', '4111 1111 1111 1112'],
  ['e-mail', EMAIL, 'to ada@example.org.', 'to [Redacted].'],
])('R-6 recognises %s in values, messages, errors and stacks', (_, rule, text, expected) => {
  const { log, records } = captureLogger({ redactValues: [rule as RegExp] })
  log.info()?.str('s', text).json('o', [text]).err(new Error(text)).msg(text)
  const [record] = records() as [{ s: string; o: string[]; msg: string; err: { message: string; stack: string } }]
  expect([record.s, record.o[0], record.msg, record.err.message]).toEqual([expected, expected, expected, expected])
  expect(record.err.stack.startsWith(`Error: ${expected}`)).toBe(true)
})

test('R-6 a value is cut before it is searched, and what straddles the cut is dropped with it', () => {
  const { log, records } = captureLogger({ redactValues: SENSITIVE_VALUES, bounds: { string: 1000 } })
  log
    .info()
    ?.str('s', 'x '.repeat(490) + '4111 1111 1111 1111 and more')
    .msg()
  const [record] = records() as [{ s: string }]
  expect(record.s).not.toContain('4111')
  expect(record.s.endsWith('[Truncated]')).toBe(true)
})

test('R-6 patterns take time in proportion to the text', () => {
  const { log } = captureLogger({ redactValues: [...SENSITIVE_VALUES, EMAIL], bounds: { string: 65_536 } })
  const hostile = ['eyJ-', 'bearer ', '1-', 'a@', '://', 'x.', '-----BEGIN PRIVATE KEY-----', 'a', ' ', '4111 '].map((part) =>
    part.repeat(Math.floor(65_000 / part.length)),
  )
  const before = process.cpuUsage() // of the processor: a machine that is busy takes longer, not more
  for (const text of hostile) log.info()?.str('s', text).msg()
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(5000)
})

test('SENSITIVE_KEYS covers the usual names', () => {
  const value = Object.fromEntries(SENSITIVE_KEYS.map((name) => [name, 'x']))
  expect(Object.values(lineOf(SENSITIVE_KEYS, value)).every((text) => text === '[Redacted]')).toBe(true)
  expect(lineOf(SENSITIVE_KEYS, { 'x-api-key': 1, 'Set-Cookie': 1, AUTHORIZATION: 1 })).toEqual({
    'x-api-key': '[Redacted]',
    'Set-Cookie': '[Redacted]',
    AUTHORIZATION: '[Redacted]',
  })
})
