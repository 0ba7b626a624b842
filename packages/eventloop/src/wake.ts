// Asks the host for a visit, once, and only when nobody is running the batch that would find the work anyway.
import type { LoopClock } from './clock.ts'
import type { Host } from './host.ts'

export class Wake {
  readonly #host: Host
  readonly #clock: LoopClock
  #requested = false
  /** Whether somebody runs the loop now; work that arrives before waits for that. */
  active = false

  constructor(host: Host, clock: LoopClock) {
    this.#host = host
    this.#clock = clock
  }

  /** Work has arrived. @param holds - it keeps the process alive. hot: benchmarks/eventloop/submit-burst-1e6 */
  request(holds = true): void {
    if (this.#requested || this.#clock.inBatch || !this.active) return
    this.#requested = true
    if (holds) this.#host.setRef(true)
    this.#host.request()
  }

  /** Asks in any case; for the end of a batch. */
  again(): void {
    this.#requested = true
    this.#host.request()
  }

  /** Asks for a visit that up to `visits - 1` more are expected to follow. */
  row(visits: number): void {
    this.#requested = true
    if (this.#host.requestRow === undefined) this.#host.request()
    else this.#host.requestRow(visits)
  }

  /** The visit has come. */
  taken(): void {
    this.#requested = false
  }
}
