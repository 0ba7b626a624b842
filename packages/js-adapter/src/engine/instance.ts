// One WebAssembly instance with one runtime and one context: memory views, strings, owned pointers.
import { TABLE_EXPORT, TRACKER_TYPE_MODULE } from './wasm-patch.ts'
import type { EngineModule, ModuleLoader } from './variant.ts'
import { isTable, webAssembly } from './webassembly.ts'
import type { WasmMemory, WasmModule, WasmTable } from './webassembly.ts'

const PAGE_BYTES = 65_536
/** The stock builds import a memory of at least this many pages. */
const INITIAL_PAGES = 256
const ARGV_SLOTS = 64
const SCRATCH_BYTES = 4096
/** Bytes of the block that host and guest share; see `runtime/cells.ts`. */
export const CELL_BYTES = 256

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

export interface InstanceOptions {
  readonly module: WasmModule
  readonly load: ModuleLoader
  readonly memoryMaxBytes: number
  /** Replaces the clock import that `Date.now()` calls: epoch milliseconds. */
  readonly clockImport?: { readonly name: string; readonly nowEpochMs: () => number } | undefined
}

/** Owns WASM memory. Never freed piece by piece: dropping the object drops all of it. */
export class Instance {
  readonly exports: EngineModule
  readonly memory: WasmMemory
  readonly rt: number
  readonly ctx: number
  readonly undefined: number
  readonly null: number
  readonly true: number
  readonly false: number
  /** Address of the shared cells. */
  readonly cells: number
  readonly argv: number
  readonly #table: WasmTable | undefined
  readonly #scratch: number
  #u8: Uint8Array
  #u32: Uint32Array
  #i32: Int32Array
  #f64: Float64Array
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #encoder = new TextEncoder()

  private constructor(exports: EngineModule, memory: WasmMemory, table: WasmTable | undefined, hooks: InstanceHooks) {
    this.exports = exports
    this.memory = memory
    this.#table = table
    this.#u8 = new Uint8Array(memory.buffer)
    this.#u32 = new Uint32Array(memory.buffer)
    this.#i32 = new Int32Array(memory.buffer)
    this.#f64 = new Float64Array(memory.buffer)
    exports.callbacks = {
      callFunction: (_asyncify, _ctx, self, argc, argv, id) => hooks.callFunction(self, argc, argv, id),
      shouldInterrupt: () => hooks.shouldInterrupt(),
      freeHostRef: (_asyncify, _rt, id) => hooks.freeHostRef(id),
      loadModuleSource: (_asyncify, _rt, _ctx, name) => this.newCString(hooks.loadModule?.(name)),
      normalizeModule: (_asyncify, _rt, _ctx, base, name) => this.newCString(hooks.resolveModule?.(base, name)),
    }
    this.rt = exports._QTS_NewRuntime()
    this.ctx = exports._QTS_NewContext(this.rt, 0)
    this.undefined = exports._QTS_GetUndefined()
    this.null = exports._QTS_GetNull()
    this.true = exports._QTS_GetTrue()
    this.false = exports._QTS_GetFalse()
    this.argv = exports._malloc(ARGV_SLOTS * 4)
    this.#scratch = exports._malloc(SCRATCH_BYTES)
    this.cells = exports._malloc(CELL_BYTES)
    this.u8.fill(0, this.cells, this.cells + CELL_BYTES)
  }

  static async create({ module, load, memoryMaxBytes, clockImport }: InstanceOptions, hooks: InstanceHooks): Promise<Instance> {
    const memory = new (webAssembly().Memory)({
      initial: INITIAL_PAGES,
      maximum: Math.max(INITIAL_PAGES, memoryMaxBytes / PAGE_BYTES),
    })
    let table: WasmTable | undefined
    const exports = await load({
      wasmMemory: memory,
      instantiateWasm: (imports, receive) => {
        const group = imports['a']
        if (clockImport !== undefined && group !== undefined) group[clockImport.name] = clockImport.nowEpochMs
        const instance = new (webAssembly().Instance)(module, imports)
        const exported = instance.exports[TABLE_EXPORT]
        if (isTable(exported)) table = exported
        receive(instance, module)
        return instance.exports
      },
      print: () => {},
      printErr: () => {},
    })
    return new Instance(exports, memory, table, hooks)
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
      const { written } = this.#encoder.encodeInto(text, this.u8.subarray(this.#scratch, this.#scratch + SCRATCH_BYTES - 1))
      this.#u8[this.#scratch + written] = 0
      return use(this.#scratch, written)
    }
    const bytes = this.#encoder.encode(text)
    return this.withBytes(bytes, (pointer) => use(pointer, bytes.length))
  }

  /** Copies bytes, adds a NUL, and calls `use`. */
  withBytes<T>(bytes: Uint8Array, use: (pointer: number) => T): T {
    const pointer = this.exports._malloc(bytes.length + 1)
    if (pointer === 0) throw new RangeError(`the engine's memory has no room for ${bytes.length} bytes of source or text`)
    this.u8.set(bytes, pointer)
    this.#u8[pointer + bytes.length] = 0
    try {
      return use(pointer)
    } finally {
      this.exports._free(pointer)
    }
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

  /** Puts a host function of a rejection tracker's type into the function table; `undefined` when the table is not exported. */
  addTracker(
    tracker: (ctx: number, promise: bigint, reason: bigint, handled: number, opaque: number) => void,
  ): number | undefined {
    if (this.#table === undefined) return undefined
    const helper = new (webAssembly().Instance)(new (webAssembly().Module)(TRACKER_TYPE_MODULE), { e: { f: tracker } })
    const index = this.#table.grow(1)
    this.#table.set(index, helper.exports['f'])
    return index
  }
}
