// The processor time of this thread, noted whenever somebody reads the clock: what a lateness is made of when others want the processor too.

interface Usage {
  readonly user: number
  readonly system: number
}

function readUsage(): () => Usage {
  // Node 20 tells that of the process alone, which is more: threads that compile or collect are in it.
  const own: unknown = Reflect.get(process, 'threadCpuUsage')
  return typeof own === 'function' ? () => own.call(process) as Usage : () => process.cpuUsage()
}

/** Listens to `performance.now`, which is the clock of every limit, for as long as the process lives. */
export class ProcessorTime {
  readonly #usedMs: () => number
  #lastMs = 0
  /** Processor time at the last reading before the instant that is watched for, and at the first one after it. */
  #beforeMs = 0
  #afterMs = Number.NaN
  #instantMs = Number.POSITIVE_INFINITY

  constructor() {
    const read = performance.now.bind(performance)
    const usage = readUsage()
    this.#usedMs = () => {
      const { user, system } = usage()
      return (user + system) / 1000
    }
    performance.now = () => {
      const usedMs = this.#usedMs()
      const nowMs = read()
      if (nowMs < this.#instantMs) this.#beforeMs = usedMs
      else if (Number.isNaN(this.#afterMs)) this.#afterMs = usedMs
      this.#lastMs = nowMs
      return nowMs
    }
  }
  /** Watches for the instant `delayMs` after the last reading. */
  watch(delayMs: number): void {
    this.#instantMs = this.#lastMs + delayMs
    this.#afterMs = Number.NaN
  }
  /**
   * Processor time between the two readings around the instant: at least what passed from then on. A limit may count from just before `watch` was told to,
   * and be over before the instant with no reading after it: then it is what was used since the last one before.
   */
  get aroundMs(): number {
    return (Number.isNaN(this.#afterMs) ? this.#usedMs() : this.#afterMs) - this.#beforeMs
  }
}
