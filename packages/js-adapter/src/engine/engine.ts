// A compiled and calibrated engine. It is the only holder of compiled code: share one a thread.
import { JsAdapterError } from '../errors.ts'
import { sha256 } from '../platform/sha256.ts'
import { calibrate } from './calibration.ts'
import type { Calibration } from './calibration.ts'
import { assertCapabilities, resolveRequired } from './capabilities.ts'
import type { EngineCapabilities, EngineCapability } from './capabilities.ts'
import { Guard, GUARD_KINDS } from './guard.ts'
import type { GuardKind } from './guard.ts'
import { Instance } from './instance.ts'
import { Meter } from './meter.ts'
import { ProgramCache } from './program-cache.ts'
import type { EngineSource } from './source.ts'
import { SyntaxChecker } from './syntax-checker.ts'
import type { SyntaxFault } from './syntax-checker.ts'
import { Substrate } from './substrate.ts'
import type { EngineCode, Metering } from './substrate.ts'
import type { TimeSource } from './time-imports.ts'
import { openVariant } from './open-variant.ts'
import type { KnownFault, VariantName } from './variant.ts'
import { webAssembly } from './webassembly.ts'
import { meter as putMeter } from './wasm-meter.ts'
import { exportTable, HOST_TYPES_MODULE, readMutableGlobals } from './wasm-patch.ts'

export interface EngineOptions {
  /** `'ng'` (default) or `'bellard'`. */
  readonly variant?: VariantName | undefined
  /** The engine's parts, where the package cannot be read from a folder: in browsers, and in single-file bundles. Default: the installed package. */
  readonly source?: EngineSource | undefined
  /** Accepts a build whose poll interval could not be verified. Default `false`. Sandboxes then need a hard limit, so browsers refuse it. */
  readonly allowUncalibrated?: boolean | undefined
  /** Ctrl+C ends a guest that does not return; its sandbox is condemned with `InterruptedError`. For commands. Default `false`. */
  readonly breakOnSigint?: boolean | undefined
  /**
   * What watches `hardMs`. `'meter'` (default): a count in the engine's own code, at no cost for an entry; where host functions run inside the guest, a thread for each entry as well, for
   * what those do. `'thread'`: only that, 0.06 to 0.2 ms. `'inspector'`: the platform's inspector in place of the thread, 0.01 to 0.07 ms, where it was seen to stop a loop. Only where no other time
   * limit lies around an entry: see docs/engine-tuning.md, "Guard".
   */
  readonly guard?: GuardKind | undefined
  /** What the build must have on this machine: loading fails without it, in place of an engine whose `capabilities` say that it is not there. Default: none. */
  readonly require?: readonly EngineCapability[] | undefined
}

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

interface EngineParts {
  readonly variant: VariantName
  readonly packageName: string
  readonly faults: readonly KnownFault[]
  readonly code: EngineCode
  readonly calibration: Calibration
  readonly identity: EngineIdentity
  readonly metering: Metering | undefined
}

/** Compiled engine code with what calibration found. Immutable; sandboxes of one thread may share it. */
export class Engine {
  readonly variant: VariantName
  readonly packageName: string
  readonly capabilities: EngineCapabilities
  /** What calibration tried and saw. */
  readonly notes: readonly string[]
  readonly #code: EngineCode
  readonly #calibration: Calibration
  readonly #identity: EngineIdentity
  readonly #metering: Metering | undefined
  readonly #guard: Guard
  readonly #checker: SyntaxChecker
  /** @internal */
  readonly programs: ProgramCache = new ProgramCache()

  private constructor(
    { variant, packageName, faults, code, calibration, identity, metering }: EngineParts,
    guard: Guard,
    checker: SyntaxChecker,
  ) {
    this.#guard = guard
    this.#checker = checker
    this.variant = variant
    this.packageName = packageName
    this.#code = code
    this.#calibration = calibration
    this.#identity = identity
    this.#metering = metering
    this.capabilities = {
      adaptivePolling: calibration.pollOffset !== undefined,
      rejectionTracking: calibration.trackerOffset !== undefined,
      reseed: calibration.randomOffset !== undefined,
      timeSource: calibration.timeImports !== undefined,
      metered: guard.metered && calibration.metered,
      threadlessGuard: guard.threadless,
      soundMemory: faults.length === 0 || calibration.stackLinks !== undefined,
    }
    this.notes = calibration.notes
  }

  /**
   * Reads, patches, compiles and calibrates a variant.
   * @throws JsAdapterError `ERR_ENGINE_VARIANT` if it cannot be loaded, `ERR_ENGINE_CALIBRATION` if it is not what this
   * package knows how to bound or lacks what `require` names, `ERR_LIMIT_UNSUPPORTED` for `breakOnSigint` away from Node.
   */
  static async load(options: EngineOptions = {}): Promise<Engine> {
    const { breakOnSigint, guard: kind = 'meter' } = options
    if (!GUARD_KINDS.includes(kind))
      throw new TypeError(`guard must be one of ${GUARD_KINDS.join(', ')}, got ${String(kind satisfies GuardKind)}`)
    return Engine.loadGuarded(options, new Guard({ breakOnSigint, kind }))
  }
  /** @internal The same with a hard limit of the caller's own. */
  static async loadGuarded(options: EngineOptions, guard: Guard): Promise<Engine> {
    const { variant = 'ng', source, allowUncalibrated = false } = options
    const required = resolveRequired(options.require)
    const { name, packageName, faults, wasm, load } = await openVariant(variant, source)
    const { patched, slot, unmetered } = patch(wasm)
    const metering = slot === undefined ? undefined : { meter: new Meter(), slot }
    const hostTypes = new (webAssembly().Module)(HOST_TYPES_MODULE)
    const code = { module: await webAssembly().compile(patched), hostTypes, load }
    const calibration = await calibrate(code, faults, metering)
    if (typeof calibration === 'string')
      throw new JsAdapterError('ERR_ENGINE_CALIBRATION', `the engine "${name}" cannot be used: ${calibration}`)
    if (calibration.pollOffset === undefined && !(allowUncalibrated && guard.available))
      throw new JsAdapterError(
        'ERR_ENGINE_CALIBRATION',
        `the engine "${name}" is not verified: ${calibration.notes.join('; ')}`,
        {
          context: { notes: calibration.notes },
        },
      )
    const checker = await SyntaxChecker.create(async (memoryMaxBytes, hooks) =>
      Instance.create(
        await Substrate.create({
          code,
          memoryMaxBytes,
          metering: metering === undefined ? undefined : { ...metering, shared: true },
        }),
        hooks,
      ),
    )
    const globals = readMutableGlobals(wasm)
    const identity = {
      wasmSha256: sha256(wasm),
      patchedSha256: sha256(patched),
      mutableGlobals: globals?.length,
      stackStart: globals?.length === 1 ? globals[0] : undefined,
    }
    const notes = unmetered === undefined ? calibration.notes : [...calibration.notes, `meter: ${unmetered}`]
    const parts = { variant: name, packageName, faults, code, calibration: { ...calibration, notes }, identity, metering }
    const engine = new Engine(parts, guard, checker)
    assertCapabilities(name, engine, required)
    return engine
  }

  /** @internal */
  get calibration(): Calibration {
    return this.#calibration
  }
  /** @internal */
  checkSyntax(bytes: Uint8Array, fileName: string, strict: boolean): SyntaxFault | undefined {
    const { exception } = this.#calibration.tags
    return this.#checker.check(bytes, fileName, strict, (high) => high === exception)
  }
  /** @internal */
  get identity(): EngineIdentity {
    return this.#identity
  }
  /** @internal */
  get guard(): Guard {
    return this.#guard
  }
  /** @internal What ends a guest from within the engine's code; `undefined` where the guard does it alone. */
  get meter(): Meter | undefined {
    return this.#guard.metered && this.#calibration.metered ? this.#metering?.meter : undefined
  }
  /** @internal */
  createSubstrate(
    memoryMaxBytes: number,
    { time, memoryBytes }: { readonly time?: TimeSource | undefined; readonly memoryBytes?: number | undefined } = {},
  ): Promise<Substrate> {
    const { timeImports } = this.#calibration
    if (time !== undefined && timeImports === undefined)
      throw new JsAdapterError(
        'ERR_ENGINE_CALIBRATION',
        `the clocks of the engine "${this.variant}" could not be found, so its time cannot be given: ${this.notes.join('; ')}`,
      )
    return Substrate.create({
      code: this.#code,
      memoryMaxBytes,
      metering: this.#metering,
      memoryBytes,
      time: time === undefined || timeImports === undefined ? undefined : { imports: timeImports, source: time },
    })
  }
}

/** The bytes that are run. A build whose code has another form is run without a meter, under the guard alone. */
function patch(wasm: Uint8Array): {
  readonly patched: Uint8Array<ArrayBuffer>
  readonly slot: number | undefined
  readonly unmetered: string | undefined
} {
  const exported = exportTable(wasm)
  try {
    const { wasm: patched, slot } = putMeter(exported)
    return { patched, slot, unmetered: undefined }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { patched: exported, slot: undefined, unmetered: error.message }
  }
}
