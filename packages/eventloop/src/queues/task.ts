// What waits in a queue: a bare function, or a record when a callback carries more than itself.

export type Callback = () => void

/** A callback with a name, a context, a creation stack, or a mark that it is plumbing. */
export class Task {
  /** The function; replaced by {@link nothing} when the task is cancelled. */
  run: Callback
  readonly label: string | undefined
  /** Captured by the context port; `undefined` without one. */
  readonly context: unknown
  /** Plumbing: contained and checkpointed, but neither sampled nor counted as a user callback. */
  readonly internal: boolean
  readonly unref: boolean
  /** Where it was made; an error whose stack is read only when asked for. Debug mode only. */
  readonly made: Error | undefined
  /** Called again and again while it returns `true`; `undefined` for ordinary tasks. */
  readonly step: (() => boolean) | undefined
  /** Told when the task is dropped unrun: the reason, or `undefined` because the loop ends. */
  readonly onDrop: ((reason: unknown) => void) | undefined
  /** When it was queued, where that is known exactly. */
  queuedAtMs = 0

  constructor(run: Callback, options: TaskFields) {
    this.run = run
    this.label = options.label
    this.context = options.context
    this.internal = options.internal
    this.unref = options.unref
    this.made = options.made
    this.step = options.step
    this.onDrop = options.onDrop
  }
}

/** The fields of a {@link Task} beside its function. */
export interface TaskFields {
  readonly label: string | undefined
  readonly context: unknown
  readonly internal: boolean
  readonly unref: boolean
  readonly made: Error | undefined
  readonly step: (() => boolean) | undefined
  readonly onDrop: ((reason: unknown) => void) | undefined
}

export type Entry = Callback | Task

/** Stands where a cancelled entry stood: passed over without a checkpoint. */
export const nothing: Callback = () => {}
