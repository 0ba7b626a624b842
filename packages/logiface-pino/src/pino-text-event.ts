// An event as one line in pino's own dialect.
import type { Duration, Event, Instant } from '@loopwright/logiface'
import { bytesText, durationText, flat, instantText, readJson, RecordEvent } from '@loopwright/logiface/backend'
import type { EventHost, FieldKey } from '@loopwright/logiface/backend'
import { PinoFragment } from './pino-fragment.ts'
import type { PinoAccess, Serializer, Stringifier } from './pino-access.ts'
import type { StringEncoder } from './pino-text.ts'

/** What pino does with a key; found once a key. */
export interface PinoKey {
  /** Neither a serializer nor a stringifier looks at it, and it is not the message's. */
  readonly isPlain: boolean
  readonly isMessage: boolean
  /** An event without a message takes that of the error under this key. */
  readonly isError: boolean
  readonly serializer: Serializer | undefined
  readonly stringifier: Stringifier | undefined
}

/** hot: benchmarks/logiface/four-fields */
export class PinoTextEvent implements Event {
  readonly level: number
  /** The level's number in pino. */
  readonly number: number
  text: string
  /** There is a message, or a field with its key: pino then takes none from an error. */
  hasMessage = false
  /** What is under the error's key. */
  error: unknown = undefined
  readonly host: EventHost
  readonly #pino: PinoAccess
  readonly #encode: StringEncoder
  readonly #isFragment: boolean
  #isSettled = false
  #nested: RecordEvent | undefined = undefined
  #nestedKey: FieldKey | undefined = undefined
  #depth = 0

  constructor(level: number, number: number, head: string, host: EventHost, pino: PinoAccess, encode: StringEncoder) {
    this.level = level
    this.number = number
    this.text = head
    this.host = host
    this.#isFragment = head === ''
    this.#pino = pino
    this.#encode = encode
  }

  addString(key: FieldKey, value: string): boolean {
    if (this.#nested === undefined && (key.data as PinoKey).isPlain) this.text += key.text + this.#encode(value)
    else this.addField(key, value)
    return true
  }

  addNumber(key: FieldKey, value: number): boolean {
    if (this.#nested === undefined && (key.data as PinoKey).isPlain)
      this.text += key.text + (Number.isFinite(value) ? value : 'null')
    else this.addField(key, value)
    return true
  }

  addBoolean(key: FieldKey, value: boolean): boolean {
    if (this.#nested === undefined && (key.data as PinoKey).isPlain) this.text += key.text + value
    else this.addField(key, value)
    return true
  }

  addTime(key: FieldKey, value: Instant): boolean {
    this.addField(key, instantText(value) ?? null)
    return true
  }

  addDuration(key: FieldKey, value: Duration): boolean {
    this.addField(key, durationText(value) ?? null)
    return true
  }

  addBytes(key: FieldKey, value: Uint8Array, encoding: 'base64' | 'base64url' | 'hex'): boolean {
    this.addField(key, bytesText(value, encoding, this.host.bounds.bytes))
    return true
  }

  /** Under a key without a serializer pino itself would write an error as `{}`: there it is given the one for errors. */
  addError(key: FieldKey, error: unknown): boolean {
    const { text } = this
    const { serializer, isError } = (key.data ?? {}) as Partial<PinoKey>
    if (this.#nested !== undefined || serializer === undefined) {
      if (isError === true && this.#nested === undefined) this.error = error
      this.#value(key, this.#pino.errorValue(error, this.host), false)
      return true
    }
    try {
      this.#value(key, error, true)
    } catch (thrown) {
      // a frozen error for one: pino's serializer leaves a mark on what it serialises
      this.host.fail('field', thrown)
      this.text = text + key.text + this.host.thrown(error)
    }
    return true
  }

  addJson(key: FieldKey, value: unknown): boolean {
    this.addField(key, value)
    return true
  }

  addRaw(key: FieldKey, json: string, isError: boolean): boolean {
    const { serializer, stringifier, isMessage, isError: isErrorKey } = (key.data ?? {}) as Partial<PinoKey>
    if (this.#nested !== undefined || (serializer !== undefined && !isError) || stringifier !== undefined) {
      this.#value(key, readJson(json), !isError)
      return true
    }
    if (isMessage === true) this.hasMessage = true
    if (isErrorKey === true) this.error = new JsonError(json)
    this.text += key.text + json
    return true
  }

  addField(key: FieldKey, value: unknown): void {
    this.#value(key, value, true)
  }

  addMessage(text: string): boolean {
    const { msgPrefix, messageKey } = this.#pino
    this.hasMessage = true
    this.text += ',"' + messageKey + '":' + this.#encode(msgPrefix === undefined ? text : msgPrefix + text)
    return true
  }

  /** pino looks for the message under its own error key, and so does `line()`; this one is of an error under another. */
  addErrorMessage(text: string): boolean {
    this.error ??= { message: text }
    return true
  }

  /** The whole line. */
  line(): string {
    if (!this.hasMessage && this.error !== undefined) this.#addMessageOf(this.error)
    return this.text + this.#pino.end
  }

  /** What lies within an object is encoded by pino as one value, so it is collected as one. */
  openObject(key: FieldKey): boolean {
    return this.#open(key, false)
  }

  closeObject(dropEmpty: boolean): void {
    const nested = this.#nested as RecordEvent
    nested.closeObject(dropEmpty)
    this.#closed(nested)
  }

  openArray(key: FieldKey): boolean {
    return this.#open(key, true)
  }

  closeArray(): void {
    const nested = this.#nested as RecordEvent
    nested.closeArray()
    this.#closed(nested)
  }

  addFragment(fragment: Event): boolean {
    if (this.#nested !== undefined) return this.#nested.addFragment(fragment)
    const bound = fragment instanceof PinoFragment ? fragment.text : fragment
    if (!(bound instanceof PinoTextEvent)) return false
    this.text += bound.#settled()
    if (bound.hasMessage) this.hasMessage = true
    if (bound.error !== undefined) this.error = bound.error
    return true
  }

  /** The text of a fragment, which goes into many lines. */
  #settled(): string {
    if (!this.#isSettled) {
      this.#isSettled = true
      this.text = flat(this.text)
    }
    return this.text
  }

  #open(key: FieldKey, isArray: boolean): boolean {
    if (this.#nested === undefined) {
      this.#nested = new RecordEvent(this.level, this.host)
      this.#nestedKey = key
    }
    this.#depth++
    return isArray ? this.#nested.openArray(key) : this.#nested.openObject(key)
  }

  #closed(nested: RecordEvent): void {
    if (--this.#depth > 0) return
    const key = this.#nestedKey as FieldKey
    this.#nested = undefined
    this.#nestedKey = undefined
    if (key.name in nested.record) this.#value(key, nested.record[key.name], true)
  }

  /** One member as pino's own encoder treats it. */
  #value(key: FieldKey, given: unknown, serialise: boolean): void {
    if (this.#nested !== undefined) return this.#nested.addField(key, given)
    if (given === undefined) return
    const { serializer, stringifier, isMessage, isError } = key.data as PinoKey
    if (isMessage) this.hasMessage = true
    if (isError) this.error = this.#isFragment ? messageAlone(given) : given
    const value = serialise && serializer !== undefined ? serializer(given) : given
    const text = this.#text(value, stringifier)
    if (text !== undefined) this.text += key.text + text
  }

  /** Any value may stand under the error's key, and any value be its message. */
  #addMessageOf(error: unknown): void {
    if (!error) return
    try {
      const message = Reflect.get(Object(error) as object, 'message') as unknown
      const text = this.#text(message, undefined)
      if (text !== undefined) this.text += ',"' + this.#pino.messageKey + '":' + text
    } catch (thrown) {
      this.host.fail('field', thrown)
    }
  }

  #text(value: unknown, stringifier: Stringifier | undefined): string | undefined {
    switch (typeof value) {
      case 'undefined':
      case 'function':
        return undefined
      case 'number': {
        const finite = Number.isFinite(value) ? value : null
        return stringifier === undefined ? String(finite) : stringifier(finite)
      }
      case 'boolean':
        return stringifier === undefined ? String(value) : stringifier(value)
      case 'string':
        return stringifier === undefined ? this.#encode(value) : stringifier(value)
      default:
        return stringifier === undefined ? this.#pino.stringify(value) : stringifier(value)
    }
  }
}

/** An error that redaction has turned into JSON text. */
class JsonError {
  readonly #json: string

  constructor(json: string) {
    this.#json = json
  }

  get message(): unknown {
    return (readJson(this.#json) as { readonly message?: unknown } | null)?.message
  }
}

/** Bound fields stay what they were. */
function messageAlone(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined
  return { message: Reflect.get(error, 'message') as unknown }
}
