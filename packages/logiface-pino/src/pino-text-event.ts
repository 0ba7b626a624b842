// An event as one line in pino's own dialect.
import type { Duration, Event, Instant } from '@loopwright/logiface'
import { bytesText, durationText, instantText, RecordEvent } from '@loopwright/logiface/backend'
import type { EventHost, FieldKey } from '@loopwright/logiface/backend'
import { PinoFragment } from './pino-fragment.ts'
import type { PinoAccess, Serializer, Stringifier } from './pino-access.ts'
import type { StringEncoder } from './pino-text.ts'

/** What pino does with a key; found once a key. */
export interface PinoKey {
  /** Neither a serializer nor a stringifier looks at it, and it is not the message's. */
  readonly isPlain: boolean
  readonly isMessage: boolean
  readonly serializer: Serializer | undefined
  readonly stringifier: Stringifier | undefined
}

/** hot: benchmarks/logiface/four-fields */
export class PinoTextEvent implements Event {
  readonly level: number
  /** The level's number in pino. */
  readonly number: number
  text: string
  /** A field has the message's key: pino then takes no message from an error. */
  hasMessage = false
  readonly #host: EventHost
  readonly #pino: PinoAccess
  readonly #encode: StringEncoder
  #nested: RecordEvent | undefined = undefined
  #nestedKey: FieldKey | undefined = undefined
  #depth = 0

  constructor(level: number, number: number, head: string, host: EventHost, pino: PinoAccess, encode: StringEncoder) {
    this.level = level
    this.number = number
    this.text = head
    this.#host = host
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
    this.addField(key, bytesText(value, encoding, this.#host.bounds.bytes))
    return true
  }

  /** pino's serializer may throw, on a frozen error for one: our own text then stands in its place. */
  addError(key: FieldKey, error: unknown): boolean {
    const { text } = this
    try {
      this.addField(key, error)
    } catch (thrown) {
      this.#host.fail('field', thrown)
      this.text = text + key.text + this.#host.thrown(error)
    }
    return true
  }

  addJson(key: FieldKey, value: unknown): boolean {
    this.addField(key, value)
    return true
  }

  addRaw(key: FieldKey, json: string, isError: boolean): boolean {
    const { serializer, stringifier, isMessage } = (key.data ?? {}) as Partial<PinoKey>
    if (this.#nested !== undefined || (serializer !== undefined && !isError) || stringifier !== undefined) {
      this.#value(key, JSON.parse(json), !isError)
      return true
    }
    if (isMessage === true) this.hasMessage = true
    this.text += key.text + json
    return true
  }

  addField(key: FieldKey, value: unknown): void {
    this.#value(key, value, true)
  }

  addMessage(text: string): boolean {
    const { msgPrefix, messageKey } = this.#pino
    this.text += ',"' + messageKey + '":' + this.#encode(msgPrefix === undefined ? text : msgPrefix + text)
    return true
  }

  addErrorMessage(text: string): boolean {
    if (!this.hasMessage) this.text += ',"' + this.#pino.messageKey + '":' + this.#encode(text)
    return true
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
    this.text += bound.text
    if (bound.hasMessage) this.hasMessage = true
    return true
  }

  #open(key: FieldKey, isArray: boolean): boolean {
    if (this.#nested === undefined) {
      this.#nested = new RecordEvent(this.level, this.#host)
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
    const { serializer, stringifier, isMessage } = key.data as PinoKey
    if (isMessage) this.hasMessage = true
    const value = serialise && serializer !== undefined ? serializer(given) : given
    let text: string | undefined
    switch (typeof value) {
      case 'undefined':
      case 'function':
        return
      case 'number': {
        const finite = Number.isFinite(value) ? value : null
        text = stringifier === undefined ? String(finite) : stringifier(finite)
        break
      }
      case 'boolean':
        text = stringifier === undefined ? String(value) : stringifier(value)
        break
      case 'string':
        text = stringifier === undefined ? this.#encode(value) : stringifier(value)
        break
      default:
        text = stringifier === undefined ? this.#pino.stringify(value) : stringifier(value)
    }
    if (text !== undefined) this.text += key.text + text
  }
}
