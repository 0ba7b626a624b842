// The quick way into a guest: a tree of plain data in the engine's own serialised form, which the engine reads without a parser.
import { MARK, MAX_INDEX_KEY, NAME_TYPE } from './object-format.ts'
import type { ObjectFormat } from './object-format.ts'
import { ObjectLinks } from './object-links.ts'
import type { LinkPlan } from './object-links.ts'

const MAX_DEPTH = 64
const FIRST_BYTES = 1024
/** What is kept for the next value; memory that grew beyond this is not. */
const KEPT_BYTES = 16_384
/** Room for a mark and the longest number. */
const ATOM_BYTES = 16
/** From this length on the platform's encoder is quicker than a loop. */
const LONG_TEXT = 48
/** Canonical, whatever the host's own has in its free bits: in an engine that boxes values those bits could be another value. */
const NOT_A_NUMBER = 0x7ff8_0000

/** One value, written: the names first, since the engine reads them before the rest. */
export interface Serialised {
  readonly names: Uint8Array
  readonly body: Uint8Array
  /** What has to be put in its place once the value was read. */
  readonly links: LinkPlan | undefined
}

class Output {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_BYTES)
  at = 0
  #view = new DataView(this.bytes.buffer)
  readonly #encoder = new TextEncoder()
  reserve(length: number): void {
    const needed = this.at + length
    if (needed <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, needed))
    larger.set(this.bytes)
    this.bytes = larger
    this.#view = new DataView(larger.buffer)
  }
  /** Seven bits a byte, the lowest first. */
  unsigned(value: number): void {
    const { bytes } = this
    let { at } = this
    let rest = value
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128
      rest >>>= 7
    }
    bytes[at++] = rest
    this.at = at
  }
  number(value: number): void {
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      this.bytes[this.at++] = MARK.integer
      this.unsigned(((value << 1) ^ (value >> 31)) >>> 0)
    } else this.float(value)
  }
  float(value: number): void {
    this.bytes[this.at++] = MARK.float
    if (Number.isNaN(value)) {
      this.#view.setUint32(this.at, 0, true)
      this.#view.setUint32(this.at + 4, NOT_A_NUMBER, true)
    } else this.#view.setFloat64(this.at, value, true)
    this.at += 8
  }
  /** Its bytes in two's complement, the lowest first, as few as keep the sign. */
  bigint(value: bigint): void {
    const digits = (value < 0n ? ~value : value).toString(16)
    const length = value === 0n ? 0 : (digits.length >> 1) + (digits.length % 2 === 1 || digits.charCodeAt(0) > 0x37 ? 1 : 0)
    this.reserve(length + ATOM_BYTES)
    this.bytes[this.at++] = MARK.bigint
    this.unsigned(length)
    const flip = value < 0n ? 0xff : 0
    for (let index = 0; index < length; index++) {
      const to = digits.length - index * 2
      this.bytes[this.at++] = flip ^ (to <= 0 ? 0 : Number.parseInt(digits.slice(Math.max(0, to - 2), to), 16))
    }
  }
  /** Length and one bit for the width, then the code units: in one byte each if all fit, else in two. */
  text(value: string): void {
    const { length } = value
    this.reserve(length * 2 + ATOM_BYTES)
    const start = this.at
    this.unsigned(length * 2)
    const { bytes, at } = this
    if (length >= LONG_TEXT) {
      const { read, written } = this.#encoder.encodeInto(value, bytes.subarray(at, at + length))
      if (read === length && written === length) {
        this.at = at + length
        return
      }
    }
    let widest = 0
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index)
      widest |= unit
      bytes[at + index] = unit
    }
    if (widest < 256) {
      this.at = at + length
      return
    }
    bytes[start] = (bytes[start] ?? 0) | 1
    for (let index = 0; index < length; index++) this.#view.setUint16(at + index * 2, value.charCodeAt(index), true)
    this.at = at + length * 2
  }
}

/** The keys of the object that was written last at some depth: a neighbour has most often the same. */
interface LastKeys {
  keys: readonly string[]
  names: number[]
}

function isPlain(value: object): value is Record<string, unknown> {
  return Object.getPrototypeOf(value) === Object.prototype
}

class Walk {
  readonly #out: Output
  readonly #format: ObjectFormat
  readonly #root: unknown
  /** With them an object may come again; without, the walk ends there. */
  readonly #links: ObjectLinks | undefined
  /** Why it ended. */
  metAgain = false
  #seen: Set<object> | undefined
  #seenCount = 0
  readonly #last: (LastKeys | undefined)[] = []
  readonly names = new Map<string, number>()
  nameCount = 0
  constructor(out: Output, format: ObjectFormat, root: unknown, links: ObjectLinks | undefined) {
    this.#out = out
    this.#format = format
    this.#root = root
    this.#links = links
  }

  /** @returns whether the value is plain data. */
  one(value: unknown, depth: number): boolean {
    const out = this.#out
    out.reserve(ATOM_BYTES)
    switch (typeof value) {
      case 'string':
        out.bytes[out.at++] = MARK.text
        out.text(value)
        return true
      case 'number':
        out.number(value)
        return true
      case 'boolean':
        out.bytes[out.at++] = value ? MARK.true : MARK.false
        return true
      case 'undefined':
        out.bytes[out.at++] = MARK.undefined
        return true
      case 'object':
        if (value !== null) return this.#composite(value, depth)
        out.bytes[out.at++] = MARK.null
        return true
      case 'bigint':
        if (this.#format.bigints) out.bigint(value)
        return this.#format.bigints
      default:
        return false
    }
  }
  #composite(value: object, depth: number): boolean {
    if (depth === MAX_DEPTH) return false
    if (this.#links !== undefined) {
      if (this.#links.meet(value, depth)) {
        this.#out.bytes[this.#out.at++] = MARK.null
        return true
      }
    } else if (depth > 0 && this.#comesAgain(value)) {
      this.metAgain = true
      return false
    }
    if (Array.isArray(value)) return this.#items(value, depth)
    if (isPlain(value)) return this.#members(value, depth)
    return value instanceof Date && this.#date(value)
  }
  #date(value: Date): boolean {
    const { date } = this.#format
    if (date === undefined) return false
    const out = this.#out
    out.bytes[out.at++] = date.mark
    if (date.asFloat) out.float(value.getTime())
    else out.number(value.getTime())
    return true
  }
  /** The form could say so, but the stock builds read it without such references. */
  #comesAgain(value: object): boolean {
    const { size } = (this.#seen ??= new Set()).add(value)
    if (size === this.#seenCount || value === this.#root) return true
    this.#seenCount = size
    return false
  }
  #items(list: readonly unknown[], depth: number): boolean {
    // Read once: a getter on the way may change it, and the count is written already. A proxy's may be anything.
    const { length } = list
    if (length >>> 0 !== length) return false
    this.#out.bytes[this.#out.at++] = MARK.array
    this.#out.unsigned(length)
    const keys = this.#links?.keys
    for (let index = 0; index < length; index++) {
      if (keys !== undefined) keys[depth] = index
      const item = list[index]
      if (item === undefined && !Object.hasOwn(list, index)) return false
      if (!this.one(item, depth + 1)) return false
    }
    return true
  }
  #members(object: Record<string, unknown>, depth: number): boolean {
    const out = this.#out
    const keys = Object.keys(object)
    const names = this.#namesOf(keys, depth)
    out.bytes[out.at++] = MARK.object
    out.unsigned(keys.length)
    const current = this.#links?.keys
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] ?? ''
      if (current !== undefined) current[depth] = key
      out.reserve(ATOM_BYTES)
      out.unsigned(names[index] ?? 0)
      if (!this.one(object[key], depth + 1)) return false
    }
    return true
  }
  #namesOf(keys: readonly string[], depth: number): readonly number[] {
    const last = this.#last[depth]
    if (last !== undefined && last.keys.length === keys.length) {
      let same = 0
      while (same < keys.length && keys[same] === last.keys[same]) same++
      if (same === keys.length) return last.names
    }
    const names = keys.map((key) => this.names.get(key) ?? this.#name(key))
    this.#last[depth] = { keys, names }
    return names
  }
  /** An index itself, with the lowest bit set, or the place among the names, from 1 on. */
  #name(key: string): number {
    const index = Number(key)
    const written =
      index >= 0 && index <= MAX_INDEX_KEY && String(index >>> 0) === key ? (index * 2 + 1) >>> 0 : ++this.nameCount * 2
    this.names.set(key, written)
    return written
  }
}

export class ObjectWriter {
  readonly #format: ObjectFormat
  #spare: Output | undefined
  constructor(format: ObjectFormat) {
    this.#format = format
  }

  /**
   * Gives `use` the serialised form of plain objects, arrays without holes, dates, strings, numbers, BigInts, booleans, null and undefined.
   * Where an object comes again there is null in its place, and a plan of what belongs there. A value with such an object is read from its
   * start again, its getters too.
   * hot: benchmarks/js-adapter/import-10k-objects
   * @returns what `use` returns; `undefined` for any other value, of which `use` sees nothing.
   */
  write<T>(value: unknown, use: (serialised: Serialised) => T): T | undefined {
    // A getter of the value may import a value of its own: the memory is taken for as long as it is written.
    const out = this.#spare ?? new Output()
    this.#spare = undefined
    try {
      let links: ObjectLinks | undefined
      let walk = new Walk(out, this.#format, value, links)
      out.at = 0
      if (!walk.one(value, 0)) {
        if (!walk.metAgain) return undefined
        links = new ObjectLinks()
        walk = new Walk(out, this.#format, value, links)
        out.at = 0
        if (!walk.one(value, 0)) return undefined
      }
      const body = out.at
      this.#names(out, walk)
      return use({ names: out.bytes.subarray(body, out.at), body: out.bytes.subarray(0, body), links: links?.plan })
    } finally {
      if (out.bytes.length <= KEPT_BYTES) this.#spare = out
    }
  }
  #names(out: Output, { names, nameCount }: Walk): void {
    out.reserve(ATOM_BYTES)
    out.bytes[out.at++] = this.#format.version
    out.unsigned(nameCount)
    for (const [name, written] of names) {
      if ((written & 1) === 1) continue
      out.reserve(ATOM_BYTES)
      if (this.#format.typedNames) out.bytes[out.at++] = NAME_TYPE
      out.text(name)
    }
  }
}
