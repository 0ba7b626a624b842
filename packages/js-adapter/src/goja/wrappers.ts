// The host's wrappers of guest objects: one a guest object while it lives, released by hand, by scope, or when forgotten.
import { JsAdapterError } from '../errors.ts'
import type { AdapterLogger } from '../ports.ts'
import type { Core } from '../runtime/core.ts'
import { GuestObject, GuestSymbol } from './guest-object.ts'
import type { ObjectOwner } from './guest-object.ts'
import { GuestArrayBuffer } from './guest-array-buffer.ts'
import { GuestPromise } from './guest-promise.ts'
import { HandleTable } from './handles.ts'
import type { HandleCounts, ReleaseCause } from './handles.ts'

const FINALIZER_BATCH = 1000
const MANY_FORGOTTEN = 1000

/** What stands for a guest object or symbol on the host. */
export type Wrapper = GuestObject | GuestSymbol

interface Slot {
  readonly slot: number
  readonly generation: number
  readonly address: number
}

export interface WrapperOptions {
  readonly maxHandles: number
  readonly logger: AdapterLogger | undefined
}

export class Wrappers {
  readonly #core: Core
  readonly #owner: ObjectOwner
  readonly #maxHandles: number
  readonly #logger: AdapterLogger | undefined
  #warned = false
  readonly #handles = new HandleTable()
  readonly #slots = new WeakMap<Wrapper, Slot>()
  readonly #byAddress = new Map<number, WeakRef<Wrapper>>()
  readonly #forgotten: Slot[] = []
  readonly #finalizer: FinalizationRegistry<Slot>
  #scope: Set<Wrapper> | undefined
  #bufferClass = -1
  #closed = false

  constructor(core: Core, owner: ObjectOwner, { maxHandles, logger }: WrapperOptions) {
    this.#core = core
    this.#maxHandles = maxHandles
    this.#logger = logger
    this.#owner = owner
    this.#finalizer = new FinalizationRegistry((slot) => {
      this.#forgotten.push(slot)
    })
  }
  /** Learns by a sample how the engine marks array buffers. */
  learn(buffer: number): void {
    this.#bufferClass = this.#classOf(buffer)
  }
  counts(): HandleCounts {
    return this.#handles.counts()
  }
  close(): void {
    this.#closed = true
    this.#byAddress.clear()
  }

  /** The wrapper of an owned pointer to an object or symbol, which it takes over. */
  wrap(pointer: number, make?: (owner: ObjectOwner) => GuestObject): Wrapper {
    const address = this.#core.instance.u32[pointer >> 2] ?? 0
    const known = this.#byAddress.get(address)?.deref()
    if (known !== undefined && this.#pointerOf(known) !== undefined) {
      this.#core.marshal.free(pointer)
      return known
    }
    this.#makeRoom(pointer)
    const wrapper = make === undefined ? this.#make(pointer) : make(this.#owner)
    const slot: Slot = { ...this.#handles.acquire(pointer), address }
    this.#slots.set(wrapper, slot)
    this.#byAddress.set(address, new WeakRef(wrapper))
    this.#finalizer.register(wrapper, slot, wrapper)
    this.#scope?.add(wrapper)
    return wrapper
  }
  /** What the collector has found is let go of before a new wrapper is refused; the refused pointer is freed. */
  #makeRoom(pointer: number): void {
    if (this.#handles.live < this.#maxHandles) return
    while (this.releaseForgotten() > 0);
    const { live } = this.#handles
    if (live < this.#maxHandles) return
    this.#core.marshal.free(pointer)
    throw new JsAdapterError(
      'ERR_LIMIT_HANDLES',
      `the host holds ${live} guest objects: maxHandles is ${this.#maxHandles}; release some, or use a scope`,
      { context: { limit: 'maxHandles', configured: this.#maxHandles, observed: live + 1 } },
    )
  }
  #make(pointer: number): Wrapper {
    const { marshal, instance } = this.#core
    if (!marshal.isObject(pointer)) return new GuestSymbol(this.#owner)
    if (instance.exports._QTS_PromiseState(instance.ctx, pointer) >= 0) return new GuestPromise(this.#owner)
    return this.#bufferClass !== -1 && this.#classOf(pointer) === this.#bufferClass
      ? new GuestArrayBuffer(this.#owner)
      : new GuestObject(this.#owner)
  }
  #classOf(pointer: number): number {
    const { proxy } = this.#core.engine.calibration
    if (proxy === undefined) return -1
    const { u8, u32 } = this.#core.instance
    const address = u32[pointer >> 2] ?? 0
    return (u8[address + proxy.classOffset] ?? 0) | ((u8[address + proxy.classOffset + 1] ?? 0) << 8)
  }

  #pointerOf(wrapper: Wrapper): number | undefined {
    const slot = this.#slots.get(wrapper)
    return slot === undefined ? undefined : this.#handles.get(slot.slot, slot.generation)
  }
  owns(wrapper: Wrapper): boolean {
    return this.#slots.has(wrapper)
  }
  /** The pointer behind a wrapper, checked before the guest is touched. */
  borrow(wrapper: Wrapper): number {
    const slot = this.#slots.get(wrapper)
    if (slot === undefined) throw new JsAdapterError('ERR_VALUE_FOREIGN', 'the guest value belongs to another runtime')
    const pointer = this.#handles.get(slot.slot, slot.generation)
    if (pointer === undefined) throw new JsAdapterError('ERR_HANDLE_RELEASED', 'the guest value was released')
    return pointer
  }

  release(wrapper: Wrapper, cause: ReleaseCause): void {
    const slot = this.#slots.get(wrapper)
    if (slot === undefined || this.#closed) return
    this.#finalizer.unregister(wrapper)
    this.#releaseSlot(slot, cause)
  }
  #releaseSlot({ slot, generation, address }: Slot, cause: ReleaseCause): void {
    const pointer = this.#handles.release(slot, generation, cause)
    if (pointer === undefined) return
    if (this.#byAddress.get(address)?.deref() === undefined || cause !== 'finalizer') this.#byAddress.delete(address)
    this.#core.marshal.free(pointer)
  }
  /** Wrappers that the host's collector has found. */
  get forgotten(): number {
    return this.#forgotten.length
  }
  /** Lets go of what the host's collector has found. @returns how many. */
  releaseForgotten(): number {
    if (this.#forgotten.length === 0) return 0
    const found = this.#forgotten.splice(0, FINALIZER_BATCH)
    for (const slot of found) this.#releaseSlot(slot, 'finalizer')
    this.#warn()
    return found.length
  }
  /** Memory of the guest that only the host's collector gives back comes back late. */
  #warn(): void {
    if (this.#warned || this.#logger === undefined) return
    const { releasedByFinalizer, live, peak } = this.#handles.counts()
    if (releasedByFinalizer < MANY_FORGOTTEN) return
    this.#warned = true
    const message = `${MANY_FORGOTTEN} guest objects were forgotten, not released: use scope(), openScope() or release()`
    try {
      if (this.#logger.enabled('warn')) this.#logger.log('warn', message, { releasedByFinalizer, live, peak })
    } catch {
      // A logger's failure is the logger's: who made the call that swept has nothing to do with it.
    }
  }

  /** Opens a scope; the returned function ends it and releases what was made since, but for what `keeps` names. */
  openScope(): { readonly end: (keeps?: unknown) => void; readonly keep: (wrapper: Wrapper) => void } {
    const outer = this.#scope
    const own = new Set<Wrapper>()
    this.#scope = own
    const kept = new Set<Wrapper>()
    let open = true
    return {
      keep: (wrapper) => {
        kept.add(wrapper)
      },
      end: (keeps) => {
        if (!open) return
        open = false
        this.#scope = outer
        for (const wrapper of own) {
          if (wrapper === keeps || kept.has(wrapper)) outer?.add(wrapper)
          else this.release(wrapper, 'scope')
        }
      },
    }
  }
}
