// One lease of a pool's thread: a task that lasts as long as the lease, and whose abort ends the thread.
import type { Piscina } from 'piscina'
import type { AttachableWorker } from '@loopwright/eventloop'
import type { LeaseEnd, LeaseTask } from './thread-data.ts'
import type { GuestThread } from './worker-parts.ts'

export class PoolLease implements GuestThread {
  readonly #threads: Piscina
  readonly #task: Promise<LeaseEnd | undefined>
  readonly #controller = new AbortController()
  failure: unknown

  constructor(threads: Piscina, task: LeaseTask, transferList: readonly unknown[], onEnd: () => void) {
    this.#threads = threads
    this.#task = threads.run(task, { transferList: [...transferList] as never, signal: this.#controller.signal }).then(
      (end: LeaseEnd) => {
        onEnd()
        return end
      },
      (error: unknown) => {
        this.failure = error
        onEnd()
        return undefined
      },
    )
  }
  worker(threadId: number): AttachableWorker | undefined {
    return this.#threads.threads.find((thread) => thread.threadId === threadId)
  }
  /** Ends the thread: piscina replaces it. */
  async terminate(): Promise<void> {
    this.#controller.abort()
    await this.#task
  }
  release(): Promise<LeaseEnd | undefined> {
    return this.#task
  }
}
