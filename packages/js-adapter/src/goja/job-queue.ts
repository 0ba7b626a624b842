// Promise jobs that the host runs one by one: tickets for the next job, in the engine's own order.
import type { Core } from '../runtime/core.ts'
import type { Entries } from './entries.ts'

/** A ticket for the next queued promise job. */
export class PromiseJob {
  #used = false
  /** @internal @returns `false` when it was used before. */
  static use(job: PromiseJob): boolean {
    if (job.#used) return false
    job.#used = true
    return true
  }
}

export class JobQueue {
  readonly #core: Core
  readonly #entries: Entries
  #enqueue: ((job: PromiseJob) => void) | undefined
  #issued = false

  constructor(core: Core, entries: Entries) {
    this.#core = core
    this.#entries = entries
  }
  use(enqueue: ((job: PromiseJob) => void) | undefined): void {
    this.#enqueue = enqueue
    this.#entries.keepJobs = enqueue !== undefined
    this.#entries.afterEntry = enqueue === undefined ? undefined : () => this.#issue()
    if (enqueue === undefined) this.#entries.enter(() => {}, 'jobs')
  }
  #issue(): void {
    const { exports, rt } = this.#core.instance
    if (this.#issued || this.#enqueue === undefined || exports._QTS_IsJobPending(rt) === 0) return
    this.#issued = true
    this.#enqueue(new PromiseJob())
  }
  run(job: PromiseJob): void {
    this.#entries.assertUsable()
    if (!PromiseJob.use(job)) return
    this.#issued = false
    this.#entries.enter(() => this.#core.runOneJob(), 'jobs')
  }
}
