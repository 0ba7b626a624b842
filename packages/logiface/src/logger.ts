// The face: a frozen logger over shared state and its own bound fields.
import type { Outcome } from './outcome.ts'
import { ErrDisabled } from './outcome.ts'
import { ContextRecorder, resolveThreshold } from './builder/context-recorder.ts'
import type { Ending } from './builder/event-builder.ts'
import { EventBuilder } from './builder/event-builder.ts'
import type { Builder, ContextBuilder, Modifier } from './builder/fields.ts'
import type { LoggerCore } from './builder/logger-core.ts'
import { isFailClosed } from './errors.ts'
import type { LogStats } from './bounds.ts'
import type { FlushOptions } from './event/backend.ts'
import type { Level, LevelAlias, LevelName } from './level.ts'
import { parseLevel } from './level.ts'

/** What a level method gives when its level is off: nothing, or with `disabled: 'noop'` a builder that does nothing. */
export type OffMode = 'undefined' | 'noop'
type Off<M extends OffMode> = M extends 'noop' ? never : undefined
/** What a level method returns. */
export type LevelBuilder<M extends OffMode> = Builder<Off<M>> | Off<M>

/**
 * A logger. `L` are the names of its custom levels, each a method beside those of the standard levels. No call throws, whatever a value, a
 * getter or a writer does; `panic()`, `fatal()` and, in development, `dpanic()` and misuse are the exceptions.
 */
export type Logger<L extends string = never, M extends OffMode = 'undefined'> = LoggerMembers<L, M> & {
  readonly [K in LevelName | L]: () => LevelBuilder<M>
}

/** The members of a logger that are no levels. */
export interface LoggerMembers<L extends string, M extends OffMode> extends AsyncDisposable {
  /** Every level by name. */
  readonly levels: Readonly<Record<LevelName | L, Level>>
  /** Whether an event of this level would be made. Takes numbers, names, aliases such as `warn`, and custom levels. */
  enabled(level: LevelName | LevelAlias | L | Level): boolean
  /** Writes one event with `any` on each field: the form that other packages' logger ports have. */
  log(level: LevelName | LevelAlias | L | Level, message: string, fields?: Readonly<Record<string, unknown>>): void
  /** Runs `modifier` on an event of this level and writes it. @returns what became of it. */
  emit(level: LevelName | LevelAlias | L | Level, modifier: Modifier): Outcome
  /** Whether events of this level may wait in the backend: `emit` then does not tell whether their own write succeeds. */
  holds(level: LevelName | LevelAlias | L | Level): boolean
  /** Starts an event of a level that is known only at run time. */
  at(level: LevelName | LevelAlias | L | Level): LevelBuilder<M>
  /** Starts a sub-logger's fields. */
  with(): ContextBuilder<Logger<L, M>>
  /** The same logger without the names of custom levels in its type; all state is shared. */
  generic(): Logger<never, M>
  /** Writes at emerg if that is enabled, then throws `LogPanicError`. */
  panic(): Builder<never, never>
  /** `crit`; in development like `panic`. */
  dpanic(): LevelBuilder<M>
  /** Writes at alert if that is enabled, flushes, and ends the process with status 1. Write `return log.fatal().msg(…)`. */
  fatal(): Builder<never, never>
  /** Acts at once on every logger of this root, except those given a level of their own. @throws LogError `ERR_LOG_LEVEL`. */
  setLevel(level: LevelName | LevelAlias | 'disabled' | L | Level): void
  stats(): Readonly<LogStats>
  /** Resolves when what was logged has been written, as far as the backend can. */
  flush(options?: FlushOptions): Promise<void>
  flushSync(): void
  /** The last flush before the process ends: it may end streams that hand on what they hold only then. */
  flushFinal(): Promise<void>
  /** Flushes; closes the backend only if `createLogger` opened it, and then for all loggers of this root. Idempotent. */
  close(): Promise<void>
}

/** The methods of every logger; custom levels are added in a subclass of each root. */
export class LoggerFace {
  readonly #core: LoggerCore
  readonly #make: (core: LoggerCore) => LoggerFace
  readonly #onClose: () => Promise<void>

  constructor(core: LoggerCore, make: (core: LoggerCore) => LoggerFace, onClose: () => Promise<void>) {
    this.#core = core
    this.#make = make
    this.#onClose = onClose
    Object.freeze(this)
  }

  get levels(): Readonly<Record<string, Level>> {
    const { levelNames } = this.#core.root.host
    return Object.freeze(Object.fromEntries(levelNames.flatMap((name, level) => (name === undefined ? [] : [[name, level]]))))
  }

  emerg(): unknown {
    return this.start(0)
  }
  alert(): unknown {
    return this.start(1)
  }
  crit(): unknown {
    return this.start(2)
  }
  err(): unknown {
    return this.start(3)
  }
  warning(): unknown {
    return this.start(4)
  }
  notice(): unknown {
    return this.start(5)
  }
  info(): unknown {
    return this.start(6)
  }
  debug(): unknown {
    return this.start(7)
  }
  trace(): unknown {
    return this.start(8)
  }

  at(level: Level | string): unknown {
    return this.start(this.#resolve(level))
  }

  enabled(level: Level | string): boolean {
    return this.#core.isEnabled(this.#resolve(level))
  }

  log(level: Level | string, message: string, fields?: Readonly<Record<string, unknown>>): void {
    const builder = this.#begin(this.#resolve(level))
    if (builder === undefined) return
    if (fields !== undefined) builder.fields(fields)
    builder.msg(message)
  }

  emit(level: Level | string, modifier: Modifier): Outcome {
    const builder = this.#begin(this.#resolve(level))
    if (builder === undefined) return ErrDisabled
    builder.modify(modifier)
    try {
      if (builder.outcome === undefined) builder.msg()
    } catch (error) {
      if (isFailClosed(error)) return error
      throw error
    }
    return builder.outcome
  }

  holds(level: Level | string): boolean {
    const { backend, host } = this.#core.root
    return backend?.holds?.(this.#resolve(level), host) === true
  }

  with(): ContextRecorder<LoggerFace> {
    return new ContextRecorder(this.#core, this.#make)
  }

  generic(): this {
    return this
  }

  panic(): unknown {
    return this.#ending(0, 'panic')
  }

  dpanic(): unknown {
    return this.#core.root.development ? this.panic() : this.start(2)
  }

  fatal(): unknown {
    return this.#ending(1, 'fatal')
  }

  setLevel(level: Level | string): void {
    this.#core.cell.value = resolveThreshold(level, this.#core.root.host.levelNames)
  }

  stats(): Readonly<LogStats> {
    return { ...this.#core.root.host.stats }
  }

  async flush(options?: FlushOptions): Promise<void> {
    await this.#core.root.backend?.flush?.(options)
  }

  flushSync(): void {
    this.#core.root.backend?.flushSync?.()
  }

  async flushFinal(): Promise<void> {
    const { backend } = this.#core.root
    if (backend?.flushFinal !== undefined) await backend.flushFinal()
    else await backend?.flush?.()
  }

  async close(): Promise<void> {
    await this.flush()
    await this.#onClose()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** hot: benchmarks/logiface/disabled */
  protected start(level: Level): unknown {
    return this.#begin(level) ?? this.#core.root.off
  }

  #begin(level: Level): EventBuilder | undefined {
    const core = this.#core
    if (!core.admits(level)) return undefined
    const { sampler } = core.root
    let sampled = 0
    if (sampler !== undefined) {
      sampled = sampler.keep(level)
      if (sampled < 0) {
        core.root.host.stats.sampled++
        return undefined
      }
    }
    return new EventBuilder(core, level, 'write', sampled, false)
  }

  #ending(level: Level, ending: Ending): EventBuilder {
    return new EventBuilder(this.#core, level, ending, 0, !this.#core.admits(level))
  }

  /** An unknown name is no level, so nothing is enabled by it. */
  #resolve(level: Level | string): Level {
    if (typeof level === 'number') return Number.isInteger(level) && level <= 127 ? level : -1
    const known = parseLevel(level)
    return known ?? this.#core.root.host.levelNames.indexOf(level)
  }
}

/** Names that a custom level cannot take. */
export function takenNames(): ReadonlySet<string> {
  return new Set([...Object.getOwnPropertyNames(LoggerFace.prototype), ...Object.getOwnPropertyNames(Object.prototype)])
}
