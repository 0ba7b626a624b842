// Which guest object stands for which host object, both ways, for as long as the guest keeps it.
import type { Core } from '../runtime/core.ts'
import type { Operations } from './operations.ts'

export class StandIns {
  readonly #core: Core
  readonly #ops: Operations
  readonly #originals = new Map<number, unknown>()
  readonly #ids = new WeakMap<object, number>()
  readonly #gone: number[] = []
  #lastId = 0

  constructor(core: Core, ops: Operations) {
    this.#core = core
    this.#ops = ops
  }
  get size(): number {
    return this.#originals.size
  }

  /** An owned pointer to the guest object that stands for `original`; `undefined` when there is none any more. */
  find(original: object): number | undefined {
    const id = this.#ids.get(original)
    if (id === undefined || !this.#originals.has(id)) return undefined
    const { marshal } = this.#core
    const key = marshal.newNumber(id)
    const pointer = this.#ops.run('standIn', key)
    marshal.free(key)
    if (marshal.isObject(pointer)) return pointer
    marshal.free(pointer)
    return undefined
  }
  /** A new id for `original`; `forget` is to be called when the guest has dropped what stands for it. */
  add(original: unknown): { readonly id: number; readonly forget: () => void } {
    const id = ++this.#lastId
    this.#originals.set(id, original)
    if (typeof original === 'object' || typeof original === 'function') if (original !== null) this.#ids.set(original, id)
    return {
      id,
      forget: () => {
        this.#originals.delete(id)
        this.#gone.push(id)
      },
    }
  }
  /** The host's original of a guest object. */
  originalOf(pointer: number): { readonly original: unknown } | undefined {
    if (this.size === 0 || !this.#core.marshal.isObject(pointer)) return undefined
    const id = this.#ops.id('hostIdOf', pointer)
    return id === undefined ? undefined : this.byId(id)
  }
  byId(id: number): { readonly original: unknown } | undefined {
    return this.#originals.has(id) ? { original: this.#originals.get(id) } : undefined
  }
  /** Ids that the guest has not been told of. */
  get gone(): number {
    return this.#gone.length
  }
  /** Tells the guest which ids are free: it cannot be entered while it collects. */
  sweep(): void {
    const { marshal } = this.#core
    for (const id of this.#gone.splice(0)) {
      const key = marshal.newNumber(id)
      this.#ops.perform('dropStandIn', key)
      marshal.free(key)
    }
  }
}
