// A call that is due once, and keeps no process alive.

export class Alarm {
  readonly #delayMs: number
  readonly #ring: () => void
  #timer: ReturnType<typeof setTimeout> | undefined = undefined

  constructor(delayMs: number, ring: () => void) {
    this.#delayMs = delayMs
    this.#ring = ring
  }

  /** Does nothing if it is set already. */
  set(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#ring()
    }, this.#delayMs)
    this.#timer.unref()
  }

  cancel(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
