// Callers that wait for a sandbox, first come first served; one leaves when its signal aborts or its time is up.
import { JsAdapterError } from '../errors.ts'
import type { LoopLike } from '../ports.ts'

interface Waiter<Slot> {
  /** Takes what became ready. */
  readonly take: (slot: Slot) => void
  readonly reject: (error: unknown) => void
}

export interface WaitOptions {
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number
}

export class Waiters<Slot> {
  readonly #loop: LoopLike
  readonly #waiting = new Set<Waiter<Slot>>()
  readonly #onTimeout: () => void

  constructor(loop: LoopLike, onTimeout: () => void) {
    this.#loop = loop
    this.#onTimeout = onTimeout
  }
  get size(): number {
    return this.#waiting.size
  }

  /** Waits for a slot and resolves with what `make` makes of it. Keeps the loop alive meanwhile. */
  wait<T>({ signal, timeoutMs }: WaitOptions, make: (slot: Slot) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const release = this.#loop.holdOpen()
      const leave = (): void => {
        this.#waiting.delete(waiter)
        release()
        signal?.removeEventListener('abort', onAbort)
        if (timer !== undefined) this.#loop.cancelTimer(timer)
      }
      const onAbort = (): void => waiter.reject(signal?.reason)
      const waiter: Waiter<Slot> = {
        take: (slot) => {
          leave()
          try {
            resolve(make(slot))
          } catch (error) {
            reject(error)
          }
        },
        reject: (error) => {
          leave()
          reject(error)
        },
      }
      const timer =
        timeoutMs === Number.POSITIVE_INFINITY
          ? undefined
          : this.#loop.scheduleTimer(timeoutMs, () => this.#timedOut(waiter, timeoutMs), { unref: true })
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(waiter)
    })
  }
  #timedOut(waiter: Waiter<Slot>, timeoutMs: number): void {
    this.#onTimeout()
    waiter.reject(
      new JsAdapterError('ERR_POOL_TIMEOUT', `no sandbox became ready in time: acquireTimeoutMs is ${timeoutMs} ms`, {
        context: { acquireTimeoutMs: timeoutMs },
      }),
    )
  }
  /** Gives the slot to who came first. @returns `false` when nobody waits. */
  serve(slot: Slot): boolean {
    for (const waiter of this.#waiting) {
      waiter.take(slot)
      return true
    }
    return false
  }
  /** Turns away who came first. @returns `false` when nobody waits. */
  refuse(error: unknown): boolean {
    for (const waiter of this.#waiting) {
      waiter.reject(error)
      return true
    }
    return false
  }
}
