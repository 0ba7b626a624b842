// Hands events to pino as objects, so that everything its owner configured applies.
import type { EventHost, FieldRecord } from '@loopwright/logiface/backend'
import { readJson } from '@loopwright/logiface/backend'
import type { PinoAccess, Serializer } from './pino-access.ts'
import type { PinoRecordEvent } from './pino-record-event.ts'

type PinoWrite = (this: object, record: object, message: string | undefined, level: number) => void

/** Writes records through one pino instance. One for each pair of a root logger and a backend. */
export class ObjectWriter {
  readonly #pino: PinoAccess
  readonly #host: EventHost
  readonly #target: object
  readonly #levels: { readonly labels: Record<number, string>; readonly values: Record<string, number> }
  readonly #cache: Record<number, string>
  readonly #serialised: WeakSet<object>

  /** @param serialised - errors that are serialised already: pino's serializer leaves them as they are. */
  constructor(pino: PinoAccess, host: EventHost, serialised: WeakSet<object>) {
    this.#pino = pino
    this.#host = host
    this.#serialised = serialised
    const { instance, symbols } = pino
    const { labels, values } = instance.levels
    this.#levels = { labels: Object.assign(Object.create(labels), labels), values: Object.assign(Object.create(values), values) }
    const cache = Reflect.get(instance, symbols.found.lsCache as symbol) as Record<number, string>
    // of its own: a number that only the prototype has is looked up the slow way
    this.#cache = Object.assign(Object.create(cache) as Record<number, string>, cache)
    // set one by one: an object made from property descriptors is a hash table to V8
    const own = Object.create(instance as object) as Record<PropertyKey, unknown>
    own['levels'] = this.#levels
    own[symbols.found.lsCache as symbol] = this.#cache
    own[symbols.found.serializers as symbol] = this.#guardedSerializers()
    own[symbols.found.stringifiers as symbol] = copyOf(pino.stringifiers)
    const mergeSymbol = symbols.found.mixinMergeStrategy
    if (mergeSymbol !== undefined && pino.read('mixin') !== undefined && pino.read('mixinMergeStrategy') === undefined)
      own[mergeSymbol] = mergeFields
    this.#target = own
  }

  /** @param message - the text given; `undefined` lets pino take an error's message. */
  write(event: PinoRecordEvent, level: number, label: string, message: string | undefined): void {
    const pino = this.#pino
    const { instance, hooks, msgPrefix } = pino
    const isKnown = instance.levels.labels[level] !== undefined
    if (!isKnown && this.#levels.labels[level] === undefined) {
      this.#levels.labels[level] = label
      this.#levels.values[label] = level
      this.#cache[level] = pino.levelText(label, level)
    }
    if (message === undefined) event.dropUnwritableMessage()
    const write = Reflect.get(instance, pino.symbols.found.write as symbol) as PinoWrite
    if (hooks?.logMethod !== undefined) {
      const method = (...args: unknown[]): void => this.#logged(write, level, args, event)
      hooks.logMethod.call(this.#target, message === undefined ? [event.record] : [event.record, message], method, level)
      return
    }
    write.call(
      this.#target,
      event.record,
      message === undefined ? event.boundMessage : msgPrefix === undefined ? message : msgPrefix + message,
      level,
    )
  }

  /** What a hook hands on: `method(record, message)`, or `method(message)`. */
  #logged(write: PinoWrite, level: number, [first, second]: readonly unknown[], event: PinoRecordEvent): void {
    const hasRecord = typeof first === 'object' && first !== null
    const given = hasRecord ? second : first
    const text = given === undefined || given === null ? undefined : typeof given === 'string' ? given : String(given)
    const { msgPrefix } = this.#pino
    write.call(
      this.#target,
      hasRecord ? first : {},
      text === undefined
        ? first === event.record
          ? event.boundMessage
          : undefined
        : msgPrefix === undefined
          ? text
          : msgPrefix + text,
      level,
    )
  }

  /** A serializer that throws would take the whole event with it; here it costs only its own field. */
  #guardedSerializers(): object {
    const { serializers, errorKey } = this.#pino
    const guarded = Object.create(null) as Record<PropertyKey, Serializer>
    for (const key of [...Object.keys(serializers), ...Object.getOwnPropertySymbols(serializers)]) {
      const serializer = serializers[key]
      if (typeof serializer !== 'function') continue
      const isError = key === errorKey || key === 'err'
      guarded[key] = (value) => {
        if (typeof value === 'object' && value !== null && this.#serialised.has(value)) return value
        try {
          return serializer(value)
        } catch (error) {
          this.#host.fail('field', error)
          return readJson(this.#host.thrown(isError ? value : error))
        }
      }
    }
    return guarded
  }
}

function copyOf(source: object): object {
  return Object.create(null, Object.getOwnPropertyDescriptors(source)) as object
}

/** pino's default merge, with keys such as `__proto__` as ordinary members, and into an object of its own: a mixin may give the same one again. */
function mergeFields(record: FieldRecord, mixed: Readonly<Record<string, unknown>>): object {
  return { ...mixed, ...record }
}
