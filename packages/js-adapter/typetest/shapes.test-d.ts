// What `exportTo` promises to the type system.
import { expectTypeOf, test } from 'vitest'
import { array, func, map, optional, record, set, struct, tuple } from '../src/goja/index.ts'
import type { Exported, GuestValue, Runtime } from '../src/goja/index.ts'

class Point {
  x = 0
}

test('each shape infers its host type', () => {
  const of = <const S extends Parameters<Runtime['exportTo']>[1]>(_shape: S): Exported<S> => undefined as never
  expectTypeOf(of('int32')).toEqualTypeOf<number>()
  expectTypeOf(of('bytesView')).toEqualTypeOf<Uint8Array>()
  expectTypeOf(of(array('string'))).toEqualTypeOf<string[]>()
  expectTypeOf(of(tuple('string', 'bigint'))).toEqualTypeOf<[string, bigint]>()
  expectTypeOf(of(record(optional('date')))).toEqualTypeOf<Record<string, Date | undefined>>()
  expectTypeOf(of(map('string', set('number')))).toEqualTypeOf<Map<string, Set<number>>>()
  expectTypeOf(of(struct({ id: 'int32', tags: array('string') }))).toEqualTypeOf<{ id: number; tags: string[] }>()
  expectTypeOf(of(struct({ x: 'number' }, Point))).toEqualTypeOf<Point>()
  expectTypeOf(of(func(['string', 'number'], 'boolean'))).toEqualTypeOf<(a: string, b: number) => boolean>()
})

test('wrong uses do not compile', () => {
  const use = (runtime: Runtime, value: GuestValue): void => {
    // @ts-expect-error there is no such shape
    runtime.exportTo(value, 'int64')
    // @ts-expect-error an item is a shape
    runtime.exportTo(value, array(5))
    // @ts-expect-error the second argument is a number
    runtime.exportTo(value, func(['string', 'number'], 'boolean'))('a', 'b')
    // @ts-expect-error the global object is no string
    const wrong: string = runtime.globalObject()
    void wrong
  }
  void use
})
