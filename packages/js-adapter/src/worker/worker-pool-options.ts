// What a pool of threads takes, and its checked form.
import type { ResolvedLimits } from '../limits.ts'
import { resolvePoolOptions } from '../pool/pool-options.ts'
import type { PoolOptions } from '../pool/pool-options.ts'
import type { FullOption, Profile } from '../profile/profiles.ts'
import { resolveSandboxOptions } from '../sandbox/options.ts'
import type { BareWorkerSandboxOptions } from './worker-options.ts'
import { ownerPartsOf } from './owner-parts.ts'
import type { OwnerParts } from './owner-parts.ts'
import type { PoolThreadData, PoolThreadSettings } from './thread-data.ts'
import type { ResolvedThreadLimits } from './thread-limits.ts'
import { resolveThreaded, resolveVariant, settingsOf } from './thread-settings.ts'
import type { IngressLoopLike, OnlyInline, ThreadOptions } from './threaded-options.ts'

/** A `SandboxPool` whose sandboxes run in threads. `size` is the most threads, each of which serves one sandbox at a time. */
export interface WorkerPoolOptions extends Omit<PoolOptions, OnlyInline>, ThreadOptions {
  /** Threads that are kept although nobody needs them. 0 to `size`. Default 1. */
  readonly minThreads?: number | undefined
  /** Milliseconds after which another thread that nobody needs ends. 0 to 2^31-1, `Infinity`: off. Default 30 000. */
  readonly idleTimeoutMs?: number | undefined
}

/** A pool of bare sandboxes in threads. */
export interface BareWorkerPoolOptions
  extends Omit<WorkerPoolOptions, 'profile' | 'limits' | 'modules' | FullOption>,
    Pick<BareWorkerSandboxOptions, 'profile' | 'limits' | 'modules'> {}

/** Of either profile. */
export interface AnyWorkerPoolOptions extends Omit<WorkerPoolOptions, 'profile'> {
  readonly profile?: Profile | undefined
}

export interface ResolvedWorkerPoolOptions {
  readonly loop: IngressLoopLike
  readonly id: string
  readonly limits: ResolvedLimits
  readonly deterministic: boolean
  readonly size: number
  readonly minThreads: number
  readonly idleTimeoutMs: number
  readonly maxQueue: number
  readonly acquireTimeoutMs: number
  readonly resourceLimits: ResolvedThreadLimits
  /** What each thread is told, but for the image. */
  readonly thread: { readonly options: PoolThreadData['options']; readonly settings: Omit<PoolThreadSettings, 'variant'> }
  readonly parts: OwnerParts
}

const INT_MAX = 2 ** 31 - 1

function integer(name: string, value: number, min: number, max: number, infinite = false): number {
  if (infinite && value === Number.POSITIVE_INFINITY) return value
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} must be an integer from ${min} to ${max}${infinite ? ' or Infinity' : ''}, got ${value}`)
  return value
}

/** @throws RangeError or TypeError that names the member, its value and its range. */
export function resolveWorkerPoolOptions(options: AnyWorkerPoolOptions): ResolvedWorkerPoolOptions {
  const { stack, resourceLimits, guardInWorker } = resolveThreaded(options)
  const { mode: _mode, loop, variant, modules, minThreads = 1, idleTimeoutMs = 30_000, ...rest } = options
  const { resourceLimits: _limits, guardInWorker: _guard, threadFile: _file, ...pooled } = rest
  resolveVariant(variant, pooled.image)
  const { size, maxQueue, acquireTimeoutMs, maxUses, recycleBelowBytes, tenant } = resolvePoolOptions({ ...pooled, loop })
  const { loop: _loop, modules: _modules, mode: _inline, ...given } = tenant
  const parts = ownerPartsOf({ ...given, modules })
  const checked = resolveSandboxOptions(tenant, stack)
  const { options: plain, ...settings } = settingsOf(given, parts, checked)
  return {
    loop,
    id: checked.id,
    limits: checked.limits,
    deterministic: checked.deterministic !== undefined,
    size,
    minThreads: integer('minThreads', minThreads, 0, size),
    idleTimeoutMs: integer('idleTimeoutMs', idleTimeoutMs, 0, INT_MAX, true),
    maxQueue,
    acquireTimeoutMs,
    resourceLimits,
    thread: {
      options: { ...plain, maxUses, recycleBelowBytes },
      settings: { ...settings, stack, guardInWorker },
    },
    parts,
  }
}
