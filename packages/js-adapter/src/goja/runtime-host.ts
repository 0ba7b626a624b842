// What a guest of this face asks its host: nothing while it has no loop, an adapter's answers afterwards.
import type { TimeSource } from '../engine/time-imports.ts'
import type { JsAdapterError } from '../errors.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import type { RejectionEvent } from '../ports.ts'
import type { Refusal } from '../runtime/host-error.ts'

const NO_CALLS: Refusal = { type: 'Error', message: 'no host functions of that kind here', code: 'ERR_HOST_CALL_LIMIT' }

/** The wall clock of the guest: the platform's, until another is given. */
class WallClock implements TimeSource {
  readonly keepsZone = true
  now: (() => number) | undefined
  nowEpochMs(): number {
    return this.now?.() ?? Date.now()
  }
}

export class RuntimeHost implements DispatcherHost {
  readonly clock: WallClock = new WallClock()
  #delegate: DispatcherHost | undefined
  /** Called with a borrowed promise; must not enter the guest. */
  onTracked: ((promise: number, handled: boolean) => void) | undefined

  /** Reading of the guest's monotonic clock at its creation. */
  readonly createdAtMs: number = performance.now()

  get attached(): boolean {
    return this.#delegate !== undefined
  }
  get maxArgumentBytes(): number {
    return this.#delegate?.maxArgumentBytes ?? Number.POSITIVE_INFINITY
  }
  use(delegate: DispatcherHost | undefined): void {
    this.#delegate = delegate
  }
  timerNowMs(): number {
    return this.#delegate?.timerNowMs() ?? 0
  }
  monotonicMs(): number {
    return this.#delegate?.monotonicMs() ?? performance.now()
  }
  onConsole(stream: 'stdout' | 'stderr', text: string): void {
    this.#delegate?.onConsole(stream, text)
  }
  onExit(code: number): void {
    this.#delegate?.onExit(code)
  }
  onCall(functionId: number, callId: number, args: readonly unknown[], bytes: number): Refusal | undefined {
    return this.#delegate === undefined ? NO_CALLS : this.#delegate.onCall(functionId, callId, args, bytes)
  }
  onSyncCall(functionId: number, args: readonly unknown[], bytes: number): unknown {
    return this.#delegate?.onSyncCall(functionId, args, bytes)
  }
  onSettled(id: number, fulfilled: boolean, value: unknown): void {
    this.#delegate?.onSettled(id, fulfilled, value)
  }
  onRejectionEvent(event: RejectionEvent): void {
    this.#delegate?.onRejectionEvent?.(event)
  }
  onFatal(error: JsAdapterError, origin: string): void {
    this.#delegate?.onFatal(error, origin)
  }
  /** Without a loop nobody waits for the events of rejections, as with goja. */
  onRejection(promise: number, handled: boolean): boolean {
    this.onTracked?.(promise, handled)
    return this.#delegate === undefined
  }
}
