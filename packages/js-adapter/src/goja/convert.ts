// Guest values to the host types that shapes describe.
import { Exception, JsAdapterError } from '../errors.ts'
import type { Bridge } from './bridge.ts'
import { GuestObject, GuestSymbol } from './guest-object.ts'
import { isIterable, iterate } from './iteration.ts'
import type { GuestValue } from './guest-object.ts'
import { describeShape, SIMPLE_SHAPES } from '../values/shapes.ts'
import type { AnyFunctionShape, AnyStructShape, Exported, Shape, SimpleShape } from '../values/shapes.ts'

const MAX_ARRAY_LIKE = 10_000_000

function kindOf(value: GuestValue): string {
  if (value instanceof GuestSymbol) return 'symbol'
  if (!(value instanceof GuestObject)) return value === null ? 'null' : typeof value
  return value.isFunction ? 'function' : value.className
}

class Conversion {
  readonly #bridge: Bridge
  constructor(bridge: Bridge) {
    this.#bridge = bridge
  }

  to(value: GuestValue, shape: Shape, path: string): unknown {
    if (typeof shape === 'string') return this.#simple(value, shape, path)
    switch (shape.kind) {
      case 'optional':
        return value === undefined || value === null ? undefined : this.to(value, shape.shape, path)
      case 'array':
        return this.#items(value, shape, path).map((item, index) => this.to(item, shape.item, `${path}[${index}]`))
      case 'set':
        return new Set(this.#items(value, shape, path).map((item, index) => this.to(item, shape.item, `${path}[${index}]`)))
      case 'tuple':
        return this.#tuple(value, shape.items, shape, path)
      case 'record':
        return this.#record(value, shape.value, shape, path)
      case 'map':
        return this.#map(value, shape.key, shape.value, shape, path)
      case 'struct':
        return this.#struct(value, shape, path)
      case 'func':
        return this.#function(value, shape, path)
      default:
        return shape satisfies never
    }
  }

  #fail(value: GuestValue, shape: Shape, path: string): never {
    const kind = kindOf(value)
    const wanted = describeShape(shape)
    throw new JsAdapterError('ERR_VALUE_CONVERSION', `the ${kind} at ${path} is no ${wanted}`, {
      context: { path, kind, shape: wanted },
    })
  }
  /** ECMAScript's own conversion, which may run guest code; what it throws as a `TypeError` is a wrong kind. */
  #coerced(op: 'toNumber' | 'toText' | 'toBigInt', value: GuestValue, shape: Shape, path: string): unknown {
    try {
      return this.#bridge.operate(op, value)
    } catch (error) {
      if (error instanceof Exception && (error.guestName === 'TypeError' || error.guestName === 'SyntaxError')) {
        this.#bridge.forget(error)
        this.#fail(value, shape, path)
      }
      throw error
    }
  }
  #number(value: GuestValue, shape: Shape, path: string): number {
    return typeof value === 'number' ? value : Number(this.#coerced('toNumber', value, shape, path))
  }

  #simple(value: GuestValue, shape: SimpleShape, path: string): unknown {
    switch (shape) {
      case 'unknown':
        return this.#exported(value)
      case 'number':
        return this.#number(value, shape, path)
      case 'int32':
        return this.#number(value, shape, path) | 0
      case 'int16':
        return (this.#number(value, shape, path) << 16) >> 16
      case 'int8':
        return (this.#number(value, shape, path) << 24) >> 24
      case 'uint32':
        return this.#number(value, shape, path) >>> 0
      case 'uint16':
        return this.#number(value, shape, path) & 0xffff
      case 'uint8':
        return this.#number(value, shape, path) & 0xff
      case 'float32':
        return Math.fround(this.#number(value, shape, path))
      case 'string':
        return typeof value === 'string' ? value : String(this.#coerced('toText', value, shape, path))
      case 'boolean':
        return this.#bridge.operate('toBoolean', value) === true
      case 'bigint':
        return typeof value === 'bigint' ? value : this.#coerced('toBigInt', value, shape, path)
      case 'date':
        return this.#date(value, path)
      case 'bytes':
        return this.#bridge.bytesOf(value, false) ?? this.#fail(value, shape, path)
      case 'bytesView':
        return this.#bridge.bytesOf(value, true) ?? this.#fail(value, shape, path)
      default:
        throw new TypeError(`unknown shape: ${String(shape satisfies never)}; one of ${SIMPLE_SHAPES.join(', ')}, or an object`)
    }
  }
  #exported(value: GuestValue): unknown {
    return value instanceof GuestObject ? value.export() : value
  }
  #date(value: GuestValue, path: string): Date {
    const exported = this.#exported(value)
    if (exported instanceof Date) return exported
    if (typeof exported === 'number' || typeof exported === 'string') return new Date(exported)
    return this.#fail(value, 'date', path)
  }

  #items(value: GuestValue, shape: Shape, path: string): GuestValue[] {
    if (typeof value !== 'string' && (!(value instanceof GuestObject) || value.isFunction)) return this.#fail(value, shape, path)
    const items: GuestValue[] = []
    if (typeof value === 'string' || isIterable(value)) {
      iterate(this.#bridge, value, (item) => {
        items.push(item)
        return true
      })
      return items
    }
    const length = value.get('length')
    if (typeof length !== 'number' || !(length >= 0) || length > MAX_ARRAY_LIKE) return this.#fail(value, shape, path)
    for (let index = 0; index < Math.trunc(length); index++) items.push(value.get(String(index)))
    return items
  }
  #tuple(value: GuestValue, shapes: readonly Shape[], shape: Shape, path: string): unknown[] {
    const items = this.#items(value, shape, path)
    if (items.length !== shapes.length) return this.#fail(value, shape, path)
    return shapes.map((item, index) => this.to(items[index], item, `${path}[${index}]`))
  }
  #record(value: GuestValue, item: Shape, shape: Shape, path: string): Record<string, unknown> {
    if (!(value instanceof GuestObject)) return this.#fail(value, shape, path)
    const result: Record<string, unknown> = Object.create(null)
    for (const key of value.keys()) result[key] = this.to(value.get(key), item, `${path}.${key}`)
    return result
  }
  #map(value: GuestValue, key: Shape, item: Shape, shape: Shape, path: string): Map<unknown, unknown> {
    const result = new Map<unknown, unknown>()
    for (const [index, entry] of this.#items(value, shape, path).entries()) {
      if (!(entry instanceof GuestObject)) return this.#fail(entry, shape, `${path}[${index}]`)
      result.set(this.to(entry.get('0'), key, `${path}[${index}].key`), this.to(entry.get('1'), item, `${path}[${index}].value`))
    }
    return result
  }
  #struct(value: GuestValue, shape: AnyStructShape, path: string): object {
    if (!(value instanceof GuestObject)) return this.#fail(value, shape, path)
    const prototype: unknown = shape.target === undefined ? Object.prototype : shape.target.prototype
    const result: object = Object.create(typeof prototype === 'object' ? prototype : Object.prototype)
    for (const [key, field] of Object.entries(shape.fields)) {
      const converted = this.to(value.get(key), field, `${path}.${key}`)
      Object.defineProperty(result, key, { value: converted, writable: true, enumerable: true, configurable: true })
    }
    return result
  }
  #function(value: GuestValue, shape: AnyFunctionShape, path: string): (...args: unknown[]) => unknown {
    if (!(value instanceof GuestObject) || !value.isFunction) return this.#fail(value, shape, path)
    return (...args) => this.to(this.#bridge.call(value, undefined, args), shape.result, `${path}()`)
  }
}

/** @throws JsAdapterError `ERR_VALUE_CONVERSION` with path, kind and the wanted shape. */
export function convert<S extends Shape>(bridge: Bridge, value: GuestValue, shape: S): Exported<S> {
  const run = (): unknown => new Conversion(bridge).to(value, shape, '$')
  // The guest may grow its memory in later entries: a view is read in one of its own, all else in one entry together.
  return bridge.entries.enter(run) as Exported<S>
}
