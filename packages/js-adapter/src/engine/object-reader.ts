// The quick way out of a guest: plain data is read where the engine keeps it. Nothing of the guest's runs, and nothing is written.
import { textMemory } from '../platform/bytes.ts'
import type { TextMemory } from '../platform/bytes.ts'
import type { ValueTags } from './value-tags.ts'
import type { Instance } from './instance.ts'
import { ENUMERABLE, INDEX_ATOM, NAME_ATOM, NO_PLAIN_VALUE } from './object-layout.ts'
import type { ObjectLayout } from './object-layout.ts'
import { ResultTooLarge } from './result-too-large.ts'

export interface ReadBounds {
  readonly maxNodes: number
  /** What the texts, keys and numbers may come to. */
  readonly maxBytes: number
}

/** A list of properties that many objects share. */
interface Names {
  readonly keys: readonly string[]
  /** Of each key, where its value stands. */
  readonly places: readonly number[]
  /** Of each key, whether assigning it makes an own property whatever the host's prototypes have. */
  readonly assignable: readonly boolean[]
  readonly bare: boolean
  readonly characters: number
}

const SHORT_TEXT = 16
/** Values between two looks at the clock. */
const CLOCK_EVERY = 4096
const NOT_PLAIN = Symbol('not plain')

function bareObject(): Record<string, unknown> {
  return Object.create(null)
}

export class ObjectReader {
  readonly #instance: Instance
  readonly #tags: ValueTags
  readonly #layout: ObjectLayout
  readonly #readText: (pointer: number) => string
  readonly #words = new Uint32Array(2)
  readonly #float = new Float64Array(this.#words.buffer)
  #bytes: TextMemory | undefined
  #prototype = 0
  #u32: Uint32Array = new Uint32Array(0)
  #u8: Uint8Array = new Uint8Array(0)
  #atoms = new Map<number, string | undefined>()
  #names = new Map<number, Names | undefined>()
  #made = new Map<number, unknown[] | Record<string, unknown>>()
  #queue: number[] = []
  #spent = 0
  #maxNodes = 0
  #maxBytes = 0
  /** Size of what `read` came to last. */
  lastBytes = 0
  /** Whether the operation should have ended: the walk is then left to the guest, which can be stopped. */
  overdue: () => boolean = () => false

  /** @param readText - reads a text that lies in several parts. */
  constructor(instance: Instance, tags: ValueTags, layout: ObjectLayout, readText: (pointer: number) => string) {
    this.#instance = instance
    this.#tags = tags
    this.#layout = layout
    this.#readText = readText
  }

  /**
   * A copy of the object behind `pointer`, or `undefined` when a part of it is not plain data: an accessor, a hole, a proxy, a class, a symbol.
   * hot: benchmarks/js-adapter/export-10k-objects
   * @throws ResultTooLarge
   */
  read(pointer: number, { maxNodes, maxBytes }: ReadBounds): object | undefined {
    this.#refresh()
    this.#maxNodes = maxNodes
    this.#maxBytes = maxBytes
    this.#spent = 0
    try {
      const root = this.#child(this.#u32[pointer >> 2] ?? 0)
      if (root === NOT_PLAIN) return undefined
      for (let at = 0, next = CLOCK_EVERY; at < this.#queue.length; at++) {
        if (this.#queue.length + at >= next) {
          if (this.overdue()) return undefined
          next = this.#queue.length + at + CLOCK_EVERY
        }
        if (!this.#fill(this.#queue[at] ?? 0)) return undefined
      }
      this.lastBytes = this.#spent
      return typeof root === 'object' && root !== null ? root : undefined
    } finally {
      this.#atoms.clear()
      this.#names.clear()
      this.#made.clear()
      this.#queue = []
    }
  }
  /**
   * Enumerable own keys that are no index, of an array or a typed array: the names, and the addresses of the symbols.
   * Listing the keys in the engine would be one call as long as the array, which nothing can stop.
   */
  keysBesideItems(pointer: number): { readonly names: readonly string[]; readonly symbols: readonly number[] } {
    this.#refresh()
    const { objectShape, shapeCount, shapeAtom, atomTable } = this.#layout
    const shape = this.#word((this.#u32[pointer >> 2] ?? 0) + objectShape)
    const count = this.#word(shape + shapeCount)
    const names: string[] = []
    const symbols: number[] = []
    for (let index = 0; index < count; index++) {
      const at = shape + shapeAtom + index * 8
      const atom = this.#word(at)
      if (atom === 0 || atom >= INDEX_ATOM || (this.#flags(at) & ENUMERABLE) === 0) continue
      const name = this.#nameOf(atom)
      if (name === undefined) symbols.push(this.#word(this.#word(this.#instance.rt + atomTable) + atom * 4))
      else names.push(name)
    }
    this.#atoms.clear()
    return { names, symbols }
  }

  /** Whether plain objects still inherit nothing but what they came with, and are called by the name of `constructor`, which is `Object`. */
  plainObjectsAreIntact(constructor: number): boolean {
    this.#refresh()
    const { objectShape, shapeCount, shapeAtom, objectValues } = this.#layout
    const prototype = this.#objectPrototype()
    const shape = this.#word(prototype + objectShape)
    const count = this.#word(shape + shapeCount)
    const address = this.#word(constructor)
    let found = false
    for (let index = 0; index < count; index++) {
      const at = shape + shapeAtom + index * 8
      const atom = this.#word(at)
      if (atom === 0) continue
      const name = this.#nameOf(atom)
      if (name === undefined) return false
      if (name !== 'constructor') continue
      const value = this.#word(prototype + objectValues) + index * 8
      found =
        this.#word(value) === address && this.#word(value + 4) === this.#tags.object && (this.#flags(at) & NO_PLAIN_VALUE) === 0
    }
    return found && this.#ownText(address, 'name') === 'Object'
  }
  /** An own property that is a text. */
  #ownText(address: number, wanted: string): string | undefined {
    const { objectShape, shapeCount, shapeAtom, objectValues } = this.#layout
    const shape = this.#word(address + objectShape)
    const count = this.#word(shape + shapeCount)
    for (let index = 0; index < count; index++) {
      const at = shape + shapeAtom + index * 8
      if (this.#word(at) === 0 || this.#nameOf(this.#word(at)) !== wanted || (this.#flags(at) & NO_PLAIN_VALUE) !== 0) continue
      const value = this.#word(address + objectValues) + index * 8
      return this.#word(value + 4) === this.#tags.string ? this.#text(this.#word(value), value) : undefined
    }
    return undefined
  }

  /** Lets go of the memory that it read last. */
  forget(): void {
    this.#u32 = new Uint32Array(0)
    this.#u8 = new Uint8Array(0)
    this.#bytes = undefined
  }
  #refresh(): void {
    this.#u32 = this.#instance.u32
    this.#u8 = this.#instance.u8
    if (this.#bytes?.buffer !== this.#u8.buffer) this.#bytes = textMemory(this.#u8.buffer)
  }
  #word(address: number): number {
    return this.#u32[address >> 2] ?? 0
  }
  #flags(atomAt: number): number {
    return (this.#word(atomAt + this.#layout.flagsFromAtom) >>> this.#layout.flagsShift) & 0x3f
  }
  #spend(bytes: number): void {
    this.#spent += bytes
    if (this.#spent > this.#maxBytes) throw new ResultTooLarge(undefined)
  }

  #child(address: number): unknown {
    const known = this.#made.get(address)
    if (known !== undefined) return known
    const { classOffset, plainClass, arrayClass, objectShape } = this.#layout
    const classId = (this.#u8[address + classOffset] ?? 0) | ((this.#u8[address + classOffset + 1] ?? 0) << 8)
    let made: unknown[] | Record<string, unknown>
    if (classId === plainClass) {
      const names = this.#namesOf(this.#word(address + objectShape))
      if (names === undefined) return NOT_PLAIN
      made = names.bare ? bareObject() : {}
    } else if (classId === arrayClass) made = []
    else return NOT_PLAIN
    if (this.#queue.length >= this.#maxNodes) throw new ResultTooLarge(undefined, true)
    this.#made.set(address, made)
    this.#queue.push(address)
    return made
  }
  #fill(address: number): boolean {
    const target = this.#made.get(address)
    if (Array.isArray(target)) return this.#fillItems(target, address)
    const names = this.#names.get(this.#word(address + this.#layout.objectShape))
    if (target === undefined || names === undefined) return false
    const { keys, places, assignable, characters } = names
    this.#spend(characters)
    const values = this.#word(address + this.#layout.objectValues)
    for (let index = 0; index < keys.length; index++) {
      const value = this.#value(values + (places[index] ?? 0))
      if (value === NOT_PLAIN) return false
      const key = keys[index] ?? ''
      if (assignable[index] === true) target[key] = value
      else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
    }
    return true
  }
  /** An array is read when its items stand side by side: as many as its length, which is its first property. */
  #fillItems(target: unknown[], address: number): boolean {
    const { arrayValues, arrayCount, objectValues } = this.#layout
    const count = this.#word(address + arrayCount)
    const lengthAt = this.#word(address + objectValues)
    if (this.#word(lengthAt) !== count || this.#word(lengthAt + 4) !== this.#tags.int) return false
    const values = this.#word(address + arrayValues)
    for (let index = 0; index < count; index++) {
      if (index % CLOCK_EVERY === CLOCK_EVERY - 1 && this.overdue()) return false
      const value = this.#value(values + index * 8)
      if (value === NOT_PLAIN) return false
      target[index] = value
    }
    return true
  }

  #value(at: number): unknown {
    const low = this.#word(at)
    const high = this.#word(at + 4)
    const tags = this.#tags
    this.#spend(2)
    if (high === tags.int) return low | 0
    if (high === tags.string) return this.#text(low, at)
    if (high === tags.object) return this.#child(low)
    if (high === tags.bool) return low === 1
    if (high === tags.null) return null
    if (high === tags.undefined) return undefined
    if ((high - tags.first) >>> 0 >= tags.others) {
      this.#words[0] = low
      this.#words[1] = high + this.#layout.floatAddend
      return this.#float[0]
    }
    if (high !== this.#layout.ropeTag) return NOT_PLAIN
    const text = this.#readText(at)
    this.#refresh()
    this.#spend(text.length)
    return text
  }
  #text(address: number, at: number): string {
    const { textKind, textElsewhere, textLength } = this.#layout
    this.#spend(this.#word(address + textLength) & 0x7fff_ffff)
    if (textElsewhere === 0 || (this.#word(address + textKind) & textElsewhere) === 0) return this.#characters(address)
    const text = this.#readText(at)
    this.#refresh()
    return text
  }
  #characters(address: number): string {
    const { textLength, textStart } = this.#layout
    const word = this.#word(address + textLength)
    const length = word & 0x7fff_ffff
    const start = address + textStart
    if (word >= 0x8000_0000) return this.#bytes?.ucs2Slice(start, start + length * 2) ?? ''
    if (length > SHORT_TEXT) return this.#bytes?.latin1Slice(start, start + length) ?? ''
    let text = ''
    for (let index = 0; index < length; index++) text += String.fromCharCode(this.#u8[start + index] ?? 0)
    return text
  }

  /** `undefined`: a symbol. */
  #nameOf(atom: number): string | undefined {
    if (atom >= INDEX_ATOM) return String(atom - INDEX_ATOM)
    if (this.#atoms.has(atom)) return this.#atoms.get(atom)
    const { atomTable, textKind } = this.#layout
    const text = this.#word(this.#word(this.#instance.rt + atomTable) + atom * 4)
    const name = this.#word(text + textKind) >>> 30 === NAME_ATOM ? this.#characters(text) : undefined
    this.#atoms.set(atom, name)
    return name
  }
  /** The guest's `Object.prototype`: that of an object which the engine makes for the host. */
  #objectPrototype(): number {
    if (this.#prototype !== 0) return this.#prototype
    const { exports, ctx } = this.#instance
    const pointer = exports._QTS_NewObject(ctx)
    this.#refresh()
    if (this.#word(pointer + 4) === this.#tags.object)
      this.#prototype = this.#word(this.#word(this.#word(pointer) + this.#layout.objectShape) + this.#layout.shapePrototype)
    exports._QTS_FreeValuePointer(ctx, pointer)
    return this.#prototype
  }
  /** `undefined`: not those of plain data. */
  #namesOf(shape: number): Names | undefined {
    if (this.#names.has(shape)) return this.#names.get(shape)
    const names = this.#readNames(shape)
    this.#names.set(shape, names)
    return names
  }
  #readNames(shape: number): Names | undefined {
    const { shapeCount, shapePrototype, shapeAtom } = this.#layout
    const prototype = this.#word(shape + shapePrototype)
    if (prototype !== 0 && prototype !== this.#objectPrototype()) return undefined
    const count = this.#word(shape + shapeCount)
    const keys: string[] = []
    const places: number[] = []
    const assignable: boolean[] = []
    let characters = 0
    for (let index = 0; index < count; index++) {
      const at = shape + shapeAtom + index * 8
      const atom = this.#word(at)
      if (atom === 0) continue
      const flags = this.#flags(at)
      const name = this.#nameOf(atom)
      // A symbol may say what the object is to be taken for.
      if (name === undefined) return undefined
      if ((flags & ENUMERABLE) === 0) continue
      if ((flags & NO_PLAIN_VALUE) !== 0) return undefined
      keys.push(name)
      places.push(index * 8)
      assignable.push(prototype === 0 || !(name in Object.prototype))
      characters += name.length
    }
    return { keys, places, assignable, bare: prototype === 0, characters }
  }
}
