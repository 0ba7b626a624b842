// What was thrown inside an entry, told as an error of this package.
import { HardStop } from '../engine/meter.ts'
import { JsAdapterError, LimitError, LIMIT_CODES } from '../errors.ts'
import type { LimitName } from '../limit-names.ts'
import { parseFrames } from '../values/frames.ts'
import type { Frame } from '../values/frames.ts'
import type { Machine } from './entry.ts'
import type { Evaluator } from './evaluator.ts'
import { GuestThrow } from './marshal.ts'
import { ResultTooLarge } from '../engine/result-too-large.ts'
import { EngineFull } from '../engine/instance.ts'
import { detailsOf, exceptionFrom, isOutOfMemory, latchError } from './outcome.ts'

const HEAP_MARGIN_BYTES = 64 * 1024
/** A longer stack is not the engine's. */
const MAX_STACK_CHARACTERS = 64 * 1024

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
    if (thrown instanceof HardStop && thrown.owner === this.#machine.hardLimit) throw thrown
    if (thrown instanceof ResultTooLarge) return this.tooLarge(thrown)
    if (thrown instanceof GuestThrow) return this.#describe(thrown.pointer, source)
    if (thrown instanceof EngineFull || this.#isTrapOfFullMemory(thrown)) return this.#outOfMemory()
    this.#machine.latch.fire({ kind: 'crossed', error: thrown }, this.#machine.operation?.id ?? 0)
    const error =
      latchError({ kind: 'crossed', error: thrown }, 0, []) ?? new JsAdapterError('ERR_HOST_EXCEPTION_CROSSED', 'unknown')
    this.#machine.condemn(error)
    return error
  }
  /** A result that is larger than it may be, by bytes or by nodes. */
  tooLarge({ bytes, byNodes }: ResultTooLarge): LimitError {
    const { maxResultBytes, maxResultNodes } = this.#machine.limits
    return byNodes
      ? this.limitError('maxResultNodes', maxResultNodes, maxResultNodes + 1)
      : this.limitError('maxResultBytes', maxResultBytes, bytes ?? maxResultBytes + 1)
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
      value = this.#machine.marshal.exportValue(pointer, undefined, this.#machine.limits.maxResultBytes)
    } catch (second) {
      if (second instanceof GuestThrow) this.#machine.marshal.free(second.pointer)
      if (second instanceof EngineFull) return this.#outOfMemory()
      partial = true
    }
    this.#machine.marshal.free(pointer)
    const details = detailsOf(value, partial)
    if (isOutOfMemory(details) || (partial && this.#nearlyFull())) return this.#outOfMemory()
    const isSyntax =
      source !== undefined && details.guestName === 'SyntaxError' && this.#evaluator.failsToCompile(source.text, source.fileName)
    return exceptionFrom(details, isSyntax, this.#hostErrorOf(value))
  }
  /** With `memoryBytes` as large as the memory itself, the engine can trap where an allocation fails. */
  #isTrapOfFullMemory(thrown: unknown): boolean {
    const { memoryBytes, limits } = this.#machine
    return thrown instanceof Error && thrown.name === 'RuntimeError' && memoryBytes + HEAP_MARGIN_BYTES > limits.memoryMaxBytes
  }
  #outOfMemory(): LimitError {
    const error = this.limitError('memoryBytes', this.#machine.limits.memoryBytes, this.#machine.memoryBytes)
    this.#machine.condemn(error)
    return error
  }
  #nearlyFull(): boolean {
    return this.#machine.memoryBytes >= this.#machine.limits.memoryBytes - HEAP_MARGIN_BYTES
  }
  readFrames(pointer: number): readonly Frame[] {
    const { marshal } = this.#machine
    if (!marshal.isObject(pointer)) return []
    const { exports, ctx } = this.#machine.instance
    const name = marshal.newText('stack')
    let text = ''
    try {
      // Polls are on, and the latch is set: an accessor that the guest put there ends before its first instruction.
      const stack = marshal.checked(exports._QTS_GetProp(ctx, pointer, name))
      if (marshal.high(stack) === marshal.tags.string && marshal.lengthOf(stack) <= MAX_STACK_CHARACTERS)
        text = marshal.readAscii(stack)
      marshal.free(stack)
    } catch (thrown) {
      if (!(thrown instanceof GuestThrow)) throw thrown
      marshal.free(thrown.pointer)
    } finally {
      marshal.free(name)
    }
    return parseFrames(text)
  }
}
