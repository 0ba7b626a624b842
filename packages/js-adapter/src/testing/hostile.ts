// Hostile guests, by class: what each tries, and how it may end. Every case must leave the process and its neighbours alone.

/** `ok`: it ended by itself. `guest`: a guest error. `soft`, `hard`, `memory`, `stack`: that limit. */
export const HOSTILE_OUTCOMES = ['ok', 'guest', 'soft', 'hard', 'memory', 'stack'] as const
export type HostileOutcome = (typeof HOSTILE_OUTCOMES)[number]

export interface HostileCase {
  readonly class: string
  readonly source: string
  /**
   * Outcomes that are acceptable with 100 ms soft, 250 ms hard, 64 MiB and a 32 KiB stack. Where the machine's speed decides, all that
   * can come first are named; on a busy machine `hard` may come in place of `soft`.
   */
  readonly expect: readonly HostileOutcome[]
}

type Row = readonly [source: string, ...expect: readonly HostileOutcome[]]

const BY_CLASS: Readonly<Record<string, readonly Row[]>> = {
  'endless loop': [
    ['while (true) {}', 'soft'],
    ['for (;;) ;', 'soft'],
    ['(function f() { for (;;) Math.sqrt(2) })()', 'soft'],
  ],
  'swallow by finally': [
    ['try { while (true) {} } finally { while (true) {} }', 'soft'],
    ['for (;;) { try { for (;;); } catch {} }', 'soft'],
    ['function f() { try { for (;;); } finally { f() } } f()', 'soft'],
  ],
  'swallow in a generator': [
    ['function* g() { try { for (;;); } finally { yield 1 } } [...g()]', 'soft'],
    ['function* g() { for (;;) { try { yield; for (;;); } finally { continue } } } for (const x of g());', 'soft'],
    ['(async function* () { try { for (;;); } finally { for (;;); } })().next()', 'soft'],
  ],
  'swallow in async code': [
    ['(async () => { for (;;); })().catch(() => {})', 'soft'],
    ['Promise.resolve().then(() => { for (;;); }).catch(() => {})', 'soft'],
    ['(async () => { try { await (async () => { for (;;); })() } catch { for (;;); } })()', 'soft'],
  ],
  'swallow in an executor': [
    ['new Promise(() => { for (;;); }).catch(() => {})', 'soft'],
    ['Promise.race([new Promise(() => { for (;;); })])', 'soft'],
    ['for (;;) new Promise(() => { for (;;); }).catch(() => {})', 'soft'],
  ],
  'job flood': [
    ['(async () => { for (;;) await 0 })()', 'soft'],
    ['function f() { Promise.resolve().then(f) } f()', 'soft'],
    ['function f() { queueMicrotask(f); queueMicrotask(f) } f()', 'soft', 'memory'],
    ['function f() { process.nextTick(f) } f()', 'soft'],
  ],
  'regular expression': [
    ["/(a+)+b/.test('a'.repeat(40))", 'soft', 'guest'],
    ["/^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60))", 'soft', 'guest'],
    ["'x'.repeat(1e5).replace(/x*x*x*x*y/, '')", 'soft', 'hard', 'guest', 'ok'],
  ],
  allocation: [
    ["'x'.repeat(1e9)", 'guest', 'memory', 'hard'],
    ['new ArrayBuffer(2 ** 31)', 'guest', 'memory'],
    ['new Array(1e9).fill(0)', 'guest', 'memory', 'hard', 'soft'],
    ["[...'x'.repeat(5e7)]", 'guest', 'memory', 'hard', 'soft'],
    ['const a = []; for (;;) a.push(new Array(1e5).fill(1))', 'memory', 'soft', 'hard'],
    ['const a = []; for (;;) try { a.push(new Array(1e5).fill(1)) } catch {}', 'soft', 'memory', 'hard'],
    ['let s = "x"; for (;;) s += s', 'guest', 'memory', 'soft', 'hard'],
  ],
  'uninterruptible native': [
    ["new Array(1e9).join('x')", 'hard', 'soft', 'guest', 'memory'],
    ['Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 9)', 'hard', 'soft'],
    ["'a'.repeat(4e6).indexOf('a'.repeat(2e6) + 'b')", 'hard', 'soft', 'ok'],
    ["'\\u1100\\u1161'.repeat(4e6).normalize('NFC')", 'hard', 'soft', 'memory', 'guest', 'ok'],
    ['(3n ** 4000000n).toString()', 'hard', 'guest', 'soft', 'ok'],
    ['new Uint8Array(6e7).sort((a, b) => b - a)', 'soft', 'hard', 'guest', 'memory', 'ok'],
  ],
  recursion: [
    ['function f(n) { return 1 + f(n + 1) } f(0)', 'stack', 'guest'],
    ["eval('('.repeat(1e5) + '1' + ')'.repeat(1e5))", 'stack', 'guest'],
    ["JSON.parse('['.repeat(1e6) + ']'.repeat(1e6))", 'stack', 'guest'],
    ['let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; JSON.stringify(o)', 'stack', 'guest', 'soft'],
    ['const a = [1]; a.map(function f() { return a.map(f) })', 'stack', 'guest'],
    ['const o = { get x() { return this.x } }; o.x', 'stack', 'guest'],
    ['class A { constructor() { new A() } } new A()', 'stack', 'guest'],
    ["new RegExp('('.repeat(1e5) + ')'.repeat(1e5))", 'stack', 'guest'],
  ],
  'long native chains': [
    ['let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); p.x', 'guest', 'stack', 'soft'],
    ['let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(null); f()', 'guest', 'stack', 'soft', 'ok', 'memory'],
    ['let o = null; for (let i = 0; i < 2e6; i++) o = { o }; o = null', 'soft', 'memory', 'ok', 'hard'],
  ],
  'trained poll interval': [
    ['for (let i = 0; i < 3e6; i++); for (;;) new Array(1e5).fill(1)', 'soft'],
    ["for (let i = 0; i < 3e6; i++); for (;;) 'x'.repeat(1e6).split('')", 'soft', 'hard', 'memory'],
    ['for (let i = 0; i < 1e6; i++); for (;;) [3, 1, 2].sort()', 'soft'],
  ],
  'timer and immediate floods': [
    ['for (;;) setTimeout(() => {}, 1)', 'guest', 'soft'],
    ['for (;;) setImmediate(() => {})', 'guest', 'soft'],
    ['for (;;) { const t = setInterval(() => {}, 1); clearInterval(t) }', 'soft'],
  ],
  'console floods': [
    ["for (;;) console.log('x'.repeat(1000))", 'soft', 'hard'],
    ['const o = {}; o.o = o; for (;;) console.log(o)', 'soft', 'hard'],
    ["console.log('x'.repeat(3e7))", 'ok', 'soft', 'guest', 'memory', 'hard'],
  ],
  'traps during export': [
    ['({ get a() { for (;;); } })', 'soft'],
    ['new Proxy({}, { ownKeys() { for (;;); } })', 'soft'],
    ['new Proxy([], { get() { throw 1 } })', 'guest'],
    ['({ toJSON() { for (;;); }, a: 1 })', 'ok'],
    ['const o = {}; o[Symbol.toStringTag] = { toString() { for (;;); } }; o', 'ok', 'soft', 'guest'],
  ],
  'hostile thrown values': [
    ['throw { toString() { for (;;); } }', 'guest', 'soft'],
    ['throw new Proxy(new Error(), { get() { for (;;); } })', 'soft', 'guest'],
    ["throw Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })", 'guest'],
  ],
  'hostile then': [
    ['({ then(resolve) { resolve(this) } })', 'ok', 'soft'],
    ['Promise.resolve({ then() { for (;;); } })', 'soft'],
    ['Promise.resolve({ get then() { throw 1 } })', 'guest'],
  ],
  'prototype pollution': [
    ['Object.prototype.polluted = 1; Array.prototype.map = Array.prototype.push = () => { throw 1 }; ({ a: [1] })', 'ok'],
    ['Promise.prototype.then = () => { for (;;); }; Promise.resolve(1)', 'ok', 'soft'],
    ["Object.defineProperty(Object.prototype, 'get', { get() { for (;;); } }); setTimeout(() => {}, 1); 1", 'ok', 'soft'],
  ],
  'replaced intrinsics': [
    ['for (const k of Object.getOwnPropertyNames(globalThis)) try { delete globalThis[k] } catch {}', 'ok'],
    ['JSON.parse = JSON.stringify = Reflect.apply = Object.keys = () => { for (;;); }; [1, { a: 2 }]', 'ok'],
    ['Error.prepareStackTrace = () => { for (;;); }; null.x', 'guest', 'soft'],
  ],
  'exit games': [
    ["process.on('exit', () => { for (;;); }); process.exit(0)", 'soft', 'ok', 'guest'],
    ["process.on('exit', () => { throw new Error('late') }); process.exit(0)", 'guest', 'ok'],
    ["process.on('exit', () => process.exit(4)); process.exit(0)", 'guest', 'ok'],
    ['Promise.resolve().then(() => process.exit(3)); 1', 'guest', 'ok'],
  ],
}

/** At least three cases a class. */
export const HOSTILE_CASES: readonly HostileCase[] = Object.entries(BY_CLASS).flatMap(([name, rows]) =>
  rows.map(([source, ...expect]) => ({ class: name, source, expect })),
)
