// The jobs of one loop's promises, and how many of them one microtask of the loop runs.

/** The microtasks of a loop, as its promises use them. */
export interface MicrotaskPort {
  /** Queues plumbing, in order with the microtasks of users: without context, label or sample. It never throws. */
  pushMicrotask(job: () => void): void
  /** How many microtasks were ever queued, those of users included. */
  readonly sequence: number
  /** Says that the microtask under way stands for `count` more of them, for the bounds on one drain. */
  charge(count: number): void
}

/** Jobs that one microtask of the loop may stand for, so that the loop's own bounds still see them pass. */
const MAX_BATCH = 256

/**
 * A FIFO threaded through the jobs themselves, cut into batches: a microtask of the loop runs one. Jobs queued one after the
 * other join the batch before them as long as nobody else queued a microtask in between, which is the order of one microtask
 * for each. hot: benchmarks/eventloop/promise-chain. The threading is the owner's: it knows the jobs' fields.
 */
export class JobList<Job extends object> {
  /** Not kept up to date while a batch runs; `undefined` when the list has one job, which is then the tail. */
  head: Job | undefined = undefined
  tail: Job | undefined = undefined
  /** A batch is being run. */
  running = false
  /** Jobs came for the batch that is being run after its last one had been taken out. */
  extended = false
  /** No microtask is to be queued: jobs run as they come. */
  immediate = false
  #port: MicrotaskPort
  readonly #run: () => void
  #covered = 0
  #sequence = -1

  constructor(port: MicrotaskPort, run: () => void) {
    this.#port = port
    this.#run = run
  }

  /** Finds a place for one more job behind all others. @returns whether the last batch took it; else a new one was begun. */
  join(): boolean {
    const port = this.#port
    if (this.tail !== undefined || this.running) {
      if (++this.#covered <= MAX_BATCH && this.#sequence === port.sequence) return true
      if (this.immediate) return true
    }
    this.#covered = 1
    if (!this.immediate) {
      port.pushMicrotask(this.#run)
      this.#sequence = port.sequence
    }
    return false
  }

  /** A batch of `count` jobs has run. */
  ran(count: number): void {
    if (count > 1) this.#port.charge(count - 1)
  }

  /** The batch under way was interrupted: the rest of it needs a microtask of its own. */
  resume(): void {
    this.#sequence = -1
    this.#port.pushMicrotask(this.#run)
  }

  /** Goes on with the microtasks of another port; batches that the former one still owes are run by it. */
  moveTo(port: MicrotaskPort): void {
    this.#port = port
    if (this.tail !== undefined) this.resume()
  }
}
