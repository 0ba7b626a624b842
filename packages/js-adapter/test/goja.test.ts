// The synchronous face: values by reference, scopes, interrupts.
import { describe, expect, test } from 'vitest'
import { Exception, InterruptedError } from '../src/errors.ts'
import { GuestObject } from '../src/goja/guest-object.ts'
import { rawFunction } from '../src/goja/host-function.ts'
import { Runtime } from '../src/goja/runtime.ts'
import { sharedEngine } from './support/open.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  const open = async (options: { readonly autoClearInterrupt?: boolean } = {}): Promise<Runtime> =>
    Runtime.create({ engine: await sharedEngine(variant), ...options })
  const object = (value: unknown): GuestObject => {
    if (value instanceof GuestObject) return value
    throw new TypeError(`not an object: ${String(value)}`)
  }

  test('runString gives primitives as themselves and objects by reference', async () => {
    using runtime = await open()
    expect(runtime.runString('1 + 1')).toBe(2)
    expect(runtime.runString('"a\\0b\\ud800"')).toBe('a\0b\ud800')
    expect(runtime.runString('2n ** 70n')).toBe(2n ** 70n)
    expect(runtime.runString('null')).toBe(null)
    const value = object(runtime.runString('({ a: 1, f() { return this.a }, g: (x) => x * 2 })'))
    expect(value.get('a')).toBe(1)
    expect(value.set('b', { deep: [1] })).toBe(true)
    expect(value.export()).toMatchObject({ a: 1, b: { deep: [1] } })
    expect(value.keys()).toEqual(['a', 'f', 'g', 'b'])
    expect(value.call('f')).toBe(1)
    expect(value.has('a')).toBe(true)
    expect(value.delete('a')).toBe(true)
    expect([value.className, value.isArray, value.isExtensible]).toEqual(['Object', false, true])
  })

  test('jobs run when the outermost call returns', async () => {
    using runtime = await open()
    runtime.runString('var n = 0; Promise.resolve().then(() => { n++ }).then(() => { n++ })')
    expect(runtime.get('n')).toBe(2)
  })

  test('G-1 G-2 exceptions carry frames; a host error comes back by identity', async () => {
    using runtime = await open()
    const error = new Error('host')
    runtime.set('fail', () => {
      throw error
    })
    const result = runtime.try(() => runtime.runScript('x.js', 'function f() { fail() }\nf()'))
    const exception = 'exception' in result ? result.exception : undefined
    expect(exception).toBeInstanceOf(Exception)
    expect(exception instanceof Exception ? exception.unwrap() : undefined).toBe(error)
    expect(() => runtime.runScript('y.js', 'let a = ;')).toThrow(expect.objectContaining({ code: 'ERR_GUEST_SYNTAX' }))
  })

  test('G-5 an interrupt stops the run with its reason, stays until it is cleared, and no catch of the guest runs', async () => {
    using runtime = await open()
    const reason = { why: 'enough' }
    runtime.set(
      'stop',
      rawFunction(() => runtime.interrupt(reason)),
    )
    const run = (): unknown =>
      runtime.runString('var caught = 0; try { stop(); for (;;); } catch { caught = 1 } finally { caught = 2 }')
    expect(run).toThrow(InterruptedError)
    expect(runtime.interrupted).toBe(true)
    expect(() => runtime.try(() => runtime.runString('1'))).toThrow(
      expect.objectContaining({ code: 'ERR_INTERRUPTED', value: reason }),
    )
    runtime.clearInterrupt()
    expect(runtime.get('caught')).toBe(0)
  })

  test('G-6 an interrupt before a run stops it before its first statement; autoClearInterrupt clears it after that', async () => {
    using runtime = await open({ autoClearInterrupt: true })
    runtime.interrupt('first')
    expect(() => runtime.runString('globalThis.ran = 1')).toThrow(InterruptedError)
    expect(runtime.runString('typeof ran')).toBe('undefined')
  })

  test('G-7 a guest cannot turn an interrupt into a success', async () => {
    using runtime = await open()
    runtime.set(
      'stop',
      rawFunction(() => runtime.interrupt('x')),
    )
    expect(() => runtime.runString('new Promise(() => { stop(); for (;;); }).catch(() => {}); 5')).toThrow(InterruptedError)
  })

  test('a stored 1 in the interrupt flag stops a run', async () => {
    using runtime = await open()
    Atomics.store(new Int32Array(runtime.interruptFlag()), 0, 1)
    expect(() => runtime.runString('for (;;);')).toThrow(InterruptedError)
  })

  test('G-10 newPromise settles at any later time, once, and never throws', async () => {
    const runtime = await open()
    const { promise, resolve, reject } = runtime.newPromise()
    runtime.globalObject().set('p', promise)
    runtime.runString('var got; p.then((v) => { got = v.a })')
    expect(resolve({ a: 5 })).toBe(true)
    expect(runtime.get('got')).toBe(5)
    expect([resolve(1), reject(2)]).toEqual([false, false])
    const later = runtime.newPromise()
    runtime.dispose()
    expect(later.resolve(1)).toBe(false)
  })

  test('H-2 wrappers of a scope are released with it, but for the one that is returned', async () => {
    using runtime = await open()
    const before = runtime.usage().handles.live
    let inner: GuestObject | undefined
    const kept = runtime.scope(() => {
      inner = object(runtime.runString('({ inner: 1 })'))
      return object(runtime.runString('({ kept: 1 })'))
    })
    expect(kept.get('kept')).toBe(1)
    expect(() => inner?.get('inner')).toThrow(expect.objectContaining({ code: 'ERR_HANDLE_RELEASED' }))
    kept.release()
    kept.release()
    expect(runtime.usage().handles).toMatchObject({ live: before, releasedByScope: 1, releasedByHand: 1 })
  })

  test('H-4 H-5 one guest object has one wrapper; use after release, after dispose and in another runtime is an error', async () => {
    using runtime = await open()
    const other = await open()
    const a = object(runtime.runString('globalThis.o = {}; o'))
    expect(object(runtime.runString('o'))).toBe(a)
    expect(a.strictEquals(runtime.get('o'))).toBe(true)
    expect(() => other.globalObject().set('x', a)).toThrow(expect.objectContaining({ code: 'ERR_VALUE_FOREIGN' }))
    a.release()
    expect(() => a.get('x')).toThrow(expect.objectContaining({ code: 'ERR_HANDLE_RELEASED' }))
    const b = object(other.runString('({})'))
    other.dispose()
    expect(() => b.get('x')).toThrow(expect.objectContaining({ code: 'ERR_SANDBOX_CLOSED' }))
  })

  test('functions, constructors, instanceOf, forOf', async () => {
    using runtime = await open()
    const add = runtime.assertFunction(runtime.runString('(function (a, b) { return this === undefined ? a + b : -1 })'))
    expect(runtime.runString('"use strict"; 1')).toBe(1)
    expect(runtime.assertFunction(runtime.runString('({})'))).toBeUndefined()
    expect(add?.(undefined, 1, 2)).toBe(-1)
    const strict = runtime.assertFunction(
      runtime.runString("'use strict'; (function (a, b) { return this === undefined ? a + b : -1 })"),
    )
    expect(strict?.(undefined, 1, 2)).toBe(3)
    const point = object(runtime.runString('class Point { constructor(x) { this.x = x } }; Point'))
    const made = runtime.new(point, 4)
    expect([made.get('x'), runtime.instanceOf(made, point)]).toEqual([4, true])
    expect(runtime.assertConstructor(runtime.runString('() => 1'))).toBeUndefined()
    const seen: unknown[] = []
    runtime.runString(
      'var closed = 0; var it = { *[Symbol.iterator]() { try { yield 1; yield 2; yield 3 } finally { closed++ } } }',
    )
    runtime.forOf(runtime.get('it'), (value) => {
      seen.push(value)
      return seen.length < 2
    })
    expect([seen, runtime.get('closed')]).toEqual([[1, 2], 1])
  })

  test('host functions are synchronous: raw ones read their arguments, plain ones get copies', async () => {
    using runtime = await open()
    runtime.set(
      'add',
      rawFunction((call) => call.number(0) + call.number(1)),
    )
    runtime.set('join', (list: readonly string[], by: string) => ({ text: list.join(by) }))
    expect(runtime.runString('add(1, 2)')).toBe(3)
    expect(runtime.runString('join(["a", "b"], "-").text')).toBe('a-b')
  })

  test('newObject, newArray, newError and newSymbol make guest values', async () => {
    using runtime = await open()
    const list = runtime.newArray(1, 'x', runtime.newObject())
    expect(list.export()).toEqual([1, 'x', {}])
    expect(runtime.newTypeError('bad').get('message')).toBe('bad')
    expect(runtime.newSymbol('s').description).toBe('s')
    expect(runtime.newObject(null).prototype).toBe(null)
  })
})
