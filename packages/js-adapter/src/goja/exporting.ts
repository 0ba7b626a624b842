// Guest values to host values: copies of data, functions that call back, promises that follow, originals of stand-ins.
import type { Core } from '../runtime/core.ts'
import type { GuestObject, GuestValue } from './guest-object.ts'
import type { StandIns } from './stand-ins.ts'
import type { Wrapper } from './wrappers.ts'

/** A guest function as a host function: arguments are converted, `this` is undefined, the result is exported. */
export type GuestFunction = (...args: readonly unknown[]) => unknown

export interface ExportContext {
  /** Takes an owned pointer over. */
  wrap(pointer: number): Wrapper
  asFunction(wrapper: GuestObject): GuestFunction
  asPromise(wrapper: GuestObject): Promise<unknown>
  isObject(wrapper: Wrapper): wrapper is GuestObject
}

export class Exporter {
  readonly #core: Core
  readonly #standIns: StandIns
  readonly #context: ExportContext

  constructor(core: Core, standIns: StandIns, context: ExportContext) {
    this.#core = core
    this.#standIns = standIns
    this.#context = context
  }

  /** A copy of what a borrowed pointer shows. Runs guest code when the value has getters or traps. */
  export(pointer: number): unknown {
    const original = this.#standIns.originalOf(pointer)
    if (original !== undefined) return original.original
    return this.#core.marshal.exportValue(
      pointer,
      (reference, kind) => this.#opaque(reference, kind),
      Number.POSITIVE_INFINITY,
      (id) => this.#standIns.byId(id)?.original,
    )
  }
  #opaque(reference: number, kind: 'function' | 'promise' | 'symbol' | 'object' | 'error'): unknown {
    const { marshal } = this.#core
    const index = marshal.newNumber(reference)
    const pointer = marshal.callProfile('takeRef', index)
    marshal.free(index)
    const wrapper = this.#context.wrap(pointer)
    if (!this.#context.isObject(wrapper)) return wrapper
    if (kind === 'function') return this.#context.asFunction(wrapper)
    return kind === 'promise' ? this.#context.asPromise(wrapper) : wrapper
  }

  /** A primitive, or `undefined` in `found` for anything that needs a wrapper. */
  primitive(pointer: number): { readonly found: boolean; readonly value: GuestValue } {
    const { marshal } = this.#core
    const high = marshal.high(pointer)
    if (high === marshal.tags.object || high === marshal.tags.symbol) return { found: false, value: undefined }
    const { found, value } = marshal.readPrimitive(pointer)
    const exported = found ? value : marshal.exportValue(pointer)
    switch (typeof exported) {
      case 'undefined':
      case 'boolean':
      case 'number':
      case 'bigint':
      case 'string':
        return { found: true, value: exported }
      default:
        return { found: true, value: null }
    }
  }
}
