// What a thread is told of its sandboxes: everything that structured clone takes, and which functions its owner answers for.
import type { VariantName } from '../engine/variant.ts'
import type { Image } from '../image/image.ts'
import type { StackBounds } from '../limits.ts'
import type { AdapterLogger } from '../ports.ts'
import type { NodeBuiltin } from '../runtime/node-builtins.ts'
import type { AnySandboxOptions, ResolvedSandboxOptions } from '../sandbox/options.ts'
import type { OwnerParts } from './owner-parts.ts'
import { resolveThreadLimits, stackBoundsOf } from './thread-limits.ts'
import type { ResolvedThreadLimits } from './thread-limits.ts'
import type { OnlyInline, ThreadOptions } from './threaded-options.ts'

export type Level = Parameters<AdapterLogger['log']>[0]
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** The options that are data. */
export type PlainOptions = Omit<AnySandboxOptions, keyof OwnerParts | Exclude<OnlyInline, 'clock'> | 'image'>

/** Which parts the owner has. */
export interface OwnerSummary {
  /** Levels that someone listens to. */
  readonly logLevels: readonly Level[]
  readonly observed: boolean
  readonly reported: boolean
  readonly audited: boolean
  /** Host functions whose values the owner's redactors see. */
  readonly redacted: readonly string[]
  /** The shared limiters that are asked. */
  readonly limiters: readonly ('tenants' | 'functions')[]
  readonly modules: boolean
  readonly nodeBuiltins: readonly NodeBuiltin[]
  readonly random: boolean
  readonly contexts: boolean
}

/** Of every sandbox of a thread. */
export interface SharedSettings {
  readonly owner: OwnerSummary
  /** Guests have no console. */
  readonly bare: boolean
  /** Guest time is virtual. */
  readonly virtual: boolean
  readonly deterministic: boolean
  /** Real milliseconds for which virtual time may wait for host calls. */
  readonly standstillMs: number
  /** How long the owner may take to answer a question. */
  readonly answerMs: number
  /** Wall-clock time at which the owner's monotonic clock began: records are in its time. */
  readonly timeOriginMs: number
  readonly guardInWorker: boolean
  readonly variant: VariantName
  readonly stack: StackBounds
}
/** Of a thread that serves one sandbox. */
export interface ThreadSettings extends SharedSettings {
  readonly options: PlainOptions
  readonly image: Uint8Array | undefined
}

function summaryOf({
  logger,
  observer,
  onError,
  audit,
  auditValues = {},
  admission,
  modules,
  entropy,
  context,
}: OwnerParts): OwnerSummary {
  return {
    logLevels: LEVELS.filter((level) => logger?.enabled(level) === true),
    observed: observer !== undefined,
    reported: onError !== undefined,
    audited: audit !== undefined,
    redacted: Object.keys(auditValues),
    limiters: (['tenants', 'functions'] as const).filter((which) => admission?.[which] !== undefined),
    modules: modules !== undefined,
    nodeBuiltins: modules?.nodeBuiltins ?? [],
    random: entropy !== undefined,
    contexts: context !== undefined,
  }
}

type Described = Omit<ThreadSettings, 'variant' | 'stack' | 'guardInWorker' | 'image'>

/** The part of the settings that follows from the options. */
export function settingsOf(
  given: PlainOptions & OwnerParts,
  parts: OwnerParts,
  { profile, clock, deterministic, limits }: Pick<ResolvedSandboxOptions, 'profile' | 'clock' | 'deterministic' | 'limits'>,
): Described {
  const options = Object.fromEntries(Object.entries(given).filter(([name]) => !Object.hasOwn(parts, name)))
  return {
    options,
    owner: summaryOf(parts),
    bare: profile === 'bare',
    virtual: clock === 'loop',
    deterministic: deterministic !== undefined,
    standstillMs: limits.wallMs,
    answerMs: limits.hardMs,
    timeOriginMs: performance.timeOrigin,
  }
}

export interface ResolvedThreaded {
  readonly stack: StackBounds
  readonly resourceLimits: ResolvedThreadLimits
  readonly guardInWorker: boolean
}

/** What sandboxes and pools in threads have checked alike. @throws TypeError or RangeError that names the member. */
export function resolveThreaded(options: ThreadOptions): ResolvedThreaded {
  const { loop, resourceLimits: given, guardInWorker = false } = options
  if (Reflect.get(options, 'engine') !== undefined)
    throw new TypeError('engine cannot be shared with a thread: leave it out in mode "worker", and choose by variant')
  if (Reflect.get(options, 'onRejection') !== undefined)
    throw new TypeError('onRejection is told inside the guest\'s own thread: leave it out in mode "worker"')
  if (typeof loop?.createIngress !== 'function')
    throw new TypeError('loop must be an event loop with ingress: it has no method createIngress')
  const resourceLimits = resolveThreadLimits(given)
  return { stack: stackBoundsOf(resourceLimits), resourceLimits, guardInWorker }
}

/** @throws TypeError for another variant than the image's. */
export function resolveVariant(variant: VariantName | undefined, image: Image | undefined): VariantName {
  if (image !== undefined && variant !== undefined && variant !== image.engine.variant)
    throw new TypeError(`variant is fixed by the image: it is ${image.engine.variant}, got ${variant}`)
  return image?.engine.variant ?? variant ?? 'ng'
}
