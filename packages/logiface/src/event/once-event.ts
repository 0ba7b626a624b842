// An event as text in which each key stands once: the last value wins, at the place of the first.
import type { Level } from '../level.ts'
import type { ByteEncoding } from '../text/bytes.ts'
import type { Duration } from '../text/duration.ts'
import { escapeControls } from '../text/json-text.ts'
import { readJson } from '../text/json-reader.ts'
import type { Instant } from '../text/timestamp.ts'
import type { Event } from './event.ts'
import type { EventHost } from './host.ts'
import type { FieldKey } from './key-table.ts'
import type { TextFormat } from './text-event.ts'
import { TextEvent } from './text-event.ts'

/** Up to here a search through the members costs less than a Map. */
const FEW = 16

/** Members in the order of their first coming, each key once. hot: benchmarks/logiface/audit */
class Members {
  readonly keys: string[] = []
  readonly texts: string[] = []
  #places: Map<string, number> | undefined = undefined

  /** @param key - the key's text; elements of an array each have one of their own. */
  set(key: string, text: string): void {
    const place = this.#place(key)
    if (place >= 0) {
      this.texts[place] = text
      return
    }
    this.#places?.set(key, this.keys.length)
    this.keys.push(key)
    this.texts.push(text)
  }

  joined(): string {
    const { texts } = this
    let text = ''
    for (let i = 0; i < texts.length; i++) text += texts[i]
    return text
  }

  #place(key: string): number {
    const { keys } = this
    if (this.#places !== undefined) return this.#places.get(key) ?? -1
    for (let i = 0; i < keys.length; i++) if (keys[i] === key) return i
    if (keys.length >= FEW) this.#places = new Map(keys.map((known, index) => [known, index]))
    return -1
  }
}

interface Frame {
  readonly key: FieldKey
  readonly members: Members
}

export class OnceEvent implements Event {
  readonly level: Level
  readonly #head: string
  readonly #host: EventHost
  readonly #piece: TextEvent
  readonly #outer: Frame[] = []
  #members = new Members()
  #message = ''

  constructor(level: Level, head: string, host: EventHost, format: TextFormat) {
    this.level = level
    this.#head = head
    this.#host = host
    this.#piece = new TextEvent(level, '', host, format)
  }

  addField(key: FieldKey, value: unknown): void {
    this.#piece.addField(key, value)
    this.#keep(key)
  }

  addString(key: FieldKey, value: string): boolean {
    return this.#piece.addString(key, value) && this.#keep(key)
  }

  addNumber(key: FieldKey, value: number): boolean {
    return this.#piece.addNumber(key, value) && this.#keep(key)
  }

  addBoolean(key: FieldKey, value: boolean): boolean {
    return this.#piece.addBoolean(key, value) && this.#keep(key)
  }

  addBigInt(key: FieldKey, value: bigint): boolean {
    return this.#piece.addBigInt(key, value) && this.#keep(key)
  }

  addTime(key: FieldKey, value: Instant): boolean {
    return this.#piece.addTime(key, value) && this.#keep(key)
  }

  addDuration(key: FieldKey, value: Duration): boolean {
    return this.#piece.addDuration(key, value) && this.#keep(key)
  }

  addBytes(key: FieldKey, value: Uint8Array, encoding: ByteEncoding): boolean {
    return this.#piece.addBytes(key, value, encoding) && this.#keep(key)
  }

  addError(key: FieldKey, error: unknown): boolean {
    return this.#piece.addError(key, error) && this.#keep(key)
  }

  /** JSON text may repeat keys itself, so it is read and written anew. */
  addRaw(key: FieldKey, json: string): boolean {
    return this.#piece.addRaw(key, escapeControls(JSON.stringify(readJson(json)))) && this.#keep(key)
  }

  addMessage(text: string): boolean {
    this.#piece.addMessage(text)
    this.#message = this.#piece.text
    this.#piece.text = ''
    return true
  }

  openObject(key: FieldKey): boolean {
    this.#outer.push({ key, members: this.#members })
    this.#members = new Members()
    return true
  }

  closeObject(dropEmpty: boolean): void {
    this.#close('{', '}', dropEmpty)
  }

  openArray(key: FieldKey): boolean {
    return this.openObject(key)
  }

  closeArray(): void {
    this.#close('[', ']', false)
  }

  addFragment(fragment: Event): boolean {
    if (!(fragment instanceof OnceEvent)) return false
    const { keys, texts } = fragment.#members
    for (let i = 0; i < keys.length; i++) this.#members.set(keys[i] as string, texts[i] as string)
    return true
  }

  line(): string {
    return this.body() + '}\n'
  }

  /** The line without its closing brace. */
  body(): string {
    return this.#head + this.#members.joined() + this.#message
  }

  #close(open: string, end: string, dropEmpty: boolean): void {
    const inner = this.#members.joined()
    const { key, members } = this.#outer.pop() as Frame
    this.#members = members
    if (dropEmpty && inner === '') return
    this.#piece.addRaw(key, open + inner.slice(1) + end)
    this.#keep(key)
  }

  #keep(key: FieldKey): true {
    const { text } = this.#piece
    this.#piece.text = ''
    const isElement = key === this.#host.keys.element
    if (text !== '') this.#members.set(isElement ? String(this.#members.keys.length) : key.text, text)
    return true
  }
}
