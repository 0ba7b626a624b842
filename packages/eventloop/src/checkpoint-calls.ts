// What programs queue for the checkpoint: ticks, microtasks, and what is to run once those are done.
import type { LoopCore } from './core.ts'
import { terminatedError } from './lifecycle.ts'
import { requireFunction } from './validate.ts'

/** Each is accepted until the loop has ended: what ends may still have to be told of it. */
export class CheckpointCalls {
  readonly #core: LoopCore

  constructor(core: LoopCore) {
    this.#core = core
  }

  nextTick(callback: () => void): void {
    this.#require(callback)
    this.#core.microtasks.pushTick(this.#core.runner.entry(callback))
  }

  queueMicrotask(callback: () => void): void {
    this.#require(callback)
    this.#core.microtasks.pushMicrotask(this.#core.runner.entry(callback))
  }

  after(callback: () => void): void {
    this.#require(callback)
    this.#core.checkpoint.after(callback)
  }

  #require(callback: () => void): void {
    requireFunction('callback', callback)
    if (this.#core.lifecycle.terminated) throw terminatedError()
  }
}
