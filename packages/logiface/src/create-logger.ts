// Makes a root logger from its options.
import type { RateWindow } from '@loopwright/catrate'
import type { BoundsOptions } from './bounds.ts'
import { createStats, resolveBounds } from './bounds.ts'
import type { ContextSource, LoggerRoot } from './builder/logger-core.ts'
import { LoggerCore } from './builder/logger-core.ts'
import { ContextFragments } from './builder/context-fragments.ts'
import { bind, resolveThreshold } from './builder/context-recorder.ts'
import { offBuilder } from './builder/off-builder.ts'
import type { LogClock } from './clock.ts'
import { systemClock } from './clock.ts'
import { LogError } from './errors.ts'
import type { Backend } from './event/backend.ts'
import type { Failure } from './event/host.ts'
import { EventHost } from './event/host.ts'
import type { Level, LevelAlias, LevelName } from './level.ts'
import { parseLevel, resolveLevels } from './level.ts'
import { lineBackend } from './line/line-backend.ts'
import type { Logger, OffMode } from './logger.ts'
import { LoggerFace, takenNames } from './logger.ts'
import { CategoryLimit } from './rate/category-limit.ts'
import type { SampleRule } from './rate/sampler.ts'
import { Sampler } from './rate/sampler.ts'
import { createRedactor } from './redact/redactor.ts'
import type { RedactOptions, RedactRule } from './redact/rule.ts'
import type { RedactValue } from './redact/value-pattern.ts'

export interface LoggerOptions<L extends string = never, M extends OffMode = 'undefined'> {
  /** Where events go. Default: `lineBackend()`, to standard output. `null`: nowhere; every level is off. */
  readonly backend?: Backend | null | undefined
  /** Events less severe than this are off; custom levels are always on. Default `info`. */
  readonly level?: LevelName | LevelAlias | 'disabled' | Level | undefined
  /** Custom levels: names to integers from 9 to 127. Each becomes a method. */
  readonly levels?: Readonly<Record<L, Level>> | undefined
  /** Fields of every event. A function is called once an event. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined
  /** What is censored, by key, path, pattern over keys, or function. Default: nothing. `SENSITIVE_KEYS` is a start. */
  readonly redact?: readonly RedactRule[] | RedactOptions | undefined
  /** What is censored within texts, wherever it stands. Default: nothing. `SENSITIVE_VALUES` is a start. */
  readonly redactValues?: readonly RedactValue[] | undefined
  /** What gives the fields of the current operation: an `AsyncLocalStorage`, `traceContext(…)`, or several. */
  readonly context?: ContextSource | readonly ContextSource[] | undefined
  /** Windows of `limit(category)`. Default: none, every category is admitted. */
  readonly limits?: readonly RateWindow[] | undefined
  /** Which events of a level are kept. `err` and worse, and custom levels, are sampled only if named. */
  readonly sample?: Readonly<Partial<Record<LevelName | NoInfer<L>, SampleRule>>> | undefined
  /** How large an event may grow. */
  readonly bounds?: BoundsOptions | undefined
  /** `undefined` (default): level methods that are off return nothing, for `?.`. `noop`: a builder that does nothing. */
  readonly disabled?: M | undefined
  /** Misuse throws, and `dpanic()` panics. Default false. */
  readonly development?: boolean | undefined
  /** Gets what was caught. Default: one process warning for each backend and stage; in browsers `reportError` gets it. */
  readonly onError?: ((error: Error, failure: Failure) => void) | undefined
  readonly clock?: LogClock | undefined
  /** Ends the process after `fatal()`. Default `process.exit`; where there is no process, `fatal()` throws as `panic()` does. */
  readonly exit?: ((status: number) => void) | undefined
}

/**
 * Makes a root logger.
 *
 * @throws LogError `ERR_LOG_OPTION`, `ERR_LOG_LEVEL`, `ERR_LOG_REDACT`; RateError `ERR_RATE_WINDOWS`.
 */
export function createLogger<const L extends string = never, const M extends OffMode = 'undefined'>(
  options: LoggerOptions<L, M> = {},
): Logger<L, M> {
  checkOptions(options)
  const { development = false, disabled = 'undefined', clock = systemClock, exit = processExit() } = options
  const custom = options.levels ?? {}
  const levelNames = resolveLevels(custom as Readonly<Record<string, Level>>, takenNames())
  const cell = { value: resolveThreshold(options.level ?? 'info', levelNames) }
  const redactor = createRedactor(options.redact, options.redactValues)
  const limit = options.limits === undefined ? undefined : new CategoryLimit(options.limits, clock)
  const sampler = createSampler(options.sample as Readonly<Record<string, SampleRule>> | undefined, levelNames, clock)
  const bounds = resolveBounds(options.bounds)
  const opened = options.backend === undefined ? lineBackend() : undefined
  const backend = options.backend === undefined ? opened : (options.backend ?? undefined)
  const report = createReport(options.onError)
  const host = new EventHost({ bounds, stats: createStats(), redactor, clock, levelNames, report }, backend ?? { name: 'none' })
  const contexts = options.context === undefined ? [] : Array.isArray(options.context) ? options.context : [options.context]
  let face: LoggerFace | undefined
  const root: LoggerRoot = {
    host,
    backend,
    limit,
    sampler,
    contexts: contexts as readonly ContextSource[],
    development,
    exit,
    off: disabled === 'noop' ? offBuilder : undefined,
    contextFragments: new ContextFragments(),
    dpanic(message, error) {
      const builder = face?.dpanic() as { err(error: unknown): { msg(text: string): void } } | undefined
      builder?.err(error).msg(message)
    },
  }
  const Face = classOf(custom as Readonly<Record<string, Level>>)
  const closeOpened = async (): Promise<void> => opened?.close()
  const noClose = async (): Promise<void> => {}
  const make = (core: LoggerCore): LoggerFace => new Face(core, make, noClose)
  const base = bind(
    root,
    [],
    Object.entries(options.fields ?? {}).map(([key, value]) => ({
      isLazy: typeof value === 'function',
      replay: (fields) => fields.any(key, value),
    })),
  )
  face = new Face(new LoggerCore(root, cell, [{ group: undefined, parts: base }], []), make, closeOpened)
  return face as unknown as Logger<L, M>
}

function classOf(custom: Readonly<Record<string, Level>>): typeof LoggerFace {
  class CustomLogger extends LoggerFace {
    startAt(level: Level): unknown {
      return this.start(level)
    }
  }
  for (const [name, level] of Object.entries(custom)) {
    Object.defineProperty(CustomLogger.prototype, name, {
      value(this: CustomLogger): unknown {
        return this.startAt(level)
      },
    })
  }
  return CustomLogger
}

function checkOptions(options: LoggerOptions<string, OffMode>): void {
  const bad = (member: string, allowed: string): never => {
    throw new LogError('ERR_LOG_OPTION', `${member} must be ${allowed}`)
  }
  if (typeof options !== 'object' || options === null) bad('options', 'an object')
  const { backend, disabled, development, clock, exit, onError, fields, context } = options
  if (
    backend !== undefined &&
    backend !== null &&
    (typeof backend.newEvent !== 'function' || typeof backend.write !== 'function')
  )
    bad('backend', 'an object with newEvent() and write(), or null')
  if (disabled !== undefined && disabled !== 'undefined' && disabled !== 'noop') bad('disabled', `'undefined' or 'noop'`)
  if (development !== undefined && typeof development !== 'boolean') bad('development', 'true or false')
  if (clock !== undefined && (typeof clock.epochMs !== 'function' || typeof clock.nowMs !== 'function'))
    bad('clock', 'an object with epochMs() and nowMs()')
  if (exit !== undefined && typeof exit !== 'function') bad('exit', 'a function')
  if (onError !== undefined && typeof onError !== 'function') bad('onError', 'a function')
  if (fields !== undefined && (typeof fields !== 'object' || fields === null)) bad('fields', 'an object')
  for (const source of context === undefined
    ? []
    : Array.isArray(context)
      ? (context as readonly ContextSource[])
      : [context as ContextSource])
    if (typeof source?.getStore !== 'function') bad('context', 'an object with getStore(), or an array of them')
}

function createSampler(
  rules: Readonly<Record<string, SampleRule>> | undefined,
  levelNames: readonly (string | undefined)[],
  clock: LogClock,
): Sampler | undefined {
  if (rules === undefined) return undefined
  const resolved = Object.entries(rules).map(([name, rule]): readonly [Level, string, SampleRule] => {
    const level = parseLevel(name) ?? levelNames.indexOf(name)
    if (level < 0) throw new LogError('ERR_LOG_LEVEL', `sample: there is no level ${JSON.stringify(name)}`)
    return [level, name, rule]
  })
  return resolved.length === 0 ? undefined : new Sampler(resolved, clock)
}

function createReport(onError: ((error: Error, failure: Failure) => void) | undefined): (error: Error, failure: Failure) => void {
  const warned = new Set<string>()
  let isReporting = false
  return (error, failure) => {
    if (isReporting) return // an error handler that logs to a logger that fails
    isReporting = true
    try {
      if (onError !== undefined) onError(error, failure)
      else {
        const id = `${failure.backend} ${failure.stage}`
        if (!warned.has(id)) {
          warned.add(id)
          warn(`logiface (${failure.backend}, ${failure.stage}): ${error.message}`, error)
        }
      }
    } catch {
      // a handler of errors that throws has nobody left to tell
    } finally {
      isReporting = false
    }
  }
}

function processExit(): ((status: number) => void) | undefined {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> | undefined }
  return process?.exit === undefined ? undefined : (status) => globalThis.process.exit(status)
}

/** To whom the platform tells what nobody asked for. */
interface Told {
  readonly process?: Partial<NodeJS.Process> | undefined
  readonly reportError?: ((error: unknown) => void) | undefined
}
function warn(message: string, cause: Error): void {
  const { process, reportError } = globalThis as Told
  if (process?.emitWarning !== undefined) process.emitWarning(message)
  else reportError?.(new Error(message, { cause }))
}
