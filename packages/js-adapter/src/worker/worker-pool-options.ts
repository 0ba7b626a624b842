// What a pool of threads takes, and its checked form.
import type { VariantName } from '../engine/variant.ts'
import type { ResolvedLimits } from '../limits.ts'
import { resolvePoolOptions } from '../pool/pool-options.ts'
import type { PoolOptions } from '../pool/pool-options.ts'
import { resolveSandboxOptions } from '../sandbox/options.ts'
import type { ResolvedSandboxOptions } from '../sandbox/options.ts'
import type { PoolThreadData, PoolThreadSettings } from './thread-data.ts'
import { LEVELS, NOT_SHARED, resolveThreadLimits, stackBoundsOf } from './worker-options.ts'
import type { IngressLoopLike, ResolvedWorkerOptions, ThreadOptions } from './worker-options.ts'

/** A `SandboxPool` whose sandboxes run in threads. `size` is the most threads, each of which serves one sandbox at a time. */
export interface WorkerPoolOptions
  extends Omit<
      PoolOptions,
      | 'mode'
      | 'loop'
      | 'engine'
      | 'modules'
      | 'entropy'
      | 'deterministic'
      | 'clock'
      | 'context'
      | 'contextApi'
      | 'audit'
      | 'auditRequired'
      | 'auditValues'
      | 'admission'
    >,
    ThreadOptions {
  readonly mode: 'worker'
  readonly loop: IngressLoopLike
  /** Default `ng`, or the image's. */
  readonly variant?: VariantName | undefined
  /** Threads that are kept although nobody needs them. 0 to `size`. Default 1. */
  readonly minThreads?: number | undefined
  /** Milliseconds after which another thread that nobody needs ends. 0 to 2^31-1, `Infinity`: off. Default 30 000. */
  readonly idleTimeoutMs?: number | undefined
}

export interface ResolvedWorkerPoolOptions {
  readonly loop: IngressLoopLike
  readonly id: string
  readonly limits: ResolvedLimits
  readonly size: number
  readonly minThreads: number
  readonly idleTimeoutMs: number
  readonly maxQueue: number
  readonly acquireTimeoutMs: number
  readonly resourceLimits: ResolvedWorkerOptions['resourceLimits']
  /** What each thread is told, but for the image. */
  readonly thread: { readonly options: PoolThreadData['options']; readonly settings: Omit<PoolThreadSettings, 'variant'> }
  readonly sinks: Pick<ResolvedSandboxOptions, 'logger' | 'observer' | 'onError'> & Pick<PoolOptions, 'console'>
}

const INT_MAX = 2 ** 31 - 1

function integer(name: string, value: number, min: number, max: number, infinite = false): number {
  if (infinite && value === Number.POSITIVE_INFINITY) return value
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} must be an integer from ${min} to ${max}${infinite ? ' or Infinity' : ''}, got ${value}`)
  return value
}

/** @throws RangeError or TypeError that names the member, its value and its range. */
export function resolveWorkerPoolOptions(options: WorkerPoolOptions): ResolvedWorkerPoolOptions {
  for (const name of NOT_SHARED)
    if (Reflect.get(options, name) !== undefined)
      throw new TypeError(`${name} cannot be shared with a thread: leave it out in mode "worker"`)
  const { mode: _mode, loop, variant, minThreads = 1, idleTimeoutMs = 30_000, ...rest } = options
  const { resourceLimits: given, guardInWorker = false, threadFile: _file, ...pooled } = rest
  if (typeof loop?.createIngress !== 'function')
    throw new TypeError('loop must be an event loop with ingress: it has no method createIngress')
  if (pooled.image !== undefined && variant !== undefined && variant !== pooled.image.engine.variant)
    throw new TypeError(`variant is fixed by the image: it is ${pooled.image.engine.variant}, got ${variant}`)
  const { size, maxQueue, acquireTimeoutMs, maxUses, recycleBelowBytes, tenant } = resolvePoolOptions({ ...pooled, loop })
  const resourceLimits = resolveThreadLimits(given)
  const stack = stackBoundsOf(resourceLimits)
  const checked = resolveSandboxOptions(tenant, stack)
  const { loop: _loop, logger, observer, console, onError, ...plain } = tenant
  return {
    loop,
    id: checked.id,
    limits: checked.limits,
    size,
    minThreads: integer('minThreads', minThreads, 0, size),
    idleTimeoutMs: integer('idleTimeoutMs', idleTimeoutMs, 0, INT_MAX, true),
    maxQueue,
    acquireTimeoutMs,
    resourceLimits,
    thread: {
      options: { ...plain, maxUses, recycleBelowBytes },
      settings: {
        stack,
        guardInWorker,
        logLevels: LEVELS.filter((level) => logger?.enabled(level) === true),
        observed: observer !== undefined,
        reported: onError !== undefined,
      },
    },
    sinks: { logger, observer, console, onError },
  }
}
