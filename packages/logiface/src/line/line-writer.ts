// Writes whole lines to a descriptor: in batches or one by one, and loses none of them unnoticed.
import type { FlushOptions } from '../event/backend.ts'
import { LogError, markReported } from '../errors.ts'
import type { Level } from '../level.ts'
import type { Outcome } from '../outcome.ts'
import type { FilePort } from './file-port.ts'
import { LineQueue } from './line-queue.ts'
import { nodeFiles } from './file-port.ts'
import type { LineWriterOptions, ResolvedWriterOptions } from './writer-options.ts'
import { resolveWriterOptions, URGENT_LEVEL } from './writer-options.ts'

/** What the writer tells its owner. */
export interface WriterEvents {
  /** The state changed: writing failed, lines are being dropped, or the writer closed itself. */
  failed(error: LogError): void
  /** The line that reports `count` dropped lines. */
  droppedLine(count: number): string
}

/** hot: benchmarks/logiface/four-fields */
export class LineWriter {
  readonly #options: ResolvedWriterOptions
  readonly #files: FilePort
  readonly #events: WriterEvents
  readonly #queue: LineQueue
  readonly #owned: boolean
  #fd: number
  /** Where the next byte of a regular file goes; `undefined` if the system keeps that place. */
  #position: number | undefined = undefined
  #pending = ''
  /** Bytes of which a part is written, or that could not be written. */
  #rest: Uint8Array | undefined = undefined
  #restOffset = 0
  #inFlight = false
  #flight = 0
  /** Background writes that have not come back, those given up included. */
  #airborne = 0
  readonly #closing: number[] = []
  #stuck = false
  #isClosed = false
  #timer: ReturnType<typeof setTimeout> | undefined = undefined
  #waiters: (() => void)[] = []
  #written = 0
  #dropped = 0
  #unreported = 0
  #toldFull = false
  readonly #full = markReported(
    new LogError('ERR_LOG_FULL', 'lines are dropped: nothing can be written, and maxQueuedBytes are held'),
  )
  readonly #closedError = markReported(new LogError('ERR_LOG_CLOSED', 'the line writer is closed'))
  readonly #onExit = (): void => this.flushSync()

  constructor(options: ResolvedWriterOptions, files: FilePort, events: WriterEvents) {
    this.#options = options
    this.#files = files
    this.#events = events
    this.#queue = new LineQueue(options.maxQueuedBytes)
    this.#owned = options.path !== undefined
    this.#fd = this.#open()
    process.on('exit', this.#onExit)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get queuedBytes(): number {
    return this.#queue.bytes + this.#pending.length + (this.#rest === undefined ? 0 : this.#rest.byteLength - this.#restOffset)
  }

  stats(): { readonly written: number; readonly dropped: number; readonly queuedBytes: number } {
    return { written: this.#written, dropped: this.#dropped, queuedBytes: this.queuedBytes }
  }

  write(line: string, level: Level): Outcome {
    if (this.#isClosed) {
      this.#dropped++
      return this.#closedError
    }
    const { mode, batchChars } = this.#options
    if (this.#stuck || !this.#queue.isEmpty || (this.#inFlight && this.#pending.length >= batchChars)) return this.#enqueue(line)
    this.#written++
    this.#pending += line
    if (mode === 'each') this.#drain(true)
    else if (this.#pending.length >= batchChars || level <= URGENT_LEVEL) {
      if (mode === 'batch') this.#drain(true)
      else this.#startFlight()
    } else if (this.#timer === undefined && !this.#inFlight) this.#arm()
    return undefined
  }

  /** Writes all that waits, as far as the descriptor takes it. Safe at exit: a background write in flight is written again. */
  flushSync(): void {
    if (this.#isClosed) return
    if (this.#inFlight) {
      this.#inFlight = false
      this.#flight++
    }
    this.#drain(true)
    this.#settle()
  }

  /** Resolves when nothing waits any more, or writing has stopped. */
  async flush({ signal }: FlushOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    if (this.#options.mode !== 'async') return this.flushSync()
    if (!this.#inFlight) this.#startFlight()
    if (!this.#inFlight) return
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => reject(signal?.reason)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#waiters.push(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      })
    })
  }

  /** Opens the file of the same name again, as rotation asks for; nothing is lost between the two. */
  reopen(): void {
    if (!this.#owned || this.#isClosed) return
    this.flushSync()
    const old = this.#fd
    this.#fd = this.#open()
    this.#release(old)
  }

  fsync(): void {
    this.#files.fsyncSync(this.#fd)
  }

  close(): void {
    if (this.#isClosed) return
    this.flushSync()
    this.#end()
  }

  #open(): number {
    const { path, fd, mode } = this.#options
    if (path === undefined) return fd
    try {
      const opened = this.#files.open(path, mode !== 'async')
      this.#position = mode === 'async' ? this.#files.regularSize(opened) : undefined
      return opened
    } catch (cause) {
      throw new LogError('ERR_LOG_OPTION', `path: the file cannot be opened: ${(cause as Error).message}`, { cause })
    }
  }

  #end(): void {
    this.#isClosed = true
    process.removeListener('exit', this.#onExit)
    this.#disarm()
    this.#dropped +=
      this.#queue.clear() +
      countLines(this.#pending) +
      (this.#rest === undefined ? 0 : countLines(Buffer.from(this.#rest).toString('latin1', this.#restOffset)))
    this.#pending = ''
    this.#rest = undefined
    if (this.#owned) this.#release(this.#fd)
    this.#settle()
  }

  /** Closes a descriptor once no background write can still use it. */
  #release(fd: number): void {
    if (this.#airborne === 0) this.#files.close(fd)
    else this.#closing.push(fd)
  }

  #enqueue(line: string): Outcome {
    if (!this.#inFlight) this.#drain(false)
    if (!this.#stuck && !this.#inFlight) return this.write(line, URGENT_LEVEL)
    if (this.#queue.tryPush(line)) {
      this.#written++
      return undefined
    }
    switch (this.#options.onFull) {
      case 'drop-oldest':
        while (!this.#queue.isEmpty) {
          this.#queue.shift()
          this.#written--
          this.#countDrop()
          if (this.#queue.tryPush(line)) {
            this.#written++
            return undefined
          }
        }
        return this.#drop()
      case 'block':
        return this.#block(line)
      case 'drop-newest':
        return this.#drop()
      default:
        throw new TypeError(`unknown rule: ${this.#options.onFull satisfies never}`)
    }
  }

  #block(line: string): Outcome {
    if (this.#inFlight) this.flushSync()
    while (!this.#isClosed) {
      this.#drain(true)
      if (!this.#stuck) return this.write(line, URGENT_LEVEL)
      if (this.#queue.tryPush(line)) {
        this.#written++
        return undefined
      }
      pause()
    }
    this.#dropped++
    return this.#closedError
  }

  #drop(): Outcome {
    this.#countDrop()
    return this.#full
  }

  #countDrop(): void {
    this.#dropped++
    this.#unreported++
    if (this.#toldFull) return
    this.#toldFull = true
    this.#events.failed(new LogError('ERR_LOG_FULL', this.#full.message))
  }

  /** Writes what waits, oldest first. `patient`: waits up to `blockMs` for a pipe that takes nothing. */
  #drain(patient: boolean): void {
    if (this.#isClosed) return
    this.#disarm()
    for (;;) {
      if (this.#rest === undefined) {
        const text = this.#nextChunk()
        if (text === '') break
        this.#rest = Buffer.from(text)
        this.#restOffset = 0
      }
      if (!this.#writeRest(patient)) return
    }
  }

  #nextChunk(): string {
    let text = this.#pending
    this.#pending = ''
    if (this.#unreported > 0 && (text !== '' || !this.#queue.isEmpty)) {
      text = this.#events.droppedLine(this.#unreported) + text
      this.#unreported = 0
      this.#toldFull = false
    }
    while (text.length < this.#options.batchChars) {
      const line = this.#queue.shift()
      if (line === undefined) break
      text += line
    }
    return text
  }

  /** @returns whether all of it was written. */
  #writeRest(patient: boolean): boolean {
    const bytes = this.#rest as Uint8Array
    let waitedMs = 0
    for (;;) {
      try {
        const count = this.#files.writeSync(this.#fd, bytes, this.#restOffset, this.#position)
        this.#advance(count)
        if (this.#restOffset < bytes.byteLength) continue
        this.#rest = undefined
        this.#stuck = false
        return true
      } catch (error) {
        const code: unknown = Reflect.get(error as object, 'code')
        if (code === 'EINTR') continue
        if (code === 'EAGAIN' && patient && waitedMs < this.#options.blockMs) {
          waitedMs++
          pause()
          continue
        }
        if (this.#foundPlace()) continue
        this.#failed(code, error)
        return false
      }
    }
  }

  #advance(count: number): void {
    this.#restOffset += count
    if (this.#position !== undefined) this.#position += count
  }

  #failed(code: unknown, cause: unknown): void {
    const wasStuck = this.#stuck
    this.#stuck = true
    if (code === 'EPIPE' || code === 'EBADF') {
      this.#end()
      this.#events.failed(new LogError('ERR_LOG_CLOSED', 'the reader of the log is gone; the line writer is closed', { cause }))
      return
    }
    this.#arm()
    if (!wasStuck)
      this.#events.failed(
        new LogError('ERR_LOG_WRITE', `a line cannot be written (${String(code)}); it is kept and tried again`, { cause }),
      )
  }

  /** A file that was full and that somebody cut short goes on at its new end, not behind a hole. @returns whether it was. */
  #foundPlace(): boolean {
    const size = this.#position === undefined ? undefined : this.#files.regularSize(this.#fd)
    if (size === undefined || size >= (this.#position as number)) return false
    this.#position = size
    return true
  }

  #startFlight(): void {
    if (this.#inFlight || this.#isClosed) return
    this.#disarm()
    if (this.#rest === undefined) {
      const text = this.#nextChunk()
      if (text === '') return this.#settle()
      this.#rest = Buffer.from(text)
      this.#restOffset = 0
    }
    this.#inFlight = true
    this.#airborne++
    const flight = ++this.#flight
    this.#files.write(this.#fd, this.#rest, this.#restOffset, this.#position, (error, count) => {
      if (--this.#airborne === 0) for (const fd of this.#closing.splice(0)) this.#files.close(fd)
      if (flight !== this.#flight || this.#isClosed) return
      this.#inFlight = false
      this.#landed(error, count)
    })
  }

  #landed(error: Error | null, count: number): void {
    if (error !== null) {
      if (this.#foundPlace()) return this.#startFlight()
      this.#failed(Reflect.get(error, 'code'), error)
      if (!this.#stuck || Reflect.get(error, 'code') !== 'EAGAIN') this.#settle()
      return
    }
    this.#stuck = false
    this.#advance(count)
    if (this.#rest !== undefined && this.#restOffset >= this.#rest.byteLength) this.#rest = undefined
    this.#startFlight()
  }

  #settle(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const done of waiters) done()
  }

  #arm(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#options.mode === 'async') this.#startFlight()
      else this.#drain(false)
    }, this.#options.flushMs)
    this.#timer.unref()
  }

  #disarm(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

/** Opens a writer of lines. Whoever opened it closes it. @throws LogError `ERR_LOG_OPTION`. */
export function openLineWriter(options: LineWriterOptions, events: WriterEvents): LineWriter {
  return new LineWriter(resolveWriterOptions(options), nodeFiles(), events)
}

/** One millisecond in which this thread does nothing. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
}

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}
