// A transport of winston that loses nothing at exit: the line writer of logiface.
import type { LineWriter, LineWriterOptions } from '@loopwright/logiface/backend'
import { openLineWriter } from '@loopwright/logiface/backend'
import Transport from 'winston-transport'
import type { Info } from './winston-like.ts'
import { LEVEL, MESSAGE } from './winston-like.ts'

export interface LineTransportOptions extends LineWriterOptions {
  /** winston's threshold of this transport. Default: the logger's. */
  readonly level?: string | undefined
}

const URGENT: ReadonlySet<unknown> = new Set(['emerg', 'alert', 'crit', 'fatal'])
const INFO_LEVEL = 6

/** Writes the finished line of each event: in batches, one by one, or in the background. See `LineWriterOptions`. */
export class LineTransport extends Transport {
  readonly #writer: LineWriter

  /** @throws LogError `ERR_LOG_OPTION`, also if the file cannot be opened. */
  constructor({ level, ...options }: LineTransportOptions = {}) {
    super(level === undefined ? {} : { level })
    this.#writer = openLineWriter(options, {
      failed: (error) => void this.emit('warn', error),
      droppedLine: (count) => `{"level":"warn","_dropped":${count}}\n`,
    })
    // the stream is done when what it took is written
    this.once('finish', () => this.#writer.flushSync())
  }

  override log(info: Info, next: () => void): void {
    const line = info[MESSAGE]
    if (typeof line === 'string') this.#writer.write(line + '\n', URGENT.has(info[LEVEL]) ? 0 : INFO_LEVEL)
    next()
  }

  flushSync(): void {
    this.#writer.flushSync()
  }

  /** Opens the file anew under its name, for rotation. */
  reopen(): void {
    this.#writer.reopen()
  }

  /** Called by winston when the transport is removed. */
  override close(): void {
    this.#writer.close()
  }
}
