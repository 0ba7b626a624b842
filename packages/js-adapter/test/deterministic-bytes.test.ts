// S-8 across versions: what a fixed run gives is recorded, and each Node that runs this test has to give the same bytes.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import type { VariantName } from '../src/engine/variant.ts'
import { FakeLoop } from './support/fake-loop.ts'
import { settled, sharedEngine } from './support/open.ts'

const SOURCE = `
console.log(Math.random(), Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint8Array(12)))
console.log(Date.now(), new Date(), String(new Date(2021, 6, 1)), new Date(2021, 0, 1).toLocaleString(), new Date().getTimezoneOffset())
console.log(performance.now(), performance.timeOrigin, process.hrtime(), process.uptime())
console.log([0.1 + 0.2, 1e21, 5e-324, -0, 1 / 3, 123456789.125], (25).toString(36), (0.1).toFixed(20), Number('0x1f'))
console.log({ a: [1, { b: new Map([[1, new Set([2])]]) }], c: Symbol('s'), d: 10n ** 30n, e: /x/g, f() {}, g: new Uint8Array(3) })
console.log(['b', 'a', 'B', '\\u00e4', '\\u{1f600}'].sort(), '\\u00e4'.normalize('NFD').length, 'I\\u0307'.toLowerCase(), '\\u00df'.toUpperCase())
console.log(new URL('https://user:pw@example.org:8080/a/../b?x=1&y=%20#h').href, btoa('bytes'), new TextEncoder().encode('\\u20ac'))
console.log(structuredClone({ d: new Date(5), m: new Map([[1, 2]]) }), JSON.stringify({ x: [undefined, NaN] }))
console.error(new RangeError('shown with its frames'))
console.table([{ a: 1, b: 'x' }, { a: 2 }])
setTimeout(() => console.log('250', Date.now(), performance.now()), 250)
setTimeout(() => console.log('1', Math.random()), 1)
setImmediate(() => console.log('immediate'))
process.nextTick(() => console.log('tick'))
process.on('exit', (code) => console.log('exit', code, Date.now()))
process.on('unhandledRejection', (reason) => console.log('unhandled', reason.message))
Promise.reject(new Error('lost'))
;(async () => {
  const answers = [await answer('a'), await answer({ n: Math.random() })]
  await new Promise((done) => setTimeout(done, 1000 * Math.random()))
  try { null.x } catch (error) { answers.push(error.message, error.stack) }
  return { answers, at: Date.now(), random: Math.random(), buffer: new Uint8Array([1, 2]) }
})()`

/** Digests of console, result and report. A change of the profile's text or of an engine build changes them; a version of Node must not. */
const RECORDED: Readonly<Record<VariantName, string>> = {
  ng: 'b887cda69ed71e1f702e89dd83ecb273499e73db6c125b8d9217bcfa301e0f40',
  bellard: '37cbec0a05236cfe4c34e37ddeeeb51a99c12eeab4336b2126ca2f9d1f9fab77',
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('S-8 every supported Node gives the same bytes for one source, seed and answers', async () => {
    const loop = new FakeLoop()
    const lines: string[] = []
    const sandbox = await Sandbox.create({
      loop,
      engine: await sharedEngine(variant),
      deterministic: { seed: 20_260_101, epochMs: 1_700_000_000_000 },
      console: { write: (stream, text) => lines.push(`${stream}: ${text}`) },
    })
    sandbox.expose('answer', async (value: unknown) => [value])
    const result = await settled(loop, sandbox.run(SOURCE, { name: 'run.js' }))
    const ending = sandbox.finish()
    await loop.run()
    const { reason, exitCode, usage } = await ending
    const { operations, jobs, limits } = usage
    const seen = JSON.stringify({ lines, result, reason, exitCode, operations, jobs, limits })
    expect(lines.length).toBeGreaterThanOrEqual(16)
    expect(result).toHaveProperty('value.at')
    expect(createHash('sha256').update(seen).digest('hex'), seen).toBe(RECORDED[variant])
  })
})
