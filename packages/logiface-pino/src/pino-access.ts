// Reads a pino instance through its symbols, live where pino lets users change them.
import { LogError } from '@loopwright/logiface'
import { flat, readJson } from '@loopwright/logiface/backend'
import type { EventHost } from '@loopwright/logiface/backend'
import type { KnownSymbol, PinoLike, PinoSymbols } from './pino-like.ts'
import { findSymbols, majorOf, pinoPrototype } from './pino-like.ts'

export type Serializer = (value: unknown) => unknown
export type Stringifier = (value: unknown, safe?: unknown) => string | undefined

export interface PinoStream {
  write(text: string): unknown
  flush?(done?: (error?: Error | null) => void): void
  flushSync?(): void
  end?(): void
  once?(event: string, listener: (...values: unknown[]) => void): unknown
  removeListener?(event: string, listener: (...values: unknown[]) => void): unknown
  readonly [key: PropertyKey]: unknown
}

export interface PinoHooks {
  readonly logMethod?: ((args: unknown[], method: (...args: unknown[]) => void, level: number) => void) | undefined
  readonly streamWrite?: ((text: string) => string) | undefined
}

const METADATA = Symbol.for('pino.metadata')

/** One pino instance. */
export class PinoAccess {
  readonly instance: PinoLike
  readonly symbols: PinoSymbols
  readonly major: number
  readonly messageKey: string
  readonly errorKey: string
  readonly serializers: Readonly<Record<PropertyKey, Serializer | undefined>>
  readonly stringifiers: Readonly<Record<PropertyKey, Stringifier | undefined>>
  /**
   * The instance is read through an object that inherits from it: pino's own is a hash table to V8, until it is a prototype.
   * hot: benchmarks/logiface/disabled
   */
  readonly #reader: object
  readonly #lsCache: symbol
  readonly #levelVal: symbol
  readonly #levelComp: symbol | undefined
  readonly #time: symbol
  readonly #chindings: symbol
  readonly #stream: symbol
  readonly #end: symbol
  readonly #hooks: symbol
  readonly #msgPrefix: symbol | undefined
  readonly #stringify: symbol
  readonly #stringifySafe: symbol
  /** The bindings last seen, and the same text in one piece. */
  #bindings = ''
  #flatBindings = ''

  /** @throws LogError `ERR_LOG_BACKEND` if the instance lacks what pino 9 and 10 have. */
  constructor(instance: PinoLike) {
    this.instance = instance
    this.#reader = Object.create(instance as object) as object
    this.symbols = findSymbols(instance)
    this.major = majorOf(instance.version)
    if (this.symbols.missing.length > 0)
      throw new LogError(
        'ERR_LOG_BACKEND',
        `pino ${instance.version} is not supported: it lacks ${this.symbols.missing.join(', ')}; use pino 9 or 10`,
      )
    const needed = (name: KnownSymbol): symbol => this.symbols.found[name] as symbol
    this.#lsCache = needed('lsCache')
    this.#levelVal = needed('levelVal')
    this.#levelComp = this.symbols.found.levelComp
    this.#time = needed('time')
    this.#chindings = needed('chindings')
    this.#stream = needed('stream')
    this.#end = needed('end')
    this.#hooks = needed('hooks')
    this.#msgPrefix = this.symbols.found.msgPrefix
    this.#stringify = needed('stringify')
    this.#stringifySafe = needed('stringifySafe')
    this.messageKey = Reflect.get(instance, needed('messageKey')) as string
    this.errorKey = Reflect.get(instance, needed('errorKey')) as string
    this.serializers = Reflect.get(instance, needed('serializers')) as this['serializers']
    this.stringifiers = Reflect.get(instance, needed('stringifiers')) as this['stringifiers']
  }

  read(name: KnownSymbol): unknown {
    const symbol = this.symbols.found[name]
    return symbol === undefined ? undefined : Reflect.get(this.instance, symbol)
  }

  get stream(): PinoStream {
    return (this.#reader as Record<symbol, PinoStream>)[this.#stream] as PinoStream
  }

  get hooks(): PinoHooks {
    return (this.#reader as Record<symbol, PinoHooks>)[this.#hooks] as PinoHooks
  }

  get msgPrefix(): string | undefined {
    const prefix = this.#msgPrefix === undefined ? undefined : (this.#reader as Record<symbol, unknown>)[this.#msgPrefix]
    return typeof prefix === 'string' ? prefix : undefined
  }

  /** Level, time and bindings: the start of a line. hot: benchmarks/logiface/four-fields */
  head(level: number, fallback: string): string {
    const instance = this.#reader as Record<symbol, unknown>
    const cache = instance[this.#lsCache] as Readonly<Record<number, string>>
    const bindings = instance[this.#chindings] as string
    if (bindings !== this.#bindings) {
      this.#bindings = bindings
      this.#flatBindings = flat(bindings)
    }
    return (cache[level] ?? fallback) + (instance[this.#time] as () => string)() + this.#flatBindings
  }

  get end(): string {
    return (this.#reader as Record<symbol, string>)[this.#end] as string
  }

  stringify(value: unknown): string | undefined {
    const instance = this.#reader as Record<symbol, unknown>
    return (instance[this.#stringify] as Stringifier).call(this.instance, value, instance[this.#stringifySafe])
  }

  /** What the owner wants done with values under this key. pino 9 keeps serializers in an ordinary object: `constructor` is none. */
  serializerOf(name: string): Serializer | undefined {
    const own = Object.hasOwn(this.serializers, name) ? this.serializers[name] : undefined
    if (own !== undefined || name !== this.errorKey) return own
    return Object.hasOwn(this.serializers, 'err') ? this.serializers['err'] : undefined
  }

  /** An error as the owner's serializer for errors makes it, or as our own text if that fails. */
  errorValue(error: unknown, host: EventHost): unknown {
    const serializer = this.serializerOf(this.errorKey)
    if (serializer === undefined) return readJson(host.thrown(error))
    try {
      return serializer(error)
    } catch (thrown) {
      host.fail('field', thrown)
      return readJson(host.thrown(error))
    }
  }

  /** The owner's threshold, which is read live. hot: benchmarks/logiface/disabled */
  get threshold(): number {
    return (this.#reader as Record<symbol, number>)[this.#levelVal] as number
  }

  /** Whether the owner's threshold lets a level through, by the owner's comparison. */
  passes(level: number, threshold: number): boolean {
    if (this.#levelComp === undefined) return level >= threshold
    const instance = this.#reader as Record<symbol, unknown>
    return (instance[this.#levelComp] as (level: number, threshold: number) => boolean)(level, threshold)
  }

  /** The start of a line of a level that pino has no text for. */
  levelText(label: string, level: number): string {
    const formatters = this.read('formatters') as { readonly level: (label: string, level: number) => object }
    return JSON.stringify(formatters.level(label, level)).slice(0, -1)
  }

  /** Why events must be objects; empty: text can be written straight into the stream. */
  reasons(): readonly string[] {
    const reasons: string[] = []
    const formatters = this.read('formatters') as { readonly log?: unknown } | undefined
    if (this.major !== 9 && this.major !== 10) reasons.push(`pino ${this.instance.version} is neither 9 nor 10`)
    if (this.read('mixin') !== undefined) reasons.push('pino has a mixin')
    if (formatters?.log !== undefined) reasons.push('pino has formatters.log')
    if (typeof this.read('nestedKey') === 'string' && this.read('nestedKey') !== '') reasons.push('pino has a nestedKey')
    if (this.hooks?.logMethod !== undefined) reasons.push('pino has hooks.logMethod')
    if (this.serializers[this.messageKey] !== undefined) reasons.push('pino has a serializer for the message')
    if (this.wildcard !== undefined || this.stringifiers[this.messageKey] !== undefined)
      reasons.push('pino redacts the message key')
    for (const name of ['asJson', 'write'] as const)
      if (this.#isReplaced(name)) reasons.push(`pino's ${name} is replaced on the instance`)
    if (this.symbols.unknown.length > 0) reasons.push(`unknown symbols on the instance: ${this.symbols.unknown.join(', ')}`)
    if (needsMetadata(this.stream)) reasons.push('the stream asks for metadata')
    return reasons
  }

  get wildcard(): Stringifier | undefined {
    const symbol = this.symbols.found.wildcardFirst
    return symbol === undefined ? undefined : this.stringifiers[symbol]
  }

  #isReplaced(name: 'asJson' | 'write'): boolean {
    const symbol = this.symbols.found[name] as symbol
    const base = pinoPrototype(this.instance)
    for (
      let object: object | null = this.instance;
      object !== null && object !== base;
      object = Object.getPrototypeOf(object) as object | null
    )
      if (Object.hasOwn(object, symbol)) return true
    return false
  }
}

/** A multistream asks for no more than the level, unless one of its streams asks for more. */
export function isMultistream(stream: PinoStream): boolean {
  return stream[METADATA] === true && Array.isArray(stream['streams'])
}

function needsMetadata(stream: PinoStream): boolean {
  if (stream[METADATA] !== true) return false
  if (!isMultistream(stream)) return true
  return (stream['streams'] as readonly { readonly stream: PinoStream }[]).some(({ stream: inner }) => needsMetadata(inner))
}
