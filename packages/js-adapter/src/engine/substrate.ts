// One instance of the engine's WebAssembly: its memory and its function table. It may serve several guests, one after another.
import { importTime } from './time-imports.ts'
import type { TimeImports, TimeSource } from './time-imports.ts'
import type { EngineModule, ModuleLoader } from './variant.ts'
import { TABLE_EXPORT, TRACKER_TYPE_MODULE } from './wasm-patch.ts'
import { isTable, webAssembly } from './webassembly.ts'
import type { WasmMemory, WasmModule, WasmTable } from './webassembly.ts'

const PAGE_BYTES = 65_536
/** The stock builds import a memory of at least this many pages. */
const INITIAL_PAGES = 256

export type RejectionTracker = (ctx: number, promise: bigint, reason: bigint, handled: number, opaque: number) => void

export interface SubstrateOptions {
  readonly module: WasmModule
  readonly load: ModuleLoader
  readonly memoryMaxBytes: number
  /** Size at the start, when an image needs more than the build's own. */
  readonly memoryBytes?: number | undefined
  /** Replaces the clocks that the engine imports, and its time zone by UTC. */
  readonly time?: { readonly imports: TimeImports; readonly source: TimeSource } | undefined
  /** Sees the engine's imports before they are bound; for calibration. */
  readonly onImports?: ((group: Record<string, unknown>, memory: WasmMemory) => void) | undefined
}

export class Substrate {
  readonly exports: EngineModule
  readonly memory: WasmMemory
  readonly #table: WasmTable | undefined
  #trackerIndex: number | undefined
  #tracker: RejectionTracker | undefined

  readonly #clock: { source: TimeSource | undefined }

  private constructor(
    exports: EngineModule,
    memory: WasmMemory,
    table: WasmTable | undefined,
    clock: { source: TimeSource | undefined },
  ) {
    this.#clock = clock
    this.exports = exports
    this.memory = memory
    this.#table = table
  }

  static async create({ module, load, memoryMaxBytes, memoryBytes = 0, time, onImports }: SubstrateOptions): Promise<Substrate> {
    const initial = Math.max(INITIAL_PAGES, Math.ceil(memoryBytes / PAGE_BYTES))
    const memory = new (webAssembly().Memory)({ initial, maximum: Math.max(initial, memoryMaxBytes / PAGE_BYTES) })
    const clock = { source: time?.source }
    let table: WasmTable | undefined
    const exports = await load({
      wasmMemory: memory,
      instantiateWasm: (imports, receive) => {
        const group = imports['a']
        if (group !== undefined && time !== undefined)
          importTime(group, memory, time.imports, {
            nowEpochMs: () => clock.source?.nowEpochMs() ?? 0,
            keepsZone: time.source.keepsZone,
          })
        if (group !== undefined) onImports?.(group, memory)
        const instance = new (webAssembly().Instance)(module, imports)
        const exported = instance.exports[TABLE_EXPORT]
        if (isTable(exported)) table = exported
        receive(instance, module)
        return instance.exports
      },
      print: () => {},
      printErr: () => {},
    })
    return new Substrate(exports, memory, table, clock)
  }

  /** Forgets whom it served: what it would call is the next one's to set. */
  detach(): void {
    this.#tracker = undefined
    this.#clock.source = undefined
    const unserved = (): number => 0
    this.exports.callbacks = {
      callFunction: unserved,
      shouldInterrupt: unserved,
      freeHostRef: unserved,
      loadModuleSource: unserved,
      normalizeModule: unserved,
    }
  }
  /** Gives the guest's wall clock another source. Without effect on a substrate that was made with the platform's clocks. */
  setTime(source: TimeSource | undefined): void {
    this.#clock.source = source
  }
  /**
   * Makes `tracker` what the function table's entry for it calls; the entry is made at the first call.
   * @returns its index, the same in every instance of one module; `undefined` when the table is not exported.
   */
  track(tracker: RejectionTracker | undefined): number | undefined {
    this.#tracker = tracker
    if (this.#trackerIndex !== undefined || this.#table === undefined) return this.#trackerIndex
    const call: RejectionTracker = (ctx, promise, reason, handled, opaque) =>
      this.#tracker?.(ctx, promise, reason, handled, opaque)
    const helper = new (webAssembly().Instance)(new (webAssembly().Module)(TRACKER_TYPE_MODULE), { e: { f: call } })
    const index = this.#table.grow(1)
    this.#table.set(index, helper.exports['f'])
    this.#trackerIndex = index
    return index
  }
}
