// A random program that is parked at random points ends as the same program that never was.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { VariantName } from '../../src/engine/variant.ts'
import type { Image } from '../../src/image/image.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { settled } from '../support/open.ts'
import { makeImage, PATIENT } from '../support/pool.ts'

const PRELUDE = `
let seed = 1
const next = (n) => (seed = (seed * 48271) % 2147483647) % n
const store = new Map(), list = [], weak = new WeakMap()
class Counter { #n = 0; add(k) { this.#n += k; return this.#n } }
const counter = new Counter()
function* numbers() { for (let i = 0; ; i++) yield i * i }
const walk = numbers()
let waiting, wait = new Promise((done) => { waiting = done })
`
const STEPS = [
  'counter.add(next(10))',
  'store.set(next(20), { at: store.size, text: "t".repeat(next(300)) }).size',
  'store.delete(next(20))',
  'list.push(new Uint8Array(next(5000)).fill(next(256))), list.length',
  'list.length > 3 ? list.shift().reduce((a, b) => a + b, 0) : -1',
  'walk.next().value',
  'Promise.resolve(next(9)).then((x) => counter.add(x))',
  'wait = wait.then((x) => [x, next(5)]), 0',
  'waiting(next(7)), 0',
  'ask(next(50))',
  'ask({ n: next(5), list: [...store.keys()] }).then(({ list }) => list.length)',
  'twice(next(9))',
  'globalThis["g" + next(5)] = function () { return counter.add(0) }; Object.keys(globalThis).length',
  'typeof g1 === "function" ? g1() : null',
  'Math.random()',
  'new Date().getTime()',
  'throw new RangeError("step " + next(100))',
  'try { null.x } catch (e) { weak.set(e, next(4)); weak.get(e) }',
  'JSON.stringify([...store])',
  '/(\\\\d+)-(\\\\d+)/.exec(next(100) + "-" + next(100)).slice(1)',
  'new Array(next(20_000)).fill(next(3)).reduce((a, b) => a + b, 0)',
] as const

async function outcomes(
  image: Image,
  steps: readonly { readonly step: number; readonly park: boolean }[],
  parks: boolean,
): Promise<unknown> {
  const loop = new FakeLoop()
  const sandbox = await Sandbox.create({ loop, image, clock: 'loop', deterministic: { seed: 5 }, limits: PATIENT })
  sandbox.expose('ask', async (x: unknown) => x)
  sandbox.expose('twice', { sync: (x: number) => x * 2 })
  const told: unknown[] = []
  for (const { step, park } of steps) {
    if (parks && park) sandbox.park()
    const outcome = await settled(loop, sandbox.run(STEPS[step] ?? '0'))
    told.push('error' in outcome ? String(outcome.error) : outcome.value)
  }
  const { operations, jobs, hostCalls, memoryBytes } = sandbox.usage()
  sandbox.close()
  return { told, operations, jobs, hostCalls, memoryBytes }
}

test.each(['ng', 'bellard'] as const)('P-11 %s: parked at random points, a program is the same', async (variant: VariantName) => {
  for (const profile of ['full', 'bare'] as const) {
    const image = await makeImage({ variant, profile, prelude: PRELUDE })
    const step = fc.record({ step: fc.nat(STEPS.length - 1), park: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
        expect(await outcomes(image, steps, true)).toEqual(await outcomes(image, steps, false))
      }),
      { numRuns: process.env['LOOPWRIGHT_LONG'] === '1' ? 500 : 10 },
    )
  }
})
