// Programs that try to outlive a limit that has fired: by catching it, by finally, by jobs, ticks, finalizers and frames.
import { hostileCases } from './case.ts'
import type { HostileCase } from './case.ts'

export const stopping: readonly HostileCase[] = hostileCases({
  'endless loop': [
    ['while (true) {}', 'soft'],
    ['for (;;) ;', 'soft'],
    ['(function f() { for (;;) Math.sqrt(2) })()', 'soft'],
    ['label: for (;;) { for (;;) continue label }', 'soft'],
    ["eval('for (;;);')", 'soft'],
    ["new Function('for (;;);')()", 'soft'],
  ],
  'swallow by finally': [
    ['try { while (true) {} } finally { while (true) {} }', 'soft'],
    ['for (;;) { try { for (;;); } catch {} }', 'soft'],
    ['function f() { try { for (;;); } finally { f() } } f()', 'soft'],
    ['a: for (;;) try { for (;;); } finally { continue a }', 'soft'],
    ['(() => { try { for (;;); } finally { return 1 } })()', 'soft'],
    {
      source: "globalThis.ran = 'no'; try { for (;;); } catch { ran = 'catch' } finally { ran = 'finally' }",
      expect: ['soft'],
      holds: "ran === 'no'",
    },
  ],
  'swallow in a generator': [
    ['function* g() { try { for (;;); } finally { yield 1 } } [...g()]', 'soft'],
    ['function* g() { for (;;) { try { yield; for (;;); } finally { continue } } } for (const x of g());', 'soft'],
    ['(async function* () { try { for (;;); } finally { for (;;); } })().next()', 'soft'],
    ['(async () => { for await (const x of (async function* () { for (;;) yield 1 })()); })()', 'soft'],
    [
      'const it = { [Symbol.iterator]() { return this }, next() { return {} }, return() { for (;;); } }; for (const x of it);',
      'soft',
    ],
    ['const it = { [Symbol.iterator]() { return this }, next() { for (;;); } }; Array.from(it)', 'soft'],
    ['function* g() { yield* g() } [...g()]', 'stack', 'guest'],
  ],
  'swallow in async code': [
    ['(async () => { for (;;); })().catch(() => {})', 'soft'],
    ['Promise.resolve().then(() => { for (;;); }).catch(() => {})', 'soft'],
    ['(async () => { try { await (async () => { for (;;); })() } catch { for (;;); } })()', 'soft'],
    {
      source:
        "globalThis.ran = 'no'; (async () => { try { for (;;); } finally { ran = 'finally' } })().then(() => { ran = 'then' }, () => { ran = 'catch' })",
      expect: ['soft'],
      holds: "ran === 'no'",
    },
    ['(async () => { await { then() { for (;;); } } })()', 'soft'],
    ['Promise.prototype.finally.call(Promise.reject(1), () => { for (;;); })', 'soft'],
  ],
  'swallow in an executor': [
    ['new Promise(() => { for (;;); }).catch(() => {})', 'soft'],
    ['Promise.race([new Promise(() => { for (;;); })])', 'soft'],
    ['for (;;) new Promise(() => { for (;;); }).catch(() => {})', 'soft'],
    {
      source:
        "globalThis.ran = 'no'; new Promise(() => { for (;;); }).catch(() => { ran = 'catch' }); Promise.resolve().then(() => { ran = 'job' })",
      expect: ['soft'],
      holds: "ran === 'no'",
    },
    ['class P extends Promise { static get [Symbol.species]() { for (;;); } } new P(() => {}).then()', 'soft'],
    ['Promise.all({ [Symbol.iterator]() { return { next() { return { value: 1 } } } } })', 'soft', 'memory'],
  ],
  'job flood': [
    ['(async () => { for (;;) await 0 })()', 'soft'],
    ['function f() { Promise.resolve().then(f) } f()', 'soft'],
    ['function f() { queueMicrotask(f); queueMicrotask(f) } f()', 'soft', 'memory'],
    ['function f() { process.nextTick(f) } f()', 'soft'],
    ['function f() { process.nextTick(() => queueMicrotask(f)) } f()', 'soft'],
    ['for (;;) { const p = Promise.reject(1); p.catch(() => {}) }', 'soft', 'memory'],
    ["process.on('unhandledRejection', () => Promise.reject(1)); Promise.reject(1); 1", 'soft', 'hard'],
    {
      source: "globalThis.ran = 'no'; process.nextTick(() => { ran = 'tick' }); queueMicrotask(() => { ran = 'job' }); for (;;);",
      expect: ['soft'],
      holds: "ran === 'no'",
    },
    ['for (let i = 0; i < 9000; i++) Promise.resolve().then(() => {}); for (;;);', 'soft', 'hard'],
  ],
  finalizers: [
    [
      'const r = new FinalizationRegistry(() => { for (;;); }); for (let i = 0; i < 1000; i++) r.register({}, i); 1',
      'soft',
      'ok',
    ],
    ['const r = new FinalizationRegistry(function f() { r.register({}, 1) }); r.register({}, 1); 1', 'soft', 'ok'],
    ['for (;;) new WeakRef({})', 'soft', 'memory'],
    ['const r = new FinalizationRegistry(() => {}); for (;;) r.register({}, {})', 'soft', 'memory'],
    ['const s = new WeakSet(); for (;;) s.add({})', 'soft', 'memory'],
    ['const m = new WeakMap(); let k = {}; for (;;) { const n = {}; m.set(n, k); k = n }', 'soft', 'memory', 'hard'],
  ],
  'tricks in stacks': [
    ['Error.prepareStackTrace = () => { for (;;); }; for (;;);', 'soft'],
    ['Error.prepareStackTrace = () => { for (;;); }; null.x', 'guest', 'soft'],
    ["Object.defineProperty(Error, 'stackTraceLimit', { get() { for (;;); }, configurable: true }); null.x", 'guest', 'soft'],
    ['Error.stackTraceLimit = { valueOf() { for (;;); } }; for (;;);', 'soft'],
    ['Error.stackTraceLimit = 2 ** 53; (function f() { f() })()', 'stack', 'guest'],
    {
      source: "globalThis.ran = 'no'; Error.prepareStackTrace = () => { ran = 'trace' }; for (;;);",
      expect: ['soft'],
      holds: "ran === 'no'",
    },
    {
      source:
        "globalThis.ran = 'no'; const evil = { get stack() { ran = 'stack'; for (;;); } }; try { for (;;) sync(1) } catch { throw evil }",
      expect: ['soft'],
      holds: "ran === 'no'",
      inline: true,
    },
    {
      source:
        "const seen = []; Error.prepareStackTrace = (_, sites) => { for (const s of sites) seen.push(s.getFunction?.(), s.getThis?.()); return '' }; try { fail() } catch (e) { e.stack } if (seen.some((f) => f !== undefined)) for (;;);",
      expect: ['ok'],
      inline: true,
    },
  ],
  'trained poll interval': [
    ['for (let i = 0; i < 3e6; i++); for (;;) new Array(1e5).fill(1)', 'soft'],
    ["for (let i = 0; i < 3e6; i++); for (;;) 'x'.repeat(1e6).split('')", 'soft', 'hard', 'memory'],
    ['for (let i = 0; i < 1e6; i++); for (;;) [3, 1, 2].sort()', 'soft'],
    ["for (let i = 0; i < 1e6; i++); for (;;) JSON.parse('[' + '0,'.repeat(1e4) + '0]')", 'soft', 'hard'],
  ],
})
