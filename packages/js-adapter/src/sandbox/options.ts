// What `Sandbox.create` takes, and its checked form.
import type { AuditRedactor, AuditSink } from '../audit.ts'
import type { AdmissionOptions } from './admission.ts'
import type { Engine } from '../engine/engine.ts'
import type { Image } from '../image/image.ts'
import type { JsAdapterError } from '../errors.ts'
import { resolveFetch } from '../fetch/fetch-options.ts'
import type { FetchOptions, ResolvedFetch } from '../fetch/fetch-options.ts'
import type { LimitName } from '../limit-names.ts'
import { resolveLimits } from '../limits.ts'
import type { ResolvedLimits, SandboxLimits, StackBounds } from '../limits.ts'
import { assertHardLimit } from '../platform/watchdog.ts'
import { profileOf } from '../profile/profiles.ts'
import type { Profile } from '../profile/profiles.ts'
import { resolveNodeBuiltins } from '../runtime/node-builtins.ts'
import type { ModuleSource } from '../runtime/modules.ts'
import type { AdapterLogger, AdapterObserver, ConsoleSink, ContextPort, Entropy, LoopLike, RejectionEvent } from '../ports.ts'

export const LIFECYCLES = ['service', 'program'] as const
/**
 * `service`: lives until `close()`, `finish()` or `process.exit()`. `program`: ends by itself when nothing ref'd is left after the
 * first `run`, and an exception out of `run` is an uncaught one.
 */
export type Lifecycle = (typeof LIFECYCLES)[number]

export const HOST_ERRORS = ['message', 'opaque'] as const
export type HostErrors = (typeof HOST_ERRORS)[number]

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
  /** `inline` (default): on the calling thread. With `worker` the sandbox has a thread of its own: see `WorkerSandboxOptions`. */
  readonly mode?: 'inline' | undefined
  /** The loop that all entries run on. */
  readonly loop: LoopLike
  /** Shared compiled engine; without it the sandbox loads its own (`ng`). */
  readonly engine?: Engine | undefined
  /** `full` (default): Node's globals. `bare`: the language alone, in a fifth of the memory: see `BareSandboxOptions`. An image fixes it. */
  readonly profile?: 'full' | undefined
  /**
   * What the sandbox is copied from, in place of evaluating the profile. It fixes `engine`, `profile`, `argv`, `env` and `hardened`.
   */
  readonly image?: Image | undefined
  /**
   * Freezes all intrinsics and the profile before guest code, tells the guest nothing of host errors but that there was one (`hostErrors`), and
   * gives it UTC. Default `false`.
   */
  readonly hardened?: boolean | undefined
  /**
   * What the guest learns of an error of a host function: its name and message, or with `opaque` that there was one, by the number that the
   * exception's `unwrap()` finds it by. Errors of this package keep their code. Default `message`, with `hardened` `opaque`.
   */
  readonly hostErrors?: HostErrors | undefined
  /** Takes `eval` and the function constructors from the guest. Only with `hardened`. Default `false`. */
  readonly noEval?: boolean | undefined
  /** Virtual time and seeded randomness: the same source, input and host answers give the same bytes. Default: off. */
  readonly deterministic?: DeterministicOptions | undefined
  readonly limits?: SandboxLimits | undefined
  /** What happens after a soft time or job limit: `continue` (default) clears it and other work goes on, `close` condemns. */
  readonly onInterrupt?: 'continue' | 'close' | undefined
  /**
   * Carries the context in which the host calls `run`, `call`, `set`, `get`, `exit` and `finish` to what the guest does for it: its jobs, timers,
   * immediates and host calls. Default: none.
   */
  readonly context?: ContextPort | undefined
  /** Gives the guest `loopwright.bindContext(fn)`. Only with `context`. Default `false`. */
  readonly contextApi?: boolean | undefined
  /** Receives a record of each operation, host call, limit, module and end. Default: none. */
  readonly audit?: AuditSink | undefined
  /** A record that is not written ends the sandbox with `ERR_AUDIT_WRITE`. Only with `audit`. Default `false`: it is counted and logged once. */
  readonly auditRequired?: boolean | undefined
  /** By host function: what its records may hold of arguments and result. Default: kinds and byte counts. */
  readonly auditValues?: Readonly<Record<string, AuditRedactor>> | undefined
  /** Rates that many sandboxes share, by tenant and by function. Default: none. */
  readonly admission?: AdmissionOptions | undefined
  readonly logger?: AdapterLogger | undefined
  /** Lets log lines hold messages of guest errors, and where the guest was, as the field `detail`. Default `false`. */
  readonly logGuestText?: boolean | undefined
  readonly observer?: AdapterObserver | undefined
  /** Receives the guest's console. Default: nowhere. */
  readonly console?: ConsoleSink | undefined
  /** Default `service`. */
  readonly lifecycle?: Lifecycle | undefined
  /** Errors of timers, immediates and settlements, and uncaught ones. Default: logged. */
  readonly onError?: ((error: JsAdapterError, origin: ErrorOrigin) => void) | undefined
  /**
   * Told of promises of the guest that were rejected without a handler, and of handlers that come later, in the order of the guest's own events
   * and whether it listens to them or not. Runs outside the guest. Default: none.
   */
  readonly onRejection?: ((event: RejectionEvent) => void) | undefined
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
  /**
   * Gives the guest `fetch`, `Headers`, `Request` and `Response`. The host makes the requests, each a host call named `fetch`. What an image's prelude
   * put there under all four names stays. Default: none of them.
   */
  readonly fetch?: FetchOptions | undefined
  /** Gives the guest `delay(ms, { signal })`: a promise, by a timer of its own. What an image's prelude put there stays. Default `false`. */
  readonly delay?: boolean | undefined
  /** Adds `gc()` to the guest. Default `false`. */
  readonly exposeGc?: boolean | undefined
  /** Randomness of the guest's `crypto` and `Math.random`. Default: the platform's; with `deterministic`, its seed. */
  readonly entropy?: Entropy | undefined
  /** `process.argv`. Default `['js-adapter', 'script']`. */
  readonly argv?: readonly string[] | undefined
  /** `process.env`. Default `{}`. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** Of either profile. */
export interface AnySandboxOptions extends Omit<SandboxOptions, 'profile'> {
  readonly profile?: Profile | undefined
}

export interface DeterministicOptions {
  /** Of `Math.random` and `crypto`. A safe integer. */
  readonly seed: number
  /** Wall-clock time at which the guest begins. Default 0. */
  readonly epochMs?: number | undefined
}

/** The checked form. */
export interface Determinism {
  readonly seed: number
  readonly epochMs: number
}

export interface ResolvedSandboxOptions {
  readonly profile: Profile
  readonly image: Image | undefined
  readonly hardened: boolean
  readonly hostErrors: HostErrors
  readonly noEval: boolean
  readonly deterministic: Determinism | undefined
  readonly loop: LoopLike
  readonly engine: Engine | undefined
  readonly limits: ResolvedLimits
  readonly onInterrupt: 'continue' | 'close'
  readonly context: ContextPort | undefined
  readonly contextApi: boolean
  readonly audit: AuditSink | undefined
  readonly auditRequired: boolean
  readonly auditValues: Readonly<Record<string, AuditRedactor>>
  readonly admission: AdmissionOptions
  readonly logger: AdapterLogger | undefined
  readonly logGuestText: boolean
  readonly observer: AdapterObserver | undefined
  readonly console: ConsoleSink
  readonly lifecycle: Lifecycle
  readonly onError: ((error: JsAdapterError, origin: ErrorOrigin) => void) | undefined
  readonly onRejection: ((event: RejectionEvent) => void) | undefined
  readonly clock: 'monotonic' | 'loop'
  readonly maxCallbacksPerTurn: number
  readonly id: string
  readonly tenant: string | undefined
  readonly modules: ModuleSource | undefined
  readonly fetch: ResolvedFetch | undefined
  readonly delay: boolean
  readonly exposeGc: boolean
  readonly entropy: Entropy | undefined
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

/** @throws TypeError or RangeError that names the member; JsAdapterError `ERR_LIMIT_UNSUPPORTED`. */
export function resolveSandboxOptions(options: AnySandboxOptions, stack?: StackBounds): ResolvedSandboxOptions {
  const { loop, maxCallbacksPerTurn = 256 } = options
  for (const member of LOOP_MEMBERS)
    if (typeof loop?.[member] !== 'function') throw new TypeError(`loop must be an event loop: it has no method ${member}`)
  if (!Number.isInteger(maxCallbacksPerTurn) || maxCallbacksPerTurn < 1 || maxCallbacksPerTurn > 1_000_000)
    throw new RangeError(`maxCallbacksPerTurn must be an integer from 1 to 1000000, got ${maxCallbacksPerTurn}`)
  const { image, noEval = false } = options
  const hardened = options.hardened ?? image?.identity.hardened ?? false
  const deterministic = resolveDeterministic(options.deterministic)
  checkImage(options)
  const profile = profileOf(options)
  if (noEval && !hardened) throw new TypeError('noEval needs hardened: true')
  checkContext(options)
  checkAudit(options)
  const id =
    options.id ??
    (deterministic === undefined ? undefined : 'sandbox') ??
    `sandbox-${Math.floor(performance.now() * 1000).toString(36)}${Math.floor(Math.random() * 46_656).toString(36)}`
  const limits = resolveLimits(deterministic === undefined ? options.limits : { ...BACKSTOP_LIMITS, ...options.limits }, stack)
  const engine = options.engine ?? image?.engine
  if (engine !== undefined) assertHardLimit(limits, engine)
  return {
    profile,
    loop,
    engine,
    image,
    hardened,
    hostErrors: oneOf('hostErrors', options.hostErrors ?? (hardened ? 'opaque' : 'message'), HOST_ERRORS),
    noEval,
    deterministic,
    limits,
    onInterrupt: oneOf('onInterrupt', options.onInterrupt ?? 'continue', ['continue', 'close']),
    context: options.context,
    contextApi: options.contextApi ?? false,
    audit: options.audit,
    auditRequired: options.auditRequired ?? false,
    auditValues: options.auditValues ?? {},
    admission: options.admission ?? {},
    logger: options.logger,
    logGuestText: options.logGuestText ?? false,
    observer: options.observer,
    console: options.console ?? silent,
    lifecycle: oneOf('lifecycle', options.lifecycle ?? 'service', LIFECYCLES),
    onError: options.onError,
    onRejection: options.onRejection,
    clock: oneOf('clock', options.clock ?? (deterministic === undefined ? 'monotonic' : 'loop'), ['monotonic', 'loop']),
    maxCallbacksPerTurn,
    id,
    tenant: options.tenant,
    modules: resolveModules(options.modules),
    fetch: options.fetch === undefined ? undefined : resolveFetch(options.fetch),
    delay: options.delay ?? false,
    exposeGc: options.exposeGc ?? false,
    entropy: options.entropy,
    argv: options.argv ?? ['js-adapter', 'script'],
    env: options.env ?? {},
  }
}

function checkAudit({ audit, auditRequired, auditValues = {}, admission = {} }: AnySandboxOptions): void {
  if (audit !== undefined && typeof audit.write !== 'function')
    throw new TypeError('audit must be an audit sink: it has no method write')
  if (auditRequired === true && audit === undefined) throw new TypeError('auditRequired needs an audit')
  if (auditRequired === true && audit?.holdsRecords === true)
    throw new TypeError(
      "auditRequired needs an audit that writes each record at once, such as auditBackend with mode 'each': this one may hold records",
    )
  for (const [name, redact] of Object.entries(auditValues))
    if (typeof redact !== 'function') throw new TypeError(`auditValues.${name} must be a function`)
  checkAdmission(admission)
}

/** @throws TypeError that names the member. */
export function checkAdmission(admission: AdmissionOptions): void {
  for (const member of ['tenants', 'functions'] as const)
    if (admission[member] !== undefined && typeof admission[member].allow !== 'function')
      throw new TypeError(`admission.${member} must be a rate limiter: it has no method allow`)
}

/** A list that its owner changes afterwards changes nothing here. */
function resolveModules(modules: ModuleSource | undefined): ModuleSource | undefined {
  if (modules?.nodeBuiltins === undefined) return modules
  return {
    resolve: (specifier, referrer) => modules.resolve(specifier, referrer),
    load: (name) => modules.load(name),
    nodeBuiltins: resolveNodeBuiltins(modules.nodeBuiltins),
  }
}

/** @throws TypeError that names the member. */
export function checkContext({ context, contextApi }: Pick<SandboxOptions, 'context' | 'contextApi'>): void {
  if (contextApi === true && context === undefined) throw new TypeError('contextApi needs a context')
  for (const member of ['capture', 'run'] as const)
    if (context !== undefined && typeof context[member] !== 'function')
      throw new TypeError(`context must be a context port: it has no method ${member}`)
}

/** In a deterministic sandbox, limits of real time are only a backstop: what they stop is an error of the run. */
const BACKSTOP_LIMITS: SandboxLimits = { operationMs: 30_000, hardMs: 60_000 }

function resolveDeterministic(given: DeterministicOptions | undefined): Determinism | undefined {
  if (given === undefined) return undefined
  const { seed, epochMs = 0 } = given
  if (!Number.isSafeInteger(seed)) throw new RangeError(`deterministic.seed must be a safe integer, got ${seed}`)
  if (!Number.isInteger(epochMs) || Math.abs(epochMs) > 8.64e15)
    throw new RangeError(`deterministic.epochMs must be an integer that a Date can hold, got ${epochMs}`)
  return { seed, epochMs }
}

function checkImage({ image, engine, argv, env, hardened, noEval, deterministic, clock }: AnySandboxOptions): void {
  if (deterministic !== undefined && clock === 'monotonic')
    throw new TypeError('clock must be "loop" in a deterministic sandbox, got "monotonic"')
  if (image === undefined) return
  if (engine !== undefined) image.assertFits(engine)
  for (const [name, value] of Object.entries({ argv, env, noEval }))
    if (value !== undefined) throw new TypeError(`${name} is fixed by the image: give it to Image.create`)
  if (hardened !== undefined && hardened !== image.identity.hardened)
    throw new TypeError('hardened is fixed by the image: give it to Image.create')
}
