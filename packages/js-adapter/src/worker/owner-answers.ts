// The owner's answers to what a thread blocks for: whether a call is within its shared rates, texts of modules, randomness.
import { recordError } from './error-record.ts'
import type { OwnerParts } from './owner-parts.ts'
import type { Question, WireOutcome } from './protocol.ts'
import { packValue } from './wire.ts'

/** Names that a guest may load before it has: the engine loads each name right after it was resolved. */
const MOST_RESOLVED_NAMES = 4096
/** `crypto.getRandomValues` takes no more. */
const MOST_RANDOM_BYTES = 65_536

/** Of `Math.random`, which a guest is made with. */
export const RANDOM_STATE_BYTES = 8

export type AnswerParts = Pick<OwnerParts, 'admission' | 'modules' | 'entropy'>

export class OwnerAnswers {
  readonly #parts: AnswerParts
  /** Names that `modules.resolve` has given to this guest: no other reaches `load`, whatever the thread asks. */
  readonly #resolved = new Set<string>()

  constructor(parts: AnswerParts) {
    this.#parts = parts
  }
  /** Calls `settle` once: at once, or when a module source has come to its answer. */
  answer(question: Question, settle: (outcome: WireOutcome) => void): void {
    const failed = (error: unknown): void => settle({ error: recordError(error) })
    try {
      const value = this.#answerOf(question)
      if (!(value instanceof Promise)) settle({ value: packValue(value) })
      else value.then((later) => settle({ value: packValue(later) })).catch(failed)
    } catch (error) {
      failed(error)
    }
  }
  #answerOf(question: Question): unknown {
    switch (question.of) {
      case 'allow':
        return this.#allow(question.limiter, question.category)
      case 'resolve':
        return this.#resolve(question.specifier, question.referrer)
      case 'load':
        return this.#load(question.name)
      case 'random':
        return this.random(question.bytes)
      default:
        return question satisfies never
    }
  }
  #allow(limiter: 'tenants' | 'functions', category: string): unknown {
    const result = this.#parts.admission?.[limiter]?.allow(category)
    if (result === undefined) throw new Error(`admission.${limiter} is not there`)
    return { allowed: result.allowed === true, retryAfterMs: result.retryAfterMs }
  }
  #resolve(specifier: string, referrer: string): unknown {
    const name = this.#parts.modules?.resolve(specifier, referrer)
    return name instanceof Promise ? name.then((later) => this.#noted(later)) : this.#noted(name)
  }
  #noted(name: string | undefined): string | undefined {
    if (name === undefined) return undefined
    this.#resolved.add(name)
    for (const oldest of this.#resolved) {
      if (this.#resolved.size <= MOST_RESOLVED_NAMES) break
      this.#resolved.delete(oldest)
    }
    return name
  }
  #load(name: string): unknown {
    return this.#resolved.has(name) ? this.#parts.modules?.load(name) : undefined
  }
  /** @throws RangeError for more bytes than a guest can ask for. */
  random(bytes: number): Uint8Array {
    if (!Number.isInteger(bytes) || bytes < 0 || bytes > MOST_RANDOM_BYTES)
      throw new RangeError(`randomness is given in at most ${MOST_RANDOM_BYTES} bytes, got ${bytes}`)
    const filled = new Uint8Array(bytes)
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- the source is no array
    this.#parts.entropy?.fill(filled)
    return filled
  }
}
