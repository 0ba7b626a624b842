// What a new guest gets before any code of its own: the prelude, the host's one function, and the rejection tracker.
import { CELL_BYTES } from '../engine/instance.ts'
import { PRELUDE_FILE, PRELUDE_SOURCE } from '../profile/prelude.ts'
import type { Machine } from './entry.ts'
import type { Evaluator } from './evaluator.ts'

export interface PreludeOptions {
  /** Reaches the profile as plain data. */
  readonly config: Readonly<Record<string, unknown>>
  /** Whether timers, process and console are installed as globals. */
  readonly installProfile: boolean
  /** The host function that the profile calls. */
  readonly profileId: number
}

export interface RejectionSink {
  noteRejection(promise: number, reason: number, handled: boolean): void
}

/** Evaluates the prelude, hands it its host function, and sets the engine's own limits. */
export function installPrelude(
  { instance, marshal, limits }: Machine,
  evaluator: Evaluator,
  { config, installProfile, profileId }: PreludeOptions,
): void {
  const { exports, rt, ctx } = instance
  exports._QTS_RuntimeEnableInterruptHandler(rt)
  exports._QTS_RuntimeEnableModuleLoader(rt, 1)
  const factory = marshal.checked(evaluator.evaluate(PRELUDE_SOURCE, PRELUDE_FILE))
  const host = instance.withUtf8('host', (name) => exports._QTS_NewFunction(ctx, name, 0, 0, profileId))
  const cells = exports._QTS_NewArrayBuffer(ctx, instance.cells, CELL_BYTES)
  const text = marshal.newText(JSON.stringify(config))
  const parse = marshal.checked(evaluator.evaluate('JSON.parse', PRELUDE_FILE))
  const settings = marshal.call(parse, instance.undefined, text)
  const handed = marshal.call(factory, instance.undefined, host, cells, settings)
  marshal.adopt(handed)
  for (const [name, value] of [
    ['maxTimers', limits.maxTimers],
    ['maxResultNodes', limits.maxResultNodes],
  ] as const) {
    const key = marshal.newText(name)
    const number = marshal.newNumber(value)
    marshal.runProfile('configure', key, number)
    marshal.free(key)
    marshal.free(number)
  }
  if (installProfile) marshal.runProfile('installProfile')
  for (const pointer of [factory, host, cells, text, parse, settings, handed]) marshal.free(pointer)
  exports._QTS_RuntimeSetMemoryLimit(rt, limits.memoryBytes)
  exports._QTS_RuntimeSetMaxStackSize(rt, limits.stackBytes)
}

/** Puts the rejection tracker into the engine. @returns `false` where the build has no verified place for it. */
export function installTracker({ instance, latch }: Machine, trackerOffset: number | undefined, sink: RejectionSink): boolean {
  if (trackerOffset === undefined) return false
  const cell = instance.exports._malloc(16)
  const words = new BigInt64Array(1)
  const index = instance.addTracker((_ctx, promise, reason, handled) => {
    if (latch.set) return
    const write = (at: number, value: bigint): void => {
      words[0] = value
      instance.u8.set(new Uint8Array(words.buffer), at)
    }
    write(cell, promise)
    write(cell + 8, reason)
    sink.noteRejection(cell, cell + 8, handled !== 0)
  })
  if (index === undefined) return false
  instance.u32[(instance.rt + trackerOffset) >> 2] = index
  return true
}
