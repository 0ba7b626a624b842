// An audit file: sealed lines, written one by one or in batches, its checkpoints, and what is found when it is opened again.
import { sign } from 'node:crypto'
import { LogError, markReported } from '../errors.ts'
import { Alarm } from './alarm.ts'
import type { ResolvedAuditOptions } from './audit-options.ts'
import type { AuditHead, Seal } from './hash-chain.ts'
import { CHAIN_START, digest, LineSealer, readSeal } from './hash-chain.ts'
import { HeldLines } from './held-lines.ts'
import { lockFile } from './lock-file.ts'
import type { SealedFilePort } from './sealed-file.ts'
import { NODE_FILES, SealedFile } from './sealed-file.ts'

export interface AuditFileEvents {
  /** The start of a line of this level name: level and time. */
  head(levelName: string): string
  failed(error: unknown): void
  /** So many lines that were held can never be written: the file was closed. */
  lost(lines: number): void
}

/** hot: benchmarks/logiface/audit */
export class AuditFile {
  readonly #options: ResolvedAuditOptions
  readonly #events: AuditFileEvents
  readonly #sealer: LineSealer
  readonly #unlock: () => void
  readonly #file: SealedFile
  readonly #held = new HeldLines()
  /** The last line that is in the file. */
  #head: AuditHead
  /** The last line that was sealed: with batches, the last one held. */
  #sealed: AuditHead
  #sinceCheckpoint = 0
  readonly #checkpointDue: Alarm
  readonly #flushDue: Alarm
  #isClosed = false
  /** The last write of held lines failed. */
  #isStuck = false
  /** Lines that were refused, and of which the file does not tell yet. */
  #untold = 0
  readonly #full = markReported(
    new LogError('ERR_LOG_FULL', 'audit lines are dropped: nothing can be written, and maxQueuedBytes are held'),
  )

  /** @throws LogError `ERR_AUDIT_LOCKED`, `ERR_AUDIT_BROKEN`; the error of the system if the file cannot be opened. */
  constructor(options: ResolvedAuditOptions, events: AuditFileEvents, files: SealedFilePort = NODE_FILES) {
    this.#options = options
    this.#events = events
    this.#sealer = new LineSealer(options.key)
    this.#checkpointDue = new Alarm(options.ms, () => this.#tryCheckpoint())
    this.#flushDue = new Alarm(options.flushMs, () => void this.#drain())
    this.#unlock = lockFile(options.path)
    this.#head = this.#sealed = options.after ?? CHAIN_START
    try {
      this.#file = new SealedFile(options.path, files)
      this.#recover()
    } catch (error) {
      this.#unlock()
      throw error
    }
  }

  get head(): AuditHead {
    return this.#head
  }

  get queuedBytes(): number {
    return this.#held.bytes
  }

  /**
   * Seals one line, and writes or holds it as the mode says.
   *
   * @returns why the line was refused, if it was.
   * @throws what the system throws; the file then ends where it ended before.
   */
  append(body: string, isUrgent: boolean): LogError | undefined {
    if (this.#isClosed) throw new LogError('ERR_LOG_CLOSED', 'the audit file is closed')
    if (this.#options.mode === 'each') this.#writeThrough(body)
    else if (!this.#hold(body, isUrgent)) return this.#full
    this.#mindCheckpoint()
    return undefined
  }

  /** Writes what is held, and a checkpoint if there are lines since the last one. @throws what the system throws. */
  checkpoint(): void {
    this.#checkpointDue.cancel()
    if (this.#isClosed) return
    this.#drainOrThrow()
    this.#tellDrops()
    if (this.#sinceCheckpoint === 0) return
    const { seq, hash } = this.#head
    const { signingKey, sync, anchor } = this.#options
    const signature =
      signingKey === undefined ? '' : `,"signature":"${sign(null, Buffer.from(`${seq}:${hash}`), signingKey).toString('base64')}"`
    this.#writeLine(`${this.#events.head('audit-checkpoint')},"checkpoint":{"seq":${seq},"hash":"${hash}"${signature}}`)
    this.#sinceCheckpoint = 0
    if (sync !== 'none') this.#file.sync()
    try {
      anchor?.(this.#head)
    } catch (error) {
      this.#events.failed(error)
    }
  }

  /** Writes what is held and forces the file to the disk. @throws what the system throws. */
  sync(): void {
    if (this.#isClosed) return
    this.#drainOrThrow()
    this.#file.sync()
  }

  /** Ends the file under its old name with a checkpoint, and goes on in a new one under the same name. */
  reopen(): void {
    if (this.#isClosed) return
    this.checkpoint()
    this.#file.reopen()
  }

  close(): void {
    if (this.#isClosed) return
    try {
      this.checkpoint()
    } finally {
      this.#checkpointDue.cancel()
      this.#flushDue.cancel()
      this.#isClosed = true
      const lost = this.#held.clear()
      if (lost > 0) this.#events.lost(lost)
      try {
        this.#file.close()
      } finally {
        this.#unlock()
      }
    }
  }

  #writeThrough(body: string): void {
    try {
      this.#tellDrops()
      this.#writeLine(body)
    } catch (error) {
      this.#untold++
      throw error
    }
    if (this.#options.sync === 'line') this.#file.sync()
  }

  /** Seals and writes one line while none is held. */
  #writeLine(body: string): void {
    const { bytes, head } = this.#sealer.seal(body, this.#head)
    const failure = this.#file.write(bytes)
    if (failure !== undefined) throw failure.error
    this.#head = this.#sealed = head
    this.#sinceCheckpoint++
  }

  /** @returns false if the line was refused. It is not sealed then, so the chain has no gap. */
  #hold(body: string, isUrgent: boolean): boolean {
    if (this.#isStuck) this.#drain()
    if (!this.#tryPush(body)) {
      if (++this.#untold === 1) this.#events.failed(new LogError('ERR_LOG_FULL', this.#full.message))
      return false
    }
    const { batchChars, maxQueuedBytes } = this.#options
    if (this.#isStuck) return true
    if (isUrgent || this.#held.chars >= batchChars || this.#held.bytes >= maxQueuedBytes) this.#drain()
    else this.#flushDue.set()
    return true
  }

  #tryPush(body: string): boolean {
    const { bytes, head, chars } = this.#sealer.seal(body, this.#sealed)
    if (this.#isStuck && this.#held.bytes + bytes.byteLength > this.#options.maxQueuedBytes) return false
    this.#held.push(bytes, chars)
    this.#sealed = head
    this.#sinceCheckpoint++
    return true
  }

  /** Writes what is held, oldest first; what is not written stays, and is tried again. @returns why not all of it was written. */
  #drain(): unknown {
    this.#flushDue.cancel()
    for (let part = this.#held.first(); part !== undefined; part = this.#held.first()) {
      const failure = this.#file.write(part)
      const bytes = failure?.wholeBytes ?? part.byteLength
      if (bytes > 0) this.#head = lastHead(part.subarray(0, bytes))
      this.#held.shift(bytes)
      if (failure === undefined) continue
      this.#stuck(failure.error)
      return failure.error
    }
    if (!this.#isStuck) return undefined
    try {
      this.#tellDrops()
    } catch (error) {
      this.#flushDue.set()
      return error
    }
    this.#isStuck = false
    return undefined
  }

  #drainOrThrow(): void {
    const error = this.#drain()
    if (error !== undefined) throw error
  }

  #stuck(cause: unknown): void {
    this.#flushDue.set()
    if (this.#isStuck) return
    this.#isStuck = true
    const code = String(Reflect.get(Object(cause) as object, 'code'))
    this.#events.failed(
      new LogError('ERR_LOG_WRITE', `audit lines cannot be written (${code}); they are kept and tried again`, { cause }),
    )
  }

  /** Says in the file how many lines are missing there. */
  #tellDrops(): void {
    if (this.#untold === 0) return
    this.#writeLine(`${this.#events.head('audit-recovery')},"_dropped":${this.#untold}`)
    this.#untold = 0
  }

  /** Goes on behind the last whole line; one that is torn is moved aside. */
  #recover(): void {
    const { key, path } = this.#options
    const { lastLine, torn } = this.#file.end()
    if (lastLine !== undefined) {
      const found = readSeal(lastLine)
      if (found === undefined || digest(found.covered, key) !== found.hash) {
        this.#file.close()
        throw new LogError(
          'ERR_AUDIT_BROKEN',
          `the last line of ${path} does not fit the key: verify the file before writing to it`,
        )
      }
      this.#head = this.#sealed = { seq: found.seq, hash: found.hash }
    }
    if (torn.byteLength === 0) return
    const file = `${path}.torn-${this.#head.seq + 1}`
    this.#file.moveAside(torn, file)
    this.#writeLine(`${this.#events.head('audit-recovery')},"_torn":${JSON.stringify({ bytes: torn.byteLength, file })}`)
    this.#mindCheckpoint()
  }

  #mindCheckpoint(): void {
    if (this.#sinceCheckpoint >= this.#options.lines) this.#tryCheckpoint()
    else this.#checkpointDue.set()
  }

  /** The lines themselves are written, or kept: a checkpoint that fails is reported, and tried again with the next line. */
  #tryCheckpoint(): void {
    if (this.#drain() !== undefined) return this.#checkpointDue.set()
    try {
      this.checkpoint()
    } catch (error) {
      this.#events.failed(error)
    }
  }
}

/** @param lines - whole lines of ours. */
function lastHead(lines: Uint8Array): AuditHead {
  const { seq, hash } = readSeal(lines.subarray(0, -1)) as Seal
  return { seq, hash }
}
