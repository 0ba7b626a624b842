// The options of a loop: validated once, resolved into a shape without gaps.
import { ADMISSION_POLICIES } from './admission.ts'
import type { AdmissionLimiter, AdmissionOptions, AdmissionPolicy } from './admission.ts'
import type { ContextPort } from './context.ts'
import type { CpuMode } from './cpu.ts'
import type { CallbackInfo, LimitInfo } from './diagnostic.ts'
import type { Host } from './host.ts'
import type { LoopLogger } from './logger.ts'
import type { LoopHooks, LoopObserver } from './observer.ts'
import type { ReadinessBackend } from './readiness/backend.ts'
import type { LoopPromise } from './promises/promise.ts'
import { CHECKPOINT_MODES, FAST_PATH_MODES } from './state.ts'
import type { CheckpointMode, FastPathMode } from './state.ts'
import { MAX_TIMERS } from './timers/timer-table.ts'
import { checkKeys, functionIn, memberOf, numberIn, objectIn } from './validate.ts'

const MAX_INT = 2 ** 31 - 1

export interface BatchOptions {
  /** Milliseconds after which a batch ends. 0.1 to 60 000 or `Infinity`. Default 10. */
  readonly maxTimeMs?: number | undefined
  /** Callbacks after which a batch ends. Integer, 1 to 2^31-1, or `Infinity`. Default 1024. */
  readonly maxTasks?: number | undefined
  /** Most callbacks between two clock readings. Integer, 1 to 1024. Default 32. */
  readonly checkEvery?: number | undefined
  /** Told once per batch that a limit ended. Default none. */
  readonly onExceeded?: ((info: LimitInfo) => void) | undefined
}

export interface SlowCallbackOptions {
  /** Milliseconds above which callbacks are reported. 1 to 60 000 or `Infinity`. Default 100. */
  readonly thresholdMs?: number | undefined
  /** Bracket every callback with the clock, so that the report names one. Default false: it names a slice. */
  readonly exact?: boolean | undefined
}

export interface MicrotaskOptions {
  /** Callbacks of one checkpoint after which starvation is logged. Integer, 1000 to 2^31-1. Default 100 000. */
  readonly warnAfter?: number | undefined
  /** Callbacks of one checkpoint after which the rest waits for the next turn. The same range, or `Infinity`, the default. */
  readonly deferAfter?: number | undefined
}

export interface LoopOptions {
  /** Where the loop waits. Default `nodeHost()`. One host serves one loop. */
  readonly host?: Host | undefined
  /** End `run()` when `alive` is false. Default false. */
  readonly autoExit?: boolean | undefined
  /** Whether turns follow one another in one host visit. Default `'auto'`. */
  readonly fastPath?: FastPathMode | undefined
  /** How often the platform's queues are emptied. Default `'callback'`. */
  readonly checkpoint?: CheckpointMode | undefined
  /** By what means. Default `'auto'`. */
  readonly nativeCheckpoint?: 'auto' | 'tick' | 'step' | undefined
  /** What one visit of the host may spend. Default 10 ms or 1024 callbacks. */
  readonly batch?: BatchOptions | undefined
  /** When callbacks are reported as slow. Default above 100 ms, by slices. */
  readonly slowCallback?: SlowCallbackOptions | undefined
  /** Bounds of one checkpoint. Default: a report after 100 000 callbacks, nothing deferred. */
  readonly microtasks?: MicrotaskOptions | undefined
  /** A bound, a limiter and a policy for external tasks. Default none. */
  readonly admission?: AdmissionOptions | undefined
  /** Live timers allowed. Integer, 1 to 16 776 704, the default. */
  readonly maxTimers?: number | undefined
  /** Receives what callbacks throw. Default: the logger, else the process. */
  readonly onError?: ((error: unknown, info: CallbackInfo) => void) | undefined
  /** Receives rejections of loop promises that nobody handles. Default: as `onError`. */
  readonly onUnhandledRejection?: ((reason: unknown, promise: LoopPromise<unknown>, info: CallbackInfo) => void) | undefined
  /** Told of promises that were reported as unhandled and are handled now. Default none. */
  readonly onRejectionHandled?: ((promise: LoopPromise<unknown>) => void) | undefined
  /**
   * Runs once when `alive` has become false, before auto-exit. Returning `true`, or scheduling something, keeps the loop going.
   * Default none.
   */
  readonly onQuiescent?: (() => unknown) | undefined
  /** Told how many external tasks wait when a turn has finished its snapshot of them. Default none. */
  readonly queuePressure?: ((waiting: number) => void) | undefined
  /** Milliseconds after which a background task runs although better ones are ready. 0 to 60 000. Default 1000. */
  readonly backgroundMaxWaitMs?: number | undefined
  /** Rethrow errors of callbacks to the process as well. Default `'contain'` if `onError` or `logger` is given, else `'rethrow'`. */
  readonly uncaught?: 'contain' | 'rethrow' | undefined
  /** Carries the context of whoever hands a callback over to where it runs. Default none, which costs nothing. */
  readonly context?: ContextPort | undefined
  /** Is given samples, batch records and transitions. Default none, which costs nothing. */
  readonly observer?: LoopObserver | undefined
  /** Called for each turn, task, wait and change of state; for diagnosis. Default none, which costs nothing. */
  readonly hooks?: LoopHooks | undefined
  /** Where diagnostics go. Default none: the loop writes nothing by itself. */
  readonly logger?: LoopLogger | undefined
  /** Adds up time per label. Default off. */
  readonly cpu?: CpuMode | undefined
  /** How descriptors are watched. Default `uvPollBackend()`, which needs koffi. One backend serves one loop. */
  readonly readiness?: ReadinessBackend | undefined
  /** Milliseconds that `await using` waits for a graceful end. 0 to 2^31-1. Default 10 000. */
  readonly disposeTimeoutMs?: number | undefined
  /** Record where callbacks, timers and promises are made. Default false. */
  readonly debug?: boolean | undefined
}

export interface ResolvedAdmission {
  readonly maxQueued: number
  readonly policy: AdmissionPolicy
  readonly limiter: AdmissionLimiter | undefined
  readonly category: string
  readonly onShed: ((label: string | undefined) => void) | undefined
}

export interface ResolvedLoopOptions {
  readonly autoExit: boolean
  readonly fastPath: FastPathMode
  readonly checkpoint: CheckpointMode
  readonly nativeCheckpoint: 'auto' | 'tick' | 'step'
  readonly batch: {
    readonly maxTimeMs: number
    readonly maxTasks: number
    readonly checkEvery: number
    readonly onExceeded: ((info: LimitInfo) => void) | undefined
  }
  readonly slowCallback: { readonly thresholdMs: number; readonly exact: boolean }
  readonly microtasks: { readonly warnAfter: number; readonly deferAfter: number }
  readonly admission: ResolvedAdmission | undefined
  readonly maxTimers: number
  readonly onError: LoopOptions['onError']
  readonly onUnhandledRejection: LoopOptions['onUnhandledRejection']
  readonly onRejectionHandled: LoopOptions['onRejectionHandled']
  readonly onQuiescent: LoopOptions['onQuiescent']
  readonly queuePressure: LoopOptions['queuePressure']
  readonly backgroundMaxWaitMs: number
  readonly rethrow: boolean
  readonly context: ContextPort | undefined
  readonly observer: LoopObserver | undefined
  readonly hooks: LoopHooks | undefined
  readonly logger: LoopLogger | undefined
  readonly cpu: CpuMode | undefined
  readonly readiness: ReadinessBackend | undefined
  readonly disposeTimeoutMs: number
  readonly debug: boolean
}

const MEMBERS = [
  'host',
  'autoExit',
  'fastPath',
  'checkpoint',
  'nativeCheckpoint',
  'batch',
  'slowCallback',
  'microtasks',
  'admission',
  'maxTimers',
  'onError',
  'onUnhandledRejection',
  'onRejectionHandled',
  'onQuiescent',
  'queuePressure',
  'backgroundMaxWaitMs',
  'uncaught',
  'context',
  'observer',
  'hooks',
  'logger',
  'cpu',
  'readiness',
  'disposeTimeoutMs',
  'debug',
] as const satisfies readonly (keyof LoopOptions)[]

/** @throws TypeError or RangeError naming the member, its value and its range. */
export function resolveLoopOptions(options: LoopOptions): ResolvedLoopOptions {
  checkKeys('options', options, MEMBERS)
  const onError = functionIn('onError', options.onError)
  const logger = portIn('logger', options.logger, ['enabled', 'log'])
  const uncaught =
    options.uncaught === undefined ? undefined : memberOf('uncaught', options.uncaught, ['contain', 'rethrow'] as const)
  const told = onError !== undefined || logger !== undefined
  if (uncaught === 'contain' && !told)
    throw new TypeError("uncaught: 'contain' needs onError or logger: an error must go somewhere")
  return {
    autoExit: booleanIn('autoExit', options.autoExit),
    fastPath: memberOf('fastPath', options.fastPath ?? 'auto', FAST_PATH_MODES),
    checkpoint: memberOf('checkpoint', options.checkpoint ?? 'callback', CHECKPOINT_MODES),
    nativeCheckpoint: memberOf('nativeCheckpoint', options.nativeCheckpoint ?? 'auto', ['auto', 'tick', 'step'] as const),
    batch: resolveBatch(options.batch),
    slowCallback: resolveSlowCallback(options.slowCallback),
    microtasks: resolveMicrotasks(options.microtasks),
    admission: resolveAdmission(options.admission),
    maxTimers: numberIn('maxTimers', options.maxTimers ?? MAX_TIMERS, { min: 1, max: MAX_TIMERS, integer: true }),
    onError,
    onUnhandledRejection: functionIn('onUnhandledRejection', options.onUnhandledRejection),
    onRejectionHandled: functionIn('onRejectionHandled', options.onRejectionHandled),
    onQuiescent: functionIn('onQuiescent', options.onQuiescent),
    queuePressure: functionIn('queuePressure', options.queuePressure),
    backgroundMaxWaitMs: numberIn('backgroundMaxWaitMs', options.backgroundMaxWaitMs ?? 1000, { min: 0, max: 60_000 }),
    rethrow: uncaught === undefined ? !told : uncaught === 'rethrow',
    context: portIn('context', options.context, ['capture', 'run']),
    observer: resolveObserver(options.observer),
    hooks: objectIn('hooks', options.hooks),
    logger,
    cpu: options.cpu === undefined ? undefined : memberOf('cpu', options.cpu, ['busy', 'thread'] as const),
    readiness: portIn('readiness', options.readiness, ['open']),
    disposeTimeoutMs: numberIn('disposeTimeoutMs', options.disposeTimeoutMs ?? 10_000, { min: 0, max: MAX_INT }),
    debug: booleanIn('debug', options.debug),
  }
}

function resolveBatch(batch: BatchOptions = {}): ResolvedLoopOptions['batch'] {
  checkKeys('batch', batch, ['maxTimeMs', 'maxTasks', 'checkEvery', 'onExceeded'])
  return {
    maxTimeMs: numberIn('batch.maxTimeMs', batch.maxTimeMs ?? 10, { min: 0.1, max: 60_000, infinite: true }),
    maxTasks: numberIn('batch.maxTasks', batch.maxTasks ?? 1024, { min: 1, max: MAX_INT, integer: true, infinite: true }),
    checkEvery: numberIn('batch.checkEvery', batch.checkEvery ?? 32, { min: 1, max: 1024, integer: true }),
    onExceeded: functionIn('batch.onExceeded', batch.onExceeded),
  }
}

function resolveSlowCallback(slow: SlowCallbackOptions = {}): ResolvedLoopOptions['slowCallback'] {
  checkKeys('slowCallback', slow, ['thresholdMs', 'exact'])
  return {
    thresholdMs: numberIn('slowCallback.thresholdMs', slow.thresholdMs ?? 100, { min: 1, max: 60_000, infinite: true }),
    exact: booleanIn('slowCallback.exact', slow.exact),
  }
}

function resolveMicrotasks(microtasks: MicrotaskOptions = {}): ResolvedLoopOptions['microtasks'] {
  checkKeys('microtasks', microtasks, ['warnAfter', 'deferAfter'])
  const range = { min: 1000, max: MAX_INT, integer: true }
  return {
    warnAfter: numberIn('microtasks.warnAfter', microtasks.warnAfter ?? 100_000, range),
    deferAfter: numberIn('microtasks.deferAfter', microtasks.deferAfter ?? Number.POSITIVE_INFINITY, {
      ...range,
      infinite: true,
    }),
  }
}

function resolveAdmission(admission: AdmissionOptions | undefined): ResolvedAdmission | undefined {
  if (admission === undefined) return undefined
  checkKeys('admission', admission, ['maxQueued', 'policy', 'limiter', 'category', 'onShed'])
  const { category = 'loop' } = admission
  if (typeof category !== 'string') throw new TypeError(`admission.category must be a string, got ${typeof category}`)
  return {
    maxQueued: numberIn('admission.maxQueued', admission.maxQueued ?? Number.POSITIVE_INFINITY, {
      min: 1,
      max: MAX_INT,
      integer: true,
      infinite: true,
    }),
    policy: memberOf('admission.policy', admission.policy ?? 'reject', ADMISSION_POLICIES),
    limiter: portIn('admission.limiter', admission.limiter, ['allow']),
    category,
    onShed: functionIn('admission.onShed', admission.onShed),
  }
}

function resolveObserver(observer: LoopObserver | undefined): LoopObserver | undefined {
  if (objectIn('observer', observer) === undefined || observer === undefined) return undefined
  numberIn('observer.sampleEvery', observer.sampleEvery, { min: 1, max: 65_536, integer: true })
  return observer
}

function portIn<P extends object>(name: string, port: P | undefined, methods: readonly (keyof P & string)[]): P | undefined {
  if (objectIn(name, port) === undefined || port === undefined) return undefined
  for (const method of methods) {
    if (typeof port[method] !== 'function')
      throw new TypeError(`${name}.${method} must be a function, got ${typeof port[method]}`)
  }
  return port
}

function booleanIn(name: string, value: boolean | undefined): boolean {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be a boolean, got ${typeof value}`)
  return value
}
