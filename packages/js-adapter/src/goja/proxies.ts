// Guest proxies over host objects: live objects, dynamic objects, dynamic arrays.
import type { GuestAccess } from './guest-access.ts'
import type { DynamicArray, DynamicObject } from './dynamic.ts'
import { findMember, visibleMembers } from './field-names.ts'
import type { FieldNameMapper } from './field-names.ts'
import type { GuestOp } from './guest/source.ts'

/** Questions of the guest's traps, by number: `guest/stand-ins.ts` has the same. */
const LIVE = { kind: 0, read: 1, method: 2, write: 3, keys: 4 } as const
const DYNAMIC = { read: 0, write: 1, has: 2, delete: 3, keys: 4 } as const
const LIST = { read: 0, write: 1, length: 2, setLength: 3 } as const
const KIND = { none: 0, field: 1, method: 2 } as const

type Answer = (op: number, at: (index: number) => number) => number

export class Proxies {
  readonly #bridge: GuestAccess
  constructor(bridge: GuestAccess) {
    this.#bridge = bridge
  }

  /** @param prototype - a borrowed pointer; `Object.prototype` without it. */
  live(target: object, mapper: FieldNameMapper | undefined, prototype?: number): number {
    const { core, exporter, calls } = this.#bridge
    const { marshal } = core
    const answer: Answer = (op, at) => {
      if (op === LIVE.keys) return marshal.newText(JSON.stringify([...visibleMembers(target, mapper).keys()]))
      const member = findMember(target, mapper, marshal.readText(at(1)))
      switch (op) {
        case LIVE.kind:
          return marshal.newNumber(member === undefined ? KIND.none : member.kind === 'method' ? KIND.method : KIND.field)
        case LIVE.read:
          return member === undefined ? 0 : this.#bridge.give(Reflect.get(target, member.key))
        case LIVE.method: {
          const method: unknown = member === undefined ? undefined : Reflect.get(target, member.key)
          if (typeof method !== 'function') return 0
          return this.#bridge.newFunction(method.name, calls.method(target, method))
        }
        case LIVE.write:
          return member === undefined ? 0 : this.#flag(Reflect.set(target, member.key, exporter.export(at(2))))
        default:
          return 0
      }
    }
    return this.#make('newLive', target, answer, prototype)
  }

  dynamicObject(handler: DynamicObject): number {
    const { core } = this.#bridge
    const { marshal } = core
    return this.#make('newDynamic', handler, (op, at) => {
      if (op === DYNAMIC.keys) return marshal.newText(JSON.stringify([...new Set(handler.keys())]))
      const key = marshal.readText(at(1))
      switch (op) {
        case DYNAMIC.read:
          return this.#bridge.give(handler.get(key))
        case DYNAMIC.write:
          return this.#flag(handler.set(key, this.#bridge.borrowed(at(2))))
        case DYNAMIC.has:
          return this.#flag(handler.has(key))
        case DYNAMIC.delete:
          return this.#flag(handler.delete(key))
        default:
          return 0
      }
    })
  }

  dynamicArray(handler: DynamicArray): number {
    const { core } = this.#bridge
    const { marshal } = core
    return this.#make('newDynamicList', handler, (op, at) => {
      switch (op) {
        case LIST.length:
          return marshal.newNumber(handler.length >>> 0)
        case LIST.read:
          return this.#bridge.give(handler.get(marshal.readNumber(at(1))))
        case LIST.write:
          return this.#flag(handler.set(marshal.readNumber(at(1)), this.#bridge.borrowed(at(2))))
        case LIST.setLength:
          return this.#flag(handler.setLength(marshal.readNumber(at(1))))
        default:
          return 0
      }
    })
  }

  #flag(value: unknown): number {
    const { instance } = this.#bridge.core
    return instance.exports._QTS_DupValuePointer(instance.ctx, value === true ? instance.true : instance.false)
  }
  #make(op: GuestOp, original: object, answer: Answer, prototype?: number): number {
    const { core, calls, standIns, ops } = this.#bridge
    const { id, forget } = standIns.add(original)
    const host = this.#bridge.newFunction('host', calls.answering(answer), forget)
    const key = core.marshal.newNumber(id)
    try {
      return prototype === undefined ? ops.run(op, host, key) : ops.run(op, host, key, prototype)
    } finally {
      core.marshal.free(host)
      core.marshal.free(key)
    }
  }
}
