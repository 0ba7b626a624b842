// Symbols of the host in the guest, one guest symbol each; and the symbols of guest objects.
import type { Core } from '../runtime/core.ts'
import { GuestSymbol } from './guest-object.ts'
import type { GuestValue } from './guest-object.ts'
import type { Operations } from './operations.ts'

export class Symbols {
  readonly #core: Core
  readonly #ops: Operations
  readonly #given = new Map<symbol, number>()

  constructor(core: Core, ops: Operations) {
    this.#core = core
    this.#ops = ops
  }

  /** Those that are kept for the life of the runtime. */
  get pointers(): Iterable<number> {
    return this.#given.values()
  }

  /** An owned pointer to the guest's symbol for `symbol`. */
  give(symbol: symbol): number {
    const { instance, marshal } = this.#core
    let pointer = this.#given.get(symbol)
    if (pointer === undefined) {
      const description = symbol.description === undefined ? marshal.newUndefined() : marshal.newText(symbol.description)
      pointer = this.#ops.run('newSymbol', description)
      marshal.free(description)
      this.#given.set(symbol, pointer)
    }
    return instance.exports._QTS_DupValuePointer(instance.ctx, pointer)
  }

  /** The symbols that are keys of the borrowed object. @param take - turns an owned pointer into a value. */
  ofObject(target: number, take: (pointer: number) => GuestValue): readonly GuestSymbol[] {
    const { marshal, instance } = this.#core
    const list = this.#ops.run('symbols', target)
    const length = this.#ops.member(list, 'length')
    const found: GuestSymbol[] = []
    for (let index = 0; index < marshal.readNumber(length); index++) {
      const symbol = take(instance.exports._QTS_GetPropNumber(instance.ctx, list, index))
      if (symbol instanceof GuestSymbol) found.push(symbol)
    }
    marshal.free(length)
    marshal.free(list)
    return found
  }
}
