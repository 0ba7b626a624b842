// How many requests of one sandbox the host works on at a time. A guest that gives one up has room for the next at once; the host has when it has ended here.

/**
 * Places that are taken in order. Those that wait are requests of guests that still wait, of which there are no more than places: what filled the places
 * was given up, and comes to its end.
 */
export class Slots {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(count: number) {
    this.#free = count
  }
  /** @returns `undefined` when there is a place. Rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<void> | undefined {
    signal.throwIfAborted()
    if (this.#free > 0) {
      this.#free--
      return undefined
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(enter)
        reject(signal.reason)
      }
      const enter = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      this.#waiting.add(enter)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#free++
    else {
      this.#waiting.delete(next)
      next()
    }
  }
}
