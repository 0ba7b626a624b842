// The owner's console, logger, observer and error handler, none of which can harm the sandbox that they hear of.
import type { JsAdapterError } from '../errors.ts'
import type { AdapterLogger, AdapterObserver, ConsoleSink } from '../ports.ts'
import type { ErrorOrigin } from '../sandbox/options.ts'
import type { Level } from './thread-settings.ts'

export interface SinkOptions {
  readonly console?: ConsoleSink | undefined
  readonly logger?: AdapterLogger | undefined
  readonly observer?: AdapterObserver | undefined
  readonly onError?: ((error: JsAdapterError, origin: ErrorOrigin) => void) | undefined
}

export class Sinks {
  readonly #id: string
  readonly #options: SinkOptions
  /** Times that one of them threw. */
  failures = 0

  constructor(id: string, { console, logger, observer, onError }: SinkOptions) {
    this.#id = id
    this.#options = { console, logger, observer, onError }
  }
  write(stream: 'stdout' | 'stderr', text: string): void {
    this.#contained(() => this.#options.console?.write(stream, text))
  }
  log(level: Level, message: string, fields: Readonly<Record<string, unknown>>): void {
    const { logger } = this.#options
    this.#contained(() => {
      if (logger?.enabled(level) === true) logger.log(level, message, fields)
    })
  }
  /** A sample that the thread has taken; of which method is its own knowledge. */
  sample(method: string, sample: object): void {
    const { observer } = this.#options
    if (observer?.enabled !== true) return
    const take: unknown = Reflect.get(observer, method)
    if (typeof take === 'function') this.#contained(() => Reflect.apply(take, observer, [sample]))
  }
  error(error: JsAdapterError, origin: ErrorOrigin): void {
    this.#contained(() => this.#options.onError?.(error, origin))
  }
  #contained(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.failed(error)
    }
  }
  /** One of them threw: it is counted, and the first one is logged. */
  failed(error: unknown): void {
    this.failures++
    if (this.failures > 1) return
    try {
      const { logger } = this.#options
      if (logger?.enabled('error') === true)
        logger.log('error', 'a sink of a sandbox threw; further failures are only counted', {
          event: 'sandbox.sink_error',
          sandboxId: this.#id,
          error,
        })
    } catch {
      this.failures++
    }
  }
}
