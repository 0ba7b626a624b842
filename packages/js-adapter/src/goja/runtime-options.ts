// What `Runtime.create` takes, and the limits that follow from it.
import type { Engine } from '../engine/engine.ts'
import { INLINE_STACK_BYTES } from '../limits.ts'
import type { ModuleOptions } from './module-graph.ts'
import type { AdapterLogger } from '../ports.ts'
import type { CoreLimits } from '../runtime/entry.ts'

const MIB = 1024 * 1024

export interface RuntimeOptions {
  /** Shared compiled engine. Default: one of its own (`ng`). */
  readonly engine?: Engine | undefined
  /** Bytes that the engine may allocate. 1 MiB to 2 GiB. Default 64 MiB. */
  readonly memoryBytes?: number | undefined
  /** Bytes of guest stack. 16 to 32 KiB. Default 32 KiB. */
  readonly stackBytes?: number | undefined
  /** ES modules: where their texts come from and what may be imported. Without it there are none. */
  readonly modules?: ModuleOptions | undefined
  /** Clears an interrupt when the outermost call returns, as goja does. Default `false`: it stays until `clearInterrupt()`. */
  readonly autoClearInterrupt?: boolean | undefined
  /**
   * Guest objects and symbols that the host may hold at a time. 16 to 2^31-1, `Infinity`: off. Default off. Beyond it what would give
   * another one throws `ERR_LIMIT_HANDLES`; the runtime lives.
   */
  readonly maxHandles?: number | undefined
  /** Is told once, as a warning, that 1000 guest objects were forgotten instead of released. Default: none. */
  readonly logger?: AdapterLogger | undefined
}

/** @throws RangeError that names the member. */
export function resolveMaxHandles(maxHandles: number = Number.POSITIVE_INFINITY): number {
  if (maxHandles === Number.POSITIVE_INFINITY) return maxHandles
  if (!Number.isInteger(maxHandles) || maxHandles < 16 || maxHandles > 2 ** 31 - 1)
    throw new RangeError(`maxHandles must be an integer from 16 to ${2 ** 31 - 1} or Infinity, got ${maxHandles}`)
  return maxHandles
}

/** @throws RangeError that names the member. */
export function runtimeLimits({ memoryBytes = 64 * MIB, stackBytes = INLINE_STACK_BYTES }: RuntimeOptions): CoreLimits {
  if (!Number.isInteger(memoryBytes) || memoryBytes < MIB || memoryBytes > 2048 * MIB)
    throw new RangeError(`memoryBytes must be an integer from ${MIB} to ${2048 * MIB}, got ${memoryBytes}`)
  if (!Number.isInteger(stackBytes) || stackBytes < 16_384 || stackBytes > INLINE_STACK_BYTES)
    throw new RangeError(`stackBytes must be an integer from 16384 to ${INLINE_STACK_BYTES}, got ${stackBytes}`)
  const off = Number.POSITIVE_INFINITY
  return {
    operationMs: off,
    hardMs: off,
    cpuMs: off,
    memoryBytes,
    memoryMaxBytes: Math.min(2048 * MIB, Math.max(16 * MIB, Math.ceil((memoryBytes + 8 * MIB) / 65_536) * 65_536)),
    stackBytes,
    maxTimers: 1_000_000,
    maxJobsPerDrain: 2 ** 31 - 1,
    maxResultBytes: off,
    maxResultNodes: 2 ** 31 - 1,
    maxEntryDepth: 64,
  }
}
