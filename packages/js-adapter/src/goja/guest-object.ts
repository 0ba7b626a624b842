// Host wrappers of guest objects, functions and symbols. All they do goes through the runtime that made them.

/** What a wrapper asks of its runtime. */
export interface ObjectOwner {
  reflect(op: ReflectOp, target: GuestObject, ...args: readonly unknown[]): unknown
  exportObject(target: GuestObject): unknown
  releaseObject(target: GuestObject): void
}

/** Operations of the profile's `reflect`, in its own order. */
export const REFLECT_OPS = [
  'get',
  'set',
  'delete',
  'has',
  'keys',
  'ownNames',
  'prototype',
  'setPrototype',
  'isExtensible',
  'isArray',
  'typeof',
  'className',
  'construct',
  'strictEquals',
  'toNumber',
  'toText',
  'toBoolean',
  'instanceOf',
  'isConstructor',
  'apply',
  'newObject',
  'newArray',
  'resolvers',
  'equals',
  'sameAs',
  'iterator',
  'step',
  'close',
  'value',
  'isDone',
  'define',
  'newSymbol',
] as const
export type ReflectOp = (typeof REFLECT_OPS)[number]

/** A key that a guest object can have. */
export type GuestKey = string | GuestObject

/**
 * A guest object, function or symbol. Owns a reference until `release()`, the end of its scope, or its own collection.
 * Methods throw `Exception` for what the guest throws, `ERR_HANDLE_RELEASED` after release, `ERR_SANDBOX_CLOSED` after the
 * runtime was disposed of.
 */
export class GuestObject implements Disposable {
  readonly #owner: ObjectOwner
  constructor(owner: ObjectOwner) {
    this.#owner = owner
  }
  get(key: GuestKey): unknown {
    return this.#owner.reflect('get', this, key)
  }
  /** @returns `false` when the guest refused. */
  set(key: GuestKey, value: unknown): boolean {
    return this.#owner.reflect('set', this, key, value) === true
  }
  delete(key: GuestKey): boolean {
    return this.#owner.reflect('delete', this, key) === true
  }
  has(key: GuestKey): boolean {
    return this.#owner.reflect('has', this, key) === true
  }
  /** Own enumerable string keys. */
  keys(): readonly string[] {
    return readNames(this.#owner.reflect('keys', this))
  }
  /** Own string keys. */
  ownPropertyNames(): readonly string[] {
    return readNames(this.#owner.reflect('ownNames', this))
  }
  get prototype(): unknown {
    return this.#owner.reflect('prototype', this)
  }
  setPrototype(prototype: GuestObject | null): boolean {
    return this.#owner.reflect('setPrototype', this, prototype) === true
  }
  get isExtensible(): boolean {
    return this.#owner.reflect('isExtensible', this) === true
  }
  get isArray(): boolean {
    return this.#owner.reflect('isArray', this) === true
  }
  get isFunction(): boolean {
    return this.#owner.reflect('typeof', this) === 'function'
  }
  get isSymbol(): boolean {
    return this.#owner.reflect('typeof', this) === 'symbol'
  }
  /** The brand that `Object.prototype.toString` shows. */
  get className(): string {
    return String(this.#owner.reflect('className', this))
  }
  /** Calls the method `name` with this object as `this`. */
  call(name: GuestKey, ...args: readonly unknown[]): unknown {
    const method = this.get(name)
    if (!(method instanceof GuestObject)) throw new TypeError(`${String(name)} is not a function`)
    return this.#owner.reflect('apply', method, this, args)
  }
  /** Calls this function; `this` is undefined for the guest. */
  invoke(...args: readonly unknown[]): unknown {
    return this.#owner.reflect('apply', this, undefined, args)
  }
  strictEquals(other: unknown): boolean {
    return this.#owner.reflect('strictEquals', this, other) === true
  }
  equals(other: unknown): boolean {
    return this.#owner.reflect('equals', this, other) === true
  }
  sameAs(other: unknown): boolean {
    return this.#owner.reflect('sameAs', this, other) === true
  }
  toNumber(): number {
    return Number(this.#owner.reflect('toNumber', this))
  }
  toStringValue(): string {
    return String(this.#owner.reflect('toText', this))
  }
  toBoolean(): boolean {
    return true
  }
  /** A copy in host values. */
  export(): unknown {
    return this.#owner.exportObject(this)
  }
  toJSON(): unknown {
    return this.export()
  }
  /** Lets go of the guest object. A no-op the second time. */
  release(): void {
    this.#owner.releaseObject(this)
  }
  [Symbol.dispose](): void {
    this.release()
  }
}

function readNames(text: unknown): readonly string[] {
  const names: unknown = JSON.parse(String(text))
  return Array.isArray(names) ? names.map(String) : []
}

export type GuestValue = undefined | null | boolean | number | bigint | string | GuestObject
