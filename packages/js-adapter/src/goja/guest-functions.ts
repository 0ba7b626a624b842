// Guest functions that call the host, and what stands for host functions, classes and errors in the guest. All pointers returned are owned.
import type { Core } from '../runtime/core.ts'
import type { PointerFunction } from '../runtime/dispatcher.ts'
import type { Operations } from './operations.ts'
import type { StandIns } from './stand-ins.ts'

export class GuestFunctions {
  readonly #core: Core
  readonly #ops: Operations
  readonly #standIns: StandIns
  constructor(core: Core, ops: Operations, standIns: StandIns) {
    this.#core = core
    this.#ops = ops
    this.#standIns = standIns
  }

  /** @param forget - called when the guest has dropped the function; the guest cannot be entered then. */
  make(name: string, call: PointerFunction, forget?: () => void): number {
    const { dispatcher, instance, marshal } = this.#core
    const id = dispatcher.addPointer(name, call, forget)
    return marshal.checked(instance.withUtf8(name, (text) => instance.exports._QTS_NewFunction(instance.ctx, text, 0, 0, id)))
  }
  /** The function that stands for `original`: the same one for as long as the guest keeps it. */
  standIn(original: Function, name: string, call: PointerFunction): number {
    const known = this.#standIns.find(original)
    if (known !== undefined) return known
    const { id, forget } = this.#standIns.add(original)
    const pointer = this.make(name, call, forget)
    const key = this.#core.marshal.newNumber(id)
    this.#ops.perform('register', pointer, key)
    this.#core.marshal.free(key)
    return pointer
  }
  /** The same for a constructor. */
  standInClass(target: Function, call: PointerFunction): number {
    const known = this.#standIns.find(target)
    if (known !== undefined) return known
    const { marshal } = this.#core
    const { id, forget } = this.#standIns.add(target)
    const host = this.make(target.name, call, forget)
    const parts = [host, marshal.newNumber(id), marshal.newText(target.name), marshal.newNumber(target.length)]
    try {
      return this.#ops.run('newConstructor', ...parts)
    } finally {
      for (const part of parts) marshal.free(part)
    }
  }
  /** A guest error that carries a host error. */
  hostError(error: unknown): number {
    const { marshal } = this.#core
    const { id, forget } = this.#standIns.add(error)
    const message = marshal.newText(error instanceof Error ? error.message : String(error))
    const parts = [message]
    try {
      // The function is never called: the engine tells through it when the guest has dropped the error.
      const keeper = this.make('HostError', () => 0, forget)
      const number = marshal.newNumber(id)
      const opaque = this.#ops.run('newOpaque', number, keeper)
      parts.push(keeper, number, opaque)
      return this.#ops.run('newHostError', message, opaque)
    } finally {
      for (const part of parts) marshal.free(part)
    }
  }
}
