// What the host holds of a guest: bounded, refused with a code, and given back.
import { describe, expect, test } from 'vitest'
import { rawFunction } from '../../src/goja/index.ts'
import type { GuestObject } from '../../src/goja/index.ts'
import { VARIANTS, code, object, openRuntime, thrownBy } from './support.ts'

describe.each(VARIANTS)('%s', (variant) => {
  test('maxHandles: one guest object more is ERR_LIMIT_HANDLES, releasing makes room, and the runtime lives', async () => {
    using runtime = await openRuntime(variant, { maxHandles: 16 })
    const held: GuestObject[] = []
    const refused = thrownBy(() => {
      for (;;) held.push(object(runtime.runString('({})')))
    })
    expect(refused).toEqual(code('ERR_LIMIT_HANDLES'))
    expect(refused).toMatchObject({ context: { limit: 'maxHandles', configured: 16, observed: 17 } })
    expect(runtime.usage().handles.live).toBe(16)
    expect(thrownBy(() => runtime.newObject())).toEqual(code('ERR_LIMIT_HANDLES'))
    expect(runtime.runString('6 * 7')).toBe(42)
    held.pop()?.[Symbol.dispose]()
    expect(object(runtime.runString('({ a: 1 })')).get('a')).toBe(1)
    expect(runtime.usage().handles.peak).toBe(16)
  })

  test('maxHandles: the same object needs no other handle, scopes give theirs back, and a refusal frees what it refused', async () => {
    using runtime = await openRuntime(variant, { maxHandles: 16 })
    runtime.runString('globalThis.one = { n: 1 }; globalThis.finalized = 0')
    const one = runtime.get('one')
    for (let round = 0; round < 100; round++) expect(runtime.get('one')).toBe(one)
    for (let round = 0; round < 20; round++)
      runtime.scope(() => {
        for (let made = 0; made < 10; made++) runtime.newObject()
      })
    const { live } = runtime.usage().handles
    expect(live).toBeLessThan(16)
    const before = runtime.usage().memoryBytes
    const rest = Array.from({ length: 16 - live }, () => runtime.newObject())
    // 64 MiB if what was refused stayed.
    for (let round = 0; round < 1000; round++)
      expect(thrownBy(() => runtime.runString('new Uint8Array(65536)'))).toEqual(code('ERR_LIMIT_HANDLES'))
    expect(runtime.usage().memoryBytes - before).toBeLessThan(8 * 1024 * 1024)
    for (const each of rest) each[Symbol.dispose]()
  })

  test('maxHandles: a host function that would hold one more is a guest error with the code', async () => {
    using runtime = await openRuntime(variant, { maxHandles: 16 })
    const held: unknown[] = []
    runtime.set(
      'hold',
      rawFunction((call) => {
        held.push(call.argument(0))
      }),
    )
    expect(runtime.runString("let n = 0, c; try { for (;;) { hold({}); n++ } } catch (e) { c = e.code } c + ' ' + (n > 5)")).toBe(
      'ERR_LIMIT_HANDLES true',
    )
    expect(runtime.runString('1 + 1')).toBe(2)
    expect(held.length).toBeGreaterThan(5)
  })
})

test('maxHandles: a wrong value names the member and its range', async () => {
  for (const maxHandles of [0, 15, 16.5, Number.NaN])
    await expect(openRuntime('ng', { maxHandles })).rejects.toThrow(/maxHandles must be an integer from 16/)
})
