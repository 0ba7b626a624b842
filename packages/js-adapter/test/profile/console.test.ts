// The guest console prints as Node does.
import { format } from 'node:util'
import { expect, test } from 'vitest'
import { printed } from '../support/open.ts'

// Cases whose text is the same on every supported Node line: held against the Node that runs the test.
const CASES = [
  "1, -0, 'a', \"it's\", 'line\\nbreak', null, undefined, 10n, Symbol('x'), true",
  '{ a: 1, b: "x", c: [1, 2, { d: { e: { f: 1 } } }] }',
  'Array.from({ length: 120 }, (_, i) => i)',
  "Array.from({ length: 30 }, (_, i) => 'item' + i)",
  "Array.from({ length: 27 }, (_, i) => 'ab'.repeat(i % 5))",
  '[, 1, , 2]',
  "new Map([[1, { a: 1 }], ['b', [1]]]), new Set([1, 'a']), new Map()",
  'class A {}, class B extends Array {}, function foo() {}, () => {}, async () => {}, function* g() {}',
  'new (class Foo { x = 1 })(), Object.create(null), Object.assign(Object.create(null), { a: 1 })',
  'new Date(0), new Date(NaN), /a/g, new Uint8Array(3), new Float64Array([1.5, -0])',
  "Object(1), Object('str'), Object(false)",
  "{ get a() { return 1 }, set b(v) {}, 'a-b': 2 }",
  "(() => { const a = { name: 'a' }; a.self = a; return a })()",
  '[[[[[1]]]]], { a: { b: { c: { d: 1 } } } }',
  "{ long: 'x'.repeat(100), other: 'y'.repeat(50) }",
  'Array.from({ length: 7 }, (_, i) => ({ id: i }))',
  '[1.5, 2, 3, 4, 5, 6, 7.25, 8], [true, false, null, undefined, 1, "a", 2n]',
  "'%s|%d|%i|%f|%j|%o|%O|%c|%%', 'a', '42', 42.9, '1.5', { a: 1 }, [1], { b: { c: {} } }, 'css', 'rest'",
  "'%s %s', 'only', 'two', { three: 3 }",
  "'100%', 'a'",
  "['a\\nb', 'c'], { s: 'line1\\nline2 which is quite a bit longer than sixteen' }",
  'Object.assign([1, 2], { x: 1 }), Object.assign(() => {}, { a: 1 })',
  'new WeakMap(), new WeakSet(), Promise.resolve(4), new Promise(() => {})',
  "'\\x00\\x7f', ['\\x00\\x7f\\u{1F600}']",
]

test.each(CASES)('console.log prints as Node does: %s', async (args) => {
  const expected: unknown = Function('format', `return format(${args})`)(format)
  const lines = await printed(`console.log(${args})`)
  expect(lines.join('\n')).toBe(expected)
})

test('C-1 streams: error, warn, trace and assert go to stderr, the rest to stdout', async () => {
  const source =
    "console.info('i'); console.debug('d'); console.error('e'); console.warn('w'); console.assert(false, 'a %s', 1); console.assert(true, 'no'); console.group('g'); console.log('in\\nside'); console.groupEnd(); console.log('out'); console.count(); console.count(); console.countReset(); console.count('x')"
  expect(await printed(source)).toEqual([
    'i',
    'd',
    'E e',
    'E w',
    'E Assertion failed: a 1',
    'g',
    '  in\n  side',
    'out',
    'default: 1',
    'default: 2',
    'x: 1',
  ])
})

test('C-2 errors print their header line and frames', async () => {
  const [text] = await printed("function f() { return new TypeError('bad') }\nconsole.log(f())")
  expect(text).toMatch(/^TypeError: bad\n {4}at f \(script\.js:1:\d+\)\n/)
})

test('C-3 a Proxy is shown without running its traps', async () => {
  const source =
    'const p = new Proxy({ a: 1 }, { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 }, getOwnPropertyDescriptor() { throw 4 }, has() { throw 5 } }); console.log(p, [p])'
  expect(await printed(source)).toEqual(['Proxy({ a: 1 }) [ Proxy({ a: 1 }) ]'])
})

test('console.table draws as Node draws', async () => {
  expect(await printed("console.table([{ a: 1, b: 'x' }, { a: 2 }])")).toEqual([
    "┌─────────┬───┬─────┐\n│ (index) │ a │ b   │\n├─────────┼───┼─────┤\n│ 0       │ 1 │ 'x' │\n│ 1       │ 2 │     │\n└─────────┴───┴─────┘",
  ])
})

test('S-3 console prints the same after the guest replaced what it could', async () => {
  const source = `
    Array.prototype.push = Array.prototype.join = Map.prototype.get = String.prototype.slice = () => { throw new Error('replaced') }
    RegExp.prototype.exec = () => null; Function.prototype.call = Function.prototype.apply = () => 'call'; Object.prototype.polluted = 'yes'
    delete Reflect.apply; delete JSON.stringify; Array.prototype[Symbol.iterator] = undefined
    console.log({ a: [1, 'b', { c: new Set() }], d: /x/, e: () => {} }, 'text %s', 5); console.log('%s %d %j', 'a', 1, 2)`
  expect(await printed(source)).toEqual(["{ a: [ 1, 'b', { c: Set(0) {} } ], d: /x/, e: [Function: e] } text %s 5", 'a 1 2'])
})
