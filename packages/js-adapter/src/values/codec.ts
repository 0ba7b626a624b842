// Values to text and back: the host's half of `profile/codec.ts`. Both walks use an explicit stack.
import { JsAdapterError } from '../errors.ts'
import { parseFrames } from './frames.ts'
import { GuestError, GuestOpaque, GuestRegExp, GuestSymbol } from './guest-values.ts'
import { VIEW_KINDS, viewKindOf } from './view-kinds.ts'

/** What decoding asks of the owner of the guest for values that text cannot hold. */
export interface ReferenceReader {
  bytes(reference: number): ArrayBuffer
  opaque(reference: number, kind: 'function' | 'promise' | 'symbol' | 'object' | 'error', description: string): unknown
  /** The host's own value that a guest object stands for. */
  original?: ((id: number) => unknown) | undefined
}

/** What encoding asks for values that text cannot hold: returns the index under which the guest finds it. */
export interface ReferenceWriter {
  bytes(bytes: Uint8Array): number
  /** `undefined`: the value is not supported. */
  opaque(value: object | symbol): number | undefined
  /** Errors keep `cause`, `errors` and their own enumerable properties; otherwise they are name and message. */
  readonly wholeErrors?: boolean | undefined
  /** The frames to keep of an error, and whether it could not be read whole. Default: none, and `false`. */
  errorFrames?(error: Error): readonly [frames: string, partial: boolean]
}

type Node = unknown

function defineOwn(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

function parseHex(text: string): bigint {
  return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`)
}

class Decoder {
  readonly #graph: readonly Node[]
  readonly #references: ReferenceReader
  readonly #made = new Map<number, unknown>()
  readonly #fill: number[] = []
  constructor(graph: readonly Node[], references: ReferenceReader) {
    this.#graph = graph
    this.#references = references
  }

  decode(): unknown {
    const root = this.#one(this.#graph[0])
    for (let at = 0; at < this.#fill.length; at++) this.#fillNode(this.#fill[at] ?? 0)
    return root
  }

  #one(value: Node): unknown {
    if (!Array.isArray(value)) return value
    switch (value[0]) {
      case 0:
        return undefined
      case 1:
        return Number.NaN
      case 2:
        return Number.POSITIVE_INFINITY
      case 3:
        return Number.NEGATIVE_INFINITY
      case 4:
        return -0
      case 5:
        return parseHex(String(value[1]))
      case 6:
        return this.#make(Number(value[1]))
      case 7:
        return Symbol.for(String(value[1]))
      case 8:
        return Reflect.get(Symbol, String(value[1])) ?? new GuestSymbol(`Symbol.${String(value[1])}`)
      case 9:
        return this.#references.opaque(Number(value[1]), 'symbol', value[2] === undefined ? '' : String(value[2]))
      case 12:
        return this.#references.original?.(Number(value[1]))
      default:
        return undefined
    }
  }

  #make(id: number): unknown {
    if (this.#made.has(id)) return this.#made.get(id)
    const node = this.#graph[id + 1]
    const result = this.#create(node)
    this.#made.set(id, result)
    this.#fill.push(id)
    return result
  }

  #create(node: Node): unknown {
    if (!Array.isArray(node)) return {}
    switch (node[0]) {
      case 0:
        return Object.create(null)
      case 1:
        return []
      case 2:
        return new Map()
      case 3:
        return new Set()
      case 4:
        return new Date(node[1] === null ? Number.NaN : Number(node[1]))
      case 5:
        try {
          return new RegExp(String(node[1]), String(node[2]))
        } catch {
          return new GuestRegExp(String(node[1]), String(node[2]))
        }
      case 6: {
        const stack = String(node[3])
        return new GuestError({
          name: String(node[1]),
          message: String(node[2]),
          stack,
          frames: parseFrames(stack),
          partial: node[7] === 1,
          hostErrorId: Number(node[8] ?? 0),
        })
      }
      case 7:
        return this.#references.bytes(Number(node[1]))
      case 8:
        return makeView(String(node[1]), this.#references.bytes(Number(node[2])))
      case 9:
        return this.#references.opaque(Number(node[1]), 'function', String(node[2]))
      case 10:
        return this.#references.opaque(Number(node[1]), 'promise', '')
      default:
        return this.#references.opaque(Number(node[1]), 'object', String(node[2]))
    }
  }

  #fillNode(id: number): void {
    const node = this.#graph[id + 1]
    const target = this.#made.get(id)
    if (!Array.isArray(node)) return this.#fillMembers(target, node)
    switch (node[0]) {
      case 0:
        return this.#fillMembers(target, node[1])
      case 1: {
        if (!Array.isArray(target)) return
        target.length = node.length - 1
        for (let index = 1; index < node.length; index++) {
          const item: unknown = node[index]
          if (!(Array.isArray(item) && item[0] === 10)) target[index - 1] = this.#one(item)
        }
        return
      }
      case 2:
        if (target instanceof Map)
          for (let index = 1; index < node.length; index += 2) target.set(this.#one(node[index]), this.#one(node[index + 1]))
        return
      case 3:
        if (target instanceof Set) for (let index = 1; index < node.length; index++) target.add(this.#one(node[index]))
        return
      case 6: {
        if (!(target instanceof GuestError)) return
        for (const [key, value] of Object.entries(Object(node[4]))) if (!(key in target)) defineOwn(target, key, this.#one(value))
        if (!isAbsent(node[5]))
          Object.defineProperty(target, 'cause', { value: this.#one(node[5]), writable: true, configurable: true })
        if (!isAbsent(node[6]))
          Object.defineProperty(target, 'errors', { value: this.#one(node[6]), writable: true, configurable: true })
        return
      }
      default:
        return
    }
  }

  #fillMembers(target: unknown, source: unknown): void {
    if (typeof target !== 'object' || target === null || typeof source !== 'object' || source === null) return
    for (const key of Object.keys(source)) defineOwn(target, key, this.#one(Reflect.get(source, key)))
  }
}

function isAbsent(value: unknown): boolean {
  return Array.isArray(value) && value[0] === 11
}

function makeView(kind: string, buffer: ArrayBuffer): unknown {
  const constructor: unknown = VIEW_KINDS.has(kind) ? Reflect.get(globalThis, kind) : undefined
  return typeof constructor === 'function' ? Reflect.construct(constructor, [buffer]) : new Uint8Array(buffer)
}

/** Rebuilds what the guest's `encode` wrote. Own data properties are defined, never assigned. */
export function decodeText(text: string, references: ReferenceReader): unknown {
  const graph: unknown = JSON.parse(text)
  if (!Array.isArray(graph)) throw new TypeError('the guest sent text of another form')
  return new Decoder(graph, references).decode()
}

/** A reader for places where functions and other live values become inert descriptions. */
export function describeOpaque(kind: string, description: string): unknown {
  return kind === 'symbol' ? new GuestSymbol(description) : new GuestOpaque(kind, description)
}

class Encoder {
  readonly #references: ReferenceWriter
  readonly #ids = new Map<object, number>()
  readonly #queue: { readonly value: object; readonly path: string }[] = []
  constructor(references: ReferenceWriter) {
    this.#references = references
  }

  encode(root: unknown): string {
    let text = `[${this.#one(root, '$')}`
    for (let at = 0; at < this.#queue.length; at++) {
      const item = this.#queue[at]
      if (item !== undefined) text += `,${this.#node(item.value, item.path)}`
    }
    return `${text}]`
  }

  #one(value: unknown, path: string): string {
    switch (typeof value) {
      case 'string':
        return JSON.stringify(value)
      case 'number':
        if (Number.isFinite(value)) return Object.is(value, -0) ? '[4]' : String(value)
        return Number.isNaN(value) ? '[1]' : value > 0 ? '[2]' : '[3]'
      case 'boolean':
        return value ? 'true' : 'false'
      case 'undefined':
        return '[0]'
      case 'bigint':
        return `[5,"${value.toString(16)}"]`
      case 'symbol':
        return this.#symbol(value, path)
      case 'function':
      case 'object':
        return value === null ? 'null' : this.#reference(value, path)
      default:
        return unsupported(path, typeof value)
    }
  }

  #symbol(value: symbol, path: string): string {
    const key = Symbol.keyFor(value)
    if (key !== undefined) return `[7,${JSON.stringify(key)}]`
    const known = Object.getOwnPropertyNames(Symbol).find((name) => Reflect.get(Symbol, name) === value)
    if (known !== undefined) return `[8,${JSON.stringify(known)}]`
    const index = this.#references.opaque(value)
    return index === undefined ? unsupported(path, 'symbol') : `[9,${index}]`
  }

  #reference(value: object, path: string): string {
    let id = this.#ids.get(value)
    if (id === undefined) {
      if (value instanceof Number || value instanceof String || value instanceof Boolean) return this.#one(value.valueOf(), path)
      id = this.#queue.length
      this.#ids.set(value, id)
      this.#queue.push({ value, path })
    }
    return `[6,${id}]`
  }

  #node(value: object, path: string): string {
    if (typeof value === 'function') return this.#opaque(value, path, 'function')
    if (Array.isArray(value)) {
      let text = '[1'
      for (let index = 0; index < value.length; index++)
        text += Object.hasOwn(value, index) ? `,${this.#one(value[index], `${path}[${index}]`)}` : ',[10]'
      return `${text}]`
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === null) return `[0,${this.#members(value, path)}]`
    if (prototype === Object.prototype) return this.#members(value, path)
    if (value instanceof Map) {
      let text = '[2'
      for (const [key, item] of value) text += `,${this.#one(key, `${path}<key>`)},${this.#one(item, `${path}<value>`)}`
      return `${text}]`
    }
    if (value instanceof Set) {
      let text = '[3'
      for (const item of value) text += `,${this.#one(item, `${path}<item>`)}`
      return `${text}]`
    }
    if (value instanceof Date) return `[4,${Number.isNaN(value.getTime()) ? 'null' : value.getTime()}]`
    if (value instanceof RegExp) return `[5,${JSON.stringify(value.source)},${JSON.stringify(value.flags)}]`
    if (value instanceof Error) return this.#error(value, path)
    if (value instanceof ArrayBuffer) return `[7,${this.#references.bytes(new Uint8Array(value))}]`
    if (ArrayBuffer.isView(value)) {
      const index = this.#references.bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
      return `[8,"${viewKindOf(value) ?? 'Uint8Array'}",${index}]`
    }
    return this.#opaque(value, path, 'object')
  }

  #error(error: Error, path: string): string {
    const [frames, partial] = this.#references.errorFrames?.(error) ?? ['', false]
    const head = `[6,${JSON.stringify(String(error.name))},${JSON.stringify(String(error.message))},${JSON.stringify(frames)}`
    if (this.#references.wholeErrors !== true) return `${head},{},[11],[11],0]`
    let own = ''
    for (const key of Object.keys(error)) {
      if (ERROR_PARTS.has(key)) continue
      own += `${own === '' ? '' : ','}${JSON.stringify(key)}:${this.#one(Reflect.get(error, key), `${path}.${key}`)}`
    }
    const part = (key: string): string =>
      Object.hasOwn(error, key) ? this.#one(Reflect.get(error, key), `${path}.${key}`) : '[11]'
    return `${head},{${own}},${part('cause')},${part('errors')},${partial ? 1 : 0}]`
  }

  #members(value: object, path: string): string {
    let text = '{'
    for (const key of Object.keys(value)) {
      const item: unknown = Reflect.get(value, key)
      text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${this.#one(item, `${path}.${key}`)}`
    }
    return `${text}}`
  }

  #opaque(value: object, path: string, kind: string): string {
    const index = this.#references.opaque(value)
    return index === undefined ? unsupported(path, kind) : `[${kind === 'function' ? 9 : 11},${index}]`
  }
}

const ERROR_PARTS: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors', 'frames', 'partial'])

function unsupported(path: string, kind: string): never {
  throw new JsAdapterError('ERR_VALUE_UNSUPPORTED', `the ${kind} at ${path} cannot be passed to a guest`, {
    context: { path, kind },
  })
}

/**
 * Writes a host value as text for the guest's `decode`.
 * @throws JsAdapterError `ERR_VALUE_UNSUPPORTED` with the path of a value that has no guest form.
 */
export function encodeValue(value: unknown, references: ReferenceWriter): string {
  return new Encoder(references).encode(value)
}
