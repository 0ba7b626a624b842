// Lines of one turn of the event loop, handed to the stream as one string.
import type { EventHost } from '@loopwright/logiface/backend'
import type { PinoStream } from './pino-access.ts'

/** Handed on before the turn ends once so many characters wait. */
const MAX_CHARS = 16_384

/**
 * pino's stream looks at all it holds each time it is written to, so that ten writes cost more than one of ten lines.
 * What waits here is handed on at the end of the turn, by `hand()`, and when the process exits; only a process that is killed
 * loses it. hot: benchmarks/logiface/four-fields
 */
export class Coalescer {
  readonly #stream: () => PinoStream
  #text = ''
  #lines = 0
  #host: EventHost | undefined = undefined
  #immediate: ReturnType<typeof setImmediate> | undefined = undefined
  readonly #onTurn = (): void => this.hand()
  readonly #onExit = (): void => {
    const stream = this.#stream()
    this.hand()
    // pino's own listener flushes as well, but may have run already
    try {
      stream.flushSync?.()
    } catch (error) {
      this.#host?.fail('flush', error)
    }
  }

  constructor(stream: () => PinoStream) {
    this.#stream = stream
  }

  add(line: string, host: EventHost): void {
    if (this.#lines > 0 && host !== this.#host) this.hand()
    this.#host = host
    this.#text += line
    this.#lines++
    if (this.#text.length >= MAX_CHARS) this.#write()
    else if (this.#immediate === undefined) {
      this.#immediate = setImmediate(this.#onTurn)
      process.prependListener('exit', this.#onExit)
    }
  }

  /** Hands on what waits. Never throws: what the stream throws is reported, and its lines are counted as dropped. */
  hand(): void {
    if (this.#immediate !== undefined) {
      clearImmediate(this.#immediate)
      this.#immediate = undefined
      process.removeListener('exit', this.#onExit)
    }
    this.#write()
  }

  #write(): void {
    const text = this.#text
    const lines = this.#lines
    if (lines === 0) return
    this.#text = ''
    this.#lines = 0
    try {
      this.#stream().write(text)
    } catch (error) {
      const host = this.#host as EventHost
      host.stats.dropped += lines
      host.stats.written -= lines
      host.fail('write', error)
    }
  }
}
