// Values across the boundary on the goja-shaped face, both ways.
import { describe, expect, test } from 'vitest'
import { GuestObject, GuestSymbol } from '../../src/goja/guest-object.ts'
import { GuestError } from '../../src/values/guest-values.ts'
import { code, object, openRuntime, thrownBy, VARIANTS } from './support.ts'

describe.each(VARIANTS)('%s', (variant) => {
  test('V-4 data goes in and comes out the same: Map, Set, Date, RegExp, BigInt, buffers, holes, cycles, shared parts', async () => {
    using runtime = await openRuntime(variant)
    const shared = { n: 1 }
    const cycle: Record<string, unknown> = { shared, again: shared }
    cycle['self'] = cycle
    const holes = [1, 2, 3]
    delete holes[1]
    const value = {
      list: holes,
      map: new Map<unknown, unknown>([
        [shared, 'v'],
        ['k', new Set([1, 2n])],
      ]),
      date: new Date(5),
      never: new Date(Number.NaN),
      pattern: /a+/giu,
      big: -(2n ** 90n),
      numbers: [-0, Number.NaN, Number.NEGATIVE_INFINITY, 5e-324],
      bytes: new Uint8Array([1, 2, 3]),
      floats: new Float64Array([1.5]),
      view: new DataView(new ArrayBuffer(2)),
      buffer: new ArrayBuffer(3),
      cycle,
      nothing: [undefined, null],
      boxed: new Number(5),
    }
    const inside = object(runtime.toValue(value))
    runtime.set('v', inside)
    expect(
      runtime.runString(`[v.map instanceof Map, v.map.get('k') instanceof Set, v.date instanceof Date, v.pattern instanceof RegExp, typeof v.big,
        v.bytes instanceof Uint8Array, 1 in v.list, v.cycle.self === v.cycle, v.cycle.shared === v.cycle.again, Object.is(v.numbers[0], -0)].join()`),
    ).toBe('true,true,true,true,bigint,true,false,true,true,true')
    const back = inside.export()
    expect(back).toEqual({ ...value, boxed: 5 })
    const exported = back as typeof value
    expect(exported.cycle['self']).toBe(exported.cycle)
    expect([...exported.map.keys()][0]).toBe(exported.cycle['shared'])
  })

  test('errors keep name, message, cause, errors and own properties, both ways; no host stack goes in', async () => {
    using runtime = await openRuntime(variant)
    const error = Object.assign(new RangeError('far', { cause: new TypeError('inner') }), { code: 'E_FAR', detail: [1] })
    runtime.set('e', error)
    expect(
      runtime.runString(
        '[e instanceof RangeError, e.message, e.code, e.detail[0], e.cause instanceof TypeError, e.cause.message].join()',
      ),
    ).toBe('true,far,E_FAR,1,true,inner')
    expect(runtime.runString('String(e.stack)')).not.toContain('conversion.test')
    runtime.set('many', new AggregateError([new Error('one'), 2], 'both'))
    expect(
      runtime.runString('[many instanceof AggregateError, many.errors[0].message, many.errors[1], many.message].join()'),
    ).toBe('true,one,2,both')
    const back = object(runtime.get('e')).export()
    expect(back).toBeInstanceOf(GuestError)
    expect(back).toMatchObject({
      name: 'RangeError',
      message: 'far',
      code: 'E_FAR',
      detail: [1],
      cause: { name: 'TypeError', message: 'inner' },
    })
    expect(object(runtime.get('many')).export()).toMatchObject({ errors: [{ message: 'one' }, 2] })
  })

  test('V-7 an exported guest function calls back; the same function is the same host function and goes back as itself', async () => {
    using runtime = await openRuntime(variant)
    const exported = object(
      runtime.runString('globalThis.f = function (a, b) { "use strict"; return { sum: a + b, self: this } }; ({ f, again: f })'),
    ).export()
    const { f, again } = exported as { f: (...args: unknown[]) => unknown; again: unknown }
    expect(f).toBe(again)
    expect(f(1, 2)).toEqual({ sum: 3, self: undefined })
    runtime.set('g', f)
    expect(runtime.runString('f === g')).toBe(true)
    const many = Array.from({ length: 200 }, (_, index) => index)
    const count = object(runtime.runString('(function () { return arguments.length })'))
    expect(count.invoke(...many)).toBe(200)
    expect((count.export() as (...args: unknown[]) => unknown)(...many)).toBe(200)
  })

  test('V-7 a guest exception of an exported function is an Exception, one that wraps a host error is that host error itself', async () => {
    using runtime = await openRuntime(variant)
    const hostError = new Error('mine')
    runtime.set('fail', () => {
      throw hostError
    })
    const [guest, host] = object(
      runtime.runString('[() => { throw new TypeError("guest") }, () => fail()]'),
    ).export() as (() => unknown)[]
    expect(() => guest?.()).toThrow(code('ERR_GUEST_EXCEPTION') as Error)
    expect(thrownBy(() => host?.())).toBe(hostError)
  })

  test('symbols: registered and well-known ones map, others keep their identity both ways', async () => {
    using runtime = await openRuntime(variant)
    const own = Symbol('own')
    runtime.set('s', own)
    runtime.set('t', { own: [own] })
    expect(runtime.runString('s === t.own[0] && s.description === "own"')).toBe(true)
    runtime.set('it', Symbol.iterator)
    runtime.set('reg', Symbol.for('key'))
    expect(runtime.runString('it === Symbol.iterator && reg === Symbol.for("key")')).toBe(true)
    const wrapper = runtime.get('s')
    expect(wrapper).toBeInstanceOf(GuestSymbol)
    expect(runtime.runString('[s]') instanceof GuestObject).toBe(true)
    runtime.set('back', wrapper)
    expect(runtime.runString('back === s')).toBe(true)
    expect(object(runtime.runString('[Symbol.for("key"), Symbol.iterator]')).export()).toEqual([
      Symbol.for('key'),
      Symbol.iterator,
    ])
    const holder = runtime.newObject()
    holder.set(own, 1)
    expect([holder.get(own), holder.get(wrapper as GuestSymbol), holder.symbols()]).toEqual([1, 1, [wrapper]])
  })

  test('a host promise becomes a guest promise, a guest promise a host promise; rejections keep name, message, code and cause', async () => {
    using runtime = await openRuntime(variant)
    runtime.set('given', Promise.resolve({ a: [1] }))
    runtime.set('broken', Promise.reject(Object.assign(new RangeError('r', { cause: 'why' }), { code: 'E_R' })))
    const all = object(
      runtime.runString(
        `Promise.allSettled([given, broken, 5]).then(([a, b]) => [a.value.a[0], b.reason instanceof RangeError, b.reason.code, b.reason.cause])`,
      ),
    )
    expect(runtime.usage().pendingPromises).toBe(2)
    await expect(all.export()).resolves.toEqual([1, true, 'E_R', 'why'])
    expect(runtime.usage().pendingPromises).toBe(0)
    const rejected = object(runtime.runString('Promise.reject(new TypeError("no"))')).export()
    await expect(rejected).rejects.toMatchObject({ code: 'ERR_GUEST_EXCEPTION', guestName: 'TypeError', guestMessage: 'no' })
    const mine = new Error('host')
    runtime.set('lost', Promise.reject(mine))
    await expect(object(runtime.runString('lost.then(() => {})')).export()).rejects.toBe(mine)
  })

  test('values that cannot be copied stay references: generators and weak collections out, and a refusal with its path in', async () => {
    using runtime = await openRuntime(variant)
    const out = object(runtime.runString('({ list: [function* () {}(), new WeakMap()] })')).export() as { list: unknown[] }
    expect(out.list.every((item) => item instanceof GuestObject)).toBe(true)
    const refused = thrownBy(() => runtime.toValue({ a: [new WeakMap()] }))
    expect(refused).toMatchObject({ code: 'ERR_VALUE_UNSUPPORTED', context: { path: '$.a[0]' } })
    expect(() => runtime.toValue(new WeakRef({}))).toThrow(code('ERR_VALUE_UNSUPPORTED') as Error)
    expect(runtime.runString('1')).toBe(1)
  })

  test('what a host getter throws during a conversion passes through, and the runtime goes on', async () => {
    using runtime = await openRuntime(variant)
    const own = new Error('getter')
    const hostile = {
      get a() {
        throw own
      },
    }
    expect(thrownBy(() => runtime.toValue(hostile))).toBe(own)
    expect(thrownBy(() => runtime.set('x', hostile))).toBe(own)
    runtime.set('f', () => hostile)
    const exception = thrownBy(() => runtime.runString('f()'))
    expect(exception).toMatchObject({ code: 'ERR_GUEST_EXCEPTION', guestMessage: 'getter' })
    expect(runtime.runString('1 + 1')).toBe(2)
  })

  test('V-1 stringFromUtf16 and strings with NUL and lone surrogates cross unchanged, as property keys too', async () => {
    using runtime = await openRuntime(variant)
    const { stringFromUtf16 } = await import('../../src/goja/value-tests.ts')
    const text = stringFromUtf16(new Uint16Array([0x61, 0, 0xd800, 0x62]))
    const value = runtime.newObject()
    value.set(text, text)
    expect([value.keys(), value.get(text)]).toEqual([[text], text])
    runtime.set('t', text)
    expect(runtime.runString('[...Array(t.length).keys()].map((i) => t.charCodeAt(i)).join()')).toBe('97,0,55296,98')
  })
})
