// Calls from the guest into host functions of this face, and what their errors become in the guest.
import { Exception, JsAdapterError } from '../errors.ts'
import type { Core } from '../runtime/core.ts'
import type { PointerFunction } from '../runtime/dispatcher.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import { GuestObject, GuestSymbol } from './guest-object.ts'
import type { GuestValue } from './guest-object.ts'
import type { HostConstructor, RawCall, RawFunction } from './host-function.ts'

/** What the calls need of the runtime; pointers are owned where they are returned, borrowed where they are taken. */
export interface CallContext {
  give(value: unknown): number
  /** Copies the pointer's reference into a primitive or wrapper. */
  borrowed(pointer: number): GuestValue
  exported(pointer: number): unknown
  liveUnder(target: object, prototype: number): number
  prototypeOf(pointer: number): number
  ownsWrapper(value: GuestObject | GuestSymbol): boolean
  /** Whether the exception carries the guest's own value, which is then thrown again. */
  isDescribed(exception: Exception): boolean
  setOwn(target: number, key: string, value: unknown): void
}

const VALUE_BYTES = 8
/** A constructor's arguments begin behind the object under construction and `new.target`. */
const CONSTRUCTOR_EXTRAS = 2

/** hot: benchmarks/js-adapter/host-call-number */
class CallView implements RawCall {
  readonly #core: Core
  readonly #context: CallContext
  count = 0
  argv = 0
  self = 0
  target = 0
  constructor(core: Core, context: CallContext) {
    this.#core = core
    this.#context = context
  }
  get this(): GuestValue {
    return this.#context.borrowed(this.self)
  }
  get newTarget(): GuestObject | undefined {
    const value = this.target === 0 ? undefined : this.#context.borrowed(this.target)
    return value instanceof GuestObject ? value : undefined
  }
  argument(index: number): GuestValue {
    return index < this.count ? this.#context.borrowed(this.argv + index * VALUE_BYTES) : undefined
  }
  number(index: number): number {
    return index < this.count ? this.#core.marshal.readNumber(this.argv + index * VALUE_BYTES) : Number.NaN
  }
  text(index: number): string {
    return index < this.count ? this.#core.marshal.readText(this.argv + index * VALUE_BYTES) : ''
  }
}

export class HostCalls {
  readonly #core: Core
  readonly #context: CallContext
  readonly #view: CallView

  constructor(core: Core, context: CallContext) {
    this.#core = core
    this.#context = context
    this.#view = new CallView(core, context)
  }

  raw(fn: RawFunction): PointerFunction {
    const { marshal } = this.#core
    return (self, argc, argv) => {
      const result = this.#viewed(fn, self, 0, argc, argv)
      return typeof result === 'number' ? marshal.newNumber(result) : this.#answer(result)
    }
  }
  plain(fn: Function): PointerFunction {
    return (_self, argc, argv) => {
      try {
        const result: unknown = Reflect.apply(fn, undefined, this.#exported(argc, argv, 0))
        return this.#answer(result)
      } catch (error) {
        throw this.translated(error)
      }
    }
  }
  method(target: object, fn: Function): PointerFunction {
    return (_self, argc, argv) => {
      try {
        return this.#answer(Reflect.apply(fn, target, this.#exported(argc, argv, 0)))
      } catch (error) {
        throw this.translated(error)
      }
    }
  }
  constructing({ target, isClass }: HostConstructor): PointerFunction {
    return (self, argc, argv) => {
      const newTarget = argv + VALUE_BYTES
      if (!isClass) {
        const call = target as RawFunction
        const rest = argc - CONSTRUCTOR_EXTRAS
        return this.#answer(this.#viewed(call, self, newTarget, rest, argv + CONSTRUCTOR_EXTRAS * VALUE_BYTES))
      }
      try {
        const made: unknown = Reflect.construct(target, this.#exported(argc, argv, CONSTRUCTOR_EXTRAS))
        if (typeof made !== 'object' || made === null) throw new TypeError('the constructor made no object')
        const prototype = this.#context.prototypeOf(self)
        try {
          return this.#context.liveUnder(made, prototype)
        } finally {
          this.#core.marshal.free(prototype)
        }
      } catch (error) {
        throw this.translated(error)
      }
    }
  }
  /** A function for a proxy's questions: arguments are borrowed pointers, the result an owned one. */
  answering(answer: (op: number, at: (index: number) => number) => number): PointerFunction {
    const { marshal, instance } = this.#core
    return (_self, argc, argv) => {
      try {
        const at = (index: number): number => (index < argc ? argv + index * VALUE_BYTES : instance.undefined)
        return answer(marshal.readNumber(argv), at)
      } catch (error) {
        throw this.translated(error)
      }
    }
  }

  #viewed(fn: RawFunction, self: number, newTarget: number, argc: number, argv: number): unknown {
    const view = this.#view
    const { count, argv: argvBefore, self: selfBefore, target } = view
    view.count = argc
    view.argv = argv
    view.self = self
    view.target = newTarget
    try {
      return fn(view)
    } catch (error) {
      throw this.translated(error)
    } finally {
      view.count = count
      view.argv = argvBefore
      view.self = selfBefore
      view.target = target
    }
  }
  #answer(result: unknown): number {
    if (result === undefined) return 0
    try {
      return this.#context.give(result)
    } catch (error) {
      throw this.translated(error)
    }
  }
  #exported(argc: number, argv: number, from: number): unknown[] {
    const args: unknown[] = []
    for (let index = from; index < argc; index++) args.push(this.#context.exported(argv + index * VALUE_BYTES))
    return args
  }

  /** What is thrown into the guest for a host error: the guest's own value if it came from there. */
  translated(error: unknown): unknown {
    if (error instanceof GuestThrow || error instanceof JsAdapterError) {
      if (!(error instanceof Exception) || !this.#context.isDescribed(error)) return error
      return this.#thrown(error.value)
    }
    if (error instanceof GuestObject || error instanceof GuestSymbol)
      return this.#context.ownsWrapper(error) ? this.#thrown(error) : error
    if (!(error instanceof Error)) return error
    const pointer = this.#core.dispatcher.makeError(error)
    for (const key of ['code', 'cause']) {
      if (!Object.hasOwn(error, key)) continue
      try {
        this.#context.setOwn(pointer, key, Reflect.get(error, key))
      } catch (unsupported) {
        // A cause of no guest form is left out: the error itself matters more, and `unwrap()` still gives it whole.
        if (!(unsupported instanceof JsAdapterError)) throw unsupported
      }
    }
    return new GuestThrow(pointer)
  }
  #thrown(value: unknown): unknown {
    try {
      return new GuestThrow(this.#context.give(value))
    } catch (error) {
      return error
    }
  }
}
