// All conversions of one runtime, wired together: wrappers, stand-ins, host calls, promises.
import { Exception } from '../errors.ts'
import type { JsAdapterError } from '../errors.ts'
import type { AdapterLogger } from '../ports.ts'
import type { Core } from '../runtime/core.ts'
import type { PointerFunction } from '../runtime/dispatcher.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import type { Frame } from '../values/frames.ts'
import { Callables } from './callables.ts'
import { ClassNames } from './class-names.ts'
import type { DynamicArray, DynamicObject } from './dynamic.ts'
import { Entries } from './entries.ts'
import { Exporter } from './exporting.ts'
import type { FieldNameMapper } from './field-names.ts'
import { GuestObject } from './guest-object.ts'
import type { GuestValue, ObjectOwner } from './guest-object.ts'
import type { GuestAccess } from './guest-access.ts'
import type { GuestOp } from './guest/source.ts'
import { GuestPromise } from './guest-promise.ts'
import { PROMISE_STATES } from './promise-state.ts'
import { checkLeaks } from './leak-check.ts'
import type { LeakReport } from './leak-check.ts'
import { GuestFunctions } from './guest-functions.ts'
import { HostCalls } from './host-calls.ts'
import { Importer } from './importing.ts'
import { Operations } from './operations.ts'
import { Promises } from './promises.ts'
import { Proxies } from './proxies.ts'
import { readBytes } from './buffers.ts'
import { StandIns } from './stand-ins.ts'
import { Symbols } from './symbols.ts'
import { Wrappers } from './wrappers.ts'

/** Arguments that one call carries without a list. */
const MAX_DIRECT_ARGUMENTS = 60

/** How long interrupts and guest objects are held. */
export interface HoldOptions {
  readonly autoClear: boolean
  readonly maxHandles: number
  readonly logger: AdapterLogger | undefined
}

export class Bridge implements GuestAccess {
  readonly core: Core
  readonly ops: Operations
  readonly entries: Entries
  readonly wrappers: Wrappers
  readonly standIns: StandIns
  readonly functions: GuestFunctions
  readonly exporter: Exporter
  readonly importer: Importer
  readonly calls: HostCalls
  readonly promises: Promises
  readonly #proxies: Proxies
  readonly #classes: ClassNames
  readonly #callables: Callables
  readonly #symbols: Symbols
  readonly #described = new WeakSet<Exception>()
  /** Guest objects that this package holds for its own work. */
  readonly #own = new Set<GuestObject>()
  mapper: FieldNameMapper | undefined
  frameMapper: ((frame: Frame) => Frame) | undefined
  readonly owner: ObjectOwner

  constructor(core: Core, { autoClear, maxHandles, logger }: HoldOptions) {
    this.core = core
    this.ops = new Operations(core)
    this.#classes = new ClassNames(core, this.ops)
    this.#symbols = new Symbols(core, this.ops)
    this.#callables = new Callables((fn, args) => this.#callExported(fn, args))
    this.owner = this.#makeOwner()
    this.wrappers = new Wrappers(core, this.owner, { maxHandles, logger })
    this.entries = new Entries(core, {
      autoClear,
      describe: (thrown) => this.describe(thrown),
      onBefore: () => this.#sweep(),
    })
    this.standIns = new StandIns(core, this.ops)
    this.functions = new GuestFunctions(core, this.ops, this.standIns)
    this.exporter = new Exporter(core, this.standIns, {
      wrap: (pointer) => this.wrappers.wrap(pointer),
      asFunction: (wrapper) => this.#callables.of(wrapper),
      asPromise: (wrapper) => this.promises.follow(wrapper),
      isObject: (wrapper) => wrapper instanceof GuestObject,
    })
    this.calls = new HostCalls(core, {
      give: (value) => this.give(value),
      borrowed: (pointer) => this.borrowed(pointer),
      exported: (pointer) => this.exporter.export(pointer),
      liveUnder: (target, prototype) => this.#proxies.live(target, this.mapper, prototype),
      prototypeOf: (pointer) => this.ops.run('prototype', pointer),
      ownsWrapper: (wrapper) => this.wrappers.owns(wrapper),
      isDescribed: (exception) => this.#described.has(exception),
      setOwn: (target, key, value) => this.#setOwn(target, key, value),
    })
    this.promises = new Promises(this)
    this.#proxies = new Proxies(this)
    this.importer = new Importer(core, this.wrappers, {
      function: (fn) => this.functions.standIn(fn, fn.name, this.calls.plain(fn)),
      raw: (fn) => this.functions.standIn(fn, fn.name === '' ? 'raw' : fn.name, this.calls.raw(fn)),
      construct: (constructor) => this.functions.standInClass(constructor.target, this.calls.constructing(constructor)),
      live: (target) => this.standIns.find(target) ?? this.#proxies.live(target, this.mapper),
      promise: (promise) => this.promises.import(promise),
      symbol: (symbol) => this.#symbols.give(symbol),
      original: (fn) => this.#callables.original(fn),
    })
    const sample = core.marshal.newBuffer(new Uint8Array(1))
    this.wrappers.learn(sample)
    core.marshal.free(sample)
    core.marshal.useStandIns(this.ops.pointer('hostIdOf'))
  }

  #makeOwner(): ObjectOwner {
    return {
      operate: (op, ...args) => this.operate(op, ...args),
      call: (fn, self, args) => this.call(fn, self, args),
      classOf: (target) => this.entries.enter(() => this.#classes.of(this.wrappers.borrow(target))),
      export: (target) => this.entries.enter(() => this.exporter.export(this.wrappers.borrow(target))),
      release: (target) => this.wrappers.release(target, 'hand'),
      promiseState: (promise) => PROMISE_STATES[this.#promiseState(promise)] ?? 'pending',
      promiseResult: (promise) => this.#promiseResult(promise),
      bytes: (buffer) => this.entries.enter(() => new Uint8Array(this.core.marshal.readBuffer(this.wrappers.borrow(buffer)))),
      symbolsOf: (target) =>
        this.entries.enter(() => this.#symbols.ofObject(this.wrappers.borrow(target), (pointer) => this.take(pointer))),
    }
  }
  #sweep(): void {
    if (this.wrappers.forgotten > 0) this.wrappers.releaseForgotten()
    if (this.standIns.gone > 0) this.standIns.sweep()
  }

  /** Counts `wrapper` as the package's own, not as held by the host. */
  keepOwn(wrapper: GuestObject): void {
    this.#own.add(wrapper)
  }
  /** Frees a copy of this runtime and tells what is left. */
  checkLeaks(): Promise<LeakReport> {
    this.entries.assertUsable()
    const { engine, instance, limits, state } = this.core
    return checkLeaks({
      engine,
      instance,
      limits,
      state,
      inside: () => this.core.inside,
      held: () => {
        this.entries.assertUsable()
        this.#sweep()
        const own = [...this.#own].map((wrapper) => this.wrappers.borrow(wrapper))
        return {
          handles: this.wrappers.counts().live - own.length,
          own: [...own, ...this.ops.pointers, ...this.#symbols.pointers],
        }
      },
    })
  }

  give(value: unknown): number {
    return this.importer.give(value)
  }
  /** Turns an owned pointer into a primitive or a wrapper. hot: benchmarks/js-adapter/guest-call-number */
  take(pointer: number): GuestValue {
    const { marshal } = this.core
    const integer = marshal.takeInteger(pointer)
    if (integer !== undefined) return integer
    const { found, value } = this.exporter.primitive(pointer)
    if (!found) return this.wrappers.wrap(pointer)
    marshal.free(pointer)
    return value
  }
  /** The same for a pointer that stays the caller's. */
  borrowed(pointer: number): GuestValue {
    const { instance } = this.core
    return this.take(instance.exports._QTS_DupValuePointer(instance.ctx, pointer))
  }

  operate(op: GuestOp, ...args: readonly unknown[]): GuestValue {
    return this.entries.enter(() => this.#operate(op, args))
  }
  #operate(op: GuestOp, args: readonly unknown[]): GuestValue {
    const owned: number[] = []
    try {
      for (const arg of args) owned.push(this.give(arg))
      return this.take(this.ops.run(op, ...owned))
    } finally {
      for (const pointer of owned) this.core.marshal.free(pointer)
    }
  }
  /** An owned guest array whose items keep their identity. */
  list(items: readonly unknown[]): number {
    const { marshal } = this.core
    const list = this.ops.run('newList')
    try {
      for (const item of items) {
        const pointer = this.give(item)
        this.ops.perform('append', list, pointer)
        marshal.free(pointer)
      }
    } catch (error) {
      marshal.free(list)
      throw error
    }
    return list
  }

  /** hot: benchmarks/js-adapter/guest-call-number */
  call(fn: GuestObject, self: unknown, args: readonly unknown[]): GuestValue {
    const { entries } = this
    if (!entries.begin()) return entries.enter(() => this.#call(fn, self, args))
    let result: GuestValue
    try {
      result = this.#call(fn, self, args)
    } catch (thrown) {
      return entries.fail(thrown)
    }
    entries.end()
    return result
  }
  #call(fn: GuestObject, self: unknown, args: readonly unknown[]): GuestValue {
    const { marshal, instance } = this.core
    const target = this.wrappers.borrow(fn)
    if (self === undefined) {
      const quick = marshal.callImmediate(target, args)
      if (quick !== 0) return marshal.takeInteger(quick) ?? this.take(quick)
    }
    if (args.length > MAX_DIRECT_ARGUMENTS) return this.#callWithList(target, self, args)
    const selfPointer = self === undefined ? instance.undefined : this.give(self)
    const owned: number[] = []
    try {
      for (let index = 0; index < args.length; index++) owned.push(this.give(args[index]))
      return this.take(marshal.call(target, selfPointer, ...owned))
    } finally {
      for (let index = 0; index < owned.length; index++) marshal.free(owned[index] ?? 0)
      if (self !== undefined) marshal.free(selfPointer)
    }
  }
  /** A call of the host's through an exported function: arguments by reference, the result as a plain value. */
  #callExported(fn: GuestObject, args: readonly unknown[]): unknown {
    return this.entries.enter(() => {
      const { marshal, instance } = this.core
      const list = this.list(args)
      try {
        const result = this.ops.run('applyTo', this.wrappers.borrow(fn), instance.undefined, list)
        try {
          return this.exporter.export(result)
        } finally {
          marshal.free(result)
        }
      } finally {
        marshal.free(list)
      }
    })
  }
  #callWithList(target: number, self: unknown, args: readonly unknown[]): GuestValue {
    const { marshal } = this.core
    const list = this.list(args)
    try {
      const selfPointer = this.give(self)
      try {
        return this.take(this.ops.run('applyTo', target, selfPointer, list))
      } finally {
        marshal.free(selfPointer)
      }
    } finally {
      marshal.free(list)
    }
  }

  /** The error for a thrown guest value, which it keeps: `value` is the primitive or its wrapper. Frees the pointer. */
  describe({ pointer }: GuestThrow, source?: { readonly text: string; readonly fileName: string }): JsAdapterError {
    const { core } = this
    const { exports, ctx } = core.instance
    const kept = exports._QTS_DupValuePointer(ctx, pointer)
    const error = core.errorFrom(new GuestThrow(pointer), source)
    if (!(error instanceof Exception)) {
      core.marshal.free(kept)
      return error
    }
    const id = core.polling.muted(() => this.ops.id('hostErrorId', kept))
    const host = id === undefined ? undefined : this.standIns.byId(id)
    this.adopt(error, this.take(kept), host === undefined ? undefined : { error: host.original })
    return error
  }
  /** Gives an exception the guest's own value, and frames as the frame mapper wants them. */
  adopt(error: Exception, value: GuestValue, hostError?: { readonly error: unknown }): void {
    const map = this.frameMapper
    Exception.adopt(error, {
      value,
      hostError,
      ...(map === undefined ? {} : { frames: error.frames.map((frame) => map(frame)) }),
    })
    this.#described.add(error)
  }

  /** Tells a rejection tracker; the guest may not be entered from it. */
  track(
    promise: number,
    operation: 'reject' | 'handle',
    tracker: (promise: GuestPromise, operation: 'reject' | 'handle') => void,
  ): void {
    const { instance } = this.core
    const wrapper = this.wrappers.wrap(instance.exports._QTS_DupValuePointer(instance.ctx, promise))
    if (!(wrapper instanceof GuestPromise)) return
    this.entries.withoutEntering('a promise rejection tracker', () => tracker(wrapper, operation))
  }
  /** A raw host function whose arguments are guest values. */
  trap(name: string, fn: Function): GuestObject {
    const call = this.calls.raw((view) => {
      const args: GuestValue[] = []
      for (let index = 0; index < view.count; index++) args.push(view.argument(index))
      const result: unknown = Reflect.apply(fn, undefined, args)
      return result
    })
    return this.object(() => this.newFunction(name, call))
  }
  /** Lets go of what an exception that nobody will see keeps. */
  forget(exception: Exception): void {
    if (exception.value instanceof GuestObject) exception.value.release()
  }
  /** The bytes of a buffer or view; `undefined` for anything else. */
  bytesOf(value: GuestValue, asView: boolean): Uint8Array | undefined {
    if (!(value instanceof GuestObject)) return undefined
    return this.entries.enter(() => readBytes(this.core, this.ops, this.wrappers.borrow(value), asView))
  }

  newFunction(name: string, call: PointerFunction, forget?: () => void): number {
    return this.functions.make(name, call, forget)
  }
  dynamicObject(handler: DynamicObject): GuestObject {
    return this.object(() => this.standIns.find(handler) ?? this.#proxies.dynamicObject(handler))
  }
  dynamicArray(handler: DynamicArray): GuestObject {
    return this.object(() => this.standIns.find(handler) ?? this.#proxies.dynamicArray(handler))
  }
  /** The wrapper of the object that `make` returns an owned pointer to. */
  object(make: () => number): GuestObject {
    return this.expectObject(this.entries.enter(() => this.take(make())))
  }
  expectObject(value: GuestValue): GuestObject {
    if (value instanceof GuestObject) return value
    throw new TypeError(`expected a guest object, got ${value === null ? 'null' : typeof value}`)
  }
  #setOwn(target: number, key: string, value: unknown): void {
    const { marshal } = this.core
    const item = this.give(value)
    const name = marshal.newText(key)
    const flags = marshal.newNumber(key === 'cause' ? 5 : 7)
    this.ops.perform('defineData', target, name, item, flags)
    for (const pointer of [item, name, flags]) marshal.free(pointer)
  }

  #promiseState(promise: GuestObject): number {
    if (this.entries.disposed) this.entries.assertUsable()
    const { instance } = this.core
    return instance.exports._QTS_PromiseState(instance.ctx, this.wrappers.borrow(promise))
  }
  #promiseResult(promise: GuestObject): GuestValue {
    if (this.#promiseState(promise) === 0) return undefined
    const { instance } = this.core
    return this.take(instance.exports._QTS_PromiseResult(instance.ctx, this.wrappers.borrow(promise)))
  }
}
