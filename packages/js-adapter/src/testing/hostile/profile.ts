// Programs that turn the profile against the host: timers, console, process, events, clones, encodings.
import { hostileCases } from './case.ts'
import type { HostileCase } from './case.ts'

export const profile: readonly HostileCase[] = hostileCases({
  'timer and immediate floods': [
    ['for (;;) setTimeout(() => {}, 1)', 'guest', 'soft'],
    ['for (;;) setImmediate(() => {})', 'guest', 'soft'],
    ['for (;;) { const t = setInterval(() => {}, 1); clearInterval(t) }', 'soft'],
    ['for (let i = 0; i < 900; i++) setTimeout(function f() { setTimeout(f, 1) }, 1); 1', 'ok'],
    ['(function f() { setImmediate(f) })(); 1', 'ok'],
    { source: 'setInterval(() => { for (;;); }, 1); 1', expect: ['ok'], later: ['soft'] },
    { source: 'setImmediate(() => { for (;;); }); 1', expect: ['ok'], later: ['soft'] },
    { source: "setTimeout(() => new Array(1e9).join('x'), 1); 1", expect: ['ok'], later: ['hard', 'soft', 'memory'] },
    { source: 'setTimeout(() => { (function f() { Promise.resolve().then(f) })() }, 1); 1', expect: ['ok'], later: ['soft'] },
  ],
  'forged timers': [
    {
      source:
        "globalThis.ran = 'no'; const t = setTimeout(() => { for (const k of ['_onImmediate', '_idleNext', '_destroyed']) Object.defineProperty(t, k, { get() { ran = k; for (;;); }, set() { ran = k; for (;;); } }); for (;;); }, 1); 1",
      expect: ['ok'],
      later: ['soft'],
      holds: "ran === 'no'",
    },
    [
      "const t = setTimeout(() => {}, 1); Object.defineProperty(t._idleNext, 'expiry', { get() { for (;;); } }); setTimeout(() => {}, 2); 1",
      'ok',
    ],
    {
      source: 'const t = setTimeout(() => {}, 1); t._idleNext.msecs = { valueOf() { for (;;); } }; 1',
      expect: ['ok'],
    },
    ['const t = setTimeout(() => {}, 1); t._idleNext._idleNext = t; t._idleNext._idlePrev = null; t._idleNext = t; 1', 'ok'],
    [
      "const t = setImmediate(() => {}); Object.defineProperty(t, '_destroyed', { get() { for (;;); }, set() {} }); clearImmediate(t)",
      'ok',
      'soft',
    ],
    [
      'clearTimeout({ [Symbol.toPrimitive]() { for (;;); } }); clearTimeout(new Proxy({}, { get() { for (;;); } })); 1',
      'ok',
      'soft',
    ],
    ['setTimeout(() => {}, { valueOf() { for (;;); } })', 'soft'],
  ],
  'console floods': [
    ["for (;;) console.log('x'.repeat(1000))", 'soft', 'hard'],
    ['const o = {}; o.o = o; for (;;) console.log(o)', 'soft', 'hard'],
    ["console.log('x'.repeat(3e7))", 'ok', 'soft', 'guest', 'memory', 'hard'],
    ["process.stdout.write('\\ud800'.repeat(2e6)); 1", 'ok', 'soft', 'hard'],
    ['for (;;) console.group("x")', 'soft'],
    ['for (;;) console.log()', 'soft'],
    ['console.table(Array.from({ length: 1e5 }, () => ({})))', 'soft', 'memory', 'ok', 'hard'],
  ],
  'hostile inspection': [
    ['console.log(new Proxy({}, { get() { for (;;); }, ownKeys() { for (;;); } })); 1', 'ok'],
    ["console.log({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;); } })", 'soft', 'ok'],
    ["console.log('%s', { toString() { for (;;); } })", 'soft', 'ok'],
    ['let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; console.log(o)', 'ok', 'soft', 'memory'],
    ['class A { get [Symbol.toStringTag]() { for (;;); } } console.log(new A())', 'soft', 'ok'],
    ["console.log(Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } }))", 'soft', 'ok', 'guest'],
    [
      "console.log(Array.from({ length: 1e6 }), 'y'.repeat(1e5), new Map(Array.from({ length: 1e4 }, (_, i) => [i, i])))",
      'ok',
      'soft',
      'memory',
    ],
  ],
  'exit games': [
    ["process.on('exit', () => { for (;;); }); process.exit(0)", 'soft', 'ok', 'guest'],
    ["process.on('exit', () => { throw new Error('late') }); process.exit(0)", 'guest', 'ok'],
    ["process.on('exit', () => process.exit(4)); process.exit(0)", 'guest', 'ok'],
    ['Promise.resolve().then(() => process.exit(3)); 1', 'guest', 'ok'],
    ['try { process.exit(0) } finally { for (;;); }', 'guest'],
    ['process.exit({ valueOf() { for (;;); } })', 'guest', 'soft'],
    ["process.on('uncaughtException', () => { throw 1 }); setTimeout(() => { throw 2 }, 1); new Promise(() => {})", 'guest'],
    {
      source: "process.on('uncaughtException', () => { for (;;); }); setTimeout(() => { throw 2 }, 1); 1",
      expect: ['ok'],
      later: ['soft'],
    },
    ["process.on('newListener', () => process.on('x', () => {})); process.on('y', () => {})", 'stack', 'guest'],
  ],
  'events and signals': [
    [
      "const t = new EventTarget(); t.addEventListener('x', { get handleEvent() { for (;;); } }); t.dispatchEvent(new Event('x'))",
      'soft',
    ],
    ["const t = new EventTarget(); for (;;) t.addEventListener('x', () => {})", 'soft', 'memory', 'hard'],
    ["const c = new AbortController(); c.signal.addEventListener('abort', () => { for (;;); }); c.abort()", 'soft'],
    ['let s = AbortSignal.abort(); for (let i = 0; i < 1e5; i++) s = AbortSignal.any([s]); s.aborted', 'ok', 'soft', 'stack'],
    [
      'let s = new AbortController().signal; for (;;) s = AbortSignal.any([s, new AbortController().signal])',
      'soft',
      'memory',
      'stack',
      'guest',
    ],
    ['for (;;) AbortSignal.timeout(1)', 'guest', 'soft'],
    ['new DOMException({ toString() { for (;;); } })', 'soft'],
  ],
  'clones and encodings': [
    ['structuredClone(new Proxy({}, { ownKeys() { for (;;); } }))', 'guest', 'soft'],
    ['let o = {}; for (let i = 0; i < 2e5; i++) o = { o }; structuredClone(o)', 'soft', 'stack', 'memory', 'guest'],
    ['structuredClone({ get a() { for (;;); } })', 'soft'],
    ["atob('A'.repeat(1e7)).length", 'soft', 'hard', 'memory', 'guest', 'ok'],
    ["btoa('A'.repeat(1e7)).length", 'soft', 'hard', 'memory', 'guest', 'ok'],
    ['new TextDecoder().decode(new Uint8Array(2e7)).length', 'soft', 'hard', 'memory', 'guest', 'ok'],
    ["new TextEncoder().encode('\\u00e9'.repeat(1e7)).length", 'soft', 'hard', 'memory', 'guest', 'ok'],
    [
      'const b = new ArrayBuffer(8); structuredClone({ get a() { structuredClone(b, { transfer: [b] }); return b }, b }, { transfer: [b] })',
      'guest',
      'ok',
    ],
  ],
})
