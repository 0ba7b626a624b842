// Host objects that the guest uses by reference, and host classes as guest constructors.
import { describe, expect, test } from 'vitest'
import { tagFieldNameMapper, uncapFieldNameMapper } from '../../src/goja/field-names.ts'
import { GuestObject } from '../../src/goja/guest-object.ts'
import { constructor, live, rawFunction } from '../../src/goja/host-function.ts'
import { code, object, openRuntime, thrownBy, VARIANTS } from './support.ts'

class Account {
  owner = 'ann'
  balance = 1
  #secret = 'hidden'
  get secret(): string {
    return this.#secret
  }
  deposit(amount: number): number {
    this.balance += amount
    return this.balance
  }
  fail(): never {
    throw new RangeError('overdrawn')
  }
}

describe.each(VARIANTS)('%s', (variant) => {
  test('V-9 a live object shows its fields and methods as they are, keeps its identity, and exports to itself', async () => {
    using runtime = await openRuntime(variant)
    const account = new Account()
    runtime.set('a', account)
    expect(
      runtime.runString('[a.owner, a.deposit(4), a.balance, a.deposit === a.deposit, Object.keys(a).join("-")].join()'),
    ).toBe('ann,5,5,true,owner-balance-deposit-fail')
    account.owner = 'bob'
    runtime.runString('a.balance = 10; globalThis.inner = [a]')
    expect([runtime.runString('a.owner'), account.balance]).toEqual(['bob', 10])
    runtime.set('b', { again: account })
    expect(runtime.runString('a === b.again && a === inner[0]')).toBe(true)
    expect(object(runtime.get('a')).export()).toBe(account)
    expect(object(runtime.get('inner')).export()).toEqual([account])
    expect((object(runtime.get('inner')).export() as unknown[])[0]).toBe(account)
  })

  test('V-9 what is never visible: accessors, constructor, __proto__, symbols, private state; adding, deleting and redefining fail', async () => {
    using runtime = await openRuntime(variant)
    const account = new Account()
    runtime.set('a', account)
    expect(
      runtime.runString(
        `[a.secret, a.constructor === Object, Object.keys(a).includes('__proto__'), a[Symbol.iterator], 'secret' in a, 'owner' in a, 'toString' in a].join()`,
      ),
    ).toBe(',true,false,,false,true,true')
    expect(
      runtime.runString(`[Reflect.set(a, 'more', 1), Reflect.deleteProperty(a, 'owner'), Reflect.deleteProperty(a, 'missing'), Reflect.set(a, 'deposit', 1),
        Reflect.defineProperty(a, 'owner', { get() {} }), Reflect.preventExtensions(a), Reflect.setPrototypeOf(a, null)].join()`),
    ).toBe('false,false,true,false,false,false,false')
    expect(
      runtime.runString(
        'JSON.stringify([Object.getOwnPropertyDescriptor(a, "owner"), Object.getOwnPropertyDescriptor(a, "deposit").writable])',
      ),
    ).toBe('[{"value":"ann","writable":true,"enumerable":true,"configurable":false},false]')
    expect(runtime.runString('({ ...a }).owner')).toBe('ann')
    expect(Object.keys(account)).toEqual(['owner', 'balance'])
  })

  test('V-9 a guest object written into a live field is copied first, and host errors come back by identity', async () => {
    using runtime = await openRuntime(variant)
    const account: Account & { extra?: unknown } = new Account()
    account.extra = null
    runtime.set('a', account)
    runtime.runString('var given = { n: [1] }; a.extra = given; given.n[0] = 2')
    expect(account.extra).toEqual({ n: [1] })
    const error = thrownBy(() => runtime.runString('a.fail()'))
    expect(error).toMatchObject({ code: 'ERR_GUEST_EXCEPTION', guestName: 'RangeError', guestMessage: 'overdrawn' })
  })

  test('G-9 field names: uncapitalised, or from tags; a mapper acts on later conversions only', async () => {
    using runtime = await openRuntime(variant)
    class Pascal {
      Name = 'x'
      DoIt(): string {
        return this.Name
      }
    }
    const before = new Pascal()
    runtime.set('before', before)
    runtime.setFieldNameMapper(uncapFieldNameMapper())
    runtime.set('after', new Pascal())
    expect(runtime.runString('[before.Name, before.name, after.name, after.Name, after.doIt()].join()')).toBe('x,,x,,x')
    class Tagged {
      static readonly json = { first: 'f', size: 's' }
      first = 1
      hidden = 2
      get size(): number {
        return 7
      }
      Method(): number {
        return this.hidden
      }
    }
    runtime.setFieldNameMapper(tagFieldNameMapper('json', { uncapMethods: true }))
    runtime.set('t', new Tagged())
    expect(runtime.runString('[t.f, t.first, t.hidden, t.s, t.method()].join()')).toBe('1,,,7,2')
    runtime.setFieldNameMapper(undefined)
    runtime.set('plain', live({ a: 1 }))
    expect(runtime.runString('plain.a')).toBe(1)
  })

  test('V-8 a host class is a guest constructor: prototype, instanceof, subclassing', async () => {
    using runtime = await openRuntime(variant)
    class Counter {
      count: number
      constructor(from = 0) {
        this.count = from
      }
      add(by: number): number {
        this.count += by
        return this.count
      }
    }
    runtime.set('Counter', constructor(Counter))
    expect(
      runtime.runString(`const c = new Counter(5); class Twice extends Counter { add(n) { return super.add === undefined ? this.count : 'x' } twice() { return this.count * 2 } }
      const t = new Twice(4); [c.count, c.add(2), c instanceof Counter, Counter.name, t.twice(), t instanceof Twice, t instanceof Counter].join()`),
    ).toBe('5,7,true,Counter,8,true,true')
    const made = object(runtime.runString('new Counter(3)')).export()
    expect(made).toBeInstanceOf(Counter)
    expect(runtime.runString('new Counter().constructor === Counter')).toBe(true)
  })

  test('V-8 a constructing function gets this and new.target; a call without new passes an object through, else makes a new one', async () => {
    using runtime = await openRuntime(variant)
    runtime.set(
      'Point',
      constructor((call) => {
        const self = call.this
        if (self instanceof GuestObject) {
          self.set('x', call.number(0))
          self.set('fresh', call.newTarget !== undefined)
        }
        return undefined
      }),
    )
    expect(
      runtime.runString(`const p = new Point(1); const q = Point(2); const own = {}; const r = Point.call(own, 3)
      ;[p.x, p.fresh, p instanceof Point, q.x, q.fresh, q instanceof Point, r === own, own.x].join()`),
    ).toBe('1,true,true,2,false,true,true,3')
  })

  test('V-8 rawFunction converts nothing: this, arguments as guest values, count', async () => {
    using runtime = await openRuntime(variant)
    const seen: unknown[] = []
    const fn = rawFunction((call) => {
      seen.push(call.count, call.this, call.argument(0), call.argument(9), call.number(1), call.text(2), call.newTarget)
      return call.argument(0)
    })
    runtime.set('raw', fn)
    const result = runtime.runString('globalThis.o = { raw }; o.raw(o, "2", 3) === o')
    expect(result).toBe(true)
    const o = runtime.get('o')
    expect(seen).toEqual([3, o, o, undefined, 2, '3', undefined])
    expect(seen[1]).toBe(o)
    runtime.set('again', fn)
    expect(runtime.runString('raw === again')).toBe(true)
    expect(object(runtime.get('raw')).export()).toBe(fn.fn)
  })

  test('V-10 a dynamic object asks its handler for everything, and exports to it', async () => {
    using runtime = await openRuntime(variant)
    const data = new Map<string, unknown>([['a', 1]])
    const handler = {
      get: (key: string) => data.get(key),
      set: (key: string, value: unknown) => key !== 'fixed' && data.set(key, value) === data,
      has: (key: string) => data.has(key),
      delete: (key: string) => data.delete(key),
      keys: () => [...data.keys()],
    }
    const dynamic = runtime.newDynamicObject(handler)
    runtime.set('d', dynamic)
    expect(
      runtime.runString(`d.b = 2; Object.defineProperty(d, 'c', { value: 3, writable: true, enumerable: true, configurable: true })
      ;[d.a, d.b, d.c, 'a' in d, 'z' in d, Object.keys(d).join('-'), typeof d.toString, Reflect.set(d, 'fixed', 1), Reflect.preventExtensions(d),
        JSON.stringify(Object.getOwnPropertyDescriptor(d, 'a')), delete d.a, 'a' in d].join()`),
    ).toBe(
      '1,2,3,true,false,a-b-c,function,false,false,{"value":1,"writable":true,"enumerable":true,"configurable":true},true,false',
    )
    expect(dynamic.export()).toBe(handler)
    expect(runtime.newDynamicObject(handler)).toBe(dynamic)
    expect(runtime.runString('Reflect.defineProperty(d, "e", { value: 1, writable: false })')).toBe(false)
  })

  test('V-10 a dynamic array is never sparse, and its length is the handler’s', async () => {
    using runtime = await openRuntime(variant)
    const items: unknown[] = [1, 2, 3]
    const handler = {
      get length() {
        return items.length
      },
      get: (index: number) => items[index],
      set: (index: number, value: unknown) => {
        for (let at = items.length; at < index; at++) items[at] = undefined
        items[index] = value
        return true
      },
      setLength: (length: number) => {
        while (items.length < length) items.push(undefined)
        items.length = length
        return true
      },
    }
    const list = runtime.newDynamicArray(handler)
    runtime.set('l', list)
    expect(
      runtime.runString(`l.push(4); l[6] = 7; delete l[0]; const before = [Array.isArray(l), l.length, 5 in l, l[0], l.map((x) => x === undefined ? '-' : x).join('')]
      l.length = 2; [...before, l.join('|'), l.length, [...l].length, Object.keys(l).join('')].join()`),
    ).toBe('true,7,true,,-234--7,|2,2,2,01')
    expect(items).toEqual([undefined, 2])
    expect(list.export()).toBe(handler)
    expect(list.isArray).toBe(true)
  })

  test('newProxy: traps get guest values; target, handler and revoke', async () => {
    using runtime = await openRuntime(variant)
    const target = runtime.newObject()
    target.set('a', 1)
    const proxy = runtime.newProxy(target, {
      get: (of, key) => (of === target && key === 'magic' ? 42 : of.get(String(key))),
      has: (_of, key) => key === 'magic',
    })
    runtime.set('p', proxy)
    expect(runtime.runString('[p.a, p.magic, "magic" in p, "a" in p].join()')).toBe('1,42,true,false')
    expect(runtime.get('p')).toBe(proxy)
    expect([proxy.target, proxy.handler.keys()]).toEqual([target, ['get', 'has']])
    proxy.revoke()
    expect(() => runtime.runString('p.a')).toThrow(code('ERR_GUEST_EXCEPTION') as Error)
  })

  test('what stands for a host object is forgotten when the guest drops it', async () => {
    using runtime = await openRuntime(variant)
    runtime.runString('globalThis.keep = []')
    runtime.set('make', () => new Account())
    runtime.runString('for (let i = 0; i < 50; i++) make().balance; keep.push(make())')
    expect(runtime.runString('keep[0].owner')).toBe('ann')
    // The kept account and the function itself; the others went with their last reference.
    expect(runtime.usage().hostObjects).toBe(2)
  })
})
