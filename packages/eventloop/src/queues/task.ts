// What waits in a queue: a bare function, or a record when a callback carries more than itself.

export type Callback = () => void

/** What a callback may carry beside its context. */
export interface TaskExtra {
  readonly label: string | undefined
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
  queuedAtMs: number
}

/**
 * A callback with a name, a context, a creation stack, or a mark that it is plumbing. Most carry a context and nothing else, and very
 * many may wait: the record is small, and the rest lies beside it. hot: benchmarks/eventloop/context-same
 */
export class Task {
  readonly run: Callback
  /** Captured by the context port; `undefined` without one. */
  readonly context: unknown
  extra: TaskExtra | undefined

  constructor(run: Callback, context: unknown, extra: TaskExtra | undefined) {
    this.run = run
    this.context = context
    this.extra = extra
  }

  get label(): string | undefined {
    return this.extra === undefined ? undefined : this.extra.label
  }

  get internal(): boolean {
    return this.extra !== undefined && this.extra.internal
  }

  get unref(): boolean {
    return this.extra !== undefined && this.extra.unref
  }

  get made(): Error | undefined {
    return this.extra === undefined ? undefined : this.extra.made
  }

  get step(): (() => boolean) | undefined {
    return this.extra === undefined ? undefined : this.extra.step
  }

  get onDrop(): ((reason: unknown) => void) | undefined {
    return this.extra === undefined ? undefined : this.extra.onDrop
  }

  get queuedAtMs(): number {
    return this.extra === undefined ? 0 : this.extra.queuedAtMs
  }

  set queuedAtMs(nowMs: number) {
    this.extra ??= {
      label: undefined,
      internal: false,
      unref: false,
      made: undefined,
      step: undefined,
      onDrop: undefined,
      queuedAtMs: 0,
    }
    this.extra.queuedAtMs = nowMs
  }
}

export type Entry = Callback | Task

/** Stands where a cancelled entry stood: passed over without a checkpoint. */
export const nothing: Callback = () => {}
