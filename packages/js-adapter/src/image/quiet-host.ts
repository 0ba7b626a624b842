// What a guest is answered while its image is made or tried: clocks that stand still, and no host functions.
import type { JsAdapterError } from '../errors.ts'
import type { DispatcherHost } from '../runtime/dispatcher.ts'
import type { Refusal } from '../runtime/host-error.ts'
import { GuestRefusal } from '../runtime/host-error.ts'
import type { ConsoleSink } from '../ports.ts'

const REFUSAL: Refusal = {
  type: 'Error',
  message: 'host functions cannot be called while an image is made',
  code: 'ERR_HOST_CALL_LIMIT',
}
/** Guest time of everything in an image. */
export const IMAGE_TIME_MS = 1

export class QuietHost implements DispatcherHost {
  readonly runsHostCode: boolean = false
  readonly maxArgumentBytes: number = Number.POSITIVE_INFINITY
  readonly #console: ConsoleSink | undefined
  /** What nothing in the guest took. */
  fatal: JsAdapterError | undefined
  exited = false
  /** Stops the guest that asked for its end. */
  stop: () => void = () => {}

  constructor(console?: ConsoleSink) {
    this.#console = console
  }
  timerNowMs(): number {
    return IMAGE_TIME_MS
  }
  monotonicMs(): number {
    return IMAGE_TIME_MS
  }
  onConsole(stream: 'stdout' | 'stderr', text: string): void {
    this.#console?.write(stream, text)
  }
  onExit(): void {
    this.exited = true
    this.stop()
  }
  onCall(): Refusal {
    return REFUSAL
  }
  onSyncCall(): unknown {
    throw new GuestRefusal(REFUSAL)
  }
  onSettled(): void {}
  onFatal(error: JsAdapterError): void {
    this.fatal ??= error
  }
}
