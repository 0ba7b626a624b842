// Bound fields, encoded for both paths: an event may take the object path because a tracing channel gained a subscriber.
import type { Duration, Event, Instant } from '@loopwright/logiface'
import type { FieldKey } from '@loopwright/logiface/backend'

/** What both kinds of event have. */
export type PinoAdders = Pick<
  Event,
  | 'level'
  | 'addField'
  | 'addTime'
  | 'addDuration'
  | 'addBytes'
  | 'addError'
  | 'addJson'
  | 'addRaw'
  | 'openObject'
  | 'closeObject'
  | 'openArray'
  | 'closeArray'
>

/** Forwards every field to a text and to a record. */
export class PinoFragment implements Event {
  readonly level = 0
  readonly text: Required<PinoAdders>
  readonly record: Required<PinoAdders>

  constructor(text: Required<PinoAdders>, record: Required<PinoAdders>) {
    this.text = text
    this.record = record
  }

  addField(key: FieldKey, value: unknown): void {
    this.text.addField(key, value)
    this.record.addField(key, value)
  }

  addTime(key: FieldKey, value: Instant): boolean {
    return this.text.addTime(key, value) && this.record.addTime(key, value)
  }

  addDuration(key: FieldKey, value: Duration): boolean {
    return this.text.addDuration(key, value) && this.record.addDuration(key, value)
  }

  addBytes(key: FieldKey, value: Uint8Array, encoding: 'base64' | 'base64url' | 'hex'): boolean {
    return this.text.addBytes(key, value, encoding) && this.record.addBytes(key, value, encoding)
  }

  addError(key: FieldKey, error: unknown): boolean {
    return this.text.addError(key, error) && this.record.addError(key, error)
  }

  addJson(key: FieldKey, value: unknown): boolean {
    return this.text.addJson(key, value) && this.record.addJson(key, value)
  }

  addRaw(key: FieldKey, json: string, isError: boolean): boolean {
    return this.text.addRaw(key, json, isError) && this.record.addRaw(key, json, isError)
  }

  openObject(key: FieldKey): boolean {
    return this.text.openObject(key) && this.record.openObject(key)
  }

  closeObject(dropEmpty: boolean): void {
    this.text.closeObject(dropEmpty)
    this.record.closeObject(dropEmpty)
  }

  openArray(key: FieldKey): boolean {
    return this.text.openArray(key) && this.record.openArray(key)
  }

  closeArray(): void {
    this.text.closeArray()
    this.record.closeArray()
  }
}
