// The JSON reader against JSON.parse, against V8's own reading of the text as JavaScript, and where JSON.parse errs.
import { runInThisContext } from 'node:vm'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { captureLogger } from '../src/testing/index.ts'
import { JsonReader, readJson } from '../src/text/json-reader.ts'

const numRuns = process.env['LOOPWRIGHT_LONG'] === '1' ? 100_000 : 3000

/** Characters as JSON may spell them: raw, by a short escape, or by a code unit. */
const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** A text and the ways to spell it: which of the spellings each character takes is drawn. */
const spelled: fc.Arbitrary<readonly [text: string, json: string]> = fc
  .array(
    fc.tuple(
      fc.oneof(
        fc.constantFrom('"', '\\', 'u', '0', 'p', 'a', 's', '\n', '\t', '/', '\u2028', '\ud800'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
      fc.nat({ max: 2 }),
    ),
    { maxLength: 8 },
  )
  .map((drawn) => {
    const units = drawn.flatMap(([char, how]) => char.split('').map((unit): readonly [string, number] => [unit, how]))
    const json = units.map(([unit, how]) => {
      const hex = '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0')
      if (how === 2) return hex.toUpperCase().replace('\\U', '\\u')
      if (how === 1) return SHORT[unit] ?? hex
      return unit < ' ' || unit === '"' || unit === '\\' ? (SHORT[unit] ?? hex) : unit
    })
    return [units.map(([unit]) => unit).join(''), `"${json.join('')}"`]
  })

interface Node {
  readonly value: unknown
  readonly json: string
}

const space = fc.constantFrom('', '', ' ', '\n', '\t\r\n ')
const numbers = fc.constantFrom(
  '0',
  '-0',
  '1',
  '-12.50',
  '1e3',
  '1E+3',
  '5e-324',
  '1e999',
  '123456789012345678901234567890',
  '0.1e-2',
)

/** A value beside a JSON text of it, built from the parts up, so that no other reader is needed to know what it means. */
const documents: fc.Arbitrary<Node> = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    spelled.map(([value, json]) => ({ value, json })),
    numbers.map((json) => ({ value: Number(json), json })),
    fc.constantFrom<Node>({ value: null, json: 'null' }, { value: true, json: 'true' }, { value: false, json: 'false' }),
    fc.tuple(fc.array(tie('node'), { maxLength: 4 }), space).map(([items, gap]) => ({
      value: items.map(({ value }) => value),
      json: `[${gap}${items.map(({ json }) => json + gap).join(`,${gap}`)}]`,
    })),
    fc
      .tuple(
        fc.array(fc.tuple(fc.oneof(spelled, fc.constant(['__proto__', '"__proto__"'] as const)), tie('node')), { maxLength: 5 }),
        space,
      )
      .map(([members, gap]) => {
        const value = {}
        for (const [[key], node] of members)
          Object.defineProperty(value, key, { value: node.value, enumerable: true, configurable: true, writable: true })
        return {
          value,
          json: `{${gap}${members.map(([[, key], { json }]) => `${key}${gap}:${gap}${json}${gap}`).join(`,${gap}`)}}`,
        }
      }),
  ),
})).node

test('R-3 the reader gives what the text was made of, however its keys and texts are spelled', () => {
  fc.assert(
    fc.property(documents, space, ({ value, json }, gap) => {
      expect(new JsonReader(gap + json + gap).read()).toStrictEqual(value)
      expect(readJson(json)).toStrictEqual(value)
    }),
    { numRuns },
  )
})

test('R-3 the reader takes and refuses the texts that JSON.parse takes and refuses', () => {
  const broken = fc
    .tuple(
      documents,
      fc.nat(),
      fc.constantFrom(
        '',
        '"',
        '\\',
        ',',
        ':',
        '{',
        '}',
        '[',
        ']',
        '0',
        '-',
        '.',
        'e',
        'u',
        '\u0000',
        '\n',
        '\u00a0',
        '\ufeff',
        'null',
      ),
      fc.nat({ max: 3 }),
    )
    .map(([{ json }, at, put, drop]) => {
      const index = at % (json.length + 1)
      return json.slice(0, index) + put + json.slice(index + drop)
    })
  const taken = (read: () => unknown): boolean => {
    try {
      read()
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxError)
      return false
    }
  }
  let refused = 0
  fc.assert(
    fc.property(broken, (json) => {
      const byNode = taken(() => JSON.parse(json))
      if (!byNode) refused++
      expect(
        taken(() => new JsonReader(json).read()),
        json,
      ).toBe(byNode)
    }),
    { numRuns },
  )
  expect(refused).toBeGreaterThan(numRuns / 4)
})

test.each([
  '',
  ' ',
  '{',
  '[1',
  '[1,',
  '[,]',
  '[1,]',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{a:1}',
  "{'a':1}",
  '01',
  '1.',
  '.5',
  '+1',
  '-',
  '1e',
  '"\u0001"',
  '"\\x"',
  '"\\u12g4"',
  '"a',
  '"\\',
  'nul',
  'nullx',
  '1 2',
  '[1}',
  '{"a":1]',
  '\ufeff1',
  '\u00a01',
])('R-3 the reader refuses %j', (json) => {
  expect(() => new JsonReader(json).read()).toThrow(SyntaxError)
})

test('R-3 nesting costs the reader no stack', () => {
  const depth = 200_000
  let value = new JsonReader('['.repeat(depth) + ']'.repeat(depth)).read() as unknown[]
  for (let i = 1; i < depth; i++) value = value[0] as unknown[]
  expect(value).toEqual([])
})

/** Pairs in which the second key, read without regard to its escapes, begins with the first. */
const CONFUSED: readonly (readonly [first: string, second: string])[] = [
  ['{"a":1,"pass\\\\u00":2}', '{"a":1,"pass\\u0077ord":"MARK"}'],
  ['{"a":1,"\\\\u007":2}', '{"a":1,"\\u0070in":"MARK"}'],
  ['{"a":{"b":1,"tok\\\\u":2}}', '{"a":{"b":1,"tok\\u0065n":"MARK"}}'],
]

test.each(CONFUSED)('R-4 a key with an escape is not taken for another that was read before: %s', (first, second) => {
  for (let i = 0; i < 3; i++) {
    const { log, lines } = captureLogger({ redact: ['password', 'pin', 'a.token', /^tok/] })
    log.info()?.raw('o', first).raw('o', second).raw('password', first).msg('m')
    expect(lines()[0]).toContain('"msg":"m"')
    expect(lines()[0]).not.toContain('MARK')
    expect(readJson(second)).toStrictEqual(runInThisContext(`(${second})`))
  }
})

test('R-4 raw text never under-redacts, however its keys are spelled and whatever was read before', () => {
  const key = fc.constantFrom('password', 'pin', 'pass\\u00', '\\u007', 'a', 'pass\\u0', '"', '\\')
  const spellings = (name: string, how: number): string =>
    `"${[...name].map((char, i) => (((how >> (i % 8)) & 1) === 1 || char === '"' || char === '\\' ? '\\u' + char.charCodeAt(0).toString(16).padStart(4, '0') : char)).join('')}"`
  const members = fc.array(fc.tuple(key, fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(members, { minLength: 2, maxLength: 6 }), (texts) => {
      const { log, lines } = captureLogger({ redact: ['password', 'pin'] })
      for (const drawn of texts)
        log
          .info()
          ?.raw(
            'o',
            `{${drawn.map(([name, how]) => `${spellings(name, how)}:"${name === 'password' || name === 'pin' ? 'MARK' : 'x'}"`).join(',')}}`,
          )
          .msg('m')
      expect(lines().join('')).not.toContain('MARK')
    }),
    { numRuns },
  )
})
