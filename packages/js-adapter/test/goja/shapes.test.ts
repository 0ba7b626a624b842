// Typed export: shapes, their conversions, and the place of what does not fit.
import { describe, expect, test } from 'vitest'
import { array, func, map, optional, record, set, struct, tuple } from '../../src/values/shapes.ts'
import { openRuntime, thrownBy, VARIANTS } from './support.ts'

class Item {
  id = 0
  constructor() {
    throw new Error('constructors of targets do not run')
  }
  label(): string {
    return `#${this.id}`
  }
}

describe.each(VARIANTS)('%s', (variant) => {
  test('V-5 simple shapes convert as the language does, numbers modulo their width', async () => {
    using runtime = await openRuntime(variant)
    const to = (source: string, shape: Parameters<typeof runtime.exportTo>[1]): unknown =>
      runtime.exportTo(runtime.runString(source), shape)
    expect([
      to('"0x1ff"', 'int8'),
      to('40000', 'int16'),
      to('2**32 + 5.9', 'int32'),
      to('-1', 'uint8'),
      to('-1', 'uint16'),
      to('-1', 'uint32'),
    ]).toEqual([-1, -25536, 5, 255, 65535, 4294967295])
    expect([
      to('1.1', 'float32'),
      to('({ valueOf: () => 7 })', 'number'),
      to('({ toString: () => "t" })', 'string'),
      to('""', 'boolean'),
      to('"12"', 'bigint'),
    ]).toEqual([Math.fround(1.1), 7, 't', false, 12n])
    expect([to('new Date(5)', 'date'), to('5', 'date'), to('({ a: [1] })', 'unknown')]).toEqual([
      new Date(5),
      new Date(5),
      { a: [1] },
    ])
  })

  test('V-5 bytes are a copy, bytesView is the guest’s own memory', async () => {
    using runtime = await openRuntime(variant)
    const value = runtime.runString('globalThis.b = new Uint8Array([9, 1, 2, 3]).subarray(1); b')
    expect([...runtime.exportTo(value, 'bytes')]).toEqual([1, 2, 3])
    const view = runtime.exportTo(value, 'bytesView')
    view[0] = 77
    expect(runtime.runString('b[0]')).toBe(77)
  })

  test('V-5 composites: iterables, then array-likes; records, maps, sets, tuples, classes, functions', async () => {
    using runtime = await openRuntime(variant)
    const value = (source: string): ReturnType<typeof runtime.runString> => runtime.runString(source)
    expect(runtime.exportTo(value('new Set([1, "2"])'), array('int32'))).toEqual([1, 2])
    expect(runtime.exportTo(value('({ length: 2, 0: "a", 1: "b" })'), array('string'))).toEqual(['a', 'b'])
    expect(runtime.exportTo(value('["a", 1]'), tuple('string', 'number'))).toEqual(['a', 1])
    expect(runtime.exportTo(value('({ a: 1, b: null })'), record(optional('number')))).toEqual(
      Object.assign(Object.create(null), { a: 1, b: undefined }),
    )
    expect(runtime.exportTo(value('new Map([["k", [1]]])'), map('string', set('number')))).toEqual(new Map([['k', new Set([1])]]))
    const item = runtime.exportTo(value('({ id: 4, extra: 1 })'), struct({ id: 'int32' }, Item))
    expect([item instanceof Item, item.label(), Object.keys(item)]).toEqual([true, '#4', ['id']])
    expect(runtime.exportTo(value('(a, b) => a + b'), func(['number', 'number'], 'string'))(1, 2)).toBe('3')
  })

  test('V-5 what does not fit is ERR_VALUE_CONVERSION with path, kind and shape; guest errors pass through', async () => {
    using runtime = await openRuntime(variant)
    const wrong = (source: string, shape: Parameters<typeof runtime.exportTo>[1]): unknown =>
      thrownBy(() => runtime.exportTo(runtime.runString(source), shape))
    expect(wrong('({ items: [{ id: 1 }, { id: Symbol() }] })', struct({ items: array(struct({ id: 'number' })) }))).toMatchObject(
      {
        code: 'ERR_VALUE_CONVERSION',
        context: { path: '$.items[1].id', kind: 'symbol', shape: 'number' },
      },
    )
    expect(wrong('() => {}', array('number'))).toMatchObject({ code: 'ERR_VALUE_CONVERSION', context: { kind: 'function' } })
    expect(wrong('[1]', tuple('number', 'number'))).toMatchObject({ code: 'ERR_VALUE_CONVERSION' })
    expect(wrong('5', func([], 'number'))).toMatchObject({ code: 'ERR_VALUE_CONVERSION', context: { path: '$', kind: 'number' } })
    expect(wrong('({})', 'bytes')).toMatchObject({ code: 'ERR_VALUE_CONVERSION' })
    expect(wrong('({ get a() { throw new RangeError("own") } })', record('unknown'))).toMatchObject({ guestMessage: 'own' })
    expect(runtime.runString('1')).toBe(1)
  })
})
