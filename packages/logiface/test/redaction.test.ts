// Redaction by rules: keys, paths, patterns and functions, the censor, and every kind of field.
import { expect, test } from 'vitest'
import type { RedactOptions, RedactRule } from '../src/index.ts'
import { createLogger, isLogError, SENSITIVE_KEYS } from '../src/index.ts'
import { captureLogger } from '../src/testing/index.ts'

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

test('SENSITIVE_KEYS covers the usual names', () => {
  const value = Object.fromEntries(SENSITIVE_KEYS.map((name) => [name, 'x']))
  expect(Object.values(lineOf(SENSITIVE_KEYS, value)).every((text) => text === '[Redacted]')).toBe(true)
  expect(lineOf(SENSITIVE_KEYS, { 'x-api-key': 1, 'Set-Cookie': 1, AUTHORIZATION: 1 })).toEqual({
    'x-api-key': '[Redacted]',
    'Set-Cookie': '[Redacted]',
    AUTHORIZATION: '[Redacted]',
  })
})
