// Background tasks: they run when nothing better is ready, or when the oldest has waited long enough.
import type { Phase } from '../phase.ts'
import type { FifoStation, Station, StationName } from '../station.ts'

export interface BackgroundGate {
  /** Whether a task of a better priority is ready. */
  betterReady(): boolean
  nowMs(): number
  readonly maxWaitMs: number
}

/** A FIFO behind a gate. While better tasks keep coming, one overdue task runs a turn. */
export class BackgroundStation implements Station {
  readonly name: StationName
  readonly phase: Phase = 'external'
  readonly #queue: FifoStation
  readonly #gate: BackgroundGate
  #allowed = 0

  constructor(queue: FifoStation, gate: BackgroundGate) {
    this.name = queue.name
    this.#queue = queue
    this.#gate = gate
  }

  get waiting(): number {
    return this.#queue.waiting
  }

  get left(): number {
    return Math.min(this.#allowed, this.#queue.left)
  }

  open(): void {
    this.#queue.open()
    this.#allowed = this.#gate.betterReady() ? this.#overdue() : this.#queue.left
  }

  run(count: number): number {
    const ran = this.#queue.run(Math.min(count, this.#allowed))
    this.#allowed -= ran
    return ran
  }

  discard(): number {
    return this.#queue.discard()
  }

  oldestAgeMs(nowMs: number): number {
    return this.#queue.oldestAgeMs(nowMs)
  }

  sample(every: number): void {
    this.#queue.sample(every)
  }

  #overdue(): number {
    const oldest = this.#queue.oldest()
    if (oldest === undefined || typeof oldest === 'function') return 0
    return this.#gate.nowMs() - oldest.queuedAtMs >= this.#gate.maxWaitMs ? 1 : 0
  }
}
