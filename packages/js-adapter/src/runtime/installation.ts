// What a new guest gets before any code of its own: the prelude, the host's one function, and the rejection tracker.
import type { Calibration } from '../engine/calibration.ts'
import { CELL_BYTES } from '../engine/instance.ts'
import { PRELUDE_FILE, PRELUDE_SOURCES } from '../profile/prelude.ts'
import type { Profile } from '../profile/profiles.ts'
import type { Machine } from './entry.ts'
import type { Evaluator } from './evaluator.ts'
import type { TrackerState } from './guest-state.ts'

export interface PreludeOptions {
  /** Reaches the profile as plain data. */
  readonly config: object
  /** Default `full`. */
  readonly profile?: Profile | undefined
  /** Whether the profile is put in place: its globals, or what a bare guest is without. */
  readonly installProfile: boolean
  /** The host function that the profile calls. */
  readonly profileId: number
}

export interface RejectionSink {
  noteRejection(promise: number, reason: number, handled: boolean): void
}

/** Evaluates what mends the language's functions, and the prelude; hands that its host function, and sets the engine's own limits. */
export function installPrelude(
  { instance, marshal }: Machine,
  evaluator: Evaluator,
  { mends }: Pick<Calibration, 'mends'>,
  { config, profile = 'full', installProfile, profileId }: PreludeOptions,
): void {
  const { exports, rt, ctx } = instance
  exports._QTS_RuntimeEnableInterruptHandler(rt)
  exports._QTS_RuntimeEnableModuleLoader(rt, 1)
  if (mends !== undefined) marshal.free(marshal.checked(evaluator.evaluate(mends, PRELUDE_FILE)))
  const factory = marshal.checked(evaluator.evaluate(PRELUDE_SOURCES[profile], PRELUDE_FILE))
  const host = instance.withUtf8('host', (name) => exports._QTS_NewFunction(ctx, name, 0, 0, profileId))
  const cells = exports._QTS_NewArrayBuffer(ctx, instance.cells, CELL_BYTES)
  const text = marshal.newText(JSON.stringify(config))
  const parse = marshal.checked(evaluator.evaluate('JSON.parse', PRELUDE_FILE))
  const settings = marshal.call(parse, instance.undefined, text)
  const handed = marshal.call(factory, instance.undefined, host, cells, settings)
  marshal.adopt(handed)
  if (installProfile) marshal.runProfile('installProfile')
  for (const pointer of [factory, host, cells, text, parse, settings, handed]) marshal.free(pointer)
}

/** Tells the profile one of its settings. */
export function configure({ marshal }: Machine, name: string, value: number | string): void {
  const key = marshal.newText(name)
  const given = typeof value === 'number' ? marshal.newNumber(value) : marshal.newText(value)
  try {
    marshal.runProfile('configure', key, given)
  } finally {
    marshal.free(key)
    marshal.free(given)
  }
}

/** Arms the limits that the engine and the profile keep themselves. */
export function armLimits(machine: Machine, maxArgumentBytes: number): void {
  const { instance, limits } = machine
  configure(machine, 'maxTimers', limits.maxTimers)
  configure(machine, 'maxResultNodes', limits.maxResultNodes)
  configure(machine, 'maxResultBytes', limits.maxResultBytes)
  configure(machine, 'maxArgumentBytes', maxArgumentBytes)
  instance.exports._QTS_RuntimeSetMemoryLimit(instance.rt, limits.memoryBytes)
  instance.exports._QTS_RuntimeSetMaxStackSize(instance.rt, limits.stackBytes)
}

/** Puts the rejection tracker into the engine. @returns `undefined` where the build has no verified place for it. */
export function installTracker(
  machine: Machine,
  trackerOffset: number | undefined,
  sink: RejectionSink,
): TrackerState | undefined {
  if (trackerOffset === undefined) return undefined
  const { instance } = machine
  const cell = instance.exports._malloc(16)
  const index = bindTracker(machine, cell, sink)
  if (index === undefined) return undefined
  instance.u32[(instance.rt + trackerOffset) >> 2] = index
  return { index, cell }
}

/** Makes the function table's entry report to `sink`. @returns its index. */
export function bindTracker({ instance, latch }: Machine, cell: number, sink: RejectionSink): number | undefined {
  const words = new BigInt64Array(1)
  const bytes = new Uint8Array(words.buffer)
  const write = (at: number, value: bigint): void => {
    words[0] = value
    instance.u8.set(bytes, at)
  }
  return instance.addTracker((_ctx, promise, reason, handled) => {
    if (latch.set) return
    write(cell, promise)
    write(cell + 8, reason)
    sink.noteRejection(cell, cell + 8, handled !== 0)
  })
}
