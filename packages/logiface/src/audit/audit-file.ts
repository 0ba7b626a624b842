// An audit file: sealed lines, written one by one, and what is found when it is opened again.
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { sign } from 'node:crypto'
import { LogError } from '../errors.ts'
import type { ResolvedAuditOptions } from './audit-options.ts'
import type { AuditHead } from './hash-chain.ts'
import { CHAIN_START, digest, LineSealer, readSeal } from './hash-chain.ts'
import { lockFile } from './lock-file.ts'

const CHUNK_BYTES = 65_536

export interface AuditFileEvents {
  /** The start of a line of this level name: level and time. */
  head(levelName: string): string
  failed(error: unknown): void
}

export class AuditFile {
  readonly #options: ResolvedAuditOptions
  readonly #events: AuditFileEvents
  readonly #sealer: LineSealer
  #unlock: () => void
  #fd: number
  #size: number
  #head: AuditHead
  #sinceCheckpoint = 0
  #timer: ReturnType<typeof setTimeout> | undefined = undefined
  #isClosed = false
  #isBroken = false

  /** @throws LogError `ERR_AUDIT_LOCKED`, `ERR_AUDIT_BROKEN`; the error of the system if the file cannot be opened. */
  constructor(options: ResolvedAuditOptions, events: AuditFileEvents) {
    this.#options = options
    this.#events = events
    this.#sealer = new LineSealer(options.key)
    this.#unlock = lockFile(options.path)
    try {
      this.#fd = openSync(options.path, 'a+', 0o640)
      this.#size = fstatSync(this.#fd).size
      const { head, torn } = this.#recover()
      this.#head = head ?? options.after ?? CHAIN_START
      if (torn !== undefined) this.append(`${events.head('audit-recovery')},"_torn":${JSON.stringify(torn)}`)
    } catch (error) {
      this.#unlock()
      throw error
    }
  }

  get head(): AuditHead {
    return this.#head
  }

  /** Seals and writes one line. @throws what the system throws; the file then ends where it ended before. */
  append(body: string): void {
    this.#write(body)
    if (this.#options.sync === 'line') fsyncSync(this.#fd)
    this.#sinceCheckpoint++
    if (this.#sinceCheckpoint >= this.#options.lines) this.#tryCheckpoint()
    else this.#arm()
  }

  /** Writes a checkpoint if there are lines since the last one. */
  checkpoint(): void {
    this.#disarm()
    if (this.#sinceCheckpoint === 0 || this.#isClosed) return
    const { seq, hash } = this.#head
    const { signingKey, sync, anchor } = this.#options
    const signature =
      signingKey === undefined ? '' : `,"signature":"${sign(null, Buffer.from(`${seq}:${hash}`), signingKey).toString('base64')}"`
    this.#write(`${this.#events.head('audit-checkpoint')},"checkpoint":{"seq":${seq},"hash":"${hash}"${signature}}`)
    this.#sinceCheckpoint = 0
    if (sync !== 'none') fsyncSync(this.#fd)
    try {
      anchor?.(this.#head)
    } catch (error) {
      this.#events.failed(error)
    }
  }

  sync(): void {
    if (!this.#isClosed) fsyncSync(this.#fd)
  }

  /** Ends the file under its old name with a checkpoint, and goes on in a new one under the same name. */
  reopen(): void {
    if (this.#isClosed) return
    this.checkpoint()
    const old = this.#fd
    this.#fd = openSync(this.#options.path, 'a+', 0o640)
    this.#size = fstatSync(this.#fd).size
    closeSync(old)
  }

  close(): void {
    if (this.#isClosed) return
    try {
      if (!this.#isBroken) this.checkpoint()
    } finally {
      this.#disarm()
      this.#isClosed = true
      closeSync(this.#fd)
      this.#unlock()
    }
  }

  #write(body: string): void {
    if (this.#isClosed) throw new LogError('ERR_LOG_CLOSED', 'the audit file is closed')
    if (this.#isBroken) this.#truncate()
    const { bytes, head } = this.#sealer.seal(body, this.#head)
    let offset = 0
    try {
      while (offset < bytes.byteLength) offset += writeSync(this.#fd, bytes, offset)
    } catch (error) {
      if (offset > 0) {
        this.#isBroken = true
        this.#truncate()
      }
      throw error
    }
    this.#size += bytes.byteLength
    this.#head = head
  }

  /** Takes back the part of a line that was written before the disk was full. */
  #truncate(): void {
    ftruncateSync(this.#fd, this.#size)
    this.#isBroken = false
  }

  /** Reads the last line, and moves one that is torn aside. */
  #recover(): {
    readonly head: AuditHead | undefined
    readonly torn: { readonly bytes: number; readonly file: string } | undefined
  } {
    const tail = this.#readTail()
    const lastBreak = tail.lastIndexOf(0x0a)
    const rest = tail.subarray(lastBreak + 1)
    const start = tail.lastIndexOf(0x0a, Math.max(0, lastBreak - 1))
    const last = lastBreak < 0 ? undefined : tail.subarray(start < lastBreak ? start + 1 : 0, lastBreak)
    const head = last === undefined || last.byteLength === 0 ? undefined : this.#check(last)
    if (rest.byteLength === 0) return { head, torn: undefined }
    const file = `${this.#options.path}.torn-${(head ?? this.#options.after ?? CHAIN_START).seq + 1}`
    writeFileSync(`${file}.new`, rest, { mode: 0o640 })
    renameSync(`${file}.new`, file)
    this.#size -= rest.byteLength
    ftruncateSync(this.#fd, this.#size)
    return { head, torn: { bytes: rest.byteLength, file } }
  }

  #check(line: Uint8Array): AuditHead {
    const found = readSeal(line)
    if (found === undefined || digest(found.covered, this.#options.key) !== found.hash)
      throw new LogError(
        'ERR_AUDIT_BROKEN',
        `the last line of ${this.#options.path} does not fit the key: verify the file before writing to it`,
      )
    return { seq: found.seq, hash: found.hash }
  }

  /** The end of the file, from the line break before the last whole line on. */
  #readTail(): Buffer {
    let tail: Buffer = Buffer.alloc(0)
    for (let position = this.#size; position > 0; ) {
      const length = Math.min(CHUNK_BYTES, position)
      const chunk = Buffer.alloc(length)
      position -= length
      readSync(this.#fd, chunk, 0, length, position)
      tail = Buffer.concat([chunk, tail])
      const lastBreak = tail.lastIndexOf(0x0a)
      if (lastBreak > 0 && tail.lastIndexOf(0x0a, lastBreak - 1) >= 0) break
    }
    return tail
  }

  #arm(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#tryCheckpoint()
    }, this.#options.ms)
    this.#timer.unref()
  }

  /** The lines themselves are written: a checkpoint that fails is reported, and tried again with the next line. */
  #tryCheckpoint(): void {
    try {
      this.checkpoint()
    } catch (error) {
      this.#events.failed(error)
    }
  }

  #disarm(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
