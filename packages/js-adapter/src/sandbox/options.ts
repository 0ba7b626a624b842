// What `Sandbox.create` takes, and its checked form.
import type { Engine } from '../engine/engine.ts'
import type { JsAdapterError } from '../errors.ts'
import type { LimitName } from '../limit-names.ts'
import { resolveLimits } from '../limits.ts'
import type { ResolvedLimits, SandboxLimits } from '../limits.ts'
import type { ModuleSource } from '../runtime/modules.ts'
import type { AdapterLogger, AdapterObserver, ConsoleSink, LoopLike } from '../ports.ts'

export const LIFECYCLES = ['service', 'program'] as const
/**
 * `service`: lives until `close()`, `finish()` or `process.exit()`. `program`: ends by itself when nothing ref'd is left after the
 * first `run`, and an exception out of `run` is an uncaught one.
 */
export type Lifecycle = (typeof LIFECYCLES)[number]

/** Where an error that belongs to no `run` or `call` came from. */
export interface ErrorOrigin {
  readonly sandboxId: string
  /** `timer`, `immediate`, `settlement`, `run`, `call`, `exit`. */
  readonly kind: string
  /** `undefined` for exceptions. */
  readonly limit: LimitName | undefined
  readonly discardedJobs: number
  readonly discardedTicks: number
}

export interface SandboxOptions {
  /** The loop that all entries run on. */
  readonly loop: LoopLike
  /** Shared compiled engine; without it the sandbox loads its own (`ng`). */
  readonly engine?: Engine | undefined
  readonly limits?: SandboxLimits | undefined
  /** What happens after a soft time or job limit: `continue` (default) clears it and other work goes on, `close` condemns. */
  readonly onInterrupt?: 'continue' | 'close' | undefined
  readonly logger?: AdapterLogger | undefined
  readonly observer?: AdapterObserver | undefined
  /** Receives the guest's console. Default: nowhere. */
  readonly console?: ConsoleSink | undefined
  /** Default `service`. */
  readonly lifecycle?: Lifecycle | undefined
  /** Errors of timers, immediates and settlements, and uncaught ones. Default: logged. */
  readonly onError?: ((error: JsAdapterError, origin: ErrorOrigin) => void) | undefined
  /**
   * Where guest time comes from. `monotonic` (default): the platform's clock. `loop`: `loop.nowMs()`, for virtual time; guest time
   * then stands still inside an operation. Limits always use the platform's clock.
   */
  readonly clock?: 'monotonic' | 'loop' | undefined
  /** Callbacks of this sandbox in one loop callback before the rest goes to the back of the queue. 1 to 1 000 000. Default 256. */
  readonly maxCallbacksPerTurn?: number | undefined
  /** Names this sandbox in reports, and is what warnings print in place of a process id. Default: `sandbox-` and a number. */
  readonly id?: string | undefined
  readonly tenant?: string | undefined
  /** Answers imports of ES modules. Default: every import is refused. */
  readonly modules?: ModuleSource | undefined
  /** Adds `gc()` to the guest. Default `false`. */
  readonly exposeGc?: boolean | undefined
  /** `process.argv`. Default `['js-adapter', 'script']`. */
  readonly argv?: readonly string[] | undefined
  /** `process.env`. Default `{}`. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

export interface ResolvedSandboxOptions {
  readonly loop: LoopLike
  readonly engine: Engine | undefined
  readonly limits: ResolvedLimits
  readonly onInterrupt: 'continue' | 'close'
  readonly logger: AdapterLogger | undefined
  readonly observer: AdapterObserver | undefined
  readonly console: ConsoleSink
  readonly lifecycle: Lifecycle
  readonly onError: ((error: JsAdapterError, origin: ErrorOrigin) => void) | undefined
  readonly clock: 'monotonic' | 'loop'
  readonly maxCallbacksPerTurn: number
  readonly id: string
  readonly tenant: string | undefined
  readonly modules: ModuleSource | undefined
  readonly exposeGc: boolean
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const silent: ConsoleSink = { write: () => {} }
const LOOP_MEMBERS = [
  'submit',
  'queueMicrotask',
  'submitInternal',
  'submitSteps',
  'scheduleTimer',
  'scheduleImmediate',
  'cancelTimer',
  'nowMs',
  'holdOpen',
] as const

function oneOf<T extends string>(member: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value)) throw new RangeError(`${member} must be one of ${allowed.join(', ')}, got ${String(value)}`)
  return value
}

/** @throws TypeError or RangeError that names the member. */
export function resolveSandboxOptions(options: SandboxOptions): ResolvedSandboxOptions {
  const { loop, maxCallbacksPerTurn = 256 } = options
  for (const member of LOOP_MEMBERS)
    if (typeof loop?.[member] !== 'function') throw new TypeError(`loop must be an event loop: it has no method ${member}`)
  if (!Number.isInteger(maxCallbacksPerTurn) || maxCallbacksPerTurn < 1 || maxCallbacksPerTurn > 1_000_000)
    throw new RangeError(`maxCallbacksPerTurn must be an integer from 1 to 1000000, got ${maxCallbacksPerTurn}`)
  const id =
    options.id ?? `sandbox-${Math.floor(performance.now() * 1000).toString(36)}${Math.floor(Math.random() * 46_656).toString(36)}`
  return {
    loop,
    engine: options.engine,
    limits: resolveLimits(options.limits),
    onInterrupt: oneOf('onInterrupt', options.onInterrupt ?? 'continue', ['continue', 'close']),
    logger: options.logger,
    observer: options.observer,
    console: options.console ?? silent,
    lifecycle: oneOf('lifecycle', options.lifecycle ?? 'service', LIFECYCLES),
    onError: options.onError,
    clock: oneOf('clock', options.clock ?? 'monotonic', ['monotonic', 'loop']),
    maxCallbacksPerTurn,
    id,
    tenant: options.tenant,
    modules: options.modules,
    exposeGc: options.exposeGc ?? false,
    argv: options.argv ?? ['js-adapter', 'script'],
    env: options.env ?? {},
  }
}
