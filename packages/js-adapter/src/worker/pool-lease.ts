// One lease of a pool's thread: a task that lasts as long as the lease, and whose abort ends the thread.
import type { Piscina } from 'piscina'
import type { AttachableWorker } from '@loopwright/eventloop'
import type { LeaseTask } from './thread-data.ts'
import type { GuestThread } from './worker-sandbox.ts'

export class PoolLease implements GuestThread {
  readonly #threads: Piscina
  readonly #task: Promise<void>
  readonly #controller = new AbortController()
  failure: unknown

  constructor(threads: Piscina, task: LeaseTask, transferList: readonly unknown[], onEnd: () => void) {
    this.#threads = threads
    this.#task = threads.run(task, { transferList: [...transferList] as never, signal: this.#controller.signal }).then(
      () => onEnd(),
      (error: unknown) => {
        this.failure = error
        onEnd()
      },
    )
  }
  worker(threadId: number): AttachableWorker | undefined {
    return this.#threads.threads.find((thread) => thread.threadId === threadId)
  }
  /** Ends the thread: piscina replaces it. */
  terminate(): Promise<void> {
    this.#controller.abort()
    return this.#task
  }
  release(): Promise<void> {
    return this.#task
  }
}
