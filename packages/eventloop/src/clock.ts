// The loop's view of its host's clock: one reading serves many operations of one callback.
import type { Host } from './host.ts'

/** Timer operations of one callback that share a reading. */
const OPERATIONS_PER_READING = 64

/** The last reading, and when to take the next. */
export class LoopClock {
  readonly #host: Host
  /** The last reading. */
  lastMs: number
  /** Operations that may still use it; set to 0 by whoever starts the next callback. hot: benchmarks/eventloop/timer-churn-1e5 */
  credit = 0
  /** Whether a batch is on the stack; outside of one each call reads the host. */
  inBatch = false

  constructor(host: Host) {
    this.#host = host
    this.lastMs = host.nowMs()
  }

  /** Reads the host's clock. */
  read(): number {
    this.lastMs = this.#host.nowMs()
    return this.lastMs
  }

  /** The time for a timer operation: read at the first one of each callback and again every 64. */
  armedAtMs(): number {
    if (this.credit > 0 && this.inBatch) {
      this.credit--
      return this.lastMs
    }
    this.credit = OPERATIONS_PER_READING - 1
    return this.read()
  }

  /** The last reading inside a batch, a new one outside. */
  nowMs(): number {
    return this.inBatch ? this.lastMs : this.read()
  }
}
