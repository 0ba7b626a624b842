// What the host holds of a guest, and what would be left if it were freed.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { Adapter } from '../../src/goja/adapter.ts'
import { rawFunction } from '../../src/goja/host-function.ts'
import { array, record } from '../../src/values/shapes.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { code, object, openRuntime, thrownBy, VARIANTS } from './support.ts'

setFlagsFromString('--expose-gc')
const forceCollection = runInNewContext('gc') as () => void

describe.each(VARIANTS)('%s', (variant) => {
  test('H-6 verifyNoLeaks: a runtime that was used and released is freed to the last object', async () => {
    using runtime = await openRuntime(variant)
    expect(await runtime.verifyNoLeaks()).toEqual({ clean: true, handles: 0, objects: {} })
    runtime.scope(() => {
      runtime.set('plain', (value: unknown) => value)
      runtime.set(
        'raw',
        rawFunction((call) => [call.this, call.argument(0)]),
      )
      runtime.set('data', { nested: [new Map([['k', new Set([1n])]]), new Date(0), /x/g, new Error('e', { cause: 'c' })] })
      runtime.set('buffer', new Uint8Array(1000))
      runtime.set('own', Symbol('own'))
      runtime.set('failing', () => {
        throw new Error('host')
      })
      expect(runtime.runString('plain({ a: raw({}) }).a.length')).toBe(2)
      runtime.exportTo(runtime.runString('[{ a: [1, "two", {}] }]'), array(record('unknown')))
      object(runtime.get('data')).export()
      thrownBy(() => runtime.runString('failing()'))
      thrownBy(() => runtime.runString('throw { an: "object" }'))
      thrownBy(() => runtime.runString('syntax error'))
      runtime.forOf(runtime.runString('[{}, {}, {}]'), () => true)
      const dynamic = { get: () => 1, set: () => true, has: () => true, delete: () => true, keys: () => ['a'] }
      runtime.set('dynamic', runtime.newDynamicObject(dynamic))
      runtime.set('proxy', runtime.newProxy(runtime.newObject(), { get: () => 5 }))
      expect(runtime.runString('[dynamic.a, proxy.b, Object.keys(dynamic).length].join()')).toBe('1,5,1')
      const { promise, resolve } = runtime.newPromise()
      runtime.set('promise', promise)
      runtime.runString('promise.then((v) => { globalThis.seen = v }); for (const cycle = {}; !cycle.me;) cycle.me = cycle')
      resolve({ settled: true })
    })
    expect(await runtime.verifyNoLeaks()).toEqual({ clean: true, handles: 0, objects: {} })
    expect(runtime.runString('seen.settled')).toBe(true)
  })

  test('H-6 verifyNoLeaks: what is refused halfway leaves nothing of what came before it', async () => {
    const other = await openRuntime(variant)
    const foreign = other.newObject()
    const refused = [new WeakMap(), foreign]
    for (const bad of refused) {
      using runtime = await openRuntime(variant)
      const many = Array.from({ length: 70 }, (_, n) => ({ n }))
      const attempts: Readonly<Record<string, () => unknown>> = {
        'an array': () => runtime.newArray({ a: 1 }, bad),
        'nested data': () => runtime.toValue([{ a: [1, { b: new Map([[{}, bad]]) }] }]),
        'an argument': () => runtime.assertFunction(runtime.get('f'))?.({}, { a: 1 }, bad),
        'a receiver': () => runtime.assertFunction(runtime.get('f'))?.(bad, { a: 1 }),
        'one of many arguments': () => runtime.assertFunction(runtime.get('f'))?.({}, ...many, bad),
        'a receiver of many': () => runtime.assertFunction(runtime.get('f'))?.(bad, ...many),
        'an argument of an exported function': () =>
          (object(runtime.get('f')).export() as (...args: unknown[]) => unknown)({}, bad),
        'a result of an exported function': () => (object(runtime.get('poisoned')).export() as () => unknown)(),
        'an argument of new': () => runtime.new(runtime.get('C'), { a: 1 }, bad),
        'a new.target': () => runtime.assertConstructor(runtime.get('C'))?.(bad as never, { a: 1 }),
        'a cause': () => runtime.newError('Error', 'message', { cause: bad }),
        'a member': () => object(runtime.get('o')).set('member', bad),
        'a result of a host function': () => runtime.runString('give({ a: 1 })'),
        'a result of a method': () => runtime.runString('o.live.give({ a: 1 })'),
      }
      runtime.runString(
        "function f() {} class C {} var o = {}; var poisoned = () => ({ a: {}, get b() { throw new Error('no') } }); 0",
      )
      class Giver {
        give(): unknown {
          return [{}, bad]
        }
      }
      runtime.set('give', () => [{}, bad])
      runtime.scope(() => object(runtime.get('o')).set('live', new Giver()))
      for (const [what, attempt] of Object.entries(attempts))
        runtime.scope(() => void expect(thrownBy(attempt), what).toBeInstanceOf(Error))
      expect(await runtime.verifyNoLeaks()).toEqual({ clean: true, handles: 0, objects: {} })
    }
    foreign.release()
    other.dispose()
  })

  test('H-6 verifyNoLeaks names what the host still holds, and what that keeps alive', async () => {
    using runtime = await openRuntime(variant)
    const map = object(runtime.runString('new Map([[1, new Set([2])]])'))
    const report = await runtime.verifyNoLeaks()
    expect(report).toMatchObject({ clean: false, handles: 1, objects: { Map: 1, Set: 1 } })
    const symbol = runtime.newSymbol('s')
    expect(await runtime.verifyNoLeaks()).toMatchObject({ clean: false, handles: 2 })
    map.release()
    expect(await runtime.verifyNoLeaks()).toMatchObject({ clean: false, handles: 1, objects: {} })
    symbol.release()
    expect(await runtime.verifyNoLeaks()).toEqual({ clean: true, handles: 0, objects: {} })
  })

  test('H-6 verifyNoLeaks: a runtime on a loop, with timers, jobs and rejections left behind', async () => {
    using runtime = await openRuntime(variant)
    const loop = new FakeLoop()
    const adapter = new Adapter(loop, runtime, { lifecycle: 'service', onError: () => {} })
    adapter.bind()
    runtime.runString(
      'setTimeout(() => {}, 1e6); setInterval(() => {}, 1000); setImmediate(() => {}); const c = new AbortController(); c.signal.onabort = () => {}; 0',
    )
    runtime.setPromiseJobEnqueuer(() => {})
    runtime.runString('Promise.resolve().then(() => {}); Promise.reject(1); 0')
    expect(await runtime.verifyNoLeaks()).toEqual({ clean: true, handles: 0, objects: {} })
  })

  test('H-3 H-6 a thousand wrappers that were forgotten, not released, are one warning', async () => {
    const warned: unknown[] = []
    const logger = {
      enabled: (level: string) => level === 'warn',
      log: (level: string, message: string, fields: object) => void warned.push([level, message, fields]),
    }
    using runtime = await openRuntime(variant, { logger })
    const forget = (count: number): void => {
      for (let index = 0; index < count; index++) runtime.runString('({})')
    }
    // What the collector finds, and when, is its own choice: it is asked until it has found enough.
    for (let round = 0; round < 200 && runtime.usage().handles.releasedByFinalizer < 2000; round++) {
      forget(100)
      forceCollection()
      await new Promise((resolve) => setImmediate(resolve))
      if (runtime.usage().handles.releasedByFinalizer < 1000) expect(warned).toEqual([])
    }
    expect(warned).toEqual([
      [
        'warn',
        expect.stringContaining('1000 guest objects'),
        { releasedByFinalizer: expect.any(Number), live: expect.any(Number), peak: expect.any(Number) },
      ],
    ])
    expect(runtime.usage().handles.releasedByFinalizer).toBeGreaterThanOrEqual(2000)
  })

  test('H-6 what a logger throws is not the caller’s', async () => {
    const logger = {
      enabled: () => true,
      log: () => {
        throw new Error('no disk')
      },
    }
    using runtime = await openRuntime(variant, { logger })
    for (let round = 0; round < 200 && runtime.usage().handles.releasedByFinalizer < 1500; round++) {
      for (let index = 0; index < 100; index++) runtime.runString('({})')
      forceCollection()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(runtime.usage().handles.releasedByFinalizer).toBeGreaterThanOrEqual(1500)
  })

  test('H-6 verifyNoLeaks is refused inside the guest and after the end', async () => {
    const runtime = await openRuntime(variant)
    let inside: Promise<unknown> = Promise.resolve()
    runtime.set('check', () => {
      inside = runtime.verifyNoLeaks().catch((error: unknown) => error)
    })
    runtime.runString('check()')
    await inside
    const pending = runtime.verifyNoLeaks()
    runtime.dispose()
    await expect(pending).rejects.toEqual(code('ERR_SANDBOX_CLOSED'))
    await expect(runtime.verifyNoLeaks()).rejects.toEqual(code('ERR_SANDBOX_CLOSED'))
  })
})
