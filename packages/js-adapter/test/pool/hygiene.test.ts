// Nothing of a tenant is found in the memory of the next, whatever it did.
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { Image } from '../../src/image/image.ts'
import { findDifference } from '../../src/image/pages.ts'
import { settled } from '../support/open.ts'
import { holdsText, makeImage, memoryOf, openPool } from '../support/pool.ts'

const images = new Map<string, Image>()
const PRELUDE = 'const store = new Map(); function keep(value) { store.set(value, [value]); return store.size }'

beforeAll(async () => {
  for (const variant of ['ng', 'bellard'] as const)
    images.set(variant, await makeImage({ variant, prelude: PRELUDE, expose: ['ask'] }))
})

/** Places where a tenant's secret can come to lie, `S` standing for the secret. */
const PLACES = [
  'globalThis.kept = S + "!"',
  'keep(S)',
  'globalThis[S] = 1',
  'globalThis.wide = S + "\\u1234"',
  'globalThis.bytes = Uint8Array.from(S, (c) => c.charCodeAt(0))',
  'globalThis.words = Uint16Array.from(S, (c) => c.charCodeAt(0))',
  'globalThis.pattern = new RegExp(S)',
  'globalThis.symbol = Symbol.for(S)',
  'setTimeout((x) => x, 1e9, S).unref()',
  'process.on(S, () => S)',
  'globalThis.fn = new Function("return " + JSON.stringify(S))',
  'console.log(S); console.error({ S })',
  'Promise.reject(new Error(S)).catch(() => {})',
  'globalThis.never = new Promise(() => S)',
  'globalThis.big = BigInt("0x" + S)',
  'ask(S)',
  'ask({ [S]: [S] }).catch(() => {})',
  'try { null[S] } catch (e) { globalThis.seen = e }',
  'globalThis.many = Array.from({ length: 3000 }, (_, i) => S + i)',
  'globalThis.large = new Uint8Array(3e6).map((_, i) => S.charCodeAt(i % S.length))',
  'JSON.parse(JSON.stringify({ [S]: S }))',
  'structuredClone({ S, list: [S] })',
  'queueMicrotask(() => { globalThis.later = S.toUpperCase() })',
  'class Named { static [S]() { return S } } globalThis.Named = Named',
  'S.repeat(50_000)',
  'throw new RangeError(S)',
  'for (;;) globalThis.looped = [S]',
]

test.each(['ng', 'bellard'] as const)(
  'P-9 %s: no byte of a former tenant can be found in the memory of the next',
  async (variant) => {
    const image = images.get(variant)
    if (image === undefined) throw new Error('the image was not made')
    const { pool, loop, substrates } = await openPool(image)
    let exchanged = 0
    const program = fc.record({
      secret: fc.stringMatching(/^[0-9a-f]{24}$/),
      places: fc.subarray(
        PLACES.map((_, index) => index),
        { minLength: 1, maxLength: 8 },
      ),
      calls: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(program, async ({ secret, places, calls }) => {
        const lease = await pool.acquire()
        lease.sandbox.expose('ask', async (value: unknown) => value)
        const source = `{ const S = ${JSON.stringify(secret)}\n${places.map((place) => PLACES[place]).join('\n')} }`
        await settled(loop, lease.sandbox.run(source, { name: `${secret}.js`, operationMs: 20 }))
        if (calls) {
          lease.sandbox.set(`set_${secret}`, { value: secret })
          await settled(loop, lease.sandbox.call('keep', [secret]))
        }
        const substrate = substrates.at(-1)
        if (holdsText(memoryOf(substrate), secret)) exchanged++
        lease.release()
        expect(holdsText(memoryOf(substrate), secret)).toBe(false)
        expect(findDifference(memoryOf(substrate), image.pages)).toBe(-1)
        const next = await pool.acquire()
        expect(await settled(loop, next.sandbox.run('store.size'))).toEqual({ value: 0 })
        next.release()
      }),
      { numRuns: process.env['LOOPWRIGHT_LONG'] === '1' ? 2000 : 30 },
    )
    // The scan can find what it looks for: it did, before each release.
    expect(exchanged).toBeGreaterThan(0)
    expect(pool.stats().replaced).toEqual({ condemned: 0, memory: 0, uses: 0, failed: 0 })
    pool.close()
  },
)
