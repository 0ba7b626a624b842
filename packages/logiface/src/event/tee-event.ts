// Events of several backends, built side by side.
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
import type { FieldRecord } from './record-event.ts'
import { RecordEvent } from './record-event.ts'

/** One event of the tee, with the host whose keys it understands. */
export interface TeeBranch {
  readonly event: Event
  readonly host: EventHost
}

/** Forwards each field to every branch, under that branch's own key. A branch that throws does not cost the others their field. */
export class TeeEvent implements Event {
  readonly level: Level
  readonly branches: readonly TeeBranch[]
  readonly host: EventHost
  /** Branches that cannot nest get what is collected here. */
  #collected: RecordEvent | undefined = undefined
  #depth = 0
  #key: FieldKey | undefined = undefined

  constructor(level: Level, host: EventHost, branches: readonly TeeBranch[]) {
    this.level = level
    this.host = host
    this.branches = branches
  }

  addField(key: FieldKey, value: unknown): void {
    this.#each(key, (event, own) => event.addField(own, value))
    this.#collected?.addField(key, value)
  }

  addString(key: FieldKey, value: string): boolean {
    this.#each(key, (event, own) => event.addString?.(own, value) === true || event.addField(own, value))
    this.#collected?.addField(key, value)
    return true
  }

  addNumber(key: FieldKey, value: number): boolean {
    this.#each(key, (event, own) => event.addNumber?.(own, value) === true || event.addField(own, value))
    this.#collected?.addField(key, value)
    return true
  }

  addBoolean(key: FieldKey, value: boolean): boolean {
    this.#each(key, (event, own) => event.addBoolean?.(own, value) === true || event.addField(own, value))
    this.#collected?.addField(key, value)
    return true
  }

  addBigInt(key: FieldKey, value: bigint): boolean {
    this.#each(key, (event, own) => event.addBigInt?.(own, value) === true || event.addField(own, value))
    this.#collected?.addField(key, value)
    return true
  }

  addTime(key: FieldKey, value: Instant): boolean {
    this.#each(key, (event, own) => event.addTime?.(own, value) === true || event.addField(own, instantText(value) ?? null))
    this.#collected?.addTime(key, value)
    return true
  }

  addDuration(key: FieldKey, value: Duration): boolean {
    this.#each(key, (event, own) => event.addDuration?.(own, value) === true || event.addField(own, durationText(value) ?? null))
    this.#collected?.addDuration(key, value)
    return true
  }

  addBytes(key: FieldKey, value: Uint8Array, encoding: ByteEncoding): boolean {
    const text = (): string => bytesText(value, encoding, this.host.bounds.bytes)
    this.#each(key, (event, own) => event.addBytes?.(own, value, encoding) === true || event.addField(own, text()))
    this.#collected?.addBytes(key, value, encoding)
    return true
  }

  addError(key: FieldKey, error: unknown): boolean {
    this.#each(
      key,
      (event, own) => event.addError?.(own, error) === true || event.addField(own, readJson(this.host.thrown(error))),
    )
    this.#collected?.addField(key, readJson(this.host.thrown(error)))
    return true
  }

  addJson(key: FieldKey, value: unknown): boolean {
    this.#each(key, (event, own) => event.addJson?.(own, value) === true || event.addField(own, value))
    this.#collected?.addJson(key, value)
    return true
  }

  addRaw(key: FieldKey, json: string, isError: boolean): boolean {
    this.#each(key, (event, own) => event.addRaw?.(own, json, isError) === true || event.addField(own, readJson(json)))
    this.#collected?.addRaw(key, json)
    return true
  }

  addMessage(text: string): boolean {
    this.#every((event, host) => event.addMessage?.(text) === true || event.addField(host.messageKey, text))
    return true
  }

  addErrorMessage(text: string): boolean {
    this.#every(
      (event, host) =>
        (event.addErrorMessage ?? event.addMessage)?.call(event, text) === true || event.addField(host.messageKey, text),
    )
    return true
  }

  openObject(key: FieldKey): boolean {
    return this.#open(key, false)
  }

  closeObject(dropEmpty: boolean): void {
    this.#every((event) => event.closeObject?.(dropEmpty))
    this.#collected?.closeObject(dropEmpty)
    this.#closed()
  }

  openArray(key: FieldKey): boolean {
    return this.#open(key, true)
  }

  closeArray(): void {
    this.#every((event) => event.closeArray?.())
    this.#collected?.closeArray()
    this.#closed()
  }

  addFragment(fragment: Event): boolean {
    if (!(fragment instanceof TeeEvent)) return false
    for (let i = 0; i < this.branches.length; i++) {
      const own = fragment.branches[i]?.event
      if (own !== undefined) this.branches[i]?.event.addFragment?.(own)
    }
    return true
  }

  #open(key: FieldKey, isArray: boolean): boolean {
    if (this.#collected === undefined && this.branches.some(({ event }) => !nests(event))) {
      this.#collected = new RecordEvent(this.level, this.host)
      this.#key = key
    }
    this.#each(key, (event, own) => (isArray ? event.openArray?.(own) : event.openObject?.(own)))
    if (isArray) this.#collected?.openArray(key)
    else this.#collected?.openObject(key)
    this.#depth++
    return true
  }

  #closed(): void {
    this.#depth--
    const collected = this.#collected
    if (this.#depth > 0 || collected === undefined) return
    this.#collected = undefined
    const key = this.#key as FieldKey
    const record: FieldRecord = collected.record
    if (!(key.name in record)) return
    for (const { event, host } of this.branches)
      if (!nests(event)) this.#guarded(host, () => event.addField(host.keys.top(key.name), record[key.name]))
  }

  /** Calls `add` for each branch that takes fields at this depth, with the branch's own key. */
  #each(key: FieldKey, add: (event: Event, own: FieldKey) => unknown): void {
    const isElement = key === this.host.keys.element
    for (const { event, host } of this.branches) {
      if (this.#depth > 0 && !nests(event)) continue
      const own = isElement ? host.keys.element : this.#depth > 0 ? host.keys.nested(key.name) : host.keys.top(key.name)
      this.#guarded(host, () => add(event, own))
    }
  }

  #every(run: (event: Event, host: EventHost) => unknown): void {
    for (const { event, host } of this.branches) this.#guarded(host, () => run(event, host))
  }

  #guarded(host: EventHost, run: () => unknown): void {
    try {
      run()
    } catch (error) {
      host.fail('field', error)
    }
  }
}

function nests(event: Event): boolean {
  return event.openObject !== undefined && event.openArray !== undefined
}
