// The field methods, and the builders of objects and arrays within an event.
import type { PathState } from '../redact/automaton.ts'
import type { ByteEncoding } from '../text/bytes.ts'
import type { ArrayBuilder, Lazy, NestedBuilder } from './fields.ts'
import type { FieldKind, FieldSink } from './field-sink.ts'
import { callSiteOf } from './call-site.ts'

type Missing = null | undefined

/** Field methods over one level of an event; base of every builder. */
export abstract class FieldWriter {
  /** The level that takes fields now; `undefined`: nothing is taken any more, or the event is not wanted. */
  protected abstract sink(): FieldSink | undefined
  protected abstract enter(name: string): void

  str(key: string, value: Lazy<string | Missing>): this {
    return this.field('str', key, value)
  }

  num(key: string, value: Lazy<number | Missing>): this {
    return this.field('num', key, value)
  }

  big(key: string, value: Lazy<bigint | Missing>): this {
    return this.field('big', key, value)
  }

  bool(key: string, value: Lazy<boolean | Missing>): this {
    return this.field('bool', key, value)
  }

  time(key: string, value: unknown): this {
    return this.field('time', key, value)
  }

  dur(key: string, value: unknown): this {
    return this.field('dur', key, value)
  }

  bytes(key: string, value: unknown, encoding?: ByteEncoding): this {
    this.sink()?.put('bytes', key, value, encoding)
    return this
  }

  err(error: unknown, key = 'err'): this {
    return this.field('err', key, error)
  }

  json(key: string, value: unknown): this {
    return this.field('json', key, value)
  }

  any(key: string, value: unknown): this {
    return this.field('any', key, value)
  }

  raw(key: string, json: Lazy<string | Missing>): this {
    return this.field('raw', key, json)
  }

  obj(key: string, build: (object: NestedBuilder) => void): this {
    const sink = this.sink()
    if (sink !== undefined) guardedNest(sink, key, (inner) => buildObject(inner, build))
    return this
  }

  arr(key: string, build: (array: ArrayBuilder) => void): this {
    const sink = this.sink()
    if (sink !== undefined) guardedNest(sink, key, (inner) => buildArray(inner, build), true)
    return this
  }

  fields(record: Readonly<Record<string, unknown>>): this {
    const sink = this.sink()
    if (sink === undefined) return this
    try {
      for (const key of Object.keys(record)) {
        let value: unknown
        try {
          value = record[key]
        } catch (error) {
          value = () => {
            throw error
          }
        }
        sink.put('any', key, value)
      }
    } catch (error) {
      sink.host.fail('field', error)
    }
    return this
  }

  group(name: string): this {
    this.enter(name)
    return this
  }

  call(use: (fields: this) => void): this {
    const sink = this.sink()
    if (sink === undefined) return this
    try {
      use(this)
    } catch (error) {
      sink.host.fail('field', error)
    }
    return this
  }

  callSite(key = 'caller'): this {
    const sink = this.sink()
    if (sink === undefined) return this
    return this.field('json', key, callSiteOf(this.callSite))
  }

  protected field(kind: FieldKind, key: string, value: unknown): this {
    this.sink()?.put(kind, key, value)
    return this
  }
}

class ObjectWriter extends FieldWriter implements NestedBuilder {
  #at: FieldSink | undefined
  readonly #groups: FieldSink[] = []

  constructor(sink: FieldSink) {
    super()
    this.#at = sink
  }

  protected override sink(): FieldSink | undefined {
    return this.#at
  }

  protected override enter(name: string): void {
    const sink = this.#at
    if (sink === undefined) return
    const below = sink.step(name)
    if (sink.event.openObject?.(sink.key(name)) !== true) return
    this.#groups.push(sink)
    this.#at = sink.below(name, below)
  }

  end(): void {
    for (const outer of this.#groups.splice(0)) outer.event.closeObject?.(true)
    this.#at = undefined
  }
}

class ArrayWriter implements ArrayBuilder {
  #at: FieldSink | undefined
  #index = 0

  constructor(sink: FieldSink) {
    this.#at = sink
  }

  str(value: Lazy<string | Missing>): this {
    return this.#put('str', value)
  }

  num(value: Lazy<number | Missing>): this {
    return this.#put('num', value)
  }

  big(value: Lazy<bigint | Missing>): this {
    return this.#put('big', value)
  }

  bool(value: Lazy<boolean | Missing>): this {
    return this.#put('bool', value)
  }

  time(value: unknown): this {
    return this.#put('time', value)
  }

  dur(value: unknown): this {
    return this.#put('dur', value)
  }

  bytes(value: unknown, encoding?: ByteEncoding): this {
    return this.#put('bytes', value, encoding)
  }

  err(error: unknown): this {
    return this.#put('err', error)
  }

  json(value: unknown): this {
    return this.#put('json', value)
  }

  any(value: unknown): this {
    return this.#put('any', value)
  }

  obj(build: (object: NestedBuilder) => void): this {
    return this.#nest(false, (inner) => buildObject(inner, build))
  }

  arr(build: (array: ArrayBuilder) => void): this {
    return this.#nest(true, (inner) => buildArray(inner, build))
  }

  end(): void {
    this.#at = undefined
  }

  #step(sink: FieldSink, index: number): PathState | undefined {
    return sink.host.redactor?.automaton.element(sink.state as PathState, index)
  }

  #put(kind: FieldKind, value: unknown, encoding?: ByteEncoding): this {
    const sink = this.#at
    if (sink === undefined) return this
    const index = this.#index++
    try {
      sink.add(kind, sink.host.keys.element, String(index), this.#step(sink, index), elementOf(kind, value), encoding)
    } catch (error) {
      sink.host.fail('field', error)
    }
    return this
  }

  #nest(isArray: boolean, build: (inner: FieldSink) => void): this {
    const sink = this.#at
    if (sink === undefined) return this
    const index = this.#index++
    try {
      sink.nest(sink.host.keys.element, String(index), this.#step(sink, index), isArray, build)
    } catch (error) {
      sink.host.fail('field', error)
    }
    return this
  }
}

/** What JSON writes as `null` within an array. */
function elementOf(kind: FieldKind, value: unknown): unknown {
  if (kind === 'err') return value
  if (typeof value === 'function') return () => (value() as unknown) ?? null
  return value === undefined || typeof value === 'symbol' ? null : value
}

function guardedNest(sink: FieldSink, name: string, build: (inner: FieldSink) => void, isArray = false): void {
  try {
    const key = sink.key(name)
    sink.nest(key, name, sink.depth === 0 ? key.state : sink.step(name), isArray, build)
  } catch (error) {
    sink.host.fail('field', error)
  }
}

function buildObject(sink: FieldSink, build: (object: NestedBuilder) => void): void {
  const object = new ObjectWriter(sink)
  try {
    build(object)
  } finally {
    object.end()
  }
}

function buildArray(sink: FieldSink, build: (array: ArrayBuilder) => void): void {
  const array = new ArrayWriter(sink)
  try {
    build(array)
  } finally {
    array.end()
  }
}
