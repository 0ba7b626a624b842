// What a guest makes of a text and what the host makes of it are the same, once exported.
import { isDeepStrictEqual } from 'node:util'
import { runInThisContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { GuestObject } from '../../src/goja/guest-object.ts'
import { openRuntime, VARIANTS } from '../goja/support.ts'
import { RandomValues } from '../support/random-values.ts'

const VALUES = process.env['LOOPWRIGHT_LONG'] === '1' ? 1_000_000 : 20_000
const SEED = Number(process.env['LOOPWRIGHT_SEED'] ?? 1)
/** Host objects come from this realm: the text must not see the names of this file. */
const evaluated = (body: string): unknown => runInThisContext(`(() => { ${body} })()`)

/** Exports have data in place of accessors, and nothing that is not enumerable. */
function asData(value: unknown, seen = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = seen.get(value)
  if (known !== undefined) return known
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>()
    seen.set(value, map)
    for (const [key, item] of value) map.set(asData(key, seen), asData(item, seen))
    return map
  }
  if (value instanceof Set) {
    const set = new Set<unknown>()
    seen.set(value, set)
    for (const item of value) set.add(asData(item, seen))
    return set
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!Array.isArray(value) && prototype !== null && prototype !== Object.prototype) return value
  const copy: object = Array.isArray(value) ? new Array<unknown>(value.length) : prototype === null ? Object.create(null) : {}
  seen.set(value, copy)
  for (const key of Object.keys(value))
    Object.defineProperty(copy, key, {
      value: asData(Reflect.get(value, key), seen),
      writable: true,
      enumerable: true,
      configurable: true,
    })
  return copy
}

describe.each(VARIANTS)('%s', (variant) => {
  test(`V-3 V-4 ${VALUES} random values come out as the host makes them of the same text (seed ${SEED})`, async () => {
    const values = new RandomValues(SEED)
    let runtime = await openRuntime(variant)
    for (let round = 0; values.count < VALUES; round++) {
      // A guest of its own for some rounds, so that names and shapes are made anew.
      if (round % 500 === 499) {
        runtime.dispose()
        runtime = await openRuntime(variant)
      }
      const body = values.body(1 + (round % 120))
      const made = runtime.runString(`(() => { ${body} })()`)
      const exported = made instanceof GuestObject ? made.export() : made
      if (!isDeepStrictEqual(exported, asData(evaluated(body)))) expect(exported, body).toEqual(asData(evaluated(body)))
      if (made instanceof GuestObject) made.release()
    }
    runtime.dispose()
    expect(values.count).toBeGreaterThanOrEqual(VALUES)
  }, 3_600_000)
})
