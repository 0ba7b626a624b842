// Copies of data checked against a shape: each value becomes the host type that the shape describes, or its place is named.
// No code of the value runs: it is read by its own data properties, and an object never becomes a number or a text.
import { JsAdapterError } from '../errors.ts'
import { GuestError, GuestOpaque, GuestRegExp, GuestSymbol } from './guest-values.ts'
import { describeShape, SIMPLE_SHAPES } from './shapes.ts'
import type { AnyStructShape, CompositeShape, Shape, SimpleShape } from './shapes.ts'

/** A text of a few bytes can say that an array has billions of holes. */
const MAX_HOLES = 65_536
/** Shapes within shapes; a deeper one was not written by hand. */
const MAX_DEPTH = 64
const MAX_KEY = 64

/** Who made the value: of a guest's data only own properties count, of the host's own objects also what their class provides. */
export type Origin = 'guest' | 'host'

/**
 * Checks a declaration of arguments or of a result, before anything is called by it.
 * @throws TypeError that says what is wrong where.
 */
export function assertDataShape(shape: unknown, where: string, depth = 0): asserts shape is Shape {
  if (depth > MAX_DEPTH) throw new TypeError(`${where} holds shapes more than ${MAX_DEPTH} deep`)
  if (typeof shape === 'string') {
    if (shape === 'bytesView') throw new TypeError(`${where}: bytesView shows memory, and what crosses here is a copy: use bytes`)
    if (SIMPLE_SHAPES.some((name) => name === shape)) return
    throw new TypeError(
      `${where}: there is no shape ${JSON.stringify(shape)}; one of ${SIMPLE_SHAPES.join(', ')}, or a composite`,
    )
  }
  if (typeof shape !== 'object' || shape === null) throw new TypeError(`${where} must be a shape, got ${typeof shape}`)
  const inner = (part: unknown, name: string): void => assertDataShape(part, `${where}.${name}`, depth + 1)
  const { kind, item, items, value, key, fields } = shape as Readonly<Record<string, unknown>>
  switch (kind as CompositeShape['kind']) {
    case 'array':
    case 'set':
      return inner(item, 'item')
    case 'tuple':
      if (!Array.isArray(items)) throw new TypeError(`${where}.items must be a list of shapes`)
      for (const [index, part] of items.entries()) inner(part, `items[${index}]`)
      return
    case 'record':
      return inner(value, 'value')
    case 'map':
      inner(key, 'key')
      return inner(value, 'value')
    case 'struct':
      if (typeof fields !== 'object' || fields === null) throw new TypeError(`${where}.fields must be an object of shapes`)
      for (const [name, part] of Object.entries(fields)) inner(part, name)
      return
    case 'optional':
      return inner(Reflect.get(shape, 'shape'), 'shape')
    case 'func':
      throw new TypeError(`${where}: a function cannot cross here, for what crosses is a copy of data`)
    default:
      throw new TypeError(`${where} is of no known kind: ${String(kind)}`)
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (value instanceof GuestSymbol) return 'symbol'
  if (value instanceof GuestOpaque) return value.kind
  if (value instanceof GuestError || value instanceof Error) return 'Error'
  if (value instanceof GuestRegExp) return 'RegExp'
  return Object.prototype.toString.call(value).slice(8, -1)
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

/** The place of a member. A guest chooses its keys: what of one is told is short, and on one line. */
function step(path: string, key: string): string {
  if (/^[\w$]{1,64}$/.test(key)) return `${path}.${key}`
  return `${path}[${JSON.stringify(key.length > MAX_KEY ? `${key.slice(0, MAX_KEY)}…` : key)}]`
}

const NOT_FOUND: unique symbol = Symbol('no such property')

class Fitting {
  readonly #origin: Origin
  /** What became of an object under a shape: data that is shared a thousandfold is converted once. */
  readonly #done = new Map<Shape, Map<object, unknown>>()
  constructor(origin: Origin) {
    this.#origin = origin
  }

  fit(value: unknown, shape: Shape, path: string): unknown {
    if (shape === 'unknown') return value
    if (typeof shape !== 'string' && shape.kind === 'optional')
      return value === undefined || value === null ? undefined : this.fit(value, shape.shape, path)
    if (value === undefined || value === null) return fail(value, shape, path)
    if (typeof shape === 'string')
      return typeof value === 'object' ? this.#fromObject(value, shape, path) : simple(value, shape, path)
    if (typeof value !== 'object') return fail(value, shape, path)
    const known = this.#done.get(shape)
    if (known?.has(value) === true) return known.get(value)
    const made = this.#composite(value, shape, path)
    const kept = this.#done.get(shape)
    if (kept === undefined) this.#done.set(shape, new Map([[value, made]]))
    else kept.set(value, made)
    return made
  }

  #fromObject(value: object, shape: SimpleShape, path: string): unknown {
    if (shape === 'date' && value instanceof Date) return value
    if (shape === 'bytes') {
      if (value instanceof ArrayBuffer) return new Uint8Array(value)
      if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    }
    return fail(value, shape, path)
  }

  #composite(value: object, shape: Exclude<CompositeShape, { readonly kind: 'optional' }>, path: string): unknown {
    switch (shape.kind) {
      case 'array':
        return this.#items(value, shape, path).map((item, index) => this.fit(item, shape.item, `${path}[${index}]`))
      case 'set':
        return new Set(this.#items(value, shape, path).map((item, index) => this.fit(item, shape.item, `${path}[${index}]`)))
      case 'tuple': {
        const items = this.#items(value, shape, path)
        if (items.length !== shape.items.length) return fail(value, shape, path)
        return shape.items.map((part, index) => this.fit(items[index], part, `${path}[${index}]`))
      }
      case 'record': {
        if (!isPlain(value)) return fail(value, shape, path)
        const result: object = Object.create(null)
        for (const key of Object.keys(value)) define(result, key, this.fit(this.#read(value, key), shape.value, step(path, key)))
        return result
      }
      case 'map': {
        const result = new Map<unknown, unknown>()
        for (const [index, entry] of this.#items(value, shape, path).entries()) {
          if (!Array.isArray(entry) || entry.length !== 2) return fail(entry, shape, `${path}[${index}]`)
          result.set(
            this.fit(entry[0], shape.key, `${path}[${index}].key`),
            this.fit(entry[1], shape.value, `${path}[${index}].value`),
          )
        }
        return result
      }
      case 'struct':
        return this.#struct(value, shape, path)
      case 'func':
        return fail(value, shape, path)
      default:
        return shape satisfies never
    }
  }
  #struct(value: object, shape: AnyStructShape, path: string): object {
    if (this.#origin === 'guest' && !isPlain(value) && !(value instanceof Error)) return fail(value, shape, path)
    const prototype: unknown = shape.target === undefined ? Object.prototype : shape.target.prototype
    const result: object = Object.create(typeof prototype === 'object' ? prototype : Object.prototype)
    for (const [key, field] of Object.entries(shape.fields)) {
      const found = this.#read(value, key)
      define(result, key, this.fit(found === NOT_FOUND ? undefined : found, field, step(path, key)))
    }
    return result
  }
  #read(value: object, key: string): unknown {
    if (this.#origin === 'host') return Reflect.get(value, key)
    const found = Object.getOwnPropertyDescriptor(value, key)
    return found === undefined ? NOT_FOUND : found.value
  }
  #items(value: object, shape: Shape, path: string): unknown[] {
    if (value instanceof Set || value instanceof Map) return [...value]
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Uint8Array)
    if (!Array.isArray(value)) return fail(value, shape, path)
    const items: unknown[] = []
    let holes = 0
    for (let index = 0; index < value.length; index++) {
      if (!Object.hasOwn(value, index) && ++holes > MAX_HOLES) return fail(value, shape, path)
      items.push(value[index])
    }
    return items
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** The language's own conversions between primitives, numbers modulo their width. */
function simple(value: unknown, shape: SimpleShape, path: string): unknown {
  if (typeof value === 'symbol' || typeof value === 'function') return fail(value, shape, path)
  if (shape === 'string') return String(value)
  if (shape === 'boolean') return Boolean(value)
  if (shape === 'bigint') return toBigInt(value) ?? fail(value, shape, path)
  if (shape === 'date') {
    if (typeof value === 'number' || typeof value === 'string') return new Date(value)
    return fail(value, shape, path)
  }
  // A bigint is refused, as the language's own ToNumber refuses it.
  if (typeof value === 'bigint') return fail(value, shape, path)
  const number = Number(value)
  switch (shape) {
    case 'number':
      return number
    case 'int32':
      return number | 0
    case 'int16':
      return (number << 16) >> 16
    case 'int8':
      return (number << 24) >> 24
    case 'uint32':
      return number >>> 0
    case 'uint16':
      return number & 0xffff
    case 'uint8':
      return number & 0xff
    case 'float32':
      return Math.fround(number)
    default:
      return fail(value, shape, path)
  }
}

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value !== 'string') return undefined
  try {
    return BigInt(value)
  } catch {
    return undefined // The text of no integer: the caller names the place.
  }
}

function fail(value: unknown, shape: Shape, path: string): never {
  const kind = kindOf(value)
  const wanted = describeShape(shape)
  throw new JsAdapterError('ERR_VALUE_CONVERSION', `the ${kind} at ${path} is no ${wanted}`, {
    context: { path, kind, shape: wanted },
  })
}

/**
 * Converts a copy of data to the host type of `shape`. `undefined` and `null` fit `optional` and `unknown` alone.
 * @throws JsAdapterError `ERR_VALUE_CONVERSION` with path, kind and the wanted shape, and nothing of the value.
 */
export function fitValue(value: unknown, shape: Shape, path: string, origin: Origin): unknown {
  return new Fitting(origin).fit(value, shape, path)
}

/** Converts as many values as there are shapes; what is missing is `undefined`, what is more is left out. */
export function fitList(values: readonly unknown[], shapes: readonly Shape[], name: string): unknown[] {
  const fitting = new Fitting('guest')
  return shapes.map((shape, index) => fitting.fit(index < values.length ? values[index] : undefined, shape, `${name}[${index}]`))
}
