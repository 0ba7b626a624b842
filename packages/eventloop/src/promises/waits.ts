// Waits that loop time bounds, each with its timer and its signal; the end of the loop ends them all.
import { checkSignal, onAbort } from '../abort/on-abort.ts'

/** The timers that waits use. */
export interface WaitTimers<Id = number> {
  scheduleTimer(delayMs: number, callback: () => void, options?: { readonly unref?: boolean | undefined }): Id
  cancelTimer(id: Id): boolean
}

export interface WaitOptions {
  /** Ends the wait; the promise rejects with its reason itself. Default none. */
  readonly signal?: AbortSignal | undefined
  /** Does not keep the loop alive. Default `false`. */
  readonly unref?: boolean | undefined
}

/** What a wait tells its owner; exactly one of them, once. The timer and the listener are gone by then. */
export interface WaitOutcome {
  expired(): void
  /** By the signal, or by the end of the loop. */
  interrupted(reason: unknown): void
}

interface Wait {
  interrupt(reason: unknown): void
}

/** The open waits of one loop. */
export class Waits {
  readonly #timers: WaitTimers
  readonly #open = new Set<Wait>()

  constructor(timers: WaitTimers) {
    this.#timers = timers
  }

  get size(): number {
    return this.#open.size
  }

  /**
   * Opens a wait of `delayMs`.
   * @returns the function that ends it early without an outcome; it does nothing later.
   * @throws what `scheduleTimer` throws; TypeError if `signal` is none; then nothing was opened.
   */
  open(delayMs: number, outcome: WaitOutcome, { signal, unref }: WaitOptions = {}): () => void {
    if (signal !== undefined) checkSignal(signal)
    let ended = false
    const end = (): boolean => {
      if (ended) return false
      ended = true
      this.#open.delete(wait)
      this.#timers.cancelTimer(timer)
      release?.()
      return true
    }
    const wait: Wait = {
      interrupt: (reason) => {
        if (end()) outcome.interrupted(reason)
      },
    }
    const timer = this.#timers.scheduleTimer(
      delayMs,
      () => {
        if (end()) outcome.expired()
      },
      { unref },
    )
    this.#open.add(wait)
    const release = signal === undefined ? undefined : onAbort(signal, wait.interrupt)
    return end
  }

  /** Interrupts every open wait, in the order they were opened. */
  interruptAll(reason: unknown): void {
    for (const wait of [...this.#open]) wait.interrupt(reason)
  }
}
