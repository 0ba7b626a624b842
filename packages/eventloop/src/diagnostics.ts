// Contained delivery to the logger, the observer and the hooks: their failures are counted, never passed on.
import type { BatchRecord, CallbackSample, LoopHooks, LoopObserver, TaskInfo } from './observer.ts'
import type { LogLevel, LoopEvent, LoopLogger } from './logger.ts'

/** Failures after which a logger, an observer or the hooks are not called any more. */
const FAILURES_ALLOWED = 100

type Fields = Record<string, unknown>
type Part = 'logger' | 'observer' | 'hooks'

export interface DiagnosticPorts {
  readonly logger: LoopLogger | undefined
  readonly observer: LoopObserver | undefined
  readonly hooks: LoopHooks | undefined
}

/** Every call out of the loop that is not a callback of the program goes through here. */
export class Diagnostics {
  #logger: LoopLogger | undefined
  #observer: LoopObserver | undefined
  #hooks: LoopHooks | undefined
  readonly #failures: Record<Part, number> = { logger: 0, observer: 0, hooks: 0 }
  #reporting = false
  /** Calls that threw, and diagnostics that were dropped because one was being delivered. */
  failed = 0

  constructor(ports: DiagnosticPorts) {
    this.#logger = ports.logger
    this.#observer = ports.observer
    this.#hooks = ports.hooks
  }

  get hooks(): LoopHooks | undefined {
    return this.#hooks
  }

  get observer(): LoopObserver | undefined {
    return this.#observer
  }

  /** Mean distance between samples now; 0 when nobody observes. A throwing `enabled` counts as a failure and as off. */
  sampleEvery(): number {
    const observer = this.#observer
    if (observer === undefined) return 0
    let every = 0
    this.#contain('observer', () => {
      every = observer.enabled ? observer.sampleEvery : 0
    })
    return every
  }

  /** Logs one event. `fields` is called only if the logger takes this level. @returns whether the logger took it. */
  log(level: LogLevel, event: LoopEvent, message: string, fields: () => Fields): boolean {
    const logger = this.#logger
    if (logger === undefined) return false
    let taken = false
    this.#contain('logger', () => {
      if (!logger.enabled(level)) return
      logger.log(level, message, { event, ...fields() })
      taken = true
    })
    return taken
  }

  sample(sample: CallbackSample): void {
    const observer = this.#observer
    if (observer?.onSample !== undefined) this.#contain('observer', () => observer.onSample?.(sample))
  }

  batch(record: BatchRecord): void {
    const observer = this.#observer
    if (observer?.onBatch !== undefined) this.#contain('observer', () => observer.onBatch?.(record))
  }

  transition(kind: 'state' | 'fastPath' | 'limit', from: string, to: string): void {
    const observer = this.#observer
    if (observer?.onTransition !== undefined) this.#contain('observer', () => observer.onTransition?.(kind, from, to))
  }

  /** Calls one hook. */
  hook(call: (hooks: LoopHooks) => void): void {
    const hooks = this.#hooks
    if (hooks !== undefined) this.#contain('hooks', () => call(hooks))
  }

  taskStart(info: TaskInfo): void {
    const hooks = this.#hooks
    if (hooks?.taskStart !== undefined) this.#contain('hooks', () => hooks.taskStart?.(info))
  }

  taskEnd(info: TaskInfo): void {
    const hooks = this.#hooks
    if (hooks?.taskEnd !== undefined) this.#contain('hooks', () => hooks.taskEnd?.(info))
  }

  /** Calls a user's report function (`onExceeded`, `onShed` and the like); its failure is counted and logged. */
  notify(name: string, call: () => void): void {
    try {
      call()
    } catch (error) {
      this.failed++
      this.log('error', 'loop.callback_error', `${name} threw`, () => ({ error }))
    }
  }

  #contain(part: Part, call: () => void): void {
    if (this.#reporting) {
      this.failed++
      return
    }
    this.#reporting = true
    try {
      call()
    } catch (error) {
      this.failed++
      if (++this.#failures[part] === FAILURES_ALLOWED) this.#disable(part, error)
    } finally {
      this.#reporting = false
    }
  }

  #disable(part: Part, error: unknown): void {
    const logger = this.#logger
    if (part === 'logger') this.#logger = undefined
    else if (part === 'observer') this.#observer = undefined
    else this.#hooks = undefined
    try {
      if (logger?.enabled('error') === true) {
        logger.log('error', `calls to the ${part} are off: ${FAILURES_ALLOWED} of them failed`, {
          event: 'loop.diagnostics_disabled' satisfies LoopEvent,
          part,
          error,
        })
      }
    } catch {
      this.failed++
    }
  }
}
