// The loop of a thread as its sandbox sees it: counts what keeps it alive, and tells when a task has ended.
import type { LoopLike } from '../ports.ts'

export class ThreadLoop implements LoopLike {
  readonly #loop: LoopLike
  readonly #onTask: () => void
  readonly #onHeld: (held: boolean) => void
  #holds = 0

  constructor(loop: LoopLike, { onTask, onHeld }: { onTask(): void; onHeld(held: boolean): void }) {
    this.#loop = loop
    this.#onTask = onTask
    this.#onHeld = onHeld
  }
  get done(): Promise<unknown> {
    return this.#loop.done
  }
  #told<T>(task: () => T): () => T {
    return () => {
      try {
        return task()
      } finally {
        this.#onTask()
      }
    }
  }
  submit(task: () => void): void {
    this.#loop.submit(this.#told(task))
  }
  submitInternal(task: () => void): void {
    this.#loop.submitInternal(this.#told(task))
  }
  queueMicrotask(task: () => void): void {
    this.#loop.queueMicrotask(task)
  }
  submitSteps(step: () => boolean): void {
    this.#loop.submitSteps(this.#told(step))
  }
  scheduleTimer(delayMs: number, task: () => void, options?: { readonly unref?: boolean | undefined }): number {
    return this.#loop.scheduleTimer(delayMs, this.#told(task), options)
  }
  scheduleImmediate(task: () => void, options?: { readonly unref?: boolean | undefined }): number {
    return this.#loop.scheduleImmediate(this.#told(task), options)
  }
  cancelTimer(id: number): boolean {
    return this.#loop.cancelTimer(id)
  }
  nowMs(): number {
    return this.#loop.nowMs()
  }
  holdOpen(): () => void {
    if (++this.#holds === 1) this.#onHeld(true)
    let held = true
    return () => {
      if (!held) return
      held = false
      if (--this.#holds === 0) this.#onHeld(false)
    }
  }
}
