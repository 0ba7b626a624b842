// Moves values between host and one instance. Pointers returned here are owned by the caller unless named borrowed.
import type { Calibration } from '../engine/calibration.ts'
import type { ValueTags } from '../engine/value-tags.ts'
import { EngineFull } from '../engine/instance.ts'
import type { Instance } from '../engine/instance.ts'
import { PRELUDE_EXPORTS } from '../profile/prelude.ts'
import type { PreludeExport } from '../profile/prelude.ts'
import { plainText } from '../values/plain-text.ts'
import { decodeText, describeOpaque, encodeValue } from '../values/codec.ts'
import type { ReferenceReader, ReferenceWriter } from '../values/codec.ts'
import type { GuestState } from './guest-state.ts'
import { PlainImport } from './plain-import.ts'
import { ObjectReader } from '../engine/object-reader.ts'
import { ResultTooLarge } from '../engine/result-too-large.ts'

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Arguments that `callImmediate` has cells for. */
const MAX_IMMEDIATES = 8

/** Thrown inside the package when the engine reports an exception; carries the owned pointer of the thrown value. */
export class GuestThrow {
  readonly pointer: number
  constructor(pointer: number) {
    this.pointer = pointer
  }
}

export class Marshal {
  readonly instance: Instance
  readonly tags: ValueTags
  readonly #functions = new Map<PreludeExport, number>()
  #lengthName = 0
  #immediates = 0
  /** Size of what `decodeFrom` read last, in code units and bytes. */
  lastDecodedBytes = 0

  /** Reads plain data without the guest; `undefined` where its layout is not known. */
  readonly reader: ObjectReader | undefined
  /** `undefined` where the engine's serialised form is not known: plain data then enters as JSON. */
  readonly #plain: PlainImport | undefined
  readonly #maxNodes: number

  constructor(
    instance: Instance,
    { tags, objects, format }: Pick<Calibration, 'tags' | 'objects' | 'format'>,
    maxResultNodes: number,
  ) {
    this.instance = instance
    this.tags = tags
    this.#maxNodes = maxResultNodes
    const link = (value: number, plan: number): number => this.callProfile('link', value, plan)
    this.#plain = format === undefined ? undefined : new PlainImport(instance, tags, format, link)
    this.reader =
      objects === undefined ? undefined : new ObjectReader(instance, tags, objects, (pointer) => this.readText(pointer))
  }

  /** Takes the array that the prelude returned. */
  adopt(preludeExports: number): void {
    const { exports, ctx } = this.instance
    for (const [index, name] of PRELUDE_EXPORTS.entries())
      this.#functions.set(name, exports._QTS_GetPropNumber(ctx, preludeExports, index))
    this.#lengthName = this.newText('length')
  }
  /** Takes the addresses that another instance's `addresses` gave, in a copy of its memory. */
  resume({ functions, lengthName }: Pick<GuestState, 'functions' | 'lengthName'>): void {
    for (const [index, name] of PRELUDE_EXPORTS.entries()) this.#functions.set(name, functions[index] ?? 0)
    this.#lengthName = lengthName
  }
  get addresses(): Pick<GuestState, 'functions' | 'lengthName'> {
    return { functions: PRELUDE_EXPORTS.map((name) => this.function(name)), lengthName: this.#lengthName }
  }
  high(pointer: number): number {
    return this.instance.u32[(pointer >> 2) + 1] ?? 0
  }
  free(pointer: number): void {
    this.instance.exports._QTS_FreeValuePointer(this.instance.ctx, pointer)
  }
  isException(pointer: number): boolean {
    return this.high(pointer) === this.tags.exception
  }
  isObject(pointer: number): boolean {
    return this.high(pointer) === this.tags.object
  }
  /** Returns `pointer`, or throws `GuestThrow` with the pending exception. */
  checked(pointer: number): number {
    if (!this.isException(pointer)) return pointer
    const error = this.instance.exports._QTS_ResolveException(this.instance.ctx, pointer)
    this.free(pointer)
    throw new GuestThrow(error)
  }

  /** Calls a guest function with borrowed arguments. */
  call(fn: number, self: number, ...args: readonly number[]): number {
    const { instance } = this
    const { u32 } = instance
    const base = instance.argv >> 2
    for (let index = 0; index < args.length; index++) u32[base + index] = args[index] ?? instance.undefined
    return this.checked(instance.exports._QTS_Call(instance.ctx, fn, self, args.length, instance.argv))
  }
  /**
   * Calls a guest function when all arguments are small integers, booleans, null or undefined, which need no allocation.
   * @returns the owned result, or 0 when an argument is of another kind. hot: benchmarks/js-adapter/guest-call-number
   */
  callImmediate(fn: number, args: readonly unknown[]): number {
    const { instance, tags } = this
    if (args.length > MAX_IMMEDIATES) return 0
    if (this.#immediates === 0) this.#immediates = instance.exports._malloc(MAX_IMMEDIATES * 8)
    const base = instance.argv >> 2
    const { u32, i32 } = instance
    for (let index = 0; index < args.length; index++) {
      const value = args[index]
      if (typeof value === 'number') {
        if ((value | 0) !== value || (value === 0 && 1 / value < 0)) return 0
        const cell = this.#immediates + index * 8
        i32[cell >> 2] = value
        u32[(cell >> 2) + 1] = tags.int
        u32[base + index] = cell
      } else if (value === undefined) u32[base + index] = instance.undefined
      else if (value === null) u32[base + index] = instance.null
      else if (value === true) u32[base + index] = instance.true
      else if (value === false) u32[base + index] = instance.false
      else return 0
    }
    return this.checked(instance.exports._QTS_Call(instance.ctx, fn, instance.undefined, args.length, instance.argv))
  }
  /** The integer behind an owned pointer, which it frees; `undefined` leaves the pointer alone. */
  takeInteger(pointer: number): number | undefined {
    if (this.high(pointer) !== this.tags.int) return undefined
    const value = this.instance.i32[pointer >> 2] ?? 0
    this.instance.exports._free(pointer)
    return value
  }
  /** Calls a function of the profile with borrowed arguments. */
  callProfile(name: PreludeExport, ...args: readonly number[]): number {
    const fn = this.#functions.get(name)
    if (fn === undefined) throw new Error(`the profile has no function ${name}`)
    return this.call(fn, this.instance.undefined, ...args)
  }
  /** The same for a result that is not needed. */
  runProfile(name: PreludeExport, ...args: readonly number[]): void {
    this.free(this.callProfile(name, ...args))
  }
  /** The same for a number. */
  numberFromProfile(name: PreludeExport, ...args: readonly number[]): number {
    const pointer = this.callProfile(name, ...args)
    const value = this.readNumber(pointer)
    this.free(pointer)
    return value
  }
  function(name: PreludeExport): number {
    return this.#functions.get(name) ?? 0
  }

  newNumber(value: number): number {
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      const { instance } = this
      const pointer = instance.exports._malloc(8)
      if (pointer !== 0) {
        instance.i32[pointer >> 2] = value
        instance.u32[(pointer >> 2) + 1] = this.tags.int
        return pointer
      }
    }
    return this.instance.exports._QTS_NewFloat64(this.instance.ctx, value)
  }
  newText(value: string): number {
    const { instance } = this
    if (value.includes('\0') || LONE_SURROGATE.test(value)) {
      const quoted = this.newText(JSON.stringify(value))
      const result = this.callProfile('unquoteText', quoted)
      this.free(quoted)
      return result
    }
    return this.checked(instance.withUtf8(value, (pointer) => instance.exports._QTS_NewString(instance.ctx, pointer)))
  }
  /** An owned copy of a constant. */
  newUndefined(): number {
    return this.#copyOf('undefined')
  }

  readNumber(pointer: number): number {
    if (this.high(pointer) === this.tags.int) return this.instance.i32[pointer >> 2] ?? 0
    return this.instance.exports._QTS_GetFloat64(this.instance.ctx, pointer)
  }
  /** Reads a guest string with every code unit. */
  readText(pointer: number): string {
    const { instance } = this
    const utf8 = instance.exports._QTS_GetString(instance.ctx, pointer)
    if (utf8 === 0) throw new GuestThrow(this.newUndefined())
    const text = instance.readUtf8(utf8)
    instance.exports._QTS_FreeCString(instance.ctx, utf8)
    if (text.includes('\ufffd') || text.length !== this.lengthOf(pointer)) {
      const quoted = this.callProfile('quoteText', pointer)
      const exact: unknown = JSON.parse(this.readAscii(quoted))
      this.free(quoted)
      return String(exact)
    }
    return text
  }
  /** Reads text that is known to hold neither NUL nor a lone surrogate. */
  readAscii(pointer: number): string {
    const { instance } = this
    const utf8 = instance.exports._QTS_GetString(instance.ctx, pointer)
    if (utf8 === 0) throw new GuestThrow(this.newUndefined())
    const text = instance.readUtf8(utf8)
    instance.exports._QTS_FreeCString(instance.ctx, utf8)
    return text
  }
  /** Code units of a guest string; -1 before the profile is there. */
  lengthOf(pointer: number): number {
    if (this.#lengthName === 0) return -1
    const length = this.instance.exports._QTS_GetProp(this.instance.ctx, pointer, this.#lengthName)
    const value = this.readNumber(length)
    this.free(length)
    return value
  }

  /** A primitive as itself; `undefined` in `found` for anything else. */
  readPrimitive(pointer: number): { readonly found: boolean; readonly value: unknown } {
    const high = this.high(pointer)
    const { tags } = this
    if (high === tags.int) return { found: true, value: this.instance.i32[pointer >> 2] }
    if (high === tags.undefined) return { found: true, value: undefined }
    if (high === tags.null) return { found: true, value: null }
    if (high === tags.bool) return { found: true, value: this.instance.u32[pointer >> 2] === 1 }
    if (high === tags.string) return { found: true, value: this.readText(pointer) }
    if (tags.others > 0 && (high - tags.first) >>> 0 >= tags.others)
      return { found: true, value: this.instance.exports._QTS_GetFloat64(this.instance.ctx, pointer) }
    return { found: false, value: undefined }
  }

  /** A copy of a guest value. Runs guest code when the value has getters or traps. */
  exportValue(
    pointer: number,
    opaque: ReferenceReader['opaque'] = (_reference, kind, description) => describeOpaque(kind, description),
    maxBytes: number = Number.POSITIVE_INFINITY,
    original?: ReferenceReader['original'],
  ): unknown {
    if (this.high(pointer) === this.tags.string) this.#within(pointer, maxBytes)
    const { found, value } = this.readPrimitive(pointer)
    if (found) return value
    const plain = this.isObject(pointer) ? this.reader?.read(pointer, { maxNodes: this.#maxNodes, maxBytes }) : undefined
    if (plain !== undefined) return plain
    const text = this.#encoded(pointer)
    try {
      return this.decodeFrom(text, opaque, maxBytes, original)
    } finally {
      this.free(text)
    }
  }
  #encoded(pointer: number): number {
    try {
      return this.callProfile('encode', pointer)
    } catch (thrown) {
      const by = thrown instanceof GuestThrow ? this.#oversizedBy(thrown.pointer) : 0
      if (!(thrown instanceof GuestThrow) || by === 0) throw thrown
      this.free(thrown.pointer)
      throw new ResultTooLarge(undefined, by === 1)
    }
  }
  /** Why the walk of a value ended: 1 its nodes, 2 its characters, 0 something else. */
  #oversizedBy(pointer: number): number {
    try {
      return this.numberFromProfile('isOversized', pointer)
    } catch (thrown) {
      if (!(thrown instanceof GuestThrow)) throw thrown
      this.free(thrown.pointer)
      return 0
    }
  }
  /** Refuses a guest string before it is copied. */
  #within(pointer: number, maxBytes: number): void {
    if (maxBytes === Number.POSITIVE_INFINITY) return
    const length = this.lengthOf(pointer)
    if (length > maxBytes) throw new ResultTooLarge(length)
  }
  /** Decodes an encoded guest string; references are those of the last `encode`. */
  decodeFrom(
    textPointer: number,
    opaque: ReferenceReader['opaque'] = (_reference, kind, description) => describeOpaque(kind, description),
    maxBytes: number = Number.POSITIVE_INFINITY,
    original?: ReferenceReader['original'],
  ): unknown {
    this.#within(textPointer, maxBytes)
    const text = this.readAscii(textPointer)
    let bytes = text.length
    const spend = (more: number): void => {
      bytes += more
      this.lastDecodedBytes = bytes
      if (bytes > maxBytes) throw new ResultTooLarge(bytes)
    }
    spend(0)
    return decodeText(text, {
      bytes: (reference) => {
        const index = this.newNumber(reference)
        const buffer = this.callProfile('takeRef', index)
        this.free(index)
        try {
          const { exports, ctx } = this.instance
          spend(exports._QTS_GetArrayBufferLength(ctx, buffer))
          return this.readBuffer(buffer)
        } finally {
          this.free(buffer)
        }
      },
      opaque,
      original,
    })
  }
  /** Gives exports a guest function that tells which objects stand for a value of the host's, by a number. */
  useStandIns(hostIdOf: number): void {
    const name = this.newText('hostIdOf')
    this.runProfile('configure', name, hostIdOf)
    this.free(name)
  }
  /** Hands the profile a symbol by its address. */
  pushSymbol(address: number): void {
    const { instance } = this
    const cell = instance.exports._malloc(8)
    if (cell === 0) throw new EngineFull(8)
    instance.u32[cell >> 2] = address
    instance.u32[(cell >> 2) + 1] = this.tags.symbol
    const symbol = instance.exports._QTS_DupValuePointer(instance.ctx, cell)
    instance.exports._free(cell)
    try {
      this.runProfile('pushRef', symbol)
    } finally {
      this.free(symbol)
    }
  }
  readBuffer(pointer: number): ArrayBuffer {
    const { exports, ctx } = this.instance
    const length = exports._QTS_GetArrayBufferLength(ctx, pointer)
    const copy = exports._QTS_GetArrayBuffer(ctx, pointer)
    if (copy === 0) {
      if (length > 0) throw new EngineFull(length)
      return new ArrayBuffer(0)
    }
    const bytes = this.instance.u8.slice(copy, copy + length)
    exports._free(copy)
    return bytes.buffer instanceof ArrayBuffer ? bytes.buffer : new ArrayBuffer(0)
  }
  newBuffer(bytes: Uint8Array): number {
    const { exports, ctx } = this.instance
    const pointer = exports._malloc(Math.max(1, bytes.length))
    if (pointer === 0) throw new EngineFull(bytes.length)
    this.instance.u8.set(bytes, pointer)
    return this.checked(exports._QTS_NewArrayBuffer(ctx, pointer, bytes.length))
  }

  /** Text for the guest's `decode`, and the references that go with it, handed over once the walk of the value is done. */
  encode(value: unknown, opaque: (value: object | symbol) => number | undefined = () => undefined, wholeErrors = false): string {
    const pointers: number[] = []
    const keep = (pointer: number): number => pointers.push(pointer) - 1
    const writer: ReferenceWriter = {
      bytes: (bytes) => keep(this.newBuffer(bytes)),
      opaque: (item) => {
        const pointer = opaque(item)
        return pointer === undefined ? undefined : keep(pointer)
      },
      wholeErrors,
    }
    try {
      const text = encodeValue(value, writer)
      for (const pointer of pointers) this.runProfile('pushRef', pointer)
      return text
    } finally {
      for (const pointer of pointers) this.free(pointer)
    }
  }
  /** An owned guest copy of a host value. */
  importValue(value: unknown, opaque?: (value: object | symbol) => number | undefined, wholeErrors = false): number {
    if (typeof value === 'string') return this.newText(value)
    if (typeof value === 'number') return this.newNumber(value)
    if (value === undefined) return this.newUndefined()
    if (typeof value === 'boolean') return this.#copyOf(value ? 'true' : 'false')
    if (value === null) return this.#copyOf('null')
    if (typeof value !== 'object') return this.#decoded('decode', this.newText(this.encode(value, opaque, wholeErrors)))
    const given = this.#plain?.give(value)
    if (given !== undefined) return given
    const plain = this.#plain === undefined ? plainText(value) : undefined
    if (plain === undefined) return this.#decoded('decode', this.newText(this.encode(value, opaque, wholeErrors)))
    // JSON escapes what `newText` would have to look for.
    const { exports, ctx } = this.instance
    return this.#decoded('unquoteText', this.checked(this.instance.withUtf8(plain, (utf8) => exports._QTS_NewString(ctx, utf8))))
  }
  #copyOf(constant: 'true' | 'false' | 'null' | 'undefined'): number {
    return this.instance.exports._QTS_DupValuePointer(this.instance.ctx, this.instance[constant])
  }
  /** What a function of the profile makes of a text that it is given, and that is freed. */
  #decoded(by: 'decode' | 'unquoteText', text: number): number {
    try {
      return this.callProfile(by, text)
    } finally {
      this.free(text)
    }
  }
}
