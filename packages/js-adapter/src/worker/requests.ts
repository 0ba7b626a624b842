// What callers of a worker sandbox wait for: one settlement each, by answer, signal or end.
import type { LoopLike } from '../ports.ts'
import type { WireCallOptions } from './protocol.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export class Requests {
  readonly #loop: LoopLike
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(loop: LoopLike) {
    this.#loop = loop
  }
  get size(): number {
    return this.#waiting.size
  }
  /**
   * Opens a request and keeps the loop alive for it. `send` gets its number; what it throws rejects.
   * @param onAbandoned - the signal has aborted, and its reason has rejected.
   */
  open(
    signal: AbortSignal | undefined,
    send: (id: number) => void,
    onAbandoned: (id: number, reason: unknown) => void = () => {},
  ): Promise<unknown> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const release = this.#loop.holdOpen()
      const cleanUp = (): void => {
        this.#waiting.delete(id)
        signal?.removeEventListener('abort', onAbort)
        release()
      }
      const onAbort = (): void => {
        this.reject(id, signal?.reason)
        onAbandoned(id, signal?.reason)
      }
      this.#waiting.set(id, {
        resolve: (value) => {
          cleanUp()
          resolve(value)
        },
        reject: (error) => {
          cleanUp()
          reject(error)
        },
      })
      signal?.addEventListener('abort', onAbort, { once: true })
      try {
        send(id)
      } catch (error) {
        this.reject(id, error)
      }
    })
  }
  resolve(id: number, value: unknown): void {
    this.#waiting.get(id)?.resolve(value)
  }
  reject(id: number, error: unknown): void {
    this.#waiting.get(id)?.reject(error)
  }
  /** In order. */
  rejectAll(error: unknown): void {
    for (const id of [...this.#waiting.keys()]) this.reject(id, error)
  }
}

/** @throws RangeError that names the member. */
export function checkedTimes({ timeoutMs, operationMs }: WireCallOptions): WireCallOptions {
  if (timeoutMs !== undefined && !(timeoutMs > 0)) throw new RangeError(`timeoutMs must be above 0, got ${timeoutMs}`)
  if (operationMs !== undefined && !(operationMs > 0)) throw new RangeError(`operationMs must be above 0, got ${operationMs}`)
  return { timeoutMs, operationMs }
}
