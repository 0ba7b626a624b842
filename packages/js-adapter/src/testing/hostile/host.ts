// Programs that attack through what the host exposes: floods, re-entrancy, arguments, settlements.
import { hostileCases } from './case.ts'
import type { HostileCase } from './case.ts'

export const host: readonly HostileCase[] = hostileCases({
  'host-call floods': [
    { source: 'for (;;) sync(1)', expect: ['soft'], inline: true },
    { source: 'for (;;) try { sync(1) } catch {}', expect: ['soft'], inline: true },
    { source: 'for (;;) try { raw(1) } catch {}', expect: ['soft'], inline: true },
    ['for (;;) later(1).catch(() => {})', 'soft', 'memory'],
    ['(async () => { for (;;) await later(1).catch(() => {}) })()', 'wall', 'soft'],
    ['Promise.all(Array.from({ length: 300 }, () => never()))', 'guest'],
    ['never()', 'wall'],
    ['later(1).then(() => { for (;;); })', 'soft'],
    ['failLater(1).catch((e) => { for (;;); })', 'soft'],
  ],
  'hostile arguments': [
    ["later('x'.repeat(1e6).repeat(4))", 'guest', 'soft', 'hard'],
    ['const a = []; a.length = 2 ** 32 - 1; later(a)', 'soft', 'hard', 'guest', 'memory'],
    ['later({ get a() { for (;;); } })', 'soft'],
    ['later(new Proxy({}, { ownKeys() { return later({ b: 1 }), [] } }))', 'ok', 'guest'],
    ['let o = {}; for (let i = 0; i < 1e4; i++) o = { o }; later(o).then(() => 1)', 'ok', 'soft'],
    [
      'later({ ["__proto__"]: 1, constructor: { prototype: 1 }, then: 1 }).then((o) => Object.getPrototypeOf(o) === Object.prototype || (() => { for (;;); })())',
      'ok',
    ],
    { source: 'raw({ get a() { return raw({ get b() { for (;;); } }) } })', expect: ['soft'], inline: true },
    { source: "sync('\\ud800'.repeat(3e5)).length", expect: ['ok', 'guest', 'soft', 'hard'], inline: true },
    {
      source:
        'const b = new ArrayBuffer(8, { maxByteLength: 1e6 }); sync({ get a() { b.resize?.(1e6); return 1 }, u: new Uint8Array(b), get c() { b.resize?.(0); return 1 } }); 1',
      expect: ['ok', 'guest'],
      inline: true,
    },
  ],
  're-entrancy': [
    {
      source: "Object.defineProperty(globalThis, 'x', { get() { return reenter('x') } }); x",
      expect: ['guest', 'stack'],
      inline: true,
    },
    { source: "Object.defineProperty(globalThis, 'x', { get() { for (;;); } }); reenter('x')", expect: ['soft'], inline: true },
    {
      source: "Object.defineProperty(globalThis, 'x', { get() { for (;;); } }); for (;;) try { reenter('x') } catch {}",
      expect: ['soft'],
      inline: true,
    },
    { source: "Object.defineProperty(globalThis, 'x', { set() { for (;;); } }); assign('x', 1)", expect: ['soft'], inline: true },
    {
      source: "Object.defineProperty(globalThis, 'x', { get() { return new Array(1e9).join('x') } }); reenter('x')",
      expect: ['hard', 'soft', 'memory', 'guest'],
      inline: true,
    },
    {
      source: "Object.defineProperty(globalThis, 'x', { get() { throw { get stack() { for (;;); } } } }); reenter('x')",
      expect: ['guest', 'soft'],
      inline: true,
    },
    {
      source: "Object.defineProperty(globalThis, 'x', { get() { process.exit(3) } }); try { reenter('x') } finally { for (;;); }",
      expect: ['guest'],
      inline: true,
    },
  ],
  'hostile errors of host functions': [
    { source: 'try { fail({ get message() { for (;;); } }) } catch (e) { String(e) }', expect: ['ok', 'soft'], inline: true },
    {
      source: "try { fail() } catch (e) { if (Object.keys(e).length > 1 || /\\/|host\\.ts/.test(e.stack ?? '')) for (;;); }",
      expect: ['ok'],
      inline: true,
    },
    {
      source: 'globalThis.TypeError = function () { for (;;); }; try { fail() } catch (e) { e.name }',
      expect: ['ok'],
      inline: true,
    },
    [
      "failLater().catch((e) => Object.getPrototypeOf(e) === TypeError.prototype && !('cause' in e) || (() => { for (;;); })())",
      'ok',
    ],
    ['failLater()', 'guest'],
  ],
  'modules and code': [
    ["import('fs').then(() => { for (;;); }, () => 1)", 'ok', 'guest'],
    ["import('a'.repeat(1e6)).then(() => { for (;;); }, () => 1)", 'ok', 'guest', 'soft'],
    ['import({ toString() { for (;;); } })', 'soft'],
    [
      "Promise.all(Array.from({ length: 1000 }, (_, i) => import('m' + i).catch(() => 1))).then((r) => r.length)",
      'ok',
      'soft',
      'guest',
    ],
  ],
})
