// Hardened sandboxes: what is frozen, and that ordinary code goes on.
import { describe, expect, test } from 'vitest'
import { openSandbox, settled } from '../support/open.ts'
import { makeImage, openPool } from '../support/pool.ts'
import type { Opened } from '../support/open.ts'
import type { SandboxOptions } from '../../src/sandbox/options.ts'

const hardened = (options: Partial<SandboxOptions> & { readonly variant?: 'ng' | 'bellard' } = {}): Promise<Opened> =>
  openSandbox({ hardened: true, ...options })
async function evaluated({ sandbox, loop }: Opened, source: string): Promise<unknown> {
  const outcome = await settled(loop, sandbox.run(source))
  return 'value' in outcome ? outcome.value : outcome.error
}

/** Walks everything that the global object leads to, and returns the paths of what is not frozen. */
const UNFROZEN = `(() => {
  const seen = new Set([globalThis]), open = []
  const queue = Reflect.ownKeys(globalThis).filter((k) => k !== 'globalThis' && k !== 'global').map((k) => [globalThis[k], String(k)])
  queue.push([Object.getPrototypeOf(function* () {}), '<generator>'], [Object.getPrototypeOf(async function* () {}), '<async generator>'], [[][Symbol.iterator](), '<array iterator>'])
  queue.push([new Map().entries(), '<map iterator>'], [setTimeout(() => {}, 1).unref(), '<timeout>'], [Promise.resolve(), '<promise>'])
  for (let at = 0; at < queue.length; at++) {
    const [value, path] = queue[at]
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue
    seen.add(value)
    if (!Object.isFrozen(value) && path[0] !== '<') open.push(path)
    queue.push([Object.getPrototypeOf(value), path.replace('<', '') + '.__proto__'])
    for (const key of Reflect.ownKeys(value)) {
      const d = Object.getOwnPropertyDescriptor(value, key)
      for (const part of [d.value, d.get, d.set]) if (path[0] !== '<') queue.push([part, path + '.' + String(key)])
    }
  }
  return [seen.size > 500, open]
})()`

/** Ordinary programs: what each gives in a plain sandbox, it gives in a hardened one. */
const ORDINARY: Readonly<Record<string, string>> = {
  classes:
    'class A { #x = 1; get x() { return this.#x } static s = 2 } class B extends A { toString() { return "B" + super.x } } String(new B()) + A.s',
  'own errors':
    'class E extends Error { constructor(m) { super(m); this.name = "E"; this.message = m + "!"; this.code = 7 } } const e = new E("x"); [String(e), e.code, e instanceof Error, e.stack.length > 0]',
  'old classes':
    'function P() {} P.prototype.toString = function () { return "P" }; P.prototype.constructor = P; function Q() {} Q.prototype = Object.create(P.prototype); Q.prototype.constructor = Q; [String(new Q()), new Q().constructor === Q]',
  'shadowed names':
    '"use strict"; const o = {}; o.toString = () => "mine"; o.valueOf = () => 4; o.constructor = 1; o.hasOwnProperty = () => "own"; [String(o), o + 1, o.hasOwnProperty("x"), Object.keys(o).join()]',
  'shadowed again':
    '"use strict"; const o = Object.create({ toString() { return "parent" } }); o.toString = () => "child"; String(o)',
  'shadowed arrays':
    '"use strict"; const a = [3, 1, 2]; a.toString = () => "A"; a.push = (x) => x; [String(a), a.push(9), a.length]',
  'plain data':
    '"use strict"; const o = {}; for (const k of ["name", "message", "code", "next", "then2", "value"]) o[k] = k; JSON.stringify(o)',
  arrays:
    '[3, 1, 2].sort().map((x) => x * 2).filter(Boolean).reduce((a, b) => a + b) + Array.from({ length: 3 }, (_, i) => i).flat().join()',
  'array subclass':
    'class L extends Array { sum() { return this.reduce((a, b) => a + b, 0) } } const l = L.from([1, 2, 3]); l.push(4); [l.sum(), l.map((x) => x) instanceof L]',
  iterators:
    '[...(function* () { const x = yield 1; yield x })()].length + [...new Set("abba")].join("") + [...new Map([[1, 2]])].flat().join()',
  iterables:
    'const it = { *[Symbol.iterator]() { yield 1; yield 2 } }; [...it].concat([...{ [Symbol.iterator]() { let n = 0; return { next: () => ({ done: n++ > 1, value: n }) } } }]).join()',
  promises:
    '(async () => { const out = []; for await (const x of (async function* () { yield 1; yield 2 })()) out.push(x); return out.concat(await Promise.all([3, Promise.resolve(4)]), await Promise.allSettled([Promise.reject(5)]).then((r) => r[0].reason)) })()',
  'promise subclass':
    '(async () => { class P extends Promise {} const p = new P((r) => r(1)); return [await p.then((x) => x + 1), p.then(() => {}) instanceof P] })()',
  timers:
    'new Promise((done) => { const seen = []; setTimeout((a) => seen.push(a), 1, "t"); const i = setInterval(() => { seen.push("i"); if (seen.length > 3) { clearInterval(i); done(seen.join()) } }, 1); setImmediate(() => seen.push("m")); process.nextTick(() => seen.push("n")) })',
  events:
    'const seen = []; process.once("x", (v) => seen.push(v)); process.emit("x", 1); process.emit("x", 2); const t = new EventTarget(); t.addEventListener("e", (e) => seen.push(e.type)); t.dispatchEvent(new Event("e")); seen.join()',
  abort:
    'const c = new AbortController(); let r; c.signal.addEventListener("abort", () => { r = c.signal.reason }); c.abort("why"); r',
  'regular expressions':
    '"2024-01-02".replace(/(\\d+)-(\\d+)/, "$2/$1") + [..."a1b2".matchAll(/\\d/g)].map(String).join() + /(?<y>\\d+)/.exec("x12").groups.y',
  json: 'JSON.stringify({ a: [1, { toJSON() { return "j" } }], d: new Date(0) }, null, 1) + JSON.parse("[1,{}]").length',
  dates: 'new Date(Date.UTC(2024, 1, 29, 12)).toISOString()',
  typed:
    'const b = new Uint8Array([1, 2, 3]); b.set([9], 1); [new DataView(b.buffer).getUint8(1), [...b.subarray(1)].join(), new Float64Array(2).fill(1.5).join()]',
  symbols: 'const o = { [Symbol.toPrimitive]: () => 42, [Symbol.toStringTag]: "T" }; [+o, Object.prototype.toString.call(o)]',
  proxies:
    'const p = new Proxy({}, { get: (_, k) => String(k) + "!" }); p.abc + Reflect.ownKeys({ a: 1, [Symbol.iterator]: 2 }).length',
  weak: 'const w = new WeakMap(), k = {}; w.set(k, 1); [w.get(k), new WeakRef(k).deref() === k, new WeakSet([k]).has(k)]',
  console:
    'class A { x = 1 } console.log("%s is %d", "x", 4, { a: [1] }); console.log(new A(), new Map([[1, new Set([2])]]), new Date(0), /x/g, () => 1, class B extends A {}, Symbol("s"), [,1], Object.create(null), new Error("e").message, Promise.resolve(1), new Uint8Array(2), process.exitCode, Object.create(A.prototype)); console.log("%o %s", { f() {} }, new A()); 1',
  'structured clone':
    'const m = structuredClone({ d: new Date(5), s: new Set([1]), e: new RangeError("r") }); [+m.d, m.s.size, m.e.name, m.e.message]',
  globals: 'var shared = 1; globalThis.other = 2; function declared() { return 3 } shared + other + declared()',
  'global functions': 'parse = (x) => x; Number.parseFloat("1.5") + parse(2)',
  base64: 'atob(btoa("ok")) + new TextDecoder().decode(new TextEncoder().encode("é"))',
  'exit code': 'process.exitCode = 5; process.exitCode',
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('S-4 every object that a hardened guest can reach is frozen, except its global object', async () => {
    expect(await evaluated(await hardened({ variant }), UNFROZEN)).toEqual([true, []])
    expect(await evaluated(await hardened({ variant, noEval: true }), UNFROZEN)).toEqual([true, []])
  })

  test.each(Object.entries(ORDINARY))('S-4 ordinary code gives what it gives in a plain sandbox: %s', async (_name, source) => {
    const plain = await openSandbox({ variant })
    const result = await evaluated(plain, source)
    expect(result).not.toBeInstanceOf(Error)
    const hard = await hardened({ variant })
    expect(await evaluated(hard, source)).toEqual(result)
    expect(hard.lines).toEqual(plain.lines)
  })

  test('S-4 changing an intrinsic or the profile fails, in strict code with a TypeError', async () => {
    const guest = await hardened({ variant })
    const attempts = [
      'Object.prototype.x = 1',
      'Array.prototype.map = null',
      'Object.prototype.toString = () => 1',
      'delete Array.prototype.push',
      'Promise.prototype.then = () => {}',
      'Object.setPrototypeOf(Array.prototype, null)',
      'Math.random = () => 4',
      'JSON.stringify = 1',
      'console.log = 1',
      'process.emit = 1',
      '(function* () {}).constructor.prototype.x = 1',
      'Object.getPrototypeOf([][Symbol.iterator]()).next = 1',
      'Object.getPrototypeOf(setTimeout(() => {}, 1)).refresh = 1',
      'Error.prototype.message = "m"',
    ]
    for (const attempt of attempts)
      expect(
        await evaluated(guest, `(() => { 'use strict'; try { ${attempt}; return 'changed' } catch (e) { return e.name } })()`),
        attempt,
      ).toBe('TypeError')
  })

  test('S-4 noEval leaves no way to make code from text', async () => {
    const guest = await hardened({ variant, noEval: true })
    for (const attempt of [
      'eval("1")',
      '(0, eval)("1")',
      'Function("1")',
      'new Function("1")',
      '(() => {}).constructor("1")',
      '(function* () {}).constructor("1")',
      '(async () => {}).constructor("1")',
      '(async function* () {}).constructor("1")',
      'Object.getPrototypeOf(Function.prototype.constructor).constructor("1")',
      'Reflect.construct(Reflect.getPrototypeOf(async function () {}).constructor, ["1"])',
    ])
      expect(await evaluated(guest, `(() => { try { ${attempt}; return 'made' } catch (e) { return e.name } })()`), attempt).toBe(
        'EvalError',
      )
    expect(await evaluated(guest, '[(() => {}) instanceof Function, Function.prototype.constructor === Function]')).toEqual([
      true,
      true,
    ])
    expect(await evaluated(guest, 'let lexical = 5; lexical')).toBe(5)
    expect(guest.sandbox.get('lexical')).toBe(5)
  })
})

test('S-4 a hardened guest learns of a host error that there was one; the host gets it back whole', async () => {
  const guest = await hardened()
  const secret = new TypeError('password=hunter2')
  guest.sandbox.expose('fail', async () => {
    throw secret
  })
  guest.sandbox.expose('now', {
    sync: () => {
      throw secret
    },
  })
  const seen =
    '(async () => { const all = []; for (const f of [fail, now]) try { await f() } catch (e) { all.push(e.name, e.message, String(e.stack), Object.keys(e).join()) } return all.join() })()'
  const text = String(await evaluated(guest, seen))
  expect(text).toContain('HostError')
  expect(text).not.toContain('hunter2')
  expect(text).not.toContain('TypeError')
  const thrown = await evaluated(guest, 'fail()')
  expect(thrown).toMatchObject({ code: 'ERR_GUEST_EXCEPTION', guestName: 'HostError' })
  expect(thrown instanceof Error && 'unwrap' in thrown && typeof thrown.unwrap === 'function' ? thrown.unwrap() : undefined).toBe(
    secret,
  )
})

test('S-4 a hardened guest lives in UTC', async () => {
  const winter =
    'const d = new Date(2024, 0, 1); [d.getTimezoneOffset(), d.toISOString(), d.getHours(), d.getDay(), new Date(2024, 6, 1).getHours()]'
  expect(await evaluated(await hardened(), winter)).toEqual([0, '2024-01-01T00:00:00.000Z', 0, 1, 0])
  const near = await evaluated(await hardened(), 'Date.now()')
  expect(Math.abs(Number(near) - Date.now())).toBeLessThan(60_000)
})

test('S-4 an image is hardened after its prelude, which may still mend what is missing', async () => {
  const image = await makeImage({
    prelude: 'Array.prototype.second = function () { return this[1] }',
    hardened: true,
    noEval: true,
  })
  const { pool, loop } = await openPool(image)
  const lease = await pool.acquire()
  const look = '[[1, 2].second(), Object.isFrozen(Array.prototype), (() => { try { eval("1") } catch (e) { return e.name } })()]'
  expect(await settled(loop, lease.sandbox.run(look))).toEqual({ value: [2, true, 'EvalError'] })
  lease.release()
  pool.close()
})
