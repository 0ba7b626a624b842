// One guest's hold on a substrate, with one runtime and one context: memory views, strings, owned pointers.
import type { JsAdapterError } from '../errors.ts'
import type { Serialised } from './object-writer.ts'
import type { RejectionTracker, Substrate } from './substrate.ts'
import type { EngineModule } from './variant.ts'
import type { WasmMemory } from './webassembly.ts'

const ARGV_SLOTS = 64
const SCRATCH_BYTES = 4096
/** Bytes of the block that host and guest share; see `runtime/cells.ts`. */
export const CELL_BYTES = 256

const NO_MEMORY: WasmMemory = { buffer: new ArrayBuffer(0), grow: () => 0 }
/** What a proxy that refuses everything stands before. */
const NO_EXPORTS = Object.freeze({}) as EngineModule

/** The WebAssembly memory has no room for what the host wants to put there, or to copy from there. */
export class EngineFull extends Error {
  override readonly name: string = 'EngineFull'
  constructor(bytes: number) {
    super(`the engine's memory has no room for ${bytes} bytes`)
  }
}

/** What the instance asks its owner. No exception may leave these functions. */
export interface InstanceHooks {
  callFunction(self: number, argc: number, argv: number, id: number): number
  shouldInterrupt(): number
  freeHostRef(id: number): void
  /** The module's resolved name; `undefined` refuses the import. */
  resolveModule?(referrer: string, specifier: string): string | undefined
  /** The module's text; `undefined` when there is none. */
  loadModule?(name: string): string | undefined
}

/** Addresses of what an instance made at its start. They are the same in every instance restored from one image. */
export interface InstancePointers {
  readonly rt: number
  readonly ctx: number
  readonly undefined: number
  readonly null: number
  readonly true: number
  readonly false: number
  /** The block that host and guest share. */
  readonly cells: number
  readonly argv: number
  readonly scratch: number
}

/** Owns WASM memory. Never freed piece by piece: dropping the object drops all of it. */
export class Instance implements InstancePointers {
  /** Written by `revoke` and `settle` alone, as are the two below. */
  exports: EngineModule
  memory: WasmMemory
  readonly rt: number
  readonly ctx: number
  readonly undefined: number
  readonly null: number
  readonly true: number
  readonly false: number
  readonly cells: number
  readonly argv: number
  readonly scratch: number
  #substrate: Substrate | undefined
  readonly #callbacks: EngineModule['callbacks']
  #revoked: JsAdapterError | undefined
  #u8: Uint8Array
  #u32: Uint32Array
  #i32: Int32Array
  #f64: Float64Array
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #encoder = new TextEncoder()

  private constructor(substrate: Substrate, hooks: InstanceHooks, restored: InstancePointers | undefined) {
    const { exports, memory } = substrate
    this.exports = exports
    this.memory = memory
    this.#substrate = substrate
    this.#u8 = new Uint8Array(memory.buffer)
    this.#u32 = new Uint32Array(memory.buffer)
    this.#i32 = new Int32Array(memory.buffer)
    this.#f64 = new Float64Array(memory.buffer)
    this.#callbacks = {
      callFunction: (_asyncify, _ctx, self, argc, argv, id) => hooks.callFunction(self, argc, argv, id),
      shouldInterrupt: () => hooks.shouldInterrupt(),
      freeHostRef: (_asyncify, _rt, id) => hooks.freeHostRef(id),
      loadModuleSource: (_asyncify, _rt, _ctx, name) => this.newCString(hooks.loadModule?.(name)),
      normalizeModule: (_asyncify, _rt, _ctx, base, name) => this.newCString(hooks.resolveModule?.(base, name)),
    }
    exports.callbacks = this.#callbacks
    const pointers = restored ?? createPointers(exports)
    this.rt = pointers.rt
    this.ctx = pointers.ctx
    this.undefined = pointers.undefined
    this.null = pointers.null
    this.true = pointers.true
    this.false = pointers.false
    this.argv = pointers.argv
    this.scratch = pointers.scratch
    this.cells = pointers.cells
    if (restored === undefined) this.u8.fill(0, this.cells, this.cells + CELL_BYTES)
  }

  /** A new runtime and context. */
  static create(substrate: Substrate, hooks: InstanceHooks): Instance {
    return new Instance(substrate, hooks, undefined)
  }
  /** The runtime and context that an image put into the substrate. Whoever held the substrate before must have been revoked. */
  static adopt(substrate: Substrate, pointers: InstancePointers, hooks: InstanceHooks): Instance {
    return new Instance(substrate, hooks, pointers)
  }

  get hasMemory(): boolean {
    return this.#substrate !== undefined
  }
  get substrate(): Substrate {
    if (this.#substrate === undefined) throw this.#revoked ?? new Error('the instance has no memory')
    return this.#substrate
  }
  /** Takes the memory away from this object: whatever still holds it throws `error` and touches nothing. */
  revoke(error: JsAdapterError): void {
    this.#revoked = error
    this.#substrate = undefined
    this.memory = NO_MEMORY
    const refuse = (): never => {
      throw error
    }
    // Every export is read before it is called: reading is refused.
    this.exports = new Proxy(NO_EXPORTS, { get: refuse, set: refuse, has: refuse })
    this.#u8 = new Uint8Array(0)
    this.#u32 = new Uint32Array(0)
    this.#i32 = new Int32Array(0)
    this.#f64 = new Float64Array(0)
  }
  /** After `revoke`: goes on with another memory, which holds what the former one held. */
  settle(substrate: Substrate): void {
    this.#revoked = undefined
    this.#substrate = substrate
    this.memory = substrate.memory
    this.exports = substrate.exports
    this.exports.callbacks = this.#callbacks
  }

  /** Growth detaches the buffer, which empties its views: asking a view's length is far cheaper than asking the memory. */
  get u8(): Uint8Array {
    if (this.#u8.length === 0) this.#renewViews()
    return this.#u8
  }
  get u32(): Uint32Array {
    if (this.#u32.length === 0) this.#renewViews()
    return this.#u32
  }
  get i32(): Int32Array {
    if (this.#i32.length === 0) this.#renewViews()
    return this.#i32
  }
  get f64(): Float64Array {
    if (this.#f64.length === 0) this.#renewViews()
    return this.#f64
  }
  #renewViews(): void {
    if (this.#revoked !== undefined) throw this.#revoked
    const { buffer } = this.memory
    this.#u8 = new Uint8Array(buffer)
    this.#u32 = new Uint32Array(buffer)
    this.#i32 = new Int32Array(buffer)
    this.#f64 = new Float64Array(buffer)
  }

  /** Copies `text` as NUL-terminated UTF-8 and calls `use`; the copy lives until `use` returns. */
  withUtf8<T>(text: string, use: (pointer: number, byteLength: number) => T): T {
    const most = text.length * 3 + 1
    if (most <= SCRATCH_BYTES) {
      const { written } = this.#encoder.encodeInto(text, this.u8.subarray(this.scratch, this.scratch + SCRATCH_BYTES - 1))
      this.#u8[this.scratch + written] = 0
      return use(this.scratch, written)
    }
    const bytes = this.#encoder.encode(text)
    return this.withBytes(bytes, (pointer) => use(pointer, bytes.length))
  }

  /** Copies bytes, adds a NUL, and calls `use`. */
  withBytes<T>(bytes: Uint8Array, use: (pointer: number) => T): T {
    const pointer = this.exports._malloc(bytes.length + 1)
    if (pointer === 0) throw new EngineFull(bytes.length)
    this.u8.set(bytes, pointer)
    this.#u8[pointer + bytes.length] = 0
    try {
      return use(pointer)
    } finally {
      this.exports._free(pointer)
    }
  }

  /** @returns an owned pointer to what an `ObjectWriter` wrote, or to an exception. */
  deserialise({ names, body }: Serialised): number {
    const { exports, ctx } = this
    const length = names.length + body.length
    const pointer = exports._malloc(length)
    if (pointer === 0) throw new EngineFull(length)
    this.u8.set(names, pointer)
    this.#u8.set(body, pointer + names.length)
    const buffer = exports._QTS_NewArrayBuffer(ctx, pointer, length)
    const value = exports._QTS_bjson_decode(ctx, buffer)
    exports._QTS_FreeValuePointer(ctx, buffer)
    return value
  }

  /** NUL-terminated UTF-8 that the engine or the caller frees; 0 for `undefined`. */
  newCString(text: string | undefined): number {
    if (text === undefined) return 0
    const bytes = this.#encoder.encode(text)
    const pointer = this.exports._malloc(bytes.length + 1)
    if (pointer === 0) return 0
    this.u8.set(bytes, pointer)
    this.#u8[pointer + bytes.length] = 0
    return pointer
  }

  /** Decodes NUL-terminated UTF-8; a lone surrogate comes out as U+FFFD. */
  readUtf8(pointer: number): string {
    const bytes = this.u8
    const end = bytes.indexOf(0, pointer)
    if (end - pointer < 24) {
      let text = ''
      for (let at = pointer; at < end; at++) {
        const byte = bytes[at] ?? 0
        if (byte > 127) return this.#decoder.decode(bytes.subarray(pointer, end))
        text += String.fromCharCode(byte)
      }
      return text
    }
    return this.#decoder.decode(bytes.subarray(pointer, end))
  }

  /** Puts a rejection tracker into the function table; `undefined` when the table is not exported. */
  addTracker(tracker: RejectionTracker): number | undefined {
    return this.substrate.track(tracker)
  }
}

function createPointers(exports: EngineModule): InstancePointers {
  const rt = exports._QTS_NewRuntime()
  return {
    rt,
    ctx: exports._QTS_NewContext(rt, 0),
    undefined: exports._QTS_GetUndefined(),
    null: exports._QTS_GetNull(),
    true: exports._QTS_GetTrue(),
    false: exports._QTS_GetFalse(),
    argv: exports._malloc(ARGV_SLOTS * 4),
    scratch: exports._malloc(SCRATCH_BYTES),
    cells: exports._malloc(CELL_BYTES),
  }
}
