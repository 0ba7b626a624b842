// A signal that aborts when an amount of loop time has passed.
import { timeoutError } from '../promises/sleep.ts'
import type { Waits } from '../promises/waits.ts'

export interface AbortTimeoutOptions {
  /** Does not keep the loop alive. Default `false`. */
  readonly unref?: boolean | undefined
}

/**
 * Makes a signal that aborts with `ERR_TIMEOUT` `delayMs` of loop time from now. The end of the loop does not abort it: the
 * timer is let go of, and the signal stays as it is.
 * @throws what `scheduleTimer` throws.
 */
export function abortTimeout(waits: Waits, delayMs: number, { unref }: AbortTimeoutOptions = {}): AbortSignal {
  const controller = new AbortController()
  waits.open(delayMs, { expired: () => controller.abort(timeoutError(delayMs)), interrupted: () => {} }, { unref })
  return controller.signal
}
