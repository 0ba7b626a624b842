// One build of an engine: its code with the meter put in, compiled. Made once for each build that a process runs, and handed to its threads.
import { sha256 } from '../platform/sha256.ts'
import { meter } from './wasm-meter.ts'
import { exportTable, HOST_TYPES_MODULE, readMutableGlobals } from './wasm-patch.ts'
import { webAssembly } from './webassembly.ts'
import type { WasmModule } from './webassembly.ts'

/** What an image is tied to. */
export interface EngineIdentity {
  /** Of the stock bytes. */
  readonly wasmSha256: string
  /** Of the bytes that are run. */
  readonly patchedSha256: string
  /** Globals that a copy of the memory does not hold; one, the stack pointer, in the stock builds. */
  readonly mutableGlobals: number | undefined
  /** Address at which the stack begins; it grows down from there. */
  readonly stackStart: number | undefined
}

/** Immutable, and made of what structured clone takes: threads share the compiled code. */
export interface EngineBuild {
  readonly module: WasmModule
  /** `HOST_TYPES_MODULE`, compiled. */
  readonly hostTypes: WasmModule
  /** The entry of the function table that the meter asks through; `undefined` without a meter. */
  readonly slot: number | undefined
  /** Why there is no meter. */
  readonly unmetered: string | undefined
  readonly identity: EngineIdentity
}

/** The bytes that are run. A build whose code has another form is run without a meter, under the guard alone. */
function patch(wasm: Uint8Array): Pick<EngineBuild, 'slot' | 'unmetered'> & { readonly patched: Uint8Array<ArrayBuffer> } {
  const exported = exportTable(wasm)
  try {
    const { wasm: patched, slot } = meter(exported)
    return { patched, slot, unmetered: undefined }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { patched: exported, slot: undefined, unmetered: error.message }
  }
}

async function makeBuild(wasm: Uint8Array, wasmSha256: string): Promise<EngineBuild> {
  const { patched, slot, unmetered } = patch(wasm)
  const module = await webAssembly().compile(patched)
  const globals = readMutableGlobals(wasm)
  return {
    module,
    hostTypes: new (webAssembly().Module)(HOST_TYPES_MODULE),
    slot,
    unmetered,
    identity: {
      wasmSha256,
      patchedSha256: sha256(patched),
      mutableGlobals: globals?.length,
      stackStart: globals?.length === 1 ? globals[0] : undefined,
    },
  }
}

/**
 * Builds by the hash of their stock bytes, on which nothing but those bytes decides. Held weakly: a build that no engine and no sandbox of a thread uses any more is
 * forgotten, and made again when it is asked for.
 */
const made = new Map<string, WeakRef<EngineBuild>>()
const underWay = new Map<string, Promise<EngineBuild>>()

/**
 * The build of stock bytes: rewritten and compiled, unless this process has it.
 * Rejects with what the platform says of bytes that are no WebAssembly.
 */
export function buildOf(wasm: Uint8Array): Promise<EngineBuild> {
  const hash = sha256(wasm)
  const known = made.get(hash)?.deref()
  if (known !== undefined) return Promise.resolve(known)
  let making = underWay.get(hash)
  if (making === undefined) {
    making = makeBuild(wasm, hash).finally(() => underWay.delete(hash))
    underWay.set(hash, making)
    making.then(
      (build) => {
        for (const [other, held] of made) if (held.deref() === undefined) made.delete(other)
        made.set(hash, new WeakRef(build))
      },
      () => {}, // whoever asked is told
    )
  }
  return making
}
