// Promises across the boundary: host promises the guest awaits, guest promises the host awaits.
import { Exception } from '../errors.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import type { GuestAccess } from './guest-access.ts'
import type { GuestObject, GuestValue } from './guest-object.ts'
import { GuestPromise } from './guest-promise.ts'

export interface HostPromise {
  readonly promise: GuestPromise
  /** @returns `false` when it was settled before, or the runtime is gone. Never throws because of that. */
  resolve(value: unknown): boolean
  reject(reason: unknown): boolean
}

export class Promises {
  readonly #bridge: GuestAccess
  #pending = 0
  #late = 0
  /** Runs the settlement of a host promise in a task of its own; an adapter puts it on its loop. */
  schedule: (task: () => void, place: unknown) => void = (task) => task()
  /** What `schedule` is to know of where the guest asked for the promise. */
  place: () => unknown = () => undefined
  /** Told when the number of host promises that the guest waits for changes. */
  onPending: (() => void) | undefined
  /** Takes what a settlement made the guest throw. */
  onError: (error: unknown) => void = (error) => {
    throw error
  }

  constructor(bridge: GuestAccess) {
    this.#bridge = bridge
  }
  /** Host promises that the guest waits for. */
  get pending(): number {
    return this.#pending
  }
  /** Settlements that came after the runtime was disposed of. */
  get late(): number {
    return this.#late
  }

  create(): HostPromise {
    const { entries, ops, wrappers } = this.#bridge
    const { promise, resolve, reject } = entries.enter(() => {
      const parts = ops.run('resolvers')
      const [promise, resolve, reject] = ['promise', 'resolve', 'reject'].map((name) => ops.member(parts, name))
      this.#bridge.core.marshal.free(parts)
      return {
        promise: wrappers.wrap(promise ?? 0),
        resolve: this.#bridge.expectObject(this.#bridge.take(resolve ?? 0)),
        reject: this.#bridge.expectObject(this.#bridge.take(reject ?? 0)),
      }
    })
    if (!(promise instanceof GuestPromise)) throw new TypeError('the engine made no promise')
    let settled = false
    const settle = (fn: GuestObject, value: unknown): boolean => {
      if (settled || entries.disposed || this.#bridge.core.condemned !== undefined) return false
      this.#bridge.call(fn, undefined, [value])
      settled = true
      resolve.release()
      reject.release()
      return true
    }
    return { promise, resolve: (value) => settle(resolve, value), reject: (reason) => settle(reject, reason) }
  }

  /** An owned pointer to a guest promise that follows a host promise. */
  import(source: PromiseLike<unknown>): number {
    const { instance } = this.#bridge.core
    const { promise, resolve, reject } = this.create()
    this.#pending++
    this.onPending?.()
    const place = this.place()
    const settle = (run: () => void): void => {
      this.schedule(() => {
        this.#pending--
        try {
          if (this.#bridge.entries.disposed) this.#late++
          else run()
        } catch (error) {
          this.onError(error)
        } finally {
          this.onPending?.()
        }
      }, place)
    }
    source.then(
      (value) => settle(() => this.#resolveOrReject(value, resolve, reject)),
      (reason: unknown) => settle(() => reject(this.reason(reason))),
    )
    return instance.exports._QTS_DupValuePointer(instance.ctx, this.#bridge.wrappers.borrow(promise))
  }
  #resolveOrReject(value: unknown, resolve: (value: unknown) => boolean, reject: (reason: unknown) => boolean): void {
    let given: unknown
    try {
      given = this.#bridge.entries.enter(() => this.#bridge.take(this.#bridge.give(value)), 'settlement')
    } catch (error) {
      reject(this.reason(error))
      return
    }
    resolve(given)
  }
  /** What the guest gets for a host rejection: the guest's own value if it came from there, else an error like a thrown one. */
  reason(reason: unknown): unknown {
    if (!(reason instanceof Error)) return reason
    const { calls, entries } = this.#bridge
    return entries.enter(() => {
      const thrown = calls.translated(reason)
      const pointer = thrown instanceof GuestThrow ? thrown.pointer : this.#bridge.core.dispatcher.makeError(thrown)
      return this.#bridge.take(pointer)
    }, 'settlement')
  }

  /** Waits for a guest promise without copying what it settles with. Rejects with the error for its reason, or for what kept the value here. */
  settled(promise: GuestPromise): Promise<GuestValue> {
    const bridge = this.#bridge
    return new Promise((resolve, reject) => {
      bridge.entries.enter(() =>
        this.#observe(
          promise,
          (value) => resolve(bridge.borrowed(value)),
          (error) => reject(error),
        ),
      )
    })
  }

  /** A host promise that follows a guest promise, whose rejection then counts as handled. Called inside an entry. */
  follow(promise: GuestObject): Promise<unknown> {
    const place = this.place()
    return new Promise((resolve, reject) => {
      this.#observe(
        promise,
        (value) => {
          const exported = this.#bridge.exporter.export(value)
          this.schedule(() => resolve(exported), place)
        },
        (error) => this.schedule(() => reject(error instanceof Exception && error.hasHostError ? error.unwrap() : error), place),
      )
    })
  }

  /**
   * Calls one of both functions when the promise settles, inside an entry: the first with a borrowed pointer, and what it throws goes to
   * the second.
   */
  #observe(promise: GuestObject, fulfilled: (value: number) => void, rejected: (error: unknown) => void): void {
    const bridge = this.#bridge
    const { marshal, instance } = bridge.core
    const told = bridge.newFunction('settled', (_self, argc, argv) => {
      const value = argc > 1 ? argv + 8 : instance.undefined
      try {
        if (marshal.readPrimitive(argv).value !== true)
          throw new GuestThrow(instance.exports._QTS_DupValuePointer(instance.ctx, value))
        fulfilled(value)
      } catch (thrown) {
        rejected(thrown instanceof GuestThrow ? bridge.describe(thrown) : thrown)
      }
      return 0
    })
    bridge.ops.perform('observe', bridge.wrappers.borrow(promise), told)
    marshal.free(told)
  }
}
