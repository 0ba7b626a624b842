// Known memory faults of quickjs-ng are out of a guest's reach, on every way into a guest; and what could not be verified is not called sound.
import { describe, expect, test } from 'vitest'
import { collects } from '../../src/engine/class-table.ts'
import { findSuspendedFrames } from '../../src/engine/suspended-frames.ts'
import { Image } from '../../src/image/image.ts'
import { mended, mends } from '../../src/profile/mends.ts'
import { openSandbox, settled, sharedEngine } from '../support/open.ts'
import { openScratch } from '../support/scratch.ts'

const CHURN =
  'const churn = () => { let kept = []; for (let i = 0; i < 2e5; i++) { kept[kept.length] = { i, s: "t" + i }; if (i % 5000 === 0) kept = [] } };'
/** Each counts what is not as it was left. */
const PROGRAMS = {
  'async functions that only a closure leads to': `${CHURN} const all = [];
    for (let k = 0; k < 300; k++) (async () => { const d = Promise.withResolvers(); d.k = k; all[k] = () => d; await d.promise; d.k++ })()
    churn(); all.forEach((f) => f().resolve())
    Promise.resolve().then(() => {}).then(() => {}).then(() => all.filter((f, k) => f().k !== k + 1).length)`,
  'generators that only a closure leads to': `${CHURN} const all = [];
    for (let k = 0; k < 300; k++) (() => { let g; function* gen() { const o = { v: k, g }; all[k] = () => o; yield 1; yield o.v } g = gen(); g.next(); g = null })()
    churn(); all.filter((f, k) => f().v !== k || f().g.next().value !== k).length`,
  'arguments of async functions': `${CHURN} const all = [];
    for (let k = 0; k < 300; k++) (async function (a) { all[k] = () => arguments[0].k + a.k; await new Promise(() => {}) })({ k })
    churn(); all.filter((f, k) => f() !== 2 * k).length`,
  'arrays that grew, and arrays that lost their last element': `
    const grown = [{}, {}]; grown.length = 100; grown.push(7); const huge = [1]; huge.length = 2 ** 29; huge.push(7)
    const short = [{ x: 0 }, { x: 1 }]; delete short[1]; short.push({ y: 2 })
    const wrong = [5 in grown, grown.length !== 101, grown[100] !== 7, 5 in huge, huge[2 ** 29] !== 7, 1 in short, short[2].y !== 2]
    wrong.filter((is) => is).length`,
  'RegExp.escape of a text in parts': `
    let wrong = 0
    for (let n = 1; n < 20000; n += 1999) { const half = '\u20ac.b'.repeat(n); if (RegExp.escape && RegExp.escape(half + half) !== RegExp.escape(JSON.parse(JSON.stringify(half + half)))) wrong++ }
    wrong`,
  'an iterator of Iterator.concat that is entered from within': `
    let refused = 0
    for (let i = 0; i < 500 && Iterator.concat; i++) {
      const all = Iterator.concat({ [Symbol.iterator]() { try { all.return() } catch (error) { refused += error instanceof TypeError } return [i][Symbol.iterator]() } }, [2])
      if ([...all].join() !== i + ',2') refused = NaN
    }
    Iterator.concat ? refused - 500 : 0`,
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test.each(Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[])(
    'E-6 %s: nothing is read or written that is not theirs',
    async (name) => {
      const image = await Image.create({ engine: await sharedEngine(variant) })
      for (const opened of [
        await openSandbox({ variant }),
        await openSandbox({ variant, image }),
        await openSandbox({ variant, hardened: true }),
      ]) {
        expect(await settled(opened.loop, opened.sandbox.run(`{ ${PROGRAMS[name]} }`))).toEqual({ value: 0 })
        expect(await settled(opened.loop, opened.sandbox.run('6 * 7'))).toEqual({ value: 42 })
        opened.sandbox.close()
      }
    },
  )

  test('E-6 what was replaced looks as it did', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    const source = `(() => {
      const seen = []
      const look = (object, name) => { const { value, ...flags } = Object.getOwnPropertyDescriptor(object, name); seen.push([value.name, value.length, 'prototype' in value, /^function (escape|next|return)\\(\\) \\{\\s+\\[native code\\]\\s+\\}$/.test(String(value)), flags]) }
      if (RegExp.escape) look(RegExp, 'escape')
      if (Iterator.concat) { const all = Object.getPrototypeOf(Iterator.concat()); look(all, 'next'); look(all, 'return') }
      seen.push([Object.getOwnPropertyNames(Array.prototype).includes('0'), Array.prototype.length])
      return seen
    })()`
    const flags = { writable: true, enumerable: false, configurable: true }
    const replaced = [
      ['escape', 1],
      ['next', 0],
      ['return', 0],
    ].map(([name, length]) => [name, length, false, true, flags])
    const outcome = await settled(loop, sandbox.run(source))
    expect(outcome).toEqual({ value: [...replaced, [false, 0]] })
    sandbox.close()
  })

  test('E-6 the build is told to be sound, because each way around was verified', async () => {
    const { capabilities, calibration } = await sharedEngine(variant)
    expect(capabilities.soundMemory).toBe(true)
    expect(calibration.suspendedFrames === undefined).toBe(variant === 'bellard')
    expect(calibration.mends === undefined).toBe(variant === 'bellard')
  })
})

test('E-6 what keeps the collector from suspended frames is verified by effect: elsewhere, or without it, the build is not sound, and says why', async () => {
  const { proxy, collectOffset } = (await sharedEngine('ng')).calibration
  if (proxy === undefined || collectOffset === undefined) throw new Error('the class of an object was not found')
  const notes: string[] = []
  expect(
    findSuspendedFrames(await openScratch('ng'), { proxy: { classOffset: proxy.classOffset + 8 }, collectOffset }, notes),
  ).toBeUndefined()
  expect(findSuspendedFrames(await openScratch('ng'), { proxy: undefined, collectOffset }, notes)).toBeUndefined()
  expect(findSuspendedFrames(await openScratch('ng'), { proxy, collectOffset: undefined }, notes)).toBeUndefined()
  expect(notes).toHaveLength(3)
  for (const note of notes) expect(note).toMatch(/^suspended frames: /)
  expect(findSuspendedFrames(await openScratch('ng'), { proxy, collectOffset }, notes)?.markOffsets).toHaveLength(4)
})

test('E-6 what is collected stays collected: dead cycles without a suspended frame', async () => {
  const { proxy, collectOffset = 0 } = (await sharedEngine('ng')).calibration
  const scratch = await openScratch('ng')
  expect(findSuspendedFrames(scratch, { proxy, collectOffset }, [])).toBeDefined()
  for (const cycle of [
    '(() => { const a = {}; a.b = { a }; return new WeakRef(a) })()',
    '(() => { const a = {}; a.f = () => a; return new WeakRef(a) })()',
    '(() => { const a = {}; a.p = new Promise(() => {}).then(() => a); return new WeakRef(a) })()',
    '(() => { const a = {}; (async () => { await null; a.self = a })(); return new WeakRef(a) })()',
    '(() => { const a = {}; function* g(b) { yield b } a.g = g(a); [...a.g]; return new WeakRef(a) })()',
  ])
    expect(collects(scratch, collectOffset, cycle), cycle).toBe(true)
})

test('E-6 the mends are verified by effect: without them the expression is not true', async () => {
  const holds = async (before: string): Promise<boolean> => {
    const scratch = await openScratch('ng')
    scratch.eval(before)
    try {
      return scratch.high(scratch.eval(`if (!${mended}) throw 1; true`)) === scratch.high(scratch.eval('true'))
    } catch (error) {
      // The stock build reads what is not its own, and may end in a trap.
      expect(Reflect.get(error as object, 'name')).toBe('RuntimeError')
      return false
    }
  }
  expect(await holds('')).toBe(false)
  expect(await holds(mends)).toBe(true)
})
