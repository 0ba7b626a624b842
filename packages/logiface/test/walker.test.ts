// The walker against JSON.stringify, its bounds and its guards.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createStats, resolveBounds } from '../src/bounds.ts'
import { captureLogger } from '../src/testing/index.ts'
import { escapeControls } from '../src/text/json-text.ts'
import { JsonWalk } from '../src/text/json-walker.ts'

const numRuns = process.env['LOOPWRIGHT_LONG'] === '1' ? 50_000 : 2000
const wide = resolveBounds({ depth: 256, members: 2 ** 20, string: 2 ** 24, line: 2 ** 26 })

function walked(value: unknown): string | undefined {
  return new JsonWalk({ bounds: wide, stats: createStats(), redactor: undefined }, []).value('', value, undefined)
}

test('R-7 with no rule the walker equals JSON.stringify', () => {
  const anything = fc.anything({
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  })
  fc.assert(
    fc.property(anything, (value) => {
      const expected = JSON.stringify(value)
      expect(walked(value)).toBe(expected === undefined ? undefined : escapeControls(expected))
    }),
    { numRuns },
  )
})

test.each<[string, unknown]>([
  ['toJSON with its key', { a: { toJSON: (key: string) => key } }],
  ['toJSON of a function', Object.assign(() => {}, { toJSON: () => 'f' })],
  ['array holes', [1, , 3]], // oxlint-disable-line no-sparse-arrays
  ['__proto__ as a member', JSON.parse('{"__proto__":{"x":1},"constructor":2}')],
  ['symbols and functions', [Symbol('s'), () => {}, { a: undefined, b: Symbol('t') }]],
  ['lone surrogates', '\ud800x\udc00'],
  ['boxed values', [Object(1), Object('s'), Object(false)]],
  [
    'a class with getters',
    new (class {
      a = 1
      get b() {
        return 2
      }
    })(),
  ],
])('R-7 equals JSON.stringify: %s', (_, value) => {
  expect(walked(value)).toBe(JSON.stringify(value))
})

test.each<[string, unknown, unknown]>([
  [
    'a circle',
    (() => {
      const a: Record<string, unknown> = { n: 1 }
      a['self'] = a
      return a
    })(),
    { n: 1, self: '[Circular]' },
  ],
  [
    'a getter that throws',
    {
      get x() {
        throw new Error('no')
      },
      y: 1,
    },
    { x: '[Throws: no]', y: 1 },
  ],
  [
    'a toJSON that throws',
    {
      x: {
        toJSON() {
          throw new Error('no')
        },
      },
      y: 1,
    },
    { x: '[Throws: no]', y: 1 },
  ],
  [
    'a revoked Proxy',
    (() => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return { x: proxy, y: 1 }
    })(),
    { x: expect.stringMatching(/^\[Throws: /), y: 1 },
  ],
  ['a bigint inside', { x: 10n ** 30n }, { x: '1000000000000000000000000000000' }],
  [
    'something unprintable thrown',
    {
      get x() {
        throw Object.create(null)
      },
    },
    { x: '[Throws: [Unprintable]]' },
  ],
])('a hostile member costs only itself: %s', (_, value, expected) => {
  const { log, records } = captureLogger()
  log.info()?.json('o', value).str('after', 'ok').msg('m')
  expect(records()[0]).toEqual({ level: 'info', time: 0, o: expected, after: 'ok', msg: 'm' })
})

test('F-6 depth, members and strings are bounded, and what is cut is counted', () => {
  let deep: unknown = 'x'
  for (let i = 0; i < 40; i++) deep = [deep]
  const { log, records, lines } = captureLogger()
  log.info()?.json('deep', deep).msg()
  expect(lines()[0]).toContain('['.repeat(16) + '"[Truncated]"')
  log
    .info()
    ?.json('wide', Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`k${i}`, i])))
    .msg()
  expect(Object.keys(records()[1]?.['wide'] as object)).toHaveLength(1001)
  log
    .info()
    ?.json(
      'list',
      Array.from({ length: 1500 }, () => 1),
    )
    .msg()
  expect(records()[2]?.['list']).toHaveLength(1001)
  log
    .info()
    ?.str('s', 'x'.repeat(70_000))
    .json('o', { s: 'y'.repeat(70_000) })
    .msg('z'.repeat(70_000))
  const [, , , long] = records() as readonly { s: string; o: { s: string }; msg: string }[]
  for (const text of [long?.s, long?.o.s, long?.msg]) expect(text).toHaveLength(65_536 + '[Truncated]'.length)
  expect(log.stats().truncated).toBe(6)
})

test('F-6 a line stays below its bound', () => {
  const { log, lines } = captureLogger({ bounds: { line: 4096 } })
  const builder = log.info()
  for (let i = 0; i < 1000; i++) builder?.str(`key${i}`, 'x'.repeat(100))
  builder?.json('o', { a: 'x'.repeat(5000) }).msg('m')
  expect((lines()[0] as string).length).toBeLessThan(4096 + 200)
  expect(() => JSON.parse(lines()[0] as string)).not.toThrow()
  expect(log.stats().truncated).toBeGreaterThan(900)
})
