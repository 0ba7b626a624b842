// Images: made, tried, restored, saved, refused.
import { describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { JsAdapterError } from '../../src/errors.ts'
import { Image } from '../../src/image/image.ts'
import { findDifference } from '../../src/image/pages.ts'
import type { RawCall } from '../../src/runtime/raw-call.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { resolveSandboxOptions } from '../../src/sandbox/options.ts'
import type { SandboxOptions } from '../../src/sandbox/options.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { settled, sharedEngine } from '../support/open.ts'
import { makeImage, PATIENT } from '../support/pool.ts'

async function fromImage(image: Image, options: Partial<SandboxOptions> = {}): Promise<{ sandbox: Sandbox; loop: FakeLoop }> {
  const loop = new FakeLoop()
  return { loop, sandbox: await Sandbox.create({ loop, image, clock: 'loop', limits: PATIENT, ...options }) }
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('P-2 an image holds what the prelude left, and each sandbox changes a copy of its own', async () => {
    const image = await makeImage({ variant, prelude: 'let count = 40; function next() { return ++count }' })
    const [a, b] = [await fromImage(image), await fromImage(image)]
    expect(await settled(a.loop, a.sandbox.call('next'))).toEqual({ value: 41 })
    expect(await settled(a.loop, a.sandbox.call('next'))).toEqual({ value: 42 })
    expect(await settled(b.loop, b.sandbox.call('next'))).toEqual({ value: 41 })
  })

  test('P-3 timers, promises, uncaught errors and limits work in a restored sandbox', async () => {
    const image = await makeImage({ variant })
    const { sandbox, loop } = await fromImage(image)
    const order = 'new Promise((done) => { setTimeout(() => done("late"), 5); setImmediate(() => {}) })'
    expect(await settled(loop, sandbox.run(order))).toEqual({ value: 'late' })
    const rejected = "process.on('unhandledRejection', (e) => { globalThis.seen = e.message }); Promise.reject(new Error('lost'))"
    await settled(loop, sandbox.run(`${rejected}; 0`))
    expect(await settled(loop, sandbox.run('seen'))).toEqual({ value: 'lost' })
    expect(await settled(loop, sandbox.run('for (;;);', { operationMs: 20 }))).toMatchObject({
      error: { code: 'ERR_LIMIT_OPERATION' },
    })
    expect(await settled(loop, sandbox.run('1 + 1'))).toEqual({ value: 2 })
  })

  test('P-3 host functions of the image are bound to the implementations of each sandbox', async () => {
    const image = await makeImage({
      variant,
      prelude: 'async function main(x) { return [await lookup(x), now.of(x), twice(x)] }',
      expose: ['lookup', { name: 'now.of', kind: 'sync' }, { name: 'twice', kind: 'raw' }],
    })
    for (const tenant of ['a', 'b']) {
      const { sandbox, loop } = await fromImage(image)
      sandbox.expose('lookup', async (x: number) => `${tenant}${x}`)
      sandbox.expose('now', { of: { sync: (x: number) => `${tenant}!${x}` } })
      sandbox.expose('twice', { raw: (call: RawCall) => call.number(0) * 2 })
      expect(await settled(loop, sandbox.call('main', [4]))).toEqual({ value: [`${tenant}4`, `${tenant}!4`, 8] })
      sandbox.expose('later', { sync: () => 'new' })
      expect(await settled(loop, sandbox.run('later()'))).toEqual({ value: 'new' })
    }
  })

  test('P-3 a stub of the image without an implementation is an error of the guest', async () => {
    const image = await makeImage({ variant, expose: ['a', { name: 'b', kind: 'sync' }, { name: 'c', kind: 'raw' }] })
    const { sandbox, loop } = await fromImage(image)
    const all =
      '(async () => { const seen = []; for (const f of [a, b, c]) { try { await f(); seen.push("none") } catch (e) { seen.push(e.message) } } return seen })()'
    const message = 'this host function has no implementation here'
    expect(await settled(loop, sandbox.run(all))).toEqual({ value: [message, message, message] })
    expect(() => sandbox.expose('a', { sync: () => 1 })).toThrow('"a" is async in the image, got sync')
  })

  test('P-7 a saved image is read back, and one that was changed or made by another build is refused', async () => {
    const image = await makeImage({ variant, prelude: 'const kept = [1, 2, 3]' })
    const saved = image.save()
    const engine = await sharedEngine(variant)
    const again = await Image.load(saved, { engine })
    const { sandbox, loop } = await fromImage(again)
    expect(await settled(loop, sandbox.run('kept.length'))).toEqual({ value: 3 })
    for (const at of [3, 90, saved.length - 1]) {
      const changed = saved.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      await expect(Image.load(changed, { engine })).rejects.toMatchObject({ code: 'ERR_IMAGE_MISMATCH' })
    }
    await expect(Image.load(saved.subarray(0, saved.length - 5000), { engine })).rejects.toMatchObject({
      code: 'ERR_IMAGE_MISMATCH',
    })
    const other = await sharedEngine(variant === 'ng' ? 'bellard' : 'ng')
    await expect(Image.load(saved, { engine: other })).rejects.toMatchObject({ code: 'ERR_IMAGE_MISMATCH' })
    const loopOf = new FakeLoop()
    await expect(Sandbox.create({ loop: loopOf, image, engine: other })).rejects.toMatchObject({ code: 'ERR_IMAGE_MISMATCH' })
  })

  test('P-2 two images of the same source are the same bytes', async () => {
    const options = { variant, prelude: 'const at = Date.now(), luck = Math.random(); const o = { at, luck }' }
    expect(Buffer.compare((await makeImage(options)).save(), (await makeImage(options)).save())).toBe(0)
  })

  test('P-5 after a reset every byte of the memory is that of the image, whatever the tenant did', async () => {
    const image = await makeImage({ variant, prelude: 'const data = []' })
    const substrate = await image.restore(128 * 1024 * 1024)
    const { loop, sandbox } = resumed(image, substrate)
    const work =
      'data.push(...Array.from({ length: 20000 }, (_, i) => "x" + i)); new Uint8Array(30e6).fill(7); setTimeout(() => {}, 1e6); Promise.resolve().then(() => {}); data.length'
    expect(await settled(loop, sandbox.run(work))).toEqual({ value: 20_000 })
    expect(sandbox.endLease(new JsAdapterError('ERR_LEASE_ENDED', 'over'))).toBe('clean')
    image.reset(substrate)
    expect(substrate.memory.buffer.byteLength).toBeGreaterThan(30e6)
    expect(findDifference(new Uint8Array(substrate.memory.buffer), image.pages)).toBe(-1)
  })

  test('P-2 a prelude that throws, or leaves something to do, makes no image', async () => {
    await expect(makeImage({ variant, prelude: 'throw new TypeError("no")' })).rejects.toMatchObject({
      code: 'ERR_GUEST_EXCEPTION',
      guestName: 'TypeError',
    })
    await expect(makeImage({ variant, prelude: 'let = ;' })).rejects.toMatchObject({ code: 'ERR_GUEST_SYNTAX' })
    for (const prelude of ['setTimeout(() => {}, 5)', 'setImmediate(() => {})', 'setInterval(() => {}, 5)'])
      await expect(makeImage({ variant, prelude })).rejects.toMatchObject({ code: 'ERR_IMAGE_NOT_QUIESCENT' })
    await expect(makeImage({ variant, prelude: "Promise.reject(new Error('unseen'))" })).rejects.toBeInstanceOf(JsAdapterError)
    await expect(makeImage({ variant, prelude: 'Promise.resolve().then(() => { globalThis.done = 1 })' })).resolves.toBeDefined()
  })
})

test('P-7 options that the image fixes are refused beside it', async () => {
  const image = await makeImage()
  const loop = new FakeLoop()
  await expect(Sandbox.create({ loop, image, argv: ['x'] })).rejects.toThrow('argv is fixed by the image')
  await expect(Sandbox.create({ loop, image, hardened: true })).rejects.toThrow('hardened is fixed by the image')
  await expect(makeImage({ expose: ['a', 'a'] })).rejects.toThrow('"a" is given twice')
  await expect(makeImage({ expose: ['a', 'a.b'] })).rejects.toThrow('"a.b" is given twice')
  await expect(makeImage({ expose: ['1a'] })).rejects.toThrow('neither an identifier')
})

test('P-2 an engine whose state could not be found, or has more of it than memory, makes no image', async () => {
  const engine = await sharedEngine()
  for (const changed of [
    altered(engine, { capabilities: { ...engine.capabilities, reseed: false } }),
    altered(engine, { identity: { ...engine.identity, mutableGlobals: 2 } }),
    altered(engine, { identity: { ...engine.identity, mutableGlobals: undefined } }),
    altered(engine, { calibration: { ...engine.calibration, collectOffset: undefined } }),
  ])
    await expect(Image.create({ engine: changed })).rejects.toMatchObject({ code: 'ERR_ENGINE_CALIBRATION' })
})

test('P-5 a copy that is not true to its image is found when the image is made', async () => {
  const engine = await sharedEngine()
  const lying = altered(engine, {
    createSubstrate: async (...args: Parameters<Engine['createSubstrate']>) => {
      const substrate = await engine.createSubstrate(...args)
      new Uint8Array(substrate.memory.buffer)[12_000_000] = 1
      return substrate
    },
  })
  await expect(Image.create({ engine: lying })).rejects.toMatchObject({ code: 'ERR_ENGINE_CALIBRATION' })
  // The end of the heap is told too low: a reset would leave bytes of the tenant behind.
  const low = altered(engine, { calibration: { ...engine.calibration, breakWord: 0 } })
  await expect(Image.create({ engine: low })).rejects.toMatchObject({ code: 'ERR_ENGINE_CALIBRATION' })
})

/** The engine, but for some of what it says of itself. */
function altered(engine: Engine, change: Record<string, unknown>): Engine {
  const { identity, capabilities, guard, meter, calibration } = engine
  const own = {
    identity,
    capabilities,
    guard,
    meter,
    calibration,
    createSubstrate: engine.createSubstrate.bind(engine),
    ...change,
  }
  return Object.create(engine, Object.fromEntries(Object.entries(own).map(([key, value]) => [key, { value }])))
}

function resumed(image: Image, substrate: Parameters<typeof Sandbox.resume>[1]): { loop: FakeLoop; sandbox: Sandbox } {
  const loop = new FakeLoop()
  const options = resolveSandboxOptions({ loop, image, clock: 'loop', limits: { ...PATIENT, memoryBytes: 100 * 1024 * 1024 } })
  return { loop, sandbox: Sandbox.resume(options, substrate, { how: 'image', startedAtMs: 0 }) }
}
