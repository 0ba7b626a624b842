// Guest proxies whose traps are host functions.
import type { Bridge } from './bridge.ts'
import { GuestObject } from './guest-object.ts'
import type { GuestValue, ObjectOwner } from './guest-object.ts'

/** Traps of a guest `Proxy`, as the language names them. Arguments and results are guest values, not copies. */
export interface ProxyTraps {
  readonly get?: ((target: GuestObject, key: GuestValue, receiver: GuestValue) => unknown) | undefined
  readonly set?: ((target: GuestObject, key: GuestValue, value: GuestValue, receiver: GuestValue) => boolean) | undefined
  readonly has?: ((target: GuestObject, key: GuestValue) => boolean) | undefined
  readonly deleteProperty?: ((target: GuestObject, key: GuestValue) => boolean) | undefined
  readonly ownKeys?: ((target: GuestObject) => unknown) | undefined
  readonly getOwnPropertyDescriptor?: ((target: GuestObject, key: GuestValue) => unknown) | undefined
  readonly defineProperty?: ((target: GuestObject, key: GuestValue, descriptor: GuestValue) => boolean) | undefined
  readonly getPrototypeOf?: ((target: GuestObject) => GuestObject | null) | undefined
  readonly setPrototypeOf?: ((target: GuestObject, prototype: GuestValue) => boolean) | undefined
  readonly isExtensible?: ((target: GuestObject) => boolean) | undefined
  readonly preventExtensions?: ((target: GuestObject) => boolean) | undefined
  readonly apply?: ((target: GuestObject, self: GuestValue, args: GuestValue) => unknown) | undefined
  readonly construct?: ((target: GuestObject, args: GuestValue, newTarget: GuestValue) => unknown) | undefined
}

const TRAP_NAMES: readonly (keyof ProxyTraps)[] = [
  'get',
  'set',
  'has',
  'deleteProperty',
  'ownKeys',
  'getOwnPropertyDescriptor',
  'defineProperty',
  'getPrototypeOf',
  'setPrototypeOf',
  'isExtensible',
  'preventExtensions',
  'apply',
  'construct',
]

/** A guest proxy made by `newProxy`. */
export class GuestProxy extends GuestObject {
  readonly target: GuestObject
  /** The guest object that holds the traps. */
  readonly handler: GuestObject
  readonly #revoke: GuestObject
  private constructor(owner: ObjectOwner, target: GuestObject, handler: GuestObject, revoke: GuestObject) {
    super(owner)
    this.target = target
    this.handler = handler
    this.#revoke = revoke
  }

  /** @internal */
  static create(bridge: Bridge, target: GuestObject, traps: ProxyTraps): GuestProxy {
    const handler = bridge.expectObject(bridge.operate('newObject', null))
    for (const name of TRAP_NAMES) {
      const trap: unknown = traps[name]
      if (typeof trap === 'function') handler.set(name, bridge.trap(name, trap))
    }
    const made = bridge.expectObject(bridge.operate('newProxy', target, handler))
    const revoke = bridge.expectObject(made.get('revoke'))
    const proxy = bridge.entries.enter(() => {
      const pointer = bridge.ops.member(bridge.wrappers.borrow(made), 'proxy')
      return bridge.wrappers.wrap(pointer, (owner) => new GuestProxy(owner, target, handler, revoke))
    })
    made.release()
    if (!(proxy instanceof GuestProxy)) throw new TypeError('the engine made no proxy')
    return proxy
  }
  /** Every later use of the proxy by the guest throws a `TypeError`. */
  revoke(): void {
    this.#revoke.invoke()
  }
}
