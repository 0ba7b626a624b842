// What was thrown inside an entry, told as an error of this package.
import { JsAdapterError, LimitError, LIMIT_CODES } from '../errors.ts'
import type { LimitName } from '../limit-names.ts'
import { parseFrames } from '../values/frames.ts'
import type { Frame } from '../values/frames.ts'
import type { Machine } from './entry.ts'
import type { Evaluator } from './evaluator.ts'
import { GuestThrow, ResultTooLarge } from './marshal.ts'
import { detailsOf, exceptionFrom, isOutOfMemory, latchError } from './outcome.ts'

const HEAP_MARGIN_BYTES = 64 * 1024

export class Thrown {
  readonly #machine: Machine
  readonly #evaluator: Evaluator
  readonly #hostErrorOf: (value: unknown) => { readonly error: unknown } | undefined
  /** Where the guest was when the latch stopped the operation under way. */
  frames: readonly Frame[] = []

  constructor(machine: Machine, evaluator: Evaluator, hostErrorOf: (value: unknown) => { readonly error: unknown } | undefined) {
    this.#machine = machine
    this.#evaluator = evaluator
    this.#hostErrorOf = hostErrorOf
  }

  /** The error that something thrown inside an entry stands for. A host exception condemns. */
  errorFrom(thrown: unknown, source?: { readonly text: string; readonly fileName: string }): JsAdapterError {
    if (thrown instanceof JsAdapterError) return thrown
    if (thrown instanceof ResultTooLarge)
      return this.limitError('maxResultBytes', this.#machine.limits.maxResultBytes, thrown.bytes)
    if (thrown instanceof GuestThrow) return this.#describe(thrown.pointer, source)
    this.#machine.latch.fire({ kind: 'crossed', error: thrown }, this.#machine.operation?.id ?? 0)
    const error =
      latchError({ kind: 'crossed', error: thrown }, 0, []) ?? new JsAdapterError('ERR_HOST_EXCEPTION_CROSSED', 'unknown')
    this.#machine.condemn(error)
    return error
  }
  limitError(limit: LimitName, configured: number, observed: number): LimitError {
    return new LimitError(LIMIT_CODES[limit], `${limit} is ${configured}, got ${observed}`, {
      limit,
      configured,
      observed,
      operationId: this.#machine.operation?.id ?? 0,
    })
  }

  #describe(pointer: number, source?: { readonly text: string; readonly fileName: string }): JsAdapterError {
    if (this.#machine.latch.set) {
      this.frames = this.readFrames(pointer)
      this.#machine.marshal.free(pointer)
      return (
        latchError(this.#machine.latch.cause ?? { kind: 'exit', code: 0 }, 0, this.frames) ??
        new JsAdapterError('ERR_SANDBOX_EXITED', 'the guest has exited')
      )
    }
    let value: unknown
    let partial = false
    try {
      value = this.#machine.marshal.exportValue(pointer)
    } catch (second) {
      if (second instanceof GuestThrow) this.#machine.marshal.free(second.pointer)
      partial = true
    }
    this.#machine.marshal.free(pointer)
    const details = detailsOf(value, partial)
    if (isOutOfMemory(details) || (partial && this.#nearlyFull())) {
      const error = this.limitError('memoryBytes', this.#machine.limits.memoryBytes, this.#machine.memoryBytes)
      this.#machine.condemn(error)
      return error
    }
    const isSyntax =
      source !== undefined && details.guestName === 'SyntaxError' && this.#evaluator.failsToCompile(source.text, source.fileName)
    return exceptionFrom(details, isSyntax, this.#hostErrorOf(value))
  }
  #nearlyFull(): boolean {
    return this.#machine.memoryBytes >= this.#machine.limits.memoryBytes - HEAP_MARGIN_BYTES
  }
  readFrames(pointer: number): readonly Frame[] {
    if (!this.#machine.marshal.isObject(pointer)) return []
    return this.#machine.polling.muted(() => {
      const { exports, ctx } = this.#machine.instance
      const name = this.#machine.marshal.newText('stack')
      const stack = exports._QTS_GetProp(ctx, pointer, name)
      this.#machine.marshal.free(name)
      const text =
        this.#machine.marshal.high(stack) === this.#machine.marshal.tags.string ? this.#machine.marshal.readAscii(stack) : ''
      this.#machine.marshal.free(stack)
      return parseFrames(text)
    })
  }
}
