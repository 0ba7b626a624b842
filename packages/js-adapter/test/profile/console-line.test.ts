// The host writes console lines of plain values; they are those that the guest would write.
import { describe, expect, test } from 'vitest'
import { openSandbox, settled } from '../support/open.ts'

/** Arguments of console.log. A group makes the guest write them. */
const LINES = [
  '',
  "''",
  "'a', 'b c', \"it's\", 'x\\\\y', '\\u00e9', '\\u{1f600}', '\\ud800'",
  "'100%', 1",
  "'%s and %d', 'x', 5",
  "'a\\nb', 1",
  '0, -0, 1.5, NaN, -Infinity, 1e21, 5e-324, 123456789012345680000',
  'true, false, null, undefined, 10n, Symbol("s")',
  '{}, { a: 1 }, { a: "x", b: -0, c: null, d: undefined, e: true }',
  '{ a: { b: { c: 1 } } }, { a: { b: { c: {} } } }, { a: { b: { c: { d: 1 } } } }',
  '{ "a-b": 1 }, { 1: 2 }, { __proto__x: 1 }, { ["__proto__"]: 1 }, { $: 1 }, { _1: 1 }, { "": 1 }',
  "{ q: 'it\\'s' }, { q: 'a\\nb' }, { q: '\\\\' }, { q: '\\u00e9' }",
  "{ key: 'x'.repeat(40), other: 'y'.repeat(10) }, { key: 'x'.repeat(70) }, { a: 'x'.repeat(30), b: 'y'.repeat(30), c: 3 }",
  '[], [1, 2], { list: [1] }, new Map(), new Date(0), () => 1, class A {}, new (class B { x = 1 })()',
  'Object.create(null), Object.create({ a: 1 }), { get a() { return 1 } }, Object.defineProperty({ a: 1 }, "b", { value: 2 })',
  '{ [Symbol.toStringTag]: "Tag" }, { [Symbol("k")]: 1 }, { constructor: 5 }, { constructor: { name: "X" } }, { toString: 1 }',
  '((o) => { o.self = o; return o })({}), ((o) => ({ x: o, y: o }))({ z: 1 })',
  'new Proxy({ a: 1 }, {}), { inside: new Proxy({}, {}) }',
  '"long ".repeat(3000)',
  '("x".repeat(9000) + "y".repeat(9000)).length, "z".repeat(20000).slice(3, 40)',
]

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  async function both(before: string): Promise<{ readonly host: readonly string[]; readonly guest: readonly string[] }> {
    const written: string[][] = []
    for (const group of ['', 'console.group();']) {
      const { sandbox, loop, lines } = await openSandbox({ variant })
      const calls = LINES.map((args) => `console.log(${args}); console.error(${args})`).join('\n')
      expect(await settled(loop, sandbox.run(`${before}; ${group} ${calls}`))).toEqual({ value: undefined })
      written.push(lines.map((line) => (group === '' ? line : line.replaceAll(/^(E )? {2}/gmu, '$1'))))
      sandbox.close()
    }
    return { host: written[0] ?? [], guest: written[1] ?? [] }
  }
  /** The room of a line is smaller inside a group: those that fill it are broken elsewhere, and compared by the recorded programs. */
  const fits = (line: string): boolean => line.length < 70

  test('C-1 lines of plain values are what the guest makes of them', async () => {
    const { host, guest } = await both('')
    expect(host.length).toBe(LINES.length * 2)
    expect(host.filter(fits)).toEqual(guest.filter(fits))
  })

  test.each([
    ['a tag on all objects', 'Object.prototype[Symbol.toStringTag] = "Tagged"'],
    ['an inspector on all objects', 'Object.prototype[Symbol.for("nodejs.util.inspect.custom")] = () => "custom"'],
    ['another constructor', 'Object.prototype.constructor = class Other {}'],
    ['no constructor', 'delete Object.prototype.constructor'],
    ['a constructor by accessor', 'Object.defineProperty(Object.prototype, "constructor", { get() { return Map } })'],
    ['a renamed constructor', 'Object.defineProperty(Object, "name", { value: "Renamed" })'],
  ])('C-1 what the guest did to all objects is seen: %s', async (_what, before) => {
    const { host, guest } = await both(before)
    expect(host.filter(fits)).toEqual(guest.filter(fits))
  })

  test('C-4 the budget counts the lines that the host writes', async () => {
    const { sandbox, loop, lines } = await openSandbox({ variant, limits: { maxConsoleBytes: 100 } })
    await settled(loop, sandbox.run('for (let i = 0; i < 50; i++) console.log("line", i)'))
    expect(lines.join('\n').length).toBeLessThan(250)
    expect(sandbox.usage().consoleBytesDropped).toBeGreaterThan(200)
    sandbox.close()
  })
})
