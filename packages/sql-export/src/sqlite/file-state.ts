// What a SQLite file's header and size say: for drivers that share no locks with others.
import { closeSync, existsSync, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs'

export interface FileState {
  readonly changeCounter: number
  readonly sizeBytes: number
  readonly mtimeMs: number
}

/** Reads the change counter, size and time of the file. */
export function fileState(path: string): FileState {
  const fd = openSync(path, 'r')
  try {
    const header = Buffer.alloc(28)
    readSync(fd, header, 0, 28, 0)
    const { size, mtimeMs } = fstatSync(fd)
    return { changeCounter: header.readUInt32BE(24), sizeBytes: size, mtimeMs }
  } finally {
    closeSync(fd)
  }
}

export function sameState(a: FileState, b: FileState): boolean {
  return a.changeCounter === b.changeCounter && a.sizeBytes === b.sizeBytes && a.mtimeMs === b.mtimeMs
}

/** Whether the header says that the file is in WAL mode. */
export function isWalFile(path: string): boolean {
  const fd = openSync(path, 'r')
  try {
    const header = Buffer.alloc(20)
    return readSync(fd, header, 0, 20, 0) === 20 && (header[18] === 2 || header[19] === 2)
  } finally {
    closeSync(fd)
  }
}

/** Whether the file has a write-ahead log with content. */
export function hasWalContent(path: string): boolean {
  return existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0
}

/** Marks a file, of which nobody else knows, as one with a rollback journal. */
export function leaveWalMode(path: string): void {
  const fd = openSync(path, 'r+')
  try {
    writeSync(fd, Buffer.from([1, 1]), 0, 2, 18)
  } finally {
    closeSync(fd)
  }
}
