// What the engine's own words in memory tell of an object, and what one of them starts. Calibration found where they lie.
import type { Calibration } from '../engine/calibration.ts'
import type { Instance } from '../engine/instance.ts'
import type { Marshal } from './marshal.ts'

interface Place {
  readonly engine: { readonly calibration: Calibration }
  readonly instance: Instance
  readonly marshal: Marshal
}

/** The engine's class of an object, whatever its prototype; -1 where it cannot be told. */
export function classId({ engine, instance, marshal }: Place, pointer: number): number {
  const { proxy } = engine.calibration
  if (proxy === undefined || !marshal.isObject(pointer)) return -1
  const { u8, u32 } = instance
  const address = u32[pointer >> 2] ?? 0
  return (u8[address + proxy.classOffset] ?? 0) | ((u8[address + proxy.classOffset + 1] ?? 0) << 8)
}

/** The borrowed target of a proxy, its traps untouched; `undefined` for anything else. */
export function proxyTarget(place: Place, pointer: number): number | undefined {
  const { proxy } = place.engine.calibration
  if (proxy === undefined || classId(place, pointer) !== proxy.classId) return undefined
  const { u32 } = place.instance
  return u32[((u32[pointer >> 2] ?? 0) + proxy.dataOffset) >> 2]
}

/** Collects cycles now. @returns `false` when this build's collector cannot be reached. */
export function collect({ engine, instance, marshal }: Place): boolean {
  const { collectOffset } = engine.calibration
  if (collectOffset === undefined) return false
  const word = (instance.rt + collectOffset) >> 2
  const before = instance.u32[word] ?? 0
  instance.u32[word] = 0
  marshal.free(instance.exports._QTS_NewObject(instance.ctx))
  instance.u32[word] = Math.max(before, instance.u32[word] ?? 0)
  return true
}

/** Gives `Math.random` its state, where that can be reached. */
export function seed({ engine, instance }: Place, state: bigint | undefined): void {
  const { randomOffset } = engine.calibration
  if (randomOffset === undefined || state === undefined) return
  const word = (instance.ctx + randomOffset) >> 2
  instance.u32[word] = Number(state & 0xffff_ffffn)
  instance.u32[word + 1] = Number((state >> 32n) & 0xffff_ffffn)
}
