// The host's wrappers of guest objects, functions and symbols. All they do goes through the runtime that made them.
import type { GuestOp } from './guest/source.ts'
import type { PromiseState } from './promise-state.ts'

/** What a wrapper asks of its runtime. */
export interface ObjectOwner {
  /** Runs one guest operation on host values; the result is a primitive or a wrapper. */
  operate(op: GuestOp, ...args: readonly unknown[]): GuestValue
  call(fn: GuestObject, self: unknown, args: readonly unknown[]): GuestValue
  classOf(target: GuestObject): string
  export(target: GuestObject): unknown
  release(target: GuestObject | GuestSymbol): void
  promiseState(promise: GuestObject): PromiseState
  promiseResult(promise: GuestObject): GuestValue
  bytes(buffer: GuestObject): Uint8Array
  symbolsOf(target: GuestObject): readonly GuestSymbol[]
}

/** A value of the guest: primitives are themselves, the rest is a wrapper. */
export type GuestValue = undefined | null | boolean | number | bigint | string | GuestSymbol | GuestObject
/** A key that a guest object can have. */
export type GuestKey = string | number | symbol | GuestSymbol

/** Flags of a data property; each defaults to `false`, as in the language. */
export interface PropertyFlags {
  readonly writable?: boolean | undefined
  readonly enumerable?: boolean | undefined
  readonly configurable?: boolean | undefined
}

/** An own property: `value` and `writable`, or `get` and `set`. */
export interface GuestPropertyDescriptor {
  readonly value?: GuestValue
  readonly writable?: boolean
  readonly get?: GuestValue
  readonly set?: GuestValue
  readonly enumerable: boolean
  readonly configurable: boolean
}

const WRITABLE = 1
const ENUMERABLE = 2
const CONFIGURABLE = 4
const DATA = 8

function bits({ writable = false, enumerable = false, configurable = false }: PropertyFlags): number {
  return (writable ? WRITABLE : 0) | (enumerable ? ENUMERABLE : 0) | (configurable ? CONFIGURABLE : 0)
}

/**
 * A guest object or function. Owns a reference until `release()`, the end of its scope, or its own collection.
 * Methods throw `Exception` for what the guest throws, `ERR_HANDLE_RELEASED` after release, `ERR_SANDBOX_CLOSED` after the
 * runtime was disposed of, `ERR_VALUE_FOREIGN` for a value of another runtime.
 */
export class GuestObject implements Disposable {
  readonly #owner: ObjectOwner
  constructor(owner: ObjectOwner) {
    this.#owner = owner
  }
  get(key: GuestKey): GuestValue {
    return this.#owner.operate('get', this, key)
  }
  /** @returns `false` when the guest refused. */
  set(key: GuestKey, value: unknown): boolean {
    return this.#owner.operate('set', this, key, value) === true
  }
  delete(key: GuestKey): boolean {
    return this.#owner.operate('remove', this, key) === true
  }
  has(key: GuestKey): boolean {
    return this.#owner.operate('has', this, key) === true
  }
  /** Own enumerable string keys. */
  keys(): readonly string[] {
    return readNames(this.#owner.operate('keys', this))
  }
  /** Own string keys. */
  ownPropertyNames(): readonly string[] {
    return readNames(this.#owner.operate('ownNames', this))
  }
  /** Own symbols. */
  symbols(): readonly GuestSymbol[] {
    return this.#owner.symbolsOf(this)
  }
  ownPropertyDescriptor(key: GuestKey): GuestPropertyDescriptor | undefined {
    const found = this.#owner.operate('descriptor', this, key)
    if (!(found instanceof GuestObject)) return undefined
    const flags = Number(found.get('flags'))
    const common = { enumerable: (flags & ENUMERABLE) !== 0, configurable: (flags & CONFIGURABLE) !== 0 }
    try {
      return (flags & DATA) !== 0
        ? { value: found.get('value'), writable: (flags & WRITABLE) !== 0, ...common }
        : { get: found.get('get'), set: found.get('set'), ...common }
    } finally {
      found.release()
    }
  }
  /** @returns `false` when the guest refused. */
  defineDataProperty(key: GuestKey, value: unknown, flags: PropertyFlags = {}): boolean {
    return this.#owner.operate('defineData', this, key, value, bits(flags)) === true
  }
  /** Getter and setter are guest or host functions, or `undefined`. @returns `false` when the guest refused. */
  defineAccessorProperty(key: GuestKey, getter: unknown, setter: unknown, flags: Omit<PropertyFlags, 'writable'> = {}): boolean {
    return this.#owner.operate('defineAccessor', this, key, getter, setter, bits(flags)) === true
  }
  get prototype(): GuestObject | null {
    const prototype = this.#owner.operate('prototype', this)
    return prototype instanceof GuestObject ? prototype : null
  }
  setPrototype(prototype: GuestObject | null): boolean {
    return this.#owner.operate('changePrototype', this, prototype) === true
  }
  get isExtensible(): boolean {
    return this.#owner.operate('extensible', this) === true
  }
  get isArray(): boolean {
    return this.#owner.operate('array', this) === true
  }
  get isFunction(): boolean {
    return this.#owner.operate('typeOf', this) === 'function'
  }
  /** The class that the engine made it of, which no tag or prototype changes; a Proxy shows its target's. */
  get className(): string {
    return this.#owner.classOf(this)
  }
  /** Calls the method `name` with this object as `this`. @throws TypeError when it is no function. */
  call(name: GuestKey, ...args: readonly unknown[]): GuestValue {
    const method = this.get(name)
    if (!(method instanceof GuestObject)) throw new TypeError(`${String(name)} is not a function`)
    return this.#owner.call(method, this, args)
  }
  /** Calls this function; `this` is undefined for the guest. */
  invoke(...args: readonly unknown[]): GuestValue {
    return this.#owner.call(this, undefined, args)
  }
  strictEquals(other: unknown): boolean {
    return this.#owner.operate('strictEquals', this, other) === true
  }
  equals(other: unknown): boolean {
    return this.#owner.operate('equals', this, other) === true
  }
  sameAs(other: unknown): boolean {
    return this.#owner.operate('sameAs', this, other) === true
  }
  toNumber(): number {
    return Number(this.#owner.operate('toNumber', this))
  }
  /** Truncated towards zero; NaN is 0. */
  toInteger(): number {
    const value = Math.trunc(this.toNumber())
    return Number.isNaN(value) ? 0 : value
  }
  toStringValue(): string {
    return String(this.#owner.operate('toText', this))
  }
  toBoolean(): boolean {
    return this.#owner.operate('toBoolean', this) === true
  }
  /** A copy in host values. */
  export(): unknown {
    return this.#owner.export(this)
  }
  toJSON(): unknown {
    return this.export()
  }
  /** Lets go of the guest object. A no-op the second time. */
  release(): void {
    this.#owner.release(this)
  }
  [Symbol.dispose](): void {
    this.release()
  }
}

/** A guest symbol. `===` between wrappers means the same symbol while the wrapper lives. */
export class GuestSymbol implements Disposable {
  readonly #owner: ObjectOwner
  constructor(owner: ObjectOwner) {
    this.#owner = owner
  }
  get description(): string | undefined {
    const description = this.#owner.operate('get', this, 'description')
    return typeof description === 'string' ? description : undefined
  }
  /** `Symbol(description)`. */
  toStringValue(): string {
    return String(this.#owner.operate('toText', this))
  }
  release(): void {
    this.#owner.release(this)
  }
  [Symbol.dispose](): void {
    this.release()
  }
}

function readNames(text: unknown): readonly string[] {
  const names: unknown = JSON.parse(String(text))
  return Array.isArray(names) ? names.map(String) : []
}
