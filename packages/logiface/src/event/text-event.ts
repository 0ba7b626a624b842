// An event that is one string, grown by its adders.
import type { Level } from '../level.ts'
import type { ByteEncoding } from '../text/bytes.ts'
import { bytesText } from '../text/bytes.ts'
import type { Duration } from '../text/duration.ts'
import { durationMs, durationText } from '../text/duration.ts'
import { flat, numberText, quote } from '../text/json-text.ts'
import type { Instant } from '../text/timestamp.ts'
import { instantText } from '../text/timestamp.ts'
import type { Event } from './event.ts'
import type { EventHost } from './host.ts'
import type { FieldKey } from './key-table.ts'

/** Choices of the line format. */
export interface TextFormat {
  /** NaN and the infinities: `null`, or their names as texts. */
  readonly nonFinite: 'null' | 'string'
  readonly durations: 'text' | 'ms'
  /** The text before a message, such as `,"msg":`. */
  readonly messageText: string
}

const TRUNCATED = '"[Truncated]"'

/** One line of our own format in the making. hot: benchmarks/logiface/four-fields */
export class TextEvent implements Event {
  readonly level: Level
  /** The line so far, without its closing brace. */
  text: string
  readonly host: EventHost
  readonly #format: TextFormat
  #outer: OpenFrame | undefined = undefined
  #isSettled = false

  constructor(level: Level, head: string, host: EventHost, format: TextFormat) {
    this.level = level
    this.text = head
    this.host = host
    this.#format = format
  }

  addString(key: FieldKey, value: string): boolean {
    if (value.length > 40) return this.#append(key, quote(value))
    this.text += key.text + quote(value)
    return true
  }

  addNumber(key: FieldKey, value: number): boolean {
    const { nonFinite } = this.#format
    this.text += key.text + (nonFinite === 'string' && !Number.isFinite(value) ? `"${value}"` : numberText(value))
    return true
  }

  addBoolean(key: FieldKey, value: boolean): boolean {
    this.text += key.text + (value ? 'true' : 'false')
    return true
  }

  addBigInt(key: FieldKey, value: bigint): boolean {
    return this.#append(key, `"${value}"`)
  }

  addTime(key: FieldKey, value: Instant): boolean {
    const text = instantText(value)
    return this.#append(key, text === undefined ? 'null' : `"${text}"`)
  }

  addDuration(key: FieldKey, value: Duration): boolean {
    if (this.#format.durations === 'ms') return this.addNumber(key, durationMs(value))
    const text = durationText(value)
    return this.#append(key, text === undefined ? 'null' : `"${text}"`)
  }

  addBytes(key: FieldKey, value: Uint8Array, encoding: ByteEncoding): boolean {
    return this.#append(key, `"${bytesText(value, encoding, this.host.bounds.bytes)}"`)
  }

  addError(key: FieldKey, error: unknown): boolean {
    return this.#append(key, this.host.thrown(error))
  }

  addJson(key: FieldKey, value: unknown): boolean {
    const text = this.host.json(value)
    if (text !== undefined) this.#append(key, text)
    return true
  }

  addRaw(key: FieldKey, json: string): boolean {
    return this.#append(key, json)
  }

  addField(key: FieldKey, value: unknown): void {
    this.addJson(key, value)
  }

  addMessage(text: string): boolean {
    this.text += this.#format.messageText + quote(text)
    return true
  }

  openObject(key: FieldKey): boolean {
    return this.#open(key)
  }

  closeObject(dropEmpty: boolean): void {
    const frame = this.#outer as OpenFrame
    const inner = this.text
    this.#outer = frame.outer
    this.text = frame.text
    if (!dropEmpty || inner !== '') this.#append(frame.key, '{' + inner.slice(1) + '}')
  }

  openArray(key: FieldKey): boolean {
    return this.#open(key)
  }

  closeArray(): void {
    const frame = this.#outer as OpenFrame
    const inner = this.text
    this.#outer = frame.outer
    this.text = frame.text
    this.#append(frame.key, '[' + inner.slice(1) + ']')
  }

  addFragment(fragment: Event): boolean {
    if (!(fragment instanceof TextEvent)) return false
    this.text += fragment.settled()
    return true
  }

  /** The whole line. The text of an event that outgrew its bound is cut field by field, never within one. */
  line(): string {
    return this.text + '}\n'
  }

  /** The text of a fragment, which goes into many lines. */
  settled(): string {
    if (!this.#isSettled) {
      this.#isSettled = true
      this.text = flat(this.text)
    }
    return this.text
  }

  #open(key: FieldKey): boolean {
    this.#outer = { outer: this.#outer, text: this.text, key }
    this.text = ''
    return true
  }

  #append(key: FieldKey, piece: string): boolean {
    const { bounds, stats } = this.host
    if (this.text.length + piece.length <= bounds.line) this.text += key.text + piece
    else {
      stats.truncated++
      if (this.text.length <= bounds.line + key.text.length) this.text += key.text + TRUNCATED
    }
    return true
  }
}

interface OpenFrame {
  readonly outer: OpenFrame | undefined
  readonly text: string
  readonly key: FieldKey
}
