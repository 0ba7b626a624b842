// The port to what writes events.
import type { Level } from '../level.ts'
import type { Outcome } from '../outcome.ts'
import type { Event } from './event.ts'
import type { EventHost } from './host.ts'
import type { KeyDialect } from './key-table.ts'

export interface FlushOptions {
  readonly signal?: AbortSignal | undefined
}

/** Counters of one backend, for as far as it keeps them. */
export interface BackendStats {
  readonly written: number
  readonly dropped: number
  readonly queuedBytes: number
}

/** Makes events and writes them. Several loggers may share one; whoever opened it closes it. */
export interface Backend<E extends Event = Event> {
  /** Named in reports to `onError`. */
  readonly name: string
  /** Absent: keys are JSON text, none is reserved. */
  readonly keys?: KeyDialect | undefined
  /** The key of `err()` without a key. Default `err`. */
  readonly errorKey?: string | undefined
  /** Texts are cut only where they are searched for secrets: the backend bounds them itself. Default false. */
  readonly ownBounds?: boolean | undefined
  /** Backends whose `format` is the same value share one event when they are combined. */
  readonly format?: unknown
  newEvent(level: Level, host: EventHost): E
  /** @returns `undefined` if it was written, or will be; else why not. */
  write(event: E): Outcome
  /** Called after `write`, or when an event is dropped. */
  releaseEvent?(event: E): void
  /** The backend's own threshold; asked for levels 0 to 8 only. */
  enabled?(level: Level): boolean
  /** Whether events of this level may wait in the backend once `write` has returned, so that their own write can still fail. Absent: not known. */
  holds?(level: Level, host: EventHost): boolean
  /** An event that collects fields once, to be added to many others. `isNested`: they lie within a group. */
  openFragment?(host: EventHost, isNested: boolean): Event
  flush?(options?: FlushOptions): Promise<void>
  flushSync?(): void
  /** The last flush before the process ends; may end streams that hand on what they hold only then. Absent: `flush`. */
  flushFinal?(): Promise<void>
  close?(): void | Promise<void>
  stats?(): BackendStats
}
