// An event as the object that pino is given.
import type { EventHost, FieldKey } from '@loopwright/logiface/backend'
import { readJson, RecordEvent } from '@loopwright/logiface/backend'
import type { Event } from '@loopwright/logiface'
import type { PinoAccess } from './pino-access.ts'
import { PinoFragment } from './pino-fragment.ts'

/** Remembers which members are errors that were serialised already. */
export class PinoRecordEvent extends RecordEvent {
  readonly #pino: PinoAccess
  readonly #serialised: WeakSet<object>
  readonly #copies: boolean
  /** A bound error was serialised when it was bound; pino takes messages from errors as they were before. */
  #bound: { readonly shown: unknown; readonly message: string } | undefined = undefined

  constructor(level: number, host: EventHost, pino: PinoAccess, serialised: WeakSet<object>, copies = false) {
    super(level, host, copies)
    this.#pino = pino
    this.#serialised = serialised
    this.#copies = copies
  }

  /** pino serialises an error at the top of an event, under a key that has a serializer; elsewhere it would write `{}`. */
  override addError(key: FieldKey, error: unknown): boolean {
    if (!this.isNested && !this.#copies && this.#pino.serializerOf(key.name) !== undefined) this.addField(key, error)
    else {
      const shown = this.#pino.errorValue(error, this.host)
      if (this.#copies && !this.isNested && key.name === this.#pino.errorKey) this.#bind(error, shown)
      this.#addSerialised(key, shown)
    }
    return true
  }

  /** A copy that pino's encoder treats as it would the value: bigints and cycles are left for it to see. */
  override addJson(key: FieldKey, value: unknown): boolean {
    if (!this.#copies || typeof value !== 'object' || value === null) this.addField(key, value)
    else this.addField(key, this.#copy(value))
    return true
  }

  override addRaw(key: FieldKey, json: string, isError = false): boolean {
    const value: unknown = readJson(json)
    if (isError) this.#addSerialised(key, value)
    else this.addField(key, value)
    return true
  }

  override addFragment(fragment: Event): boolean {
    const bound = fragment instanceof PinoFragment ? fragment.record : fragment
    if (!super.addFragment(bound as Event)) return false
    if (bound instanceof PinoRecordEvent && bound.#bound !== undefined) this.#bound = bound.#bound
    return true
  }

  /** The message of a bound error, for an event that has none: pino would take that of the serialised one. */
  get boundMessage(): string | undefined {
    const { errorKey, messageKey } = this.#pino
    if (this.#bound === undefined || this.record[messageKey] !== undefined) return undefined
    return this.record[errorKey] === this.#bound.shown ? this.#bound.message : undefined
  }

  /** pino takes the message of whatever is under its error key, and writes `undefined` for one that JSON has no text for. */
  dropUnwritableMessage(): void {
    const { errorKey } = this.#pino
    const error = this.record[errorKey]
    if (typeof error !== 'object' || error === null) return
    if (typeof Reflect.get(error, 'message') !== 'symbol') return
    this.record[errorKey] = error instanceof Error ? readJson(this.host.thrown(error)) : { ...error, message: undefined }
  }

  /** pino takes the message of the error under its own key; this may be one under another. */
  addErrorMessage(text: string): boolean {
    const { errorKey, messageKey } = this.#pino
    if (this.record[errorKey] === undefined && this.record[messageKey] === undefined) this.message = text
    return true
  }

  #bind(error: unknown, shown: unknown): void {
    if (typeof error !== 'object' || error === null) return
    const message = Reflect.get(error, 'message') as unknown
    if (typeof message === 'string') this.#bound = { shown, message }
  }

  #copy(value: object): unknown {
    try {
      const text = JSON.stringify(value) as string | undefined
      return text === undefined ? undefined : readJson(text)
    } catch {
      // JSON has no text for it: a bigint, a cycle, or a member that throws
    }
    try {
      return structuredClone(value)
    } catch {
      const text = this.host.json(value)
      return text === undefined ? undefined : readJson(text)
    }
  }

  #addSerialised(key: FieldKey, value: unknown): void {
    if (typeof value === 'object' && value !== null) this.#serialised.add(value)
    this.addField(key, value)
  }
}
