// An event that is an object, for configurations that need one.
import type { Level } from '../level.ts'
import type { ByteEncoding } from '../text/bytes.ts'
import { bytesText } from '../text/bytes.ts'
import type { Duration } from '../text/duration.ts'
import { durationText } from '../text/duration.ts'
import { readJson } from '../text/json-reader.ts'
import type { Instant } from '../text/timestamp.ts'
import { instantText } from '../text/timestamp.ts'
import type { Event } from './event.ts'
import type { EventHost } from './host.ts'
import type { FieldKey } from './key-table.ts'

/** Members by key; nothing is inherited, so `__proto__` and `constructor` are ordinary members. */
export type FieldRecord = Record<string, unknown>

/**
 * Makes empty records. They inherit from an object that is empty and inherits from nothing: unlike objects without any
 * prototype, which V8 makes as hash tables, they are as fast to fill and to read as object literals.
 * hot: benchmarks/logiface/four-fields-mixin
 */
export const EmptyRecord: new () => FieldRecord = function () {} as unknown as new () => FieldRecord
Object.defineProperty(EmptyRecord, 'prototype', { value: Object.freeze(Object.create(null)) })

type Container = FieldRecord | unknown[]

interface OpenContainer {
  readonly container: Container
  readonly key: FieldKey
  readonly outer: OpenContainer | undefined
}

/** Collects fields as values. Errors, objects and bigints stay what they are. */
export class RecordEvent implements Event {
  readonly level: Level
  readonly record: FieldRecord = new EmptyRecord()
  message: string | undefined = undefined
  readonly host: EventHost
  /** A fragment outlives the values it was made of, so it keeps copies. */
  readonly #copies: boolean
  #target: Container = this.record
  #outer: OpenContainer | undefined = undefined

  constructor(level: Level, host: EventHost, copies = false) {
    this.level = level
    this.host = host
    this.#copies = copies
  }

  /** An object or array is open. */
  get isNested(): boolean {
    return this.#outer !== undefined
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
    this.addField(key, bytesText(value, encoding, this.host.bounds.bytes))
    return true
  }

  addError(key: FieldKey, error: unknown): boolean {
    this.addField(key, this.#copies ? readJson(this.host.thrown(error)) : error)
    return true
  }

  addJson(key: FieldKey, value: unknown): boolean {
    if (!this.#copies || typeof value !== 'object' || value === null) this.addField(key, value)
    else {
      const text = this.host.json(value)
      if (text !== undefined) this.addField(key, readJson(text))
    }
    return true
  }

  addRaw(key: FieldKey, json: string): boolean {
    this.addField(key, readJson(json))
    return true
  }

  addMessage(text: string): boolean {
    this.message = text
    return true
  }

  openObject(key: FieldKey): boolean {
    this.#outer = { container: this.#target, key, outer: this.#outer }
    this.#target = new EmptyRecord()
    return true
  }

  closeObject(dropEmpty: boolean): void {
    const inner = this.#target
    const { container, key, outer } = this.#outer as OpenContainer
    this.#outer = outer
    this.#target = container
    if (!dropEmpty || Object.keys(inner).length > 0) this.addField(key, inner)
  }

  openArray(key: FieldKey): boolean {
    this.#outer = { container: this.#target, key, outer: this.#outer }
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
