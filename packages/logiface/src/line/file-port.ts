// The part of the file system that the line writer uses.

export interface FilePort {
  open(path: string, append: boolean): number
  close(fd: number): void
  /** @returns the size in bytes of a regular file; `undefined` for a pipe, a terminal or a device. */
  regularSize(fd: number): number | undefined
  /** @returns bytes written; fewer than asked for is not an error. */
  writeSync(fd: number, bytes: Uint8Array, offset: number, position: number | undefined): number
  write(
    fd: number,
    bytes: Uint8Array,
    offset: number,
    position: number | undefined,
    done: (error: Error | null, written: number) => void,
  ): void
  fsyncSync(fd: number): void
}

/** The file system of Node. Loaded when a writer is opened, so that the package itself bundles for browsers. */
export function nodeFiles(): FilePort {
  const fs = process.getBuiltinModule('node:fs')
  return {
    // 0o640: logs are not for everyone
    open: (path, append) => fs.openSync(path, append ? 'a' : fs.constants.O_WRONLY | fs.constants.O_CREAT, 0o640),
    close: (fd) => fs.closeSync(fd),
    regularSize(fd) {
      const stat = fs.fstatSync(fd)
      return stat.isFile() ? stat.size : undefined
    },
    writeSync: (fd, bytes, offset, position) => fs.writeSync(fd, bytes, offset, bytes.byteLength - offset, position ?? null),
    write: (fd, bytes, offset, position, done) => fs.write(fd, bytes, offset, bytes.byteLength - offset, position ?? null, done),
    fsyncSync: (fd) => fs.fsyncSync(fd),
  }
}
