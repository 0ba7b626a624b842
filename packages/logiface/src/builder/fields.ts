// The face of builders: the methods that add fields.
import type { Outcome } from '../outcome.ts'
import type { ByteEncoding } from '../text/bytes.ts'
import type { Duration } from '../text/duration.ts'
import type { Instant } from '../text/timestamp.ts'

/** A value, or a function that gives it: called once, at that point of the chain, only if the event is wanted. */
export type Lazy<T> = T | (() => T)

type Missing = null | undefined

/**
 * Adds fields. `undefined` omits a field. No method throws: what a getter or a function throws becomes the text
 * `[Throws: message]`. Keys may repeat; each is written.
 */
export interface Fields {
  str(key: string, value: Lazy<string | Missing>): this
  /** NaN and the infinities are `null`. */
  num(key: string, value: Lazy<number | Missing>): this
  /** A decimal in quotes, always. */
  big(key: string, value: Lazy<bigint | Missing>): this
  bool(key: string, value: Lazy<boolean | Missing>): this
  /** A `Date`, milliseconds since 1970, or nanoseconds as a bigint; RFC 3339 in UTC. */
  time(key: string, value: Lazy<Instant | Missing>): this
  /** Milliseconds, or nanoseconds as a bigint; decimal seconds such as `1.500s`. */
  dur(key: string, value: Lazy<Duration | Missing>): this
  /** Default encoding `base64`. */
  bytes(key: string, value: Lazy<Uint8Array | Missing>, encoding?: ByteEncoding): this
  /** Anything that was thrown. Default key `err`. */
  err(error: unknown, key?: string): this
  /** What `JSON.stringify` makes of the value. */
  json(key: string, value: unknown): this
  /** One of the methods above, chosen by the value's type; a Map with text keys is an object, a Set an array. */
  any(key: string, value: unknown): this
  /** An object, written by the nested builder; usable only during the call. */
  obj(key: string, build: (object: NestedBuilder) => void): this
  /** An array, written by the nested builder; usable only during the call. */
  arr(key: string, build: (array: ArrayBuilder) => void): this
  /** JSON text; text that is not JSON is written as a string. */
  raw(key: string, json: Lazy<string | Missing>): this
  /** `any` on each own enumerable member, in order. */
  fields(record: Readonly<Record<string, unknown>>): this
  /** Nests the fields that follow under this key. The message, the time and the context stay outside. */
  group(name: string): this
  call(use: (fields: this) => void): this
  /** Where this call stands in the source: `{ file, line, fn }`. Costs more than the rest of the line. Default key `caller`. */
  callSite(key?: string): this
}

/** An object in the making. */
export interface NestedBuilder extends Fields {}

/** An array in the making. */
export interface ArrayBuilder {
  str(value: Lazy<string | Missing>): this
  num(value: Lazy<number | Missing>): this
  big(value: Lazy<bigint | Missing>): this
  bool(value: Lazy<boolean | Missing>): this
  time(value: Lazy<Instant | Missing>): this
  dur(value: Lazy<Duration | Missing>): this
  bytes(value: Lazy<Uint8Array | Missing>, encoding?: ByteEncoding): this
  err(error: unknown): this
  json(value: unknown): this
  any(value: unknown): this
  obj(build: (object: NestedBuilder) => void): this
  arr(build: (array: ArrayBuilder) => void): this
}

/** What a modifier sees of an event. */
export interface ModifierEvent {
  readonly level: number
  /** Adds a field as `any` does; redaction applies. */
  addField(key: string, value: unknown): void
  addError(error: unknown, key?: string): void
  /** Sets the message; a text given to `msg()` later wins. */
  setMessage(text: string): void
}

/** Runs on an event before its fields. A sentinel drops the event in silence, an error drops it and is reported. */
export type Modifier = (event: ModifierEvent) => Outcome | void

/**
 * One event. It ends at `msg()` or `drop()`; one that is never ended writes nothing. A call after the end does nothing and is
 * counted as misuse; in development it throws `ERR_LOG_BUILDER_SPENT`.
 */
export interface Builder<Off = undefined, End = void> extends Fields {
  /** Asks the rate limit of this category at once; `undefined` if it refuses. Place it first in the chain. */
  limit(category: string): this | Off
  /** The limit of this place in the source; its price is that of `callSite()`. */
  limitHere(): this | Off
  modify(modifier: Modifier): this
  /** Writes the event. Without a text, an event with an error takes that error's message. */
  msg(text?: Lazy<string>): End
  /** Ends the event without writing it. */
  drop(): void
}

/** Fields for a sub-logger. */
export interface ContextBuilder<L> extends Fields {
  /** Gives the sub-logger a threshold of its own. */
  level(level: number | string): this
  /** Runs on each event of the sub-logger, before its fields. */
  modify(modifier: Modifier): this
  /** The sub-logger. It never changes afterwards, whatever is done to this context. */
  logger(): L
}
