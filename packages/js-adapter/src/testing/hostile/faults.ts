// Programs that reach known memory faults of pinned engine builds, around which calibration finds a way. None needs more than the language.
import { hostileCases } from './case.ts'
import type { HostileCase } from './case.ts'

/**
 * quickjs-ng 0.12.1 (mended in 0.13.0): a collection that comes while a sloppy function with parameters holds its `arguments` takes the links of
 * parameters still on the stack for members of the collector's lists. See engine/stack-links.ts.
 */
const STACK_LINKS: readonly string[] = [
  'const kept = []; function f(a) { arguments; kept.push({}) } for (let i = 0; i < 1e5; i++) f(0)',
  'const kept = []; for (let i = 0; i < 1e5; i++) (function (a) { arguments; kept.push({}) })(0)',
  'const kept = []; for (let i = 0; i < 1e5; i++) { [-1, -1, -1, -1]; (function (a) { arguments; kept.push({}) })(0) }',
]

/** Makes the collector come. */
const CHURN =
  "const churn = () => { let kept = []; for (let i = 0; i < 1e5; i++) { kept[kept.length] = { i, s: 't' + i }; if (i % 5000 === 0) kept = [] } };"

/** quickjs-ng 0.12.1 (mended in 0.16.0): a frame that is suspended is freed while a closure still uses its variables. See engine/suspended-frames.ts. */
const SUSPENDED_FRAMES: readonly string[] = [
  `${CHURN} const all = []; for (let k = 0; k < 300; k++) (async () => { const d = Promise.withResolvers(); d.k = k; all[k] = () => d; await d.promise; d.k++ })(); churn(); all.forEach((f) => f().resolve())`,
  `${CHURN} const all = []; for (let k = 0; k < 300; k++) (() => { let g; function* gen() { const o = { g }; all[k] = () => o; yield 1; yield o } g = gen(); g.next(); g = null })(); churn(); for (const f of all) f().g.next()`,
  `${CHURN} const all = []; for (let k = 0; k < 300; k++) (async function (a) { const d = Promise.withResolvers(); all[k] = () => [arguments[0], a, d]; await d.promise })({ k }); churn(); for (const f of all) f()[2].resolve(f()[0].k)`,
]

/** quickjs-ng 0.12.1 (mended in 0.13 to 0.16): functions of the language that read or write what is not theirs. See profile/mends.ts. */
const LANGUAGE: readonly string[] = [
  'const a = [{}, {}, {}]; a.length = 1000; a.push({}); for (const one of a) typeof one; a.length = 0',
  'const a = [1.5]; a.length = 2 ** 29; a.push(1.5); a.length = 2 ** 30; a.push(2.5)',
  'for (let i = 0; i < 1e4; i++) { const a = [{ i }, { i }]; delete a[1]; a.push({ i }); if (1 in a) throw a[1] }',
  "const a = 'a'.repeat(50000); for (let i = 0; i < 20; i++) if (RegExp.escape?.(a + a).length > 100010) throw a",
  'for (let i = 0; i < 1e3; i++) { let it; const evil = { [Symbol.iterator]() { try { it.return() } catch {} return [][Symbol.iterator]() } }; it = Iterator.concat?.(evil, evil); it?.next() }',
]

export const faults: readonly HostileCase[] = hostileCases({
  'memory faults of an engine': [...STACK_LINKS, ...SUSPENDED_FRAMES, ...LANGUAGE].map((source) => ({
    source,
    expect: ['ok', 'soft', 'memory'],
  })),
})
