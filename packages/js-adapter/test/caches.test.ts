// What is kept between calls, and that nothing which can change is.
import { describe, expect, test } from 'vitest'
import { compile } from '../src/goja/index.ts'
import { object, openRuntime, VARIANTS } from './goja/support.ts'
import { openSandbox, settled, sharedEngine } from './support/open.ts'

describe.each(VARIANTS)('%s', (variant) => {
  test('H-7 constants and the global object: one wrapper, no handle more for the second time, untouched by what the guest replaces', async () => {
    using runtime = await openRuntime(variant)
    const global = runtime.globalObject()
    const array = runtime.intrinsic('Array')
    const { created } = runtime.usage().handles
    for (let i = 0; i < 100; i++) {
      expect(runtime.globalObject()).toBe(global)
      expect(runtime.intrinsic('Array')).toBe(array)
    }
    expect(runtime.usage().handles.created).toBe(created)
    runtime.runString(
      'globalThis.Array = null; globalThis.globalThis = {}; var undefined; (() => { let undefined = 5; return undefined })()',
    )
    expect(runtime.globalObject()).toBe(global)
    expect(runtime.intrinsic('Array')).toBe(array)
    expect([runtime.runString('void 0'), runtime.runString('null'), runtime.runString('!0')]).toEqual([undefined, null, true])
  })

  test('H-7 property names: none is kept, so long ones do not add up in guest memory', async () => {
    using runtime = await openRuntime(variant)
    const target = object(runtime.runString('globalThis.o = { same: 1 }; o'))
    const long = 'n'.repeat(50_000)
    const read = (from: number, to: number): void => {
      for (let i = from; i < to; i++) expect(target.get(`${long}${i}`)).toBe(undefined)
    }
    read(0, 5)
    const before = runtime.usage()
    // Kept, these are 50 MB, three times what the instance has.
    read(5, 1005)
    const after = runtime.usage()
    expect(after.memoryBytes).toBe(before.memoryBytes)
    expect(after.memoryBytes).toBeLessThan(1000 * long.length)
    expect(after.handles.live).toBe(before.handles.live)
    target.release()
    expect(await runtime.verifyNoLeaks()).toMatchObject({ clean: true, handles: 0 })
  })

  test('H-7 a property is asked for each time: replaced, deleted, made a getter, given another prototype', async () => {
    using runtime = await openRuntime(variant)
    const target = object(runtime.runString('globalThis.o = { same: 1 }; o'))
    const seen: unknown[] = [target.get('same'), target.get('same')]
    for (const change of [
      'o.same = 2',
      'delete o.same',
      'Object.setPrototypeOf(o, { same: 3 })',
      'let n = 3; Object.defineProperty(o, "same", { get: () => ++n, configurable: true })',
      '0',
    ]) {
      runtime.runString(change)
      seen.push(target.get('same'))
    }
    expect(seen).toEqual([1, 1, 2, undefined, 3, 4, 5])
  })

  test('H-7 call(name): no function is held, so each call finds what the path leads to now', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    const say = async (change: string, path = 'a.f'): Promise<unknown> => {
      expect(await settled(loop, sandbox.run(`${change}; 0`))).toHaveProperty('value')
      const outcome = await settled(loop, sandbox.call(path))
      return 'value' in outcome ? outcome.value : Reflect.get(Object(outcome.error), 'code')
    }
    expect(await say('var a = { f: () => 1 }')).toBe(1)
    expect(await say('a.f = () => 2')).toBe(2)
    expect(await say('a = { f() { return this === a } }')).toBe(true)
    expect(await say('var n = 0; a = { get f() { const at = ++n; return () => at } }')).toBe(1)
    expect(await say('0')).toBe(2)
    expect(await say('delete a.f')).toBe('ERR_NOT_CALLABLE')
    expect(await say('a.f = 5')).toBe('ERR_NOT_CALLABLE')
    expect(await say('Object.setPrototypeOf(a, { f: () => 3 }); delete a.f')).toBe('ERR_NOT_CALLABLE')
    expect(await say('let g = () => 4', 'g')).toBe(4)
    expect(await say('g = () => 5', 'g')).toBe(5)
    sandbox.close()
  })

  test('H-7 a live host object has one proxy while the guest keeps it, and a new one after', async () => {
    using runtime = await openRuntime(variant)
    class Account {
      balance = 1
    }
    const account = new Account()
    runtime.set('a', account)
    runtime.set('b', { deep: [account] })
    expect(runtime.runString('a === b.deep[0]')).toBe(true)
    expect(runtime.usage().hostObjects).toBe(1)
    runtime.runString('a.constructor === Object; globalThis.a = globalThis.b = undefined')
    expect(runtime.usage().hostObjects).toBe(0)
    runtime.set('a', account)
    expect(runtime.usage().hostObjects).toBe(1)
    expect(object(runtime.get('a')).export()).toBe(account)
    using other = await openRuntime(variant)
    other.set('a', account)
    other.runString('a.balance = 7')
    expect([runtime.runString('a.balance'), account.balance]).toEqual([7, 7])
  })

  test('H-7 contents are never cached: live fields, dynamic members, copies and wrappers show what is there now', async () => {
    using runtime = await openRuntime(variant)
    class Box {
      n = 1
    }
    const box = new Box()
    runtime.set('box', box)
    let asked = 0
    runtime.set(
      'dynamic',
      runtime.newDynamicObject({
        get: () => ++asked,
        set: () => true,
        has: () => true,
        delete: () => true,
        keys: () => [`k${asked}`],
      }),
    )
    const seen: unknown[] = []
    for (let n = 1; n <= 3; n++) {
      box.n = n
      seen.push(runtime.runString('box.n'), runtime.runString('dynamic.x'), runtime.runString('Reflect.ownKeys(dynamic).join()'))
    }
    expect(seen).toEqual([1, 1, 'k1', 2, 2, 'k2', 3, 3, 'k3'])
    const list = object(runtime.runString('globalThis.list = [1]; list'))
    const first = list.export()
    runtime.runString('list.push({ a: 1 })')
    const second = list.export()
    expect([first, second]).toEqual([[1], [1, { a: 1 }]])
    expect(list.export()).not.toBe(second)
    expect(list.get('length')).toBe(2)
  })

  test('H-7 programs: the engine keeps what it compiled by text, name and strictness, and each run evaluates anew', async () => {
    const engine = await sharedEngine(variant)
    const source = `/* ${variant} */ globalThis.count = (globalThis.count ?? 0) + 1`
    const program = compile('one.js', source, { engine })
    expect(compile('one.js', source, { engine })).toBe(program)
    expect(compile('two.js', source, { engine })).not.toBe(program)
    expect(compile('one.js', source, { engine, strict: true })).not.toBe(program)
    using runtime = await openRuntime(variant)
    using other = await openRuntime(variant)
    expect([runtime.runProgram(program), runtime.runProgram(program), other.runProgram(program)]).toEqual([1, 2, 1])
  })

  test('H-7 file names: more of them than are kept, in turns, and each error names its own', async () => {
    using runtime = await openRuntime(variant)
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < 40; i++) expect(runtime.runScript(`file${i}.js`, 'new Error("x").stack')).toContain(`file${i}.js`)
  })
})
