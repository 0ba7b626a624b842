// Redaction against an independent reading of the rules: nothing marked sensitive ever leaves.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RedactRule } from '../src/index.ts'
import { captureLogger } from '../src/testing/index.ts'
import { sensitiveMarkers } from './naive-redactor.ts'

const numRuns = process.env['LOOPWRIGHT_LONG'] === '1' ? 200_000 : 10_000

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
