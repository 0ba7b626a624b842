// What a logger is beneath its face: the shared root, a threshold, and its own bound fields.
import type { Backend } from '../event/backend.ts'
import type { ContextFragments } from './context-fragments.ts'
import type { Event } from '../event/event.ts'
import type { EventHost } from '../event/host.ts'
import { isFailClosed, isReported } from '../errors.ts'
import type { Level } from '../level.ts'
import { FIRST_CUSTOM_LEVEL } from '../level.ts'
import type { Outcome } from '../outcome.ts'
import type { CategoryLimit } from '../rate/category-limit.ts'
import type { Sampler } from '../rate/sampler.ts'
import type { Fields, Modifier } from './fields.ts'

/** Fields bound to a logger: encoded once, or replayed for each event because a value is a function. */
export type BoundPart = {
  /** The event's error, if it is among these fields. */
  readonly error?: unknown
} & (
  | { readonly fragment: Event; readonly replay?: undefined }
  | { readonly fragment?: undefined; readonly replay: (fields: Fields) => void }
)

/** Bound fields at one depth: the outermost frame has no name, each group opens another. */
export interface BoundFrame {
  readonly group: string | undefined
  readonly parts: readonly BoundPart[]
}

/** What gives the fields of the current operation; an `AsyncLocalStorage` fits. */
export interface ContextSource {
  getStore(): unknown
}

/** State that all loggers of one root share. */
export interface LoggerRoot {
  readonly host: EventHost
  readonly backend: Backend | undefined
  readonly limit: CategoryLimit | undefined
  readonly sampler: Sampler | undefined
  readonly contexts: readonly ContextSource[]
  readonly development: boolean
  /** `undefined`: there is no process that could be ended. */
  readonly exit: ((status: number) => void) | undefined
  /** What a level method returns when its level is off. */
  readonly off: unknown
  readonly contextFragments: ContextFragments
  /** Reports misuse and broken modifiers through the logger itself. */
  dpanic(message: string, error: Error | undefined): void
}

export interface LevelCell {
  value: Level
}

export class LoggerCore {
  readonly root: LoggerRoot
  readonly cell: LevelCell
  readonly frames: readonly BoundFrame[]
  readonly modifiers: readonly Modifier[]

  constructor(root: LoggerRoot, cell: LevelCell, frames: readonly BoundFrame[], modifiers: readonly Modifier[]) {
    this.root = root
    this.cell = cell
    this.frames = frames
    this.modifiers = modifiers
  }

  /** hot: benchmarks/logiface/disabled */
  isEnabled(level: Level): boolean {
    const { backend } = this.root
    if (backend === undefined || level < 0) return false
    if (level >= FIRST_CUSTOM_LEVEL) return true
    return level <= this.cell.value && (backend.enabled === undefined || backend.enabled(level))
  }

  /** Whether an event of this level is wanted now; counts it if not. `sampled` asks the sampler too. */
  admits(level: Level): boolean {
    if (this.isEnabled(level)) return true
    this.root.host.stats.disabled++
    return false
  }

  write(event: Event): Outcome {
    const { backend, host } = this.root
    let outcome: Outcome
    try {
      outcome = (backend as Backend).write(event)
      backend?.releaseEvent?.(event)
    } catch (error) {
      if (isFailClosed(error)) {
        host.stats.dropped++
        throw error
      }
      host.stats.dropped++
      return host.fail('write', error)
    }
    if (outcome === undefined) host.stats.written++
    else if (typeof outcome === 'symbol') host.stats.disabled++
    else {
      host.stats.dropped++
      if (!isReported(outcome)) host.fail('write', outcome)
    }
    return outcome
  }
}
