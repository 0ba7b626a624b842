// Puts values of every kind into an event: lazy values, guards and redaction are here, and nowhere else.
import type { Event } from '../event/event.ts'
import type { EventHost } from '../event/host.ts'
import type { FieldKey } from '../event/key-table.ts'
import type { FieldRecord } from '../event/record-event.ts'
import { RecordEvent } from '../event/record-event.ts'
import type { PathState } from '../redact/automaton.ts'
import { REMOVED } from '../redact/redactor.ts'
import type { ByteEncoding } from '../text/bytes.ts'
import { BYTE_ENCODINGS, bytesText } from '../text/bytes.ts'
import type { Duration } from '../text/duration.ts'
import { durationText } from '../text/duration.ts'
import { escapeControls } from '../text/json-text.ts'
import { readJson } from '../text/json-reader.ts'
import { JsonWalk } from '../text/json-walker.ts'
import { isErrorLike, throwsText } from '../text/thrown.ts'
import type { Instant } from '../text/timestamp.ts'
import { instantText } from '../text/timestamp.ts'

export const FIELD_KINDS = ['str', 'num', 'big', 'bool', 'time', 'dur', 'bytes', 'err', 'json', 'any', 'raw'] as const
export type FieldKind = (typeof FIELD_KINDS)[number]

/** One level of an event: its top, a group, or an object or array within it. */
export class FieldSink {
  readonly host: EventHost
  readonly event: Event
  readonly depth: number
  readonly state: PathState | undefined
  readonly path: readonly string[]
  /** What was written as the event's error, which gives it its message if it is given none. */
  error: unknown = undefined

  constructor(host: EventHost, event: Event, depth: number, state: PathState | undefined, path: readonly string[]) {
    this.host = host
    this.event = event
    this.depth = depth
    this.state = state
    this.path = path
  }

  /** The level below a member of this one. */
  below(name: string, state: PathState | undefined): FieldSink {
    return new FieldSink(this.host, this.event, this.depth + 1, state, [...this.path, name])
  }

  key(name: string): FieldKey {
    return this.depth === 0 ? this.host.keys.top(name) : this.host.keys.nested(name)
  }

  step(name: string): PathState | undefined {
    return this.host.redactor?.member(this.state as PathState, name)
  }

  /** Adds one member. Never throws. */
  put(kind: FieldKind, name: string, value: unknown, encoding?: ByteEncoding): void {
    try {
      const key = this.key(name)
      const below = this.depth === 0 ? key.state : this.step(name)
      this.add(kind, key, name, below, value, encoding)
    } catch (error) {
      this.host.fail('field', error)
    }
  }

  /** Adds one value under a key that was looked up, unless redaction replaces it. */
  add(kind: FieldKind, key: FieldKey, name: string, below: PathState | undefined, given: unknown, encoding?: ByteEncoding): void {
    const redactor = this.host.redactor
    if (below?.censored === true && redactor !== undefined) {
      const censor = redactor.censor([...this.path, name], () => resolved(kind, given))
      if (censor !== REMOVED && given !== undefined) this.#string(key, censor)
      return
    }
    let value: unknown
    try {
      value = resolved(kind, given)
    } catch (error) {
      this.host.fail('field', error)
      this.#string(key, this.host.text(throwsText(error)))
      return
    }
    if (redactor?.hasTests === true && value !== undefined) {
      const verdict = redactor.test(name, [...this.path, name], value)
      if (verdict !== undefined) {
        if (verdict !== REMOVED) this.#string(key, verdict)
        return
      }
    }
    this.#dispatch(kind, key, name, below, value, encoding)
  }

  #dispatch(
    kind: FieldKind,
    key: FieldKey,
    name: string,
    below: PathState | undefined,
    value: unknown,
    encoding?: ByteEncoding,
  ): void {
    const event = this.event
    if (kind === 'err') return this.#error(key, name, below, value)
    if (value === undefined) return
    if (value === null) return event.addField(key, null)
    switch (kind) {
      case 'str':
        if (typeof value === 'string') return this.#string(key, this.host.text(value))
        break
      case 'num':
        if (typeof value === 'number') return void (event.addNumber?.(key, value) || event.addField(key, value))
        break
      case 'big':
        if (typeof value === 'bigint') return void (event.addBigInt?.(key, value) || event.addField(key, value))
        break
      case 'bool':
        if (typeof value === 'boolean') return void (event.addBoolean?.(key, value) || event.addField(key, value))
        break
      case 'time':
        if (isInstant(value)) return void (event.addTime?.(key, value) || event.addField(key, instantText(value) ?? null))
        break
      case 'dur':
        if (typeof value === 'number' || typeof value === 'bigint') return this.#duration(key, value)
        break
      case 'bytes':
        if (value instanceof Uint8Array) return this.#bytes(key, value, encoding)
        break
      case 'raw':
        if (typeof value === 'string') return this.#raw(key, name, below, value)
        break
      case 'json':
        return this.#json(key, name, below, value)
      case 'any':
        break
      default:
        throw new TypeError(`unknown kind: ${kind satisfies never}`)
    }
    this.#any(key, name, below, value)
  }

  #any(key: FieldKey, name: string, below: PathState | undefined, value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.#dispatch('str', key, name, below, value)
      case 'number':
        return this.#dispatch('num', key, name, below, value)
      case 'bigint':
        return this.#dispatch('big', key, name, below, value)
      case 'boolean':
        return this.#dispatch('bool', key, name, below, value)
      case 'object':
        if (isErrorLike(value)) return this.#error(key, name, below, value)
        return this.#object(key, name, below, value as object)
      default:
        return this.#json(key, name, below, value)
    }
  }

  #object(key: FieldKey, name: string, below: PathState | undefined, value: object): void {
    let kind: FieldKind = 'json'
    let shown: unknown = value
    try {
      if (value instanceof Date) kind = 'time'
      else if (value instanceof Uint8Array) kind = 'bytes'
      else if (value instanceof Map) shown = mapAsJson(value)
      else if (value instanceof Set) shown = [...value]
    } catch {
      // a Proxy that refuses to be looked at: the walker names what it throws
    }
    this.#dispatch(kind, key, name, below, shown)
  }

  #string(key: FieldKey, text: string): void {
    if (this.event.addString?.(key, text) !== true) this.event.addField(key, text)
  }

  #duration(key: FieldKey, value: Duration): void {
    if (this.event.addDuration?.(key, value) !== true) this.event.addField(key, durationText(value) ?? null)
  }

  #bytes(key: FieldKey, value: Uint8Array, encoding: ByteEncoding = 'base64'): void {
    const { bounds, stats } = this.host
    if (value.byteLength > bounds.bytes) stats.truncated++
    const known = BYTE_ENCODINGS.includes(encoding) ? encoding : 'base64'
    if (this.event.addBytes?.(key, value, known) !== true) this.event.addField(key, bytesText(value, known, bounds.bytes))
  }

  #json(key: FieldKey, name: string, below: PathState | undefined, value: unknown): void {
    if (this.host.redactor !== undefined) {
      const text = new JsonWalk(this.host, this.#pathTo(name)).value(name, value, below ?? this.host.redactor.automaton.root)
      if (text !== undefined) this.#text(key, text)
    } else if (this.event.addJson?.(key, value) !== true) this.event.addField(key, value)
  }

  #error(key: FieldKey, name: string, below: PathState | undefined, error: unknown): void {
    if (this.depth === 0 && name === this.host.errorKey) this.error = error
    if (this.host.redactor !== undefined) {
      this.#text(key, new JsonWalk(this.host, this.#pathTo(name)).thrown(error, below ?? this.host.redactor.automaton.root), true)
    } else if (this.event.addError?.(key, error) !== true) this.event.addField(key, readJson(this.host.thrown(error)))
  }

  #raw(key: FieldKey, name: string, below: PathState | undefined, json: string): void {
    let parsed: unknown
    try {
      parsed = this.host.redactor === undefined ? JSON.parse(json) : readJson(json)
    } catch {
      this.host.stats.errors++
      return this.#string(key, this.host.text(json))
    }
    if (this.host.redactor !== undefined) return this.#json(key, name, below, parsed)
    this.#text(key, escapeControls(json.replace(/[\n\r\t]/g, ' ')))
  }

  #text(key: FieldKey, json: string, isError = false): void {
    if (this.event.addRaw?.(key, json, isError) !== true) this.event.addField(key, readJson(json))
  }

  #pathTo(name: string): readonly string[] {
    return this.host.redactor?.needsPath === true ? [...this.path, name] : []
  }

  /** Adds an object or array that `build` writes; one event after the other has no adder for it gets a record. */
  nest(key: FieldKey, name: string, below: PathState | undefined, isArray: boolean, build: (sink: FieldSink) => void): void {
    const redactor = this.host.redactor
    if (below?.censored === true || redactor?.hasTests === true) {
      const verdict =
        below?.censored === true
          ? redactor?.censor([...this.path, name], () => undefined)
          : redactor?.test(name, [...this.path, name], undefined)
      if (verdict !== undefined) {
        if (verdict !== REMOVED) this.#string(key, verdict)
        return
      }
    }
    const opened = isArray ? this.event.openArray?.(key) : this.event.openObject?.(key)
    if (opened === true) {
      try {
        build(this.below(name, below))
      } catch (error) {
        this.host.fail('field', error)
      } finally {
        if (isArray) this.event.closeArray?.()
        else this.event.closeObject?.(false)
      }
      return
    }
    const collected = new RecordEvent(this.event.level, this.host)
    const slot = this.host.keys.nested(name)
    if (isArray) collected.openArray(slot)
    else collected.openObject(slot)
    try {
      build(new FieldSink(this.host, collected, this.depth + 1, below, [...this.path, name]))
    } catch (error) {
      this.host.fail('field', error)
    }
    if (isArray) collected.closeArray()
    else collected.closeObject(false)
    this.event.addField(key, (collected.record as FieldRecord)[slot.name])
  }
}

function resolved(kind: FieldKind, given: unknown): unknown {
  return typeof given === 'function' && kind !== 'err' ? given() : given
}

function isInstant(value: unknown): value is Instant {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Date
}

function mapAsJson(map: ReadonlyMap<unknown, unknown>): unknown {
  const entries = [...map]
  if (!entries.every(([key]) => typeof key === 'string')) return entries
  const record = Object.create(null) as FieldRecord
  for (const [key, value] of entries) record[key as string] = value
  return record
}
