// Where an error goes that a callback threw: to exactly one place.
import type { CallbackInfo } from './diagnostic.ts'
import type { Diagnostics } from './diagnostics.ts'
import type { LoopEvent } from './logger.ts'

export interface ErrorPolicy {
  readonly onError: ((error: unknown, info: CallbackInfo) => void) | undefined
  /** Rethrow to the process in addition, also when somebody was told. */
  readonly alsoRethrow: boolean
}

const MESSAGES: Partial<Record<LoopEvent, string>> = {
  'loop.unhandled_rejection': 'a promise was rejected and nothing handles it',
}

/** Delivers errors of callbacks; those that nobody takes wait here to be thrown out of a visit of their own. */
export class CallbackErrors {
  readonly #policy: ErrorPolicy
  readonly #diagnostics: Diagnostics
  readonly #wake: () => void
  readonly #toThrow: unknown[] = []
  /** Errors delivered so far. */
  count = 0

  constructor(policy: ErrorPolicy, diagnostics: Diagnostics, wake: () => void) {
    this.#policy = policy
    this.#diagnostics = diagnostics
    this.#wake = wake
  }

  get hasPending(): boolean {
    return this.#toThrow.length > 0
  }

  /** The oldest error that waits to be thrown to the process, taken out of the list. */
  takePending(): unknown {
    return this.#toThrow.shift()
  }

  /** Delivers one error. Never throws. */
  deliver(error: unknown, info: CallbackInfo, event: LoopEvent = 'loop.callback_error'): void {
    this.count++
    const { onError, alsoRethrow } = this.#policy
    if (onError !== undefined) {
      try {
        onError(error, info)
      } catch (second) {
        this.#rethrow(new AggregateError([error, second], 'a callback failed, and so did onError'))
        return
      }
      if (alsoRethrow) this.#rethrow(error)
      return
    }
    const taken = this.#diagnostics.log('error', event, MESSAGES[event] ?? 'a callback threw', () => ({ error, ...info }))
    if (!taken || alsoRethrow) this.#rethrow(error)
  }

  #rethrow(error: unknown): void {
    this.#toThrow.push(error)
    this.#wake()
  }
}
