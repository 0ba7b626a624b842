// The guest-side operations of this face: evaluated once, called by pointer.
import type { Core } from '../runtime/core.ts'
import { GUEST_FILE, GUEST_OPS, GUEST_SOURCE, INTRINSICS } from './guest/source.ts'
import type { GuestOp, IntrinsicName } from './guest/source.ts'

/** Arguments are borrowed pointers, results owned ones. A guest exception throws `GuestThrow`. */
export class Operations {
  readonly #core: Core
  readonly #functions = new Map<GuestOp, number>()
  readonly #intrinsics = new Map<IntrinsicName, number>()

  constructor(core: Core) {
    this.#core = core
    const { marshal, instance } = core
    const factory = marshal.checked(core.evaluate(GUEST_SOURCE, GUEST_FILE))
    const handed = marshal.call(factory, instance.undefined)
    const at = (index: number): number => instance.exports._QTS_GetPropNumber(instance.ctx, handed, index)
    for (const [index, name] of GUEST_OPS.entries()) this.#functions.set(name, at(index))
    for (const [index, name] of INTRINSICS.entries()) this.#intrinsics.set(name, at(GUEST_OPS.length + index))
    marshal.free(factory)
    marshal.free(handed)
  }

  run(op: GuestOp, ...args: readonly number[]): number {
    const { marshal, instance } = this.#core
    return marshal.call(this.#functions.get(op) ?? 0, instance.undefined, ...args)
  }
  /** Borrowed. */
  pointer(op: GuestOp): number {
    return this.#functions.get(op) ?? 0
  }
  /** Every pointer that is held here. */
  get pointers(): readonly number[] {
    return [...this.#functions.values(), ...this.#intrinsics.values()]
  }
  /** For results that are not needed. */
  perform(op: GuestOp, ...args: readonly number[]): void {
    this.#core.marshal.free(this.run(op, ...args))
  }
  flag(op: GuestOp, ...args: readonly number[]): boolean {
    return this.#read(this.run(op, ...args)) === true
  }
  text(op: GuestOp, ...args: readonly number[]): string {
    return String(this.#read(this.run(op, ...args)))
  }
  number(op: GuestOp, ...args: readonly number[]): number {
    return Number(this.#read(this.run(op, ...args)))
  }
  /** `undefined` when the operation gave none. */
  id(op: GuestOp, ...args: readonly number[]): number | undefined {
    const value = this.#read(this.run(op, ...args))
    return typeof value === 'number' ? value : undefined
  }
  #read(pointer: number): unknown {
    const { marshal } = this.#core
    const { value } = marshal.readPrimitive(pointer)
    marshal.free(pointer)
    return value
  }
  /** Borrowed. */
  intrinsic(name: IntrinsicName): number {
    const pointer = this.#intrinsics.get(name)
    if (pointer === undefined) throw new RangeError(`there is no intrinsic ${String(name)}: one of ${INTRINSICS.join(', ')}`)
    return pointer
  }
  /** An owned pointer to a property of an object that an operation made. */
  member(object: number, name: string): number {
    const { marshal, instance } = this.#core
    const key = marshal.newText(name)
    const value = marshal.checked(instance.exports._QTS_GetProp(instance.ctx, object, key))
    marshal.free(key)
    return value
  }
}
