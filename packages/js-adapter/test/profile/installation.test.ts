// Installing the profile into a runtime that has been used: all or nothing, and the host's own parts are kept.
import { describe, expect, test } from 'vitest'
import { Adapter, Runtime } from '../../src/goja/index.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { sharedEngine } from '../support/open.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  const open = async () => Runtime.create({ engine: await sharedEngine(variant) })

  test('a global that cannot be replaced refuses the whole profile, and nothing of it is there', async () => {
    using runtime = await open()
    runtime.runString("Object.defineProperty(globalThis, 'URL', { value: 'mine' })")
    const before = runtime.runString('Reflect.ownKeys(globalThis).map(String).join()')
    let code: unknown
    try {
      new Adapter(new FakeLoop(), runtime).bind()
    } catch (error) {
      code = Reflect.get(Object(error), 'code')
    }
    expect(code).toBe('ERR_PROFILE_CONFLICT')
    expect(runtime.runString('Reflect.ownKeys(globalThis).map(String).join()')).toBe(before)
    expect(runtime.runString('typeof setTimeout + typeof process + URL')).toBe('undefinedundefinedmine')
  })

  test('a complete performance or crypto that was there is kept, an incomplete one is replaced', async () => {
    using runtime = await open()
    runtime.runString(
      "Object.defineProperty(globalThis, 'performance', { value: { now: () => 42, toJSON: () => 0 }, configurable: true }); globalThis.crypto = { randomUUID: () => 'mine' }",
    )
    new Adapter(new FakeLoop(), runtime).bind()
    expect(runtime.runString('performance.now()')).toBe(42)
    expect(runtime.runString("crypto.randomUUID() === 'mine' || typeof crypto.getRandomValues")).toBe('function')
  })
})
