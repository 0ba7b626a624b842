// Hands whole lines to a function: for platforms without files, and for tests.
import { LogError, markReported } from '../errors.ts'
import type { BackendStats, FlushOptions } from '../event/backend.ts'
import type { Level } from '../level.ts'
import type { Outcome } from '../outcome.ts'
import type { WriterEvents } from './line-writer.ts'

/** Takes a line without its line end, and its level. One that throws has not taken it. */
export type LineSink = (line: string, level: Level) => void

const WARNING = 4

/** Holds nothing: what the sink does not take is dropped, and told by a line as soon as it takes one again. */
export class SinkWriter {
  readonly #sink: LineSink
  readonly #events: WriterEvents
  readonly #closedError = markReported(new LogError('ERR_LOG_CLOSED', 'the line writer is closed'))
  #isInside = false
  #isClosed = false
  #written = 0
  #dropped = 0
  #unreported = 0

  constructor(sink: LineSink, events: WriterEvents) {
    this.#sink = sink
    this.#events = events
  }

  stats(): BackendStats {
    return { written: this.#written, dropped: this.#dropped, queuedBytes: 0 }
  }

  write(line: string, level: Level): Outcome {
    if (this.#isClosed) {
      this.#dropped++
      return this.#closedError
    }
    if (this.#isInside) return this.#drop('the sink of a line backend logs to itself', undefined)
    this.#isInside = true
    try {
      if (this.#unreported > 0) {
        this.#sink(withoutEnd(this.#events.droppedLine(this.#unreported)), WARNING)
        this.#unreported = 0
      }
      this.#sink(withoutEnd(line), level)
    } catch (cause) {
      return this.#drop('the sink of a line backend threw', cause)
    } finally {
      this.#isInside = false
    }
    this.#written++
    return undefined
  }
  #drop(message: string, cause: unknown): LogError {
    this.#dropped++
    const isFirst = ++this.#unreported === 1
    const error = markReported(new LogError('ERR_LOG_WRITE', `${message}; its line is dropped`, { cause }))
    if (isFirst) this.#events.failed(new LogError('ERR_LOG_WRITE', error.message, { cause }))
    return error
  }

  flushSync(): void {}
  async flush({ signal }: FlushOptions = {}): Promise<void> {
    signal?.throwIfAborted()
  }
  reopen(): void {}
  close(): void {
    this.#isClosed = true
  }
}

function withoutEnd(line: string): string {
  return line.endsWith('\n') ? line.slice(0, -1) : line
}
