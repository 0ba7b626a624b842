// An event that is an object, for configurations that need one.
import type { Level } from '../level.ts'
import type { ByteEncoding } from '../text/bytes.ts'
import { bytesText } from '../text/bytes.ts'
import type { Duration } from '../text/duration.ts'
import { durationText } from '../text/duration.ts'
import type { Instant } from '../text/timestamp.ts'
import { instantText } from '../text/timestamp.ts'
import type { Event } from './event.ts'
import type { EventHost } from './host.ts'
import type { FieldKey } from './key-table.ts'

/** Members by key. The prototype is null: `__proto__` and `constructor` are ordinary members. */
export type FieldRecord = Record<string, unknown>

type Container = FieldRecord | unknown[]

/** Collects fields as values. Errors, objects and bigints stay what they are. */
export class RecordEvent implements Event {
  readonly level: Level
  readonly record: FieldRecord = Object.create(null) as FieldRecord
  message: string | undefined = undefined
  readonly #host: EventHost
  /** A fragment outlives the values it was made of, so it keeps copies. */
  readonly #copies: boolean
  #target: Container = this.record
  readonly #outer: { readonly container: Container; readonly key: FieldKey }[] = []

  constructor(level: Level, host: EventHost, copies = false) {
    this.level = level
    this.#host = host
    this.#copies = copies
  }

  addField(key: FieldKey, value: unknown): void {
    if (Array.isArray(this.#target)) this.#target.push(value)
    else this.#target[key.name] = value
  }

  addTime(key: FieldKey, value: Instant): boolean {
    this.addField(key, instantText(value) ?? null)
    return true
  }

  addDuration(key: FieldKey, value: Duration): boolean {
    this.addField(key, durationText(value) ?? null)
    return true
  }

  addBytes(key: FieldKey, value: Uint8Array, encoding: ByteEncoding): boolean {
    this.addField(key, bytesText(value, encoding, this.#host.bounds.bytes))
    return true
  }

  addError(key: FieldKey, error: unknown): boolean {
    this.addField(key, this.#copies ? JSON.parse(this.#host.thrown(error)) : error)
    return true
  }

  addJson(key: FieldKey, value: unknown): boolean {
    if (!this.#copies || typeof value !== 'object' || value === null) this.addField(key, value)
    else {
      const text = this.#host.json(value)
      if (text !== undefined) this.addField(key, JSON.parse(text))
    }
    return true
  }

  addRaw(key: FieldKey, json: string): boolean {
    this.addField(key, JSON.parse(json))
    return true
  }

  addMessage(text: string): boolean {
    this.message = text
    return true
  }

  openObject(key: FieldKey): boolean {
    this.#outer.push({ container: this.#target, key })
    this.#target = Object.create(null) as FieldRecord
    return true
  }

  closeObject(dropEmpty: boolean): void {
    const inner = this.#target
    const { container, key } = this.#outer.pop() as { container: Container; key: FieldKey }
    this.#target = container
    if (!dropEmpty || Object.keys(inner).length > 0) this.addField(key, inner)
  }

  openArray(key: FieldKey): boolean {
    this.#outer.push({ container: this.#target, key })
    this.#target = []
    return true
  }

  closeArray(): void {
    this.closeObject(false)
  }

  addFragment(fragment: Event): boolean {
    if (!(fragment instanceof RecordEvent)) return false
    const { record } = fragment
    if (Array.isArray(this.#target)) return false
    for (const name of Object.keys(record)) this.#target[name] = record[name]
    return true
  }
}
