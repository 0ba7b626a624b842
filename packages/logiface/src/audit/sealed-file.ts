// The file under the chain: it takes whole lines, and what a failed write left of one is taken back.
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs'

const CHUNK_BYTES = 65_536
const LINE_BREAK = 0x0a

/** The part of the file system that an audit file uses. */
export interface SealedFilePort {
  open(path: string): number
  close(fd: number): void
  size(fd: number): number
  read(fd: number, into: Uint8Array, position: number): void
  /** Appends. @returns bytes written; fewer than asked for is not an error. */
  write(fd: number, bytes: Uint8Array, offset: number): number
  truncate(fd: number, size: number): void
  sync(fd: number): void
}

export const NODE_FILES: SealedFilePort = {
  // 0o640: logs are not for everyone
  open: (path) => openSync(path, 'a+', 0o640),
  close: (fd) => closeSync(fd),
  size: (fd) => fstatSync(fd).size,
  read: (fd, into, position) => void readSync(fd, into, 0, into.byteLength, position),
  write: (fd, bytes, offset) => writeSync(fd, bytes, offset),
  truncate: (fd, size) => ftruncateSync(fd, size),
  sync: (fd) => fsyncSync(fd),
}

/** A write that did not take everything. */
export interface WriteFailure {
  /** Bytes of the whole lines that are in the file. */
  readonly wholeBytes: number
  readonly error: unknown
}

/** How a file ends: its last whole line, and what follows that. */
export interface FileEnd {
  readonly lastLine: Uint8Array | undefined
  readonly torn: Uint8Array
}

export class SealedFile {
  readonly #path: string
  readonly #files: SealedFilePort
  #fd: number
  /** Where the last whole line ends. */
  #size: number
  /** A part of a line lies behind that. */
  #isTorn = false

  constructor(path: string, files: SealedFilePort) {
    this.#path = path
    this.#files = files
    this.#fd = files.open(path)
    this.#size = files.size(this.#fd)
  }

  /** Writes lines, in order. @returns `undefined` if all of them are in the file. */
  write(lines: Uint8Array): WriteFailure | undefined {
    let offset = 0
    try {
      if (this.#isTorn) this.#takeBack()
      while (offset < lines.byteLength) offset += this.#files.write(this.#fd, lines, offset)
    } catch (error) {
      const wholeBytes = lines.subarray(0, offset).lastIndexOf(LINE_BREAK) + 1
      this.#size += wholeBytes
      if (offset > wholeBytes) this.#tear()
      return { wholeBytes, error }
    }
    this.#size += offset
    return undefined
  }

  sync(): void {
    if (this.#isTorn) this.#takeBack()
    this.#files.sync(this.#fd)
  }

  reopen(): void {
    const old = this.#fd
    this.#fd = this.#files.open(this.#path)
    this.#size = this.#files.size(this.#fd)
    this.#isTorn = false
    this.#files.close(old)
  }

  close(): void {
    this.#files.close(this.#fd)
  }

  end(): FileEnd {
    const tail = this.#readTail()
    const lastBreak = tail.lastIndexOf(LINE_BREAK)
    const start = tail.lastIndexOf(LINE_BREAK, Math.max(0, lastBreak - 1))
    const last = lastBreak < 0 ? undefined : tail.subarray(start < lastBreak ? start + 1 : 0, lastBreak)
    return { lastLine: last === undefined || last.byteLength === 0 ? undefined : last, torn: tail.subarray(lastBreak + 1) }
  }

  /** Moves the part of a line that an earlier process left at the end to a file of its own. */
  moveAside(torn: Uint8Array, name: string): void {
    writeFileSync(`${name}.new`, torn, { mode: 0o640 })
    renameSync(`${name}.new`, name)
    this.#size -= torn.byteLength
    this.#files.truncate(this.#fd, this.#size)
  }

  #tear(): void {
    this.#isTorn = true
    try {
      this.#takeBack()
    } catch {
      // the write that failed is what is told; this is tried again before the next write or sync
    }
  }

  /** Only ever shortens: a file that somebody else made shorter gets no hole. */
  #takeBack(): void {
    if (this.#files.size(this.#fd) > this.#size) this.#files.truncate(this.#fd, this.#size)
    this.#isTorn = false
  }

  /** The end of the file, from the line break before the last whole line on. */
  #readTail(): Buffer {
    let tail: Buffer = Buffer.alloc(0)
    for (let position = this.#size; position > 0; ) {
      const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, position))
      position -= chunk.byteLength
      this.#files.read(this.#fd, chunk, position)
      tail = Buffer.concat([chunk, tail])
      const lastBreak = tail.lastIndexOf(LINE_BREAK)
      if (lastBreak > 0 && tail.lastIndexOf(LINE_BREAK, lastBreak - 1) >= 0) break
    }
    return tail
  }
}
