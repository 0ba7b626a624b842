// A known memory fault of quickjs-ng is out of a guest's reach: its collector never follows the links of `arguments` objects.
import { describe, expect, test } from 'vitest'
import { Image } from '../../src/image/image.ts'
import { findStackLinks } from '../../src/engine/stack-links.ts'
import { openSandbox, settled, sharedEngine } from '../support/open.ts'
import { openScratch } from '../support/scratch.ts'

/** Each keeps links to a running function's parameters while enough objects are made for the collector to come. */
const PROGRAMS = [
  'const kept = []; function f(a) { arguments; kept.push({}) } for (let i = 0; i < 1e5; i++) f(0); kept.length',
  'const kept = []; for (let i = 0; i < 1e5; i++) (function (a) { arguments; kept.push({}) })(0); kept.length',
  'const kept = []; function* f(a) { arguments; kept.push({}); yield a } for (let i = 0; i < 1e5; i++) { const one = f(i); one.next(); if (i % 1000 === 0) kept.held = one } kept.length',
  'const kept = []; function f(a) { const all = arguments; kept.push(() => all[0]); return all } for (let i = 0; i < 1e5; i++) f({ i }); kept.length',
]

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test.each(PROGRAMS)('E-6 a collection while a function holds its arguments harms nothing: %s', async (source) => {
    const { sandbox, loop } = await openSandbox({ variant })
    expect(await settled(loop, sandbox.run(source))).toEqual({ value: 100_000 })
    expect(await settled(loop, sandbox.run('(function (a) { a = 2; arguments[0] += 1; return a })(1)'))).toEqual({ value: 3 })
    sandbox.close()
  })

  test('E-6 the same in a sandbox from an image', async () => {
    const engine = await sharedEngine(variant)
    const image = await Image.create({ engine })
    const { sandbox, loop } = await openSandbox({ variant, image })
    expect(await settled(loop, sandbox.run(PROGRAMS[0] ?? ''))).toEqual({ value: 100_000 })
    sandbox.close()
  })

  test('E-6 the build is told to be sound', async () => {
    const { capabilities, calibration } = await sharedEngine(variant)
    expect(capabilities.soundMemory).toBe(true)
    expect(calibration.stackLinks === undefined).toBe(variant === 'bellard')
  })
})

test('E-6 what keeps the collector away is verified by effect: without it the build is not sound, and says why', async () => {
  const { proxy, collectOffset } = (await sharedEngine('ng')).calibration
  if (proxy === undefined) throw new Error('the class of an object was not found')
  const notes: string[] = []
  expect(
    findStackLinks(await openScratch('ng'), { proxy: { ...proxy, classOffset: proxy.classOffset + 8 }, collectOffset }, notes),
  ).toBeUndefined()
  expect(findStackLinks(await openScratch('ng'), { proxy: undefined, collectOffset }, notes)).toBeUndefined()
  expect(findStackLinks(await openScratch('ng'), { proxy, collectOffset: undefined }, notes)).toBeUndefined()
  expect(notes).toHaveLength(3)
  for (const note of notes) expect(note).toMatch(/^stack links: /)
})

test('E-6 a dead cycle through arguments stays until its sandbox ends, and counts against its memory', async () => {
  const { sandbox, loop } = await openSandbox({ limits: { memoryBytes: 8 * 1024 * 1024 } })
  const cycles = (body: string): string => `function f(a) { ${body} } for (let i = 0; i < 1e5; i++) f({}); 'done'`
  expect(await settled(loop, sandbox.run(cycles('const b = { a }; a.b = b')))).toEqual({ value: 'done' })
  expect(await settled(loop, sandbox.run(cycles('a.held = arguments')))).toMatchObject({
    error: { name: expect.any(String) as string },
  })
  sandbox.close()
})
