// The limit on time of engines that have none of their own, but ask their host from time to time whether to go on.

export class Deadline {
  readonly #limitMs: number
  #atMs = Number.POSITIVE_INFINITY

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }
  /** A run begins. */
  start(): void {
    this.#atMs = performance.now() + this.#limitMs
  }
  /** The engine's interrupt handler. */
  readonly hasPassed = (): boolean => performance.now() > this.#atMs
}
