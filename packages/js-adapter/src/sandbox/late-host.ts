// Stands in for the sandbox while its guest is being made: only clocks are asked for then.
import type { JsAdapterError } from '../errors.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import type { RejectionEvent } from '../ports.ts'
import type { Refusal } from '../runtime/host-error.ts'
import type { GuestClock } from './clock.ts'
import type { Entropy } from './entropy.ts'

export interface LateHostParts {
  readonly clock: GuestClock
  readonly entropy: Entropy
  readonly maxArgumentBytes: number
}

export class LateHost implements DispatcherHost {
  readonly maxArgumentBytes: number
  readonly #clock: GuestClock
  readonly #entropy: Entropy
  #host: DispatcherHost | undefined

  constructor({ clock, entropy, maxArgumentBytes }: LateHostParts) {
    this.#clock = clock
    this.#entropy = entropy
    this.maxArgumentBytes = maxArgumentBytes
  }
  use(host: DispatcherHost): void {
    this.#host = host
  }
  timerNowMs(): number {
    return Math.floor(this.#clock.nowMs())
  }
  monotonicMs(): number {
    return this.#clock.nowMs()
  }
  get opaqueErrors(): boolean {
    return this.#host?.opaqueErrors ?? false
  }
  fillRandom(bytes: Uint8Array): void {
    this.#entropy.fill(bytes)
  }
  onConsole(stream: 'stdout' | 'stderr', text: string): void {
    this.#host?.onConsole(stream, text)
  }
  dropsConsole(units: number): boolean {
    return this.#host?.dropsConsole?.(units) ?? false
  }
  onExit(code: number): void {
    this.#host?.onExit(code)
  }
  onCall(functionId: number, callId: number, args: readonly unknown[], bytes: number): Refusal | undefined {
    return this.#host?.onCall(functionId, callId, args, bytes)
  }
  onSyncCall(functionId: number, args: readonly unknown[], bytes: number): unknown {
    return this.#host?.onSyncCall(functionId, args, bytes)
  }
  onAbandon(callId: number): void {
    this.#host?.onAbandon?.(callId)
  }
  onModule(name: string, code: string | undefined, text: string | undefined): void {
    this.#host?.onModule?.(name, code, text)
  }
  runningName(): string | undefined {
    return this.#host?.runningName?.()
  }
  get runsHostCode(): boolean {
    return this.#host?.runsHostCode !== false
  }
  onSettled(id: number, fulfilled: boolean, value: unknown): void {
    this.#host?.onSettled(id, fulfilled, value)
  }
  onRejectionEvent(event: RejectionEvent): void {
    this.#host?.onRejectionEvent?.(event)
  }
  onFatal(error: JsAdapterError, origin: string): void {
    this.#host?.onFatal(error, origin)
  }
}
