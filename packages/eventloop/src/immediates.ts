// Immediates and close callbacks: the check and the close phase.
import type { CallbackRunner } from './callbacks.ts'
import type { ImmediateId } from './ids.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { FifoStation } from './station.ts'
import { checkKeys, requireFunction } from './validate.ts'
import type { Wake } from './wake.ts'

export interface ImmediateOptions {
  /** Does not keep the loop alive. Default false. */
  readonly unref?: boolean | undefined
  /** Names it in diagnostics and samples. Default none. */
  readonly label?: string | undefined
}

export interface ImmediatesParts {
  readonly runner: CallbackRunner
  readonly lifecycle: Lifecycle
  readonly wake: Wake
  readonly immediates: FifoStation
  readonly closing: FifoStation
}

export class Immediates {
  readonly #parts: ImmediatesParts

  constructor(parts: ImmediatesParts) {
    this.#parts = parts
  }

  schedule(callback: () => void, options: ImmediateOptions = {}): ImmediateId {
    requireFunction('callback', callback)
    checkKeys('options', options, ['unref', 'label'])
    const { lifecycle, runner, immediates, wake } = this.#parts
    lifecycle.requireAccepting()
    const sequence = immediates.pushCancellable(runner.entry(callback, options.label, false, options.unref === true))
    wake.request(options.unref !== true)
    return (sequence + 1) as ImmediateId
  }

  /** @returns `true` if it was pending and will now never run. */
  cancel(id: ImmediateId | number): boolean {
    return this.#parts.immediates.cancel(id - 1) !== undefined
  }

  scheduleClose(callback: () => void): void {
    requireFunction('callback', callback)
    const { lifecycle, runner, closing, wake } = this.#parts
    lifecycle.requireAccepting()
    closing.push(runner.entry(callback))
    wake.request()
  }
}
