// One instance of the engine's WebAssembly: its memory and its function table. It may serve several guests, one after another.
import type { Meter } from './meter.ts'
import { importTime } from './time-imports.ts'
import type { TimeImports, TimeSource } from './time-imports.ts'
import type { EngineModule, ModuleLoader } from './variant.ts'
import { TABLE_EXPORT } from './wasm-patch.ts'
import { isTable, webAssembly } from './webassembly.ts'
import type { WasmInstance, WasmMemory, WasmModule, WasmTable } from './webassembly.ts'

const PAGE_BYTES = 65_536
/** The stock builds import a memory of at least this many pages. */
const INITIAL_PAGES = 256

export type RejectionTracker = (ctx: number, promise: bigint, reason: bigint, handled: number, opaque: number) => void

export interface Metering {
  readonly meter: Meter
  readonly slot: number
  /** The instance serves whichever guest is under way. Default `false`. */
  readonly shared?: boolean | undefined
}

/** What all instances of an engine are made from. */
export interface EngineCode {
  readonly module: WasmModule
  /** `HOST_TYPES_MODULE`, compiled. */
  readonly hostTypes: WasmModule
  readonly load: ModuleLoader
}

export interface SubstrateOptions {
  readonly code: EngineCode
  readonly memoryMaxBytes: number
  /** What the meter in the code asks, and where in the function table it looks for it. */
  readonly metering?: Metering | undefined
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
  readonly #tracking: Tracking | undefined
  #trackerIndex: number | undefined

  readonly #clock: { source: TimeSource | undefined }

  private constructor(
    exports: EngineModule,
    memory: WasmMemory,
    tracking: Tracking | undefined,
    clock: { source: TimeSource | undefined },
  ) {
    this.#clock = clock
    this.exports = exports
    this.memory = memory
    this.#tracking = tracking
  }

  static async create({
    code,
    memoryMaxBytes,
    metering,
    memoryBytes = 0,
    time,
    onImports,
  }: SubstrateOptions): Promise<Substrate> {
    const { module, hostTypes, load } = code
    const initial = Math.max(INITIAL_PAGES, Math.ceil(memoryBytes / PAGE_BYTES))
    const memory = new (webAssembly().Memory)({ initial, maximum: Math.max(initial, memoryMaxBytes / PAGE_BYTES) })
    const clock = { source: time?.source }
    let table: WasmTable | undefined
    let track: Tracking | undefined
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
        if (table !== undefined) track = bindTable(table, hostTypes, metering, memory)
        receive(instance, module)
        return instance.exports
      },
      print: () => {},
      printErr: () => {},
    })
    return new Substrate(exports, memory, track, clock)
  }

  /** Forgets whom it served: what it would call is the next one's to set. */
  detach(): void {
    if (this.#tracking !== undefined) this.#tracking.tracker = undefined
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
    const tracking = this.#tracking
    if (tracking === undefined) return undefined
    tracking.tracker = tracker
    if (this.#trackerIndex === undefined) {
      this.#trackerIndex = tracking.free ?? tracking.table.grow(1)
      tracking.table.set(this.#trackerIndex, tracking.entry)
    }
    return this.#trackerIndex
  }
}

/** The function table, and what may be put there for a tracker. */
interface Tracking {
  readonly table: WasmTable
  readonly entry: unknown
  /** An entry that the module's table has for it; otherwise the table grows. */
  readonly free: number | undefined
  tracker: RejectionTracker | undefined
}

/** Puts what the meter asks into the table, before the module's own code runs: a meter without its entry would trap. */
function bindTable(table: WasmTable, hostTypes: WasmModule, metering: Metering | undefined, memory: WasmMemory): Tracking {
  const call: RejectionTracker = (ctx, promise, reason, handled, opaque) =>
    tracking.tracker?.(ctx, promise, reason, handled, opaque)
  const asker = metering?.shared === true ? undefined : memory
  const host = { f: call, m: () => metering?.meter.ask(asker) }
  const { exports }: WasmInstance = new (webAssembly().Instance)(hostTypes, { e: host })
  const free = metering === undefined ? undefined : metering.slot + 1
  const tracking: Tracking = { table, entry: exports['f'], free, tracker: undefined }
  if (metering !== undefined) table.set(metering.slot, exports['m'])
  return tracking
}
