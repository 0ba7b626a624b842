// Redaction by value: secrets that are known by their form, in fields, messages, errors and what onError is told.
import { expect, test } from 'vitest'
import { BEARER, CARD_NUMBER, EMAIL, JWT, PRIVATE_KEY, SENSITIVE_VALUES, URL_CREDENTIALS } from '../src/index.ts'
import { captureLogger } from '../src/testing/index.ts'

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
