// Lets the host follow AbortSignals of the guest.
import type { Bridge } from './bridge.ts'
import { GuestObject } from './guest-object.ts'
import type { GuestValue } from './guest-object.ts'
import { rawFunction } from './host-function.ts'

export interface TrackedSignal {
  readonly aborted: boolean
  /** Stops following it. A no-op the second time. */
  cleanup(): void
}

interface SignalParts {
  readonly constructor: GuestObject
  readonly any: GuestObject
  readonly listen: GuestObject
  readonly unlisten: GuestObject
}

export class AbortTracker {
  readonly #bridge: Bridge
  #parts: SignalParts | undefined
  constructor(bridge: Bridge) {
    this.#bridge = bridge
  }
  /** Keeps the profile's own functions, before guest code can replace them. */
  capture(): void {
    const { end, keep } = this.#bridge.wrappers.openScope()
    const global = (name: string): GuestObject => this.#bridge.expectObject(this.#bridge.operate('getVariable', name))
    const constructor = global('AbortSignal')
    const target = this.#bridge.expectObject(global('EventTarget').get('prototype'))
    const method = (of: GuestObject, name: string): GuestObject => this.#bridge.expectObject(of.get(name))
    this.#parts = {
      constructor,
      any: method(constructor, 'any'),
      listen: method(target, 'addEventListener'),
      unlisten: method(target, 'removeEventListener'),
    }
    for (const part of Object.values(this.#parts)) {
      keep(part)
      this.#bridge.keepOwn(part)
    }
    end()
  }
  track(signal: GuestValue, onAbort: () => void): TrackedSignal | undefined {
    const parts = this.#parts
    const bridge = this.#bridge
    if (parts === undefined || !(signal instanceof GuestObject) || bridge.operate('instance', signal, parts.constructor) !== true)
      return undefined
    // A signal of our own: what guest listeners do to the event of theirs, such as stopping it, does not reach this one.
    const sources = bridge.object(() => bridge.list([signal]))
    const own = bridge.expectObject(bridge.call(parts.any, parts.constructor, [sources]))
    sources.release()
    let done = false
    let cleaned = false
    const listener = bridge.expectObject(
      bridge.entries.enter(() =>
        bridge.take(
          bridge.give(
            rawFunction(() => {
              if (!done) {
                done = true
                onAbort()
              }
            }),
          ),
        ),
      ),
    )
    bridge.call(parts.listen, own, ['abort', listener])
    return {
      get aborted() {
        return signal.get('aborted') === true
      },
      cleanup: () => {
        if (cleaned || bridge.entries.disposed) return
        cleaned = true
        done = true
        bridge.call(parts.unlisten, own, ['abort', listener])
        own.release()
        listener.release()
      },
    }
  }
}
