// What a sandbox in a thread of its own takes, and what of it the thread is told.
import type { IngressOptions, IngressPort } from '@loopwright/eventloop'
import type { VariantName } from '../engine/variant.ts'
import type { Image } from '../image/image.ts'
import { INLINE_STACK_BYTES, resolveLimits } from '../limits.ts'
import type { ResolvedLimits, StackBounds } from '../limits.ts'
import type { AdapterLogger, LoopLike } from '../ports.ts'
import { resolveSandboxOptions } from '../sandbox/options.ts'
import type { SandboxOptions } from '../sandbox/options.ts'
import type { UplinkDefinitions } from './protocol.ts'

/** A loop that threads can hand records to: `EventLoop` fits. */
export interface IngressLoopLike extends LoopLike {
  createIngress(options: IngressOptions<UplinkDefinitions>): IngressPort
}

/** Limits of the thread, as Node gives them to a worker. */
export interface ThreadLimits {
  /** Native stack in MiB. 4 to 256. Default 16. The guest may use 32 KiB of each. */
  readonly stackSizeMb?: number | undefined
  /** V8's heap for what survives, in MiB. 16 to 65 536. Default: Node's. */
  readonly maxOldGenerationSizeMb?: number | undefined
  /** V8's heap for what is young, in MiB. 1 to 4096. Default: Node's. */
  readonly maxYoungGenerationSizeMb?: number | undefined
}

export interface ThreadOptions {
  readonly resourceLimits?: ThreadLimits | undefined
  /** Puts V8's own time limit around entries as well: for owners that may block their thread. Default `false`. */
  readonly guardInWorker?: boolean | undefined
  /** The thread's entry file, where a bundler has moved it. Default: the one beside this package's code. */
  readonly threadFile?: URL | undefined
}

/** A `Sandbox` in a thread of its own takes what can cross, and a loop with ingress. */
export interface WorkerSandboxOptions
  extends Omit<
      SandboxOptions,
      | 'mode'
      | 'loop'
      | 'engine'
      | 'modules'
      | 'entropy'
      | 'deterministic'
      | 'clock'
      | 'image'
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
  /** Is copied into the thread. */
  readonly image?: Image | undefined
}

/** What the thread is told of its sandbox: everything that structured clone takes. */
export interface ThreadSettings {
  readonly options: Omit<
    SandboxOptions,
    'mode' | 'loop' | 'engine' | 'image' | 'logger' | 'observer' | 'console' | 'onError' | 'modules' | 'entropy'
  >
  readonly variant: VariantName
  readonly image: Uint8Array | undefined
  readonly stack: StackBounds
  readonly guardInWorker: boolean
  /** Levels that someone listens to. */
  readonly logLevels: readonly Level[]
  readonly observed: boolean
  readonly reported: boolean
}

export type Level = Parameters<AdapterLogger['log']>[0]
export const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

export interface ResolvedWorkerOptions {
  readonly id: string
  readonly limits: ResolvedLimits
  readonly resourceLimits: ThreadLimits & { readonly stackSizeMb: number }
  readonly settings: ThreadSettings
}

const DEFAULT_STACK_MB = 16
const DEFAULT_GUEST_STACK_BYTES = 512 * 1024

/** Options of an inline sandbox that name what no thread can share. */
export const NOT_SHARED = [
  'engine',
  'modules',
  'entropy',
  'deterministic',
  'clock',
  'context',
  'contextApi',
  'audit',
  'auditRequired',
  'auditValues',
  'admission',
] as const

function inRange(member: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`${member} must be a number, got ${typeof value}`)
  if (!(value >= min && value <= max)) throw new RangeError(`${member} must be from ${min} to ${max}, got ${value}`)
  return value
}

export function resolveThreadLimits(given: ThreadLimits = {}): ResolvedWorkerOptions['resourceLimits'] {
  const { stackSizeMb = DEFAULT_STACK_MB, maxOldGenerationSizeMb, maxYoungGenerationSizeMb } = given
  return {
    stackSizeMb: inRange('resourceLimits.stackSizeMb', stackSizeMb, 4, 256),
    ...(maxOldGenerationSizeMb === undefined
      ? {}
      : { maxOldGenerationSizeMb: inRange('resourceLimits.maxOldGenerationSizeMb', maxOldGenerationSizeMb, 16, 65_536) }),
    ...(maxYoungGenerationSizeMb === undefined
      ? {}
      : { maxYoungGenerationSizeMb: inRange('resourceLimits.maxYoungGenerationSizeMb', maxYoungGenerationSizeMb, 1, 4096) }),
  }
}

/** Measured on Node 20, the strictest: 512 KiB of guest stack need 16 MiB, 2 MiB need 64. */
export function stackBoundsOf({ stackSizeMb }: { readonly stackSizeMb: number }): StackBounds {
  const most = Math.floor(stackSizeMb * INLINE_STACK_BYTES)
  return { most, usual: Math.min(most, DEFAULT_GUEST_STACK_BYTES) }
}

/** @throws TypeError or RangeError that names the member. */
export function resolveWorkerOptions(options: WorkerSandboxOptions): ResolvedWorkerOptions {
  for (const name of NOT_SHARED)
    if (Reflect.get(options, name) !== undefined)
      throw new TypeError(`${name} cannot be shared with a thread: leave it out in mode "worker"`)
  const { loop, mode: _mode, variant, image, logger, observer, console: _console, onError, ...rest } = options
  if (typeof loop?.createIngress !== 'function')
    throw new TypeError('loop must be an event loop with ingress: it has no method createIngress')
  const { resourceLimits: given, guardInWorker = false, threadFile: _file, ...plain } = rest
  const resourceLimits = resolveThreadLimits(given)
  const stack = stackBoundsOf(resourceLimits)
  if (image !== undefined && variant !== undefined && variant !== image.identity.variant)
    throw new TypeError(`variant is fixed by the image: it is ${image.identity.variant}, got ${variant}`)
  const checked = resolveSandboxOptions({ ...plain, loop, image }, stack)
  return {
    id: checked.id,
    limits: resolveLimits(plain.limits, stack),
    resourceLimits,
    settings: {
      options: { ...plain, id: checked.id },
      variant: image?.engine.variant ?? variant ?? 'ng',
      image: image?.save(),
      stack,
      guardInWorker,
      logLevels: LEVELS.filter((level) => logger?.enabled(level) === true),
      observed: observer !== undefined,
      reported: onError !== undefined,
    },
  }
}
