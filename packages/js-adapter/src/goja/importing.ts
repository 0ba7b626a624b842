// Host values to guest values: copies of data, stand-ins for the rest.
import type { Core } from '../runtime/core.ts'
import { GuestObject, GuestSymbol } from './guest-object.ts'
import { HostConstructor, LiveObject, RawHostFunction } from './host-function.ts'
import type { RawFunction } from './host-function.ts'
import type { Wrappers } from './wrappers.ts'

/** What makes the guest's stand-ins; each returns an owned pointer. */
export interface StandInMaker {
  function(fn: Function): number
  raw(fn: RawFunction): number
  construct(constructor: HostConstructor): number
  live(target: object): number
  promise(promise: PromiseLike<unknown>): number
  symbol(symbol: symbol): number
  /** The wrapper of a guest function behind an exported one. */
  original(fn: Function): GuestObject | undefined
}

const UNSUPPORTED_TAGS: ReadonlySet<string> = new Set([
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'FinalizationRegistry',
  'Generator',
  'AsyncGenerator',
  'SharedArrayBuffer',
])

function isUnsupported(value: object): boolean {
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  return UNSUPPORTED_TAGS.has(tag) || tag.endsWith(' Iterator')
}

export class Importer {
  readonly #core: Core
  readonly #wrappers: Wrappers
  readonly #make: StandInMaker

  constructor(core: Core, wrappers: Wrappers, make: StandInMaker) {
    this.#core = core
    this.#wrappers = wrappers
    this.#make = make
  }

  /** An owned pointer. @throws JsAdapterError `ERR_VALUE_UNSUPPORTED`, `ERR_VALUE_FOREIGN`, `ERR_HANDLE_RELEASED`. hot: guest-call-number */
  give(value: unknown): number {
    const { marshal } = this.#core
    switch (typeof value) {
      case 'number':
        return marshal.newNumber(value)
      case 'string':
        return marshal.newText(value)
      case 'object':
      case 'function':
      case 'symbol':
        if (value !== null) return this.#opaque(value) ?? marshal.importValue(value, (item) => this.#opaque(item), true)
        break
      default:
    }
    return marshal.importValue(value)
  }

  /** A pointer for what is not copied; `undefined` leaves the value to the codec. */
  #opaque(value: object | symbol): number | undefined {
    if (typeof value === 'symbol') {
      const known =
        Symbol.keyFor(value) !== undefined ||
        Object.getOwnPropertyNames(Symbol).some((name) => Reflect.get(Symbol, name) === value)
      return known ? undefined : this.#make.symbol(value)
    }
    if (value instanceof GuestObject || value instanceof GuestSymbol) return this.#duplicate(value)
    if (typeof value === 'function') {
      const original = this.#make.original(value)
      return original === undefined ? this.#make.function(value) : this.#duplicate(original)
    }
    if (value instanceof RawHostFunction) return this.#make.raw(value.fn)
    if (value instanceof HostConstructor) return this.#make.construct(value)
    if (value instanceof LiveObject) return this.#make.live(value.target)
    if (isCopied(value)) return undefined
    if (value instanceof Promise) return this.#make.promise(value)
    if (isUnsupported(value)) return undefined
    return this.#make.live(value)
  }
  #duplicate(wrapper: GuestObject | GuestSymbol): number {
    const { instance } = this.#core
    return instance.exports._QTS_DupValuePointer(instance.ctx, this.#wrappers.borrow(wrapper))
  }
}

/** Kinds that the codec copies; instances of other classes are live. */
function isCopied(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return (
    prototype === null ||
    prototype === Object.prototype ||
    Array.isArray(value) ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Date ||
    value instanceof RegExp ||
    value instanceof Error ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value) ||
    value instanceof Number ||
    value instanceof String ||
    value instanceof Boolean
  )
}
