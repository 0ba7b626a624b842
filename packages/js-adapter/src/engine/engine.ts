// A compiled and calibrated engine. It is the only holder of compiled code: share one a thread.
import { JsAdapterError } from '../errors.ts'
import { buildOf } from './build.ts'
import type { EngineBuild, EngineIdentity } from './build.ts'
import { calibrate } from './calibration.ts'
import type { Calibration } from './calibration.ts'
import { assertCapabilities, resolveRequired } from './capabilities.ts'
import type { EngineCapabilities, EngineCapability } from './capabilities.ts'
import { Guard, GUARD_KINDS } from './guard.ts'
import type { GuardKind } from './guard.ts'
import { Instance } from './instance.ts'
import { LoopEnds } from './loop-ends.ts'
import { Meter } from './meter.ts'
import { ProgramCache } from './program-cache.ts'
import type { EngineSource } from './source.ts'
import { SyntaxChecker } from './syntax-checker.ts'
import type { SyntaxFault } from './syntax-checker.ts'
import { Substrate } from './substrate.ts'
import type { EngineCode, Metering } from './substrate.ts'
import type { TimeSource } from './time-imports.ts'
import { openInstalledLoader, openVariant } from './open-variant.ts'
import type { KnownFault, VariantName } from './variant.ts'

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

/** What a thread of the same process makes its engine of: structured clone takes it. */
export interface EngineHandover {
  readonly variant: VariantName
  readonly build: EngineBuild
}

interface EngineParts {
  readonly variant: VariantName
  readonly packageName: string
  readonly faults: readonly KnownFault[]
  readonly code: EngineCode
  readonly build: EngineBuild
  readonly calibration: Calibration
  readonly metering: Metering | undefined
  /** Whether the parts are those of the installed package. */
  readonly installed: boolean
}

type OpenedCode = Pick<EngineParts, 'variant' | 'packageName' | 'faults' | 'build' | 'installed'> & {
  readonly load: EngineCode['load']
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
  readonly #build: EngineBuild
  readonly #installed: boolean
  readonly #metering: Metering | undefined
  readonly #guard: Guard
  readonly #checker: SyntaxChecker
  /** @internal */
  readonly programs: ProgramCache = new ProgramCache()
  /** @internal Of the loops that those who share it run on. */
  readonly loopEnds: LoopEnds = new LoopEnds()

  private constructor(
    { variant, packageName, faults, code, build, calibration, metering, installed }: EngineParts,
    guard: Guard,
    checker: SyntaxChecker,
  ) {
    this.#guard = guard
    this.#checker = checker
    this.variant = variant
    this.packageName = packageName
    this.#code = code
    this.#calibration = calibration
    this.#build = build
    this.#installed = installed
    this.#metering = metering
    this.capabilities = {
      adaptivePolling: calibration.pollOffset !== undefined,
      rejectionTracking: calibration.trackerOffset !== undefined,
      reseed: calibration.randomOffset !== undefined,
      timeSource: calibration.timeImports !== undefined,
      metered: guard.metered && calibration.metered,
      threadlessGuard: guard.threadless,
      soundMemory: faults.every((fault) => isCountered(fault, calibration)),
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
    const { wasm, ...opened } = await openVariant(variant, source)
    const code = { ...opened, variant: opened.name, build: await buildOf(wasm), installed: source === undefined }
    const engine = await Engine.#calibrated(code, guard, allowUncalibrated)
    assertCapabilities(engine.variant, engine, required)
    return engine
  }
  /** @internal What a thread is given to make its engine of, by an owner that has none. */
  static async handOver(variant: VariantName): Promise<EngineHandover> {
    const { name, wasm } = await openVariant(variant)
    return { variant: name, build: await buildOf(wasm) }
  }
  /** @internal In a thread: an engine of code that its owner has compiled. What this thread sees of it is calibrated here. */
  static async receive({ variant, build }: EngineHandover, guard: Guard): Promise<Engine> {
    const opened = await openInstalledLoader(variant)
    return Engine.#calibrated({ ...opened, variant: opened.name, build, installed: true }, guard, false)
  }
  static async #calibrated(
    { variant, packageName, faults, load, build, installed }: OpenedCode,
    guard: Guard,
    allowUncalibrated: boolean,
  ): Promise<Engine> {
    const { slot, unmetered } = build
    const metering = slot === undefined ? undefined : { meter: new Meter(), slot }
    const code = { module: build.module, hostTypes: build.hostTypes, load }
    const calibration = await calibrate(code, faults, metering)
    if (typeof calibration === 'string')
      throw new JsAdapterError('ERR_ENGINE_CALIBRATION', `the engine "${variant}" cannot be used: ${calibration}`)
    if (calibration.pollOffset === undefined && !(allowUncalibrated && guard.available))
      throw new JsAdapterError(
        'ERR_ENGINE_CALIBRATION',
        `the engine "${variant}" is not verified: ${calibration.notes.join('; ')}`,
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
    const notes = unmetered === undefined ? calibration.notes : [...calibration.notes, `meter: ${unmetered}`]
    const parts = { variant, packageName, faults, code, build, calibration: { ...calibration, notes }, metering, installed }
    return new Engine(parts, guard, checker)
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
    return this.#build.identity
  }
  /** @internal What threads make theirs of; `undefined` for parts of the caller's own, whose loader cannot be handed over. */
  get handover(): EngineHandover | undefined {
    return this.#installed ? { variant: this.variant, build: this.#build } : undefined
  }
  /** @internal */
  get guard(): Guard {
    return this.#guard
  }
  /** @internal Whether a hard limit can be kept: a native that never asks is ended. */
  get boundsNatives(): boolean {
    return this.guard.available || this.meter !== undefined
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

function isCountered(fault: KnownFault, { stackLinks, suspendedFrames, mends }: Calibration): boolean {
  switch (fault) {
    case 'stack links':
      return stackLinks !== undefined
    case 'suspended frames':
      return suspendedFrames !== undefined
    case 'functions of the language':
      return mends !== undefined
    default:
      return fault satisfies never
  }
}
