// A file system that fails as it is told, over the real one.
import type { SealedFilePort } from '../src/audit/sealed-file.ts'
import { NODE_FILES } from '../src/audit/sealed-file.ts'

export interface Fault {
  readonly code: string
  /** Bytes that are written before. */
  readonly afterBytes: number
}

export class FaultyFiles implements SealedFilePort {
  /** What each write meets until it is taken away. */
  fault: Fault | undefined = undefined
  truncateFails: boolean = false
  /** Most bytes that one write takes: a short write is no error. */
  mostBytes: number = Infinity
  readonly calls: string[] = []

  open(path: string): number {
    return NODE_FILES.open(path)
  }
  close(fd: number): void {
    NODE_FILES.close(fd)
  }
  size(fd: number): number {
    return NODE_FILES.size(fd)
  }
  read(fd: number, into: Uint8Array, position: number): void {
    NODE_FILES.read(fd, into, position)
  }
  write(fd: number, bytes: Uint8Array, offset: number): number {
    this.calls.push('write')
    const end = Math.min(offset + this.mostBytes, bytes.byteLength)
    const { fault } = this
    if (fault === undefined) return NODE_FILES.write(fd, bytes.subarray(0, end), offset)
    if (offset >= fault.afterBytes) throw failure(fault.code)
    return NODE_FILES.write(fd, bytes.subarray(0, Math.min(end, fault.afterBytes)), offset)
  }
  truncate(fd: number, size: number): void {
    this.calls.push('truncate')
    if (this.truncateFails) throw failure('EIO')
    NODE_FILES.truncate(fd, size)
  }
  sync(fd: number): void {
    this.calls.push('sync')
    NODE_FILES.sync(fd)
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: the system says no`), { code })
}
