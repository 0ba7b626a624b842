// The goja-shaped face: synchronous evaluation, values by reference, interrupts that stay until they are cleared.
// Longer than most: the public class with a method for each member of the face.
import { Engine } from '../engine/engine.ts'
import { InterruptedError, JsAdapterError } from '../errors.ts'
import { Core } from '../runtime/core.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import { GuestObject, REFLECT_OPS } from './guest-object.ts'
import type { GuestValue, ObjectOwner, ReflectOp } from './guest-object.ts'
import { HandleTable } from './handles.ts'
import type { HandleCounts, ReleaseCause } from './handles.ts'
import { RawHostFunction } from './raw-function.ts'
import { runtimeLimits, unboundHost } from './runtime-options.ts'
import type { RuntimeOptions } from './runtime-options.ts'

const FINALIZER_BATCH = 1000

export type StandardErrorName = 'Error' | 'EvalError' | 'RangeError' | 'ReferenceError' | 'SyntaxError' | 'TypeError' | 'URIError'

export interface HostPromise {
  readonly promise: GuestObject
  /** @returns `false` when it was settled before, or the runtime is gone. Never throws. */
  resolve(value: unknown): boolean
  reject(reason: unknown): boolean
}

interface Slot {
  readonly slot: number
  readonly generation: number
  readonly address: number
}

/** One guest without a loop. Dispose of it; a `GuestObject` that escapes is then dead. */
export class Runtime implements Disposable {
  readonly #core: Core
  readonly #autoClear: boolean
  readonly #handles = new HandleTable()
  readonly #slots = new WeakMap<GuestObject, Slot>()
  readonly #byAddress = new Map<number, WeakRef<GuestObject>>()
  readonly #finalizer: FinalizationRegistry<Slot>
  readonly #forgotten: Slot[] = []
  readonly #owner: ObjectOwner
  readonly #constants = new Map<ReflectOp, number>()
  #scope: Set<GuestObject> | undefined
  #disposed = false

  private constructor(core: Core, autoClear: boolean) {
    this.#core = core
    this.#autoClear = autoClear
    this.#finalizer = new FinalizationRegistry((slot) => {
      this.#forgotten.push(slot)
    })
    for (const [index, op] of REFLECT_OPS.entries()) this.#constants.set(op, core.marshal.newNumber(index))
    this.#owner = {
      reflect: (op, target, ...args) => this.#reflect(op, target, ...args),
      exportObject: (target) => this.#enter(() => this.#core.marshal.exportValue(this.#borrow(target))),
      releaseObject: (target) => this.#release(target, 'hand'),
    }
  }

  /** @throws RangeError for a wrong option; JsAdapterError `ERR_ENGINE_VARIANT`, `ERR_ENGINE_CALIBRATION`. */
  static async create(options: RuntimeOptions = {}): Promise<Runtime> {
    const limits = runtimeLimits(options)
    const engine = options.engine ?? (await Engine.load())
    const core = await Core.create({
      engine,
      limits,
      clockMs: () => performance.now(),
      host: unboundHost,
      installProfile: false,
      config: { id: 'runtime', version: 'v26.0.0', argv: [], env: {}, createdAtMs: performance.now(), epochMs: Date.now() },
    })
    return new Runtime(core, options.autoClearInterrupt ?? false)
  }

  /** Evaluates global code named `<eval>`, then runs every job it queued. */
  runString(source: string): GuestValue {
    return this.runScript('<eval>', source)
  }
  /** @throws Exception, SyntaxException, StackOverflowError, InterruptedError. */
  runScript(name: string, source: string): GuestValue {
    return this.#enter(() => {
      let pointer: number
      try {
        pointer = this.#core.marshal.checked(this.#core.evaluate(source, name))
      } catch (thrown) {
        throw thrown instanceof GuestThrow ? this.#core.errorFrom(thrown, { text: source, fileName: name }) : thrown
      }
      return this.#take(pointer)
    })
  }

  /** A global `let`, `const` or `class`, else a property of the global object. */
  get(name: string): GuestValue {
    return this.#enter(() => {
      const { marshal } = this.#core
      const key = marshal.newText(name)
      try {
        return this.#take(marshal.callProfile('lookup', key))
      } finally {
        marshal.free(key)
      }
    })
  }
  set(name: string, value: unknown): void {
    this.globalObject().set(name, value)
  }
  globalObject(): GuestObject {
    return this.#object(this.runString('globalThis'))
  }

  /** Converts a host value: objects and arrays are copied, functions become guest functions, a `GuestObject` stays itself. */
  toValue(value: unknown): GuestValue {
    return this.#enter(() => this.#take(this.#give(value)))
  }
  newObject(prototype?: GuestObject | null): GuestObject {
    return this.#object(this.#reflect('newObject', undefined, prototype))
  }
  newArray(...items: readonly unknown[]): GuestObject {
    return this.#object(this.#reflect('newArray', undefined, items))
  }
  newSymbol(description?: string): GuestObject {
    return this.#object(this.#reflect('newSymbol', undefined, description))
  }
  newError(name: StandardErrorName, message: string): GuestObject {
    return this.#object(this.new(this.get(name), message))
  }
  newTypeError(message: string): GuestObject {
    return this.newError('TypeError', message)
  }
  new(constructor: GuestValue, ...args: readonly unknown[]): GuestObject {
    return this.#object(this.#reflect('construct', constructor, args))
  }
  newPromise(): HostPromise {
    const parts = this.#object(this.#reflect('resolvers', undefined))
    const [promise, resolve, reject] = [this.#object(parts.get('0')), this.#object(parts.get('1')), this.#object(parts.get('2'))]
    parts.release()
    let settled = false
    const settle = (fn: GuestObject, value: unknown): boolean => {
      if (settled || this.#disposed) return false
      settled = true
      fn.invoke(value)
      resolve.release()
      reject.release()
      return true
    }
    return { promise, resolve: (value) => settle(resolve, value), reject: (reason) => settle(reject, reason) }
  }

  /** The function as a host function; `undefined` when `value` is none. */
  assertFunction(value: GuestValue): ((self: unknown, ...args: readonly unknown[]) => GuestValue) | undefined {
    if (!(value instanceof GuestObject) || !value.isFunction) return undefined
    return (self, ...args) => this.#callFunction(value, self, args)
  }
  assertConstructor(value: GuestValue): ((...args: readonly unknown[]) => GuestObject) | undefined {
    if (!(value instanceof GuestObject) || this.#reflect('isConstructor', value) !== true) return undefined
    return (...args) => this.new(value, ...args)
  }
  instanceOf(value: GuestValue, constructor: GuestObject): boolean {
    return this.#reflect('instanceOf', value, constructor) === true
  }
  /** Iterates a guest iterable; `false` from `step` stops it and calls its `return`. */
  forOf(iterable: GuestValue, step: (value: GuestValue) => boolean): void {
    const iterator = this.#object(this.#reflect('iterator', iterable))
    const at = this.#object(iterator.get('at'))
    const next = this.#object(iterator.get('next'))
    for (;;) {
      const result = this.#object(this.#reflect('step', at, next))
      if (this.#reflect('isDone', result) === true) return
      let more = false
      try {
        more = step(this.#value(this.#reflect('value', result)))
      } finally {
        if (!more) this.#reflect('close', at)
      }
      result.release()
      if (!more) return
    }
  }
  /** Runs `f`; a `JsAdapterError` becomes a value, anything else passes through. */
  try<T>(f: () => T): { readonly value: T } | { readonly exception: JsAdapterError } {
    try {
      return { value: f() }
    } catch (error) {
      if (error instanceof JsAdapterError) return { exception: error }
      throw error
    }
  }
  /** Wrappers made inside `fn` are released when it returns, but for the one it returns. */
  scope<T>(fn: () => T): T {
    const outer = this.#scope
    const own = new Set<GuestObject>()
    this.#scope = own
    let result: T | undefined
    try {
      result = fn()
      return result
    } finally {
      this.#scope = outer
      for (const object of own) {
        if (object === result) outer?.add(object)
        else this.#release(object, 'scope')
      }
    }
  }

  /** Stops what runs, or the next run before its first statement. Stays until `clearInterrupt()`. */
  interrupt(reason: unknown): void {
    if (this.#disposed) return
    this.#core.latch.fire({ kind: 'interrupt', value: reason }, 0)
    this.#core.polling.soon()
  }
  clearInterrupt(): void {
    if (!this.#core.inside) this.#core.latch.clear()
  }
  get interrupted(): boolean {
    return this.#core.latch.set
  }
  /** A word of shared memory: storing 1 from any thread interrupts at the next poll. */
  interruptFlag(): SharedArrayBuffer {
    this.#flag ??= new SharedArrayBuffer(4)
    this.#core.polling.watch(new Int32Array(this.#flag))
    return this.#flag
  }
  #flag: SharedArrayBuffer | undefined

  usage(): { readonly handles: HandleCounts; readonly cpuMs: number; readonly memoryBytes: number } {
    const { cpuMs, memoryBytes } = this.#core
    return { handles: this.#handles.counts(), cpuMs, memoryBytes }
  }
  dispose(): void {
    this.#disposed = true
    this.#byAddress.clear()
  }
  [Symbol.dispose](): void {
    this.dispose()
  }

  /** An entry, or a visit inside one. */
  #enter<T>(work: () => T): T {
    if (this.#disposed) throw new JsAdapterError('ERR_SANDBOX_CLOSED', 'the runtime was disposed of')
    if (this.#core.condemned !== undefined)
      throw new JsAdapterError('ERR_SANDBOX_CONDEMNED', 'the runtime was condemned', { cause: this.#core.condemned })
    if (this.#core.inside) return this.#core.nested(() => this.#translated(work))
    if (this.#core.latch.set) {
      const { cause } = this.#core.latch
      if (this.#autoClear) this.#core.latch.clear()
      throw new InterruptedError(cause?.kind === 'interrupt' ? cause.value : undefined)
    }
    if (this.#forgotten.length > 0) this.#releaseForgotten()
    let result: { readonly value: T } | undefined
    const outcome = this.#core.enter('run', () => {
      result = { value: work() }
    })
    if (this.#autoClear && outcome.stopped) this.#core.latch.clear()
    if (outcome.error !== undefined) throw outcome.error
    if (result === undefined) throw new JsAdapterError('ERR_SANDBOX_EXITED', 'the guest has exited')
    return result.value
  }
  #translated<T>(work: () => T): T {
    try {
      return work()
    } catch (thrown) {
      throw this.#core.errorFrom(thrown)
    }
  }

  /** hot: benchmarks/js-adapter/guest-call-number */
  #callFunction(fn: GuestObject, self: unknown, args: readonly unknown[]): GuestValue {
    return this.#enter(() => {
      const { marshal, instance } = this.#core
      const selfPointer = self === undefined ? instance.undefined : this.#give(self)
      const pointers: number[] = []
      for (const arg of args) pointers.push(this.#give(arg))
      try {
        return this.#take(marshal.call(this.#borrow(fn), selfPointer, ...pointers))
      } finally {
        for (const pointer of pointers) marshal.free(pointer)
        if (self !== undefined) marshal.free(selfPointer)
      }
    })
  }
  #reflect(op: ReflectOp, target: unknown, ...args: readonly unknown[]): GuestValue {
    if (op === 'apply' && target instanceof GuestObject) {
      const [self, list] = args
      return this.#callFunction(target, self, Array.isArray(list) ? list : [])
    }
    return this.#enter(() => {
      const { marshal, instance } = this.#core
      const owned = [target, ...args].map((arg) => (Array.isArray(arg) ? this.#giveList(arg) : this.#give(arg)))
      try {
        return this.#take(marshal.callProfile('reflect', this.#constants.get(op) ?? instance.undefined, ...owned))
      } finally {
        for (const pointer of owned) marshal.free(pointer)
      }
    })
  }
  /** An owned guest array whose items keep their identity. */
  #giveList(items: readonly unknown[]): number {
    const { marshal, instance } = this.#core
    const push = marshal.checked(this.#core.evaluate('((list, item) => { list[list.length] = item })', 'list'))
    const list = marshal.checked(this.#core.evaluate('[]', 'list'))
    for (const item of items) {
      const pointer = this.#give(item)
      marshal.free(marshal.call(push, instance.undefined, list, pointer))
      marshal.free(pointer)
    }
    marshal.free(push)
    return list
  }
  /** An owned pointer for a host value. */
  #give(value: unknown): number {
    const { marshal, instance, dispatcher } = this.#core
    if (value instanceof GuestObject) return instance.exports._QTS_DupValuePointer(instance.ctx, this.#borrow(value))
    if (value instanceof RawHostFunction) return this.#newFunction('raw', dispatcher.addRaw('raw', value.fn))
    if (typeof value === 'function') return this.#giveFunction(value)
    return marshal.importValue(value, (item) =>
      item instanceof GuestObject || item instanceof RawHostFunction || typeof item === 'function' ? this.#give(item) : undefined,
    )
  }
  #giveFunction(fn: Function): number {
    const { dispatcher } = this.#core
    const id = dispatcher.addRaw(fn.name, (call) => {
      const args: unknown[] = []
      for (let index = 0; index < call.count; index++) args.push(call.argument(index))
      const result: unknown = Reflect.apply(fn, undefined, args)
      return result
    })
    return this.#newFunction(fn.name, id)
  }
  #newFunction(name: string, id: number): number {
    const { instance, marshal } = this.#core
    return marshal.checked(instance.withUtf8(name, (text) => instance.exports._QTS_NewFunction(instance.ctx, text, 0, 0, id)))
  }
  /** Turns an owned pointer into a host value; objects and symbols get their wrapper. */
  #take(pointer: number): GuestValue {
    const { marshal, instance } = this.#core
    const { tags } = marshal
    const high = marshal.high(pointer)
    if (high !== tags.object && high !== tags.symbol) {
      const value = this.#primitive(pointer)
      marshal.free(pointer)
      return value
    }
    const address = instance.u32[pointer >> 2] ?? 0
    const known = this.#byAddress.get(address)?.deref()
    if (known !== undefined && this.#handleOf(known) !== undefined) {
      marshal.free(pointer)
      return known
    }
    const object = new GuestObject(this.#owner)
    const slot: Slot = { ...this.#handles.acquire(pointer), address }
    this.#slots.set(object, slot)
    this.#byAddress.set(address, new WeakRef(object))
    this.#finalizer.register(object, slot, object)
    this.#scope?.add(object)
    return object
  }
  #primitive(pointer: number): GuestValue {
    const { marshal } = this.#core
    const { found, value } = marshal.readPrimitive(pointer)
    const exported = found ? value : marshal.exportValue(pointer)
    switch (typeof exported) {
      case 'undefined':
      case 'boolean':
      case 'number':
      case 'bigint':
      case 'string':
        return exported
      default:
        return null
    }
  }
  #value(value: unknown): GuestValue {
    return this.toValue(value)
  }
  #object(value: unknown): GuestObject {
    if (value instanceof GuestObject) return value
    throw new TypeError(`expected a guest object, got ${typeof value}`)
  }
  #handleOf(object: GuestObject): number | undefined {
    const slot = this.#slots.get(object)
    return slot === undefined ? undefined : this.#handles.get(slot.slot, slot.generation)
  }
  /** The pointer behind a wrapper, checked before the guest is touched. */
  #borrow(object: GuestObject): number {
    if (!this.#slots.has(object)) throw new JsAdapterError('ERR_VALUE_FOREIGN', 'the guest object belongs to another runtime')
    const pointer = this.#handleOf(object)
    if (pointer === undefined) throw new JsAdapterError('ERR_HANDLE_RELEASED', 'the guest object was released')
    return pointer
  }
  #release(object: GuestObject, cause: ReleaseCause): void {
    const slot = this.#slots.get(object)
    if (slot === undefined || this.#disposed) return
    this.#finalizer.unregister(object)
    this.#releaseSlot(slot, cause)
  }
  #releaseSlot({ slot, generation, address }: Slot, cause: ReleaseCause): void {
    const pointer = this.#handles.release(slot, generation, cause)
    if (pointer === undefined) return
    if (this.#byAddress.get(address)?.deref() === undefined || cause !== 'finalizer') this.#byAddress.delete(address)
    this.#core.marshal.free(pointer)
  }
  #releaseForgotten(): void {
    for (const slot of this.#forgotten.splice(0, FINALIZER_BATCH)) this.#releaseSlot(slot, 'finalizer')
  }
}
