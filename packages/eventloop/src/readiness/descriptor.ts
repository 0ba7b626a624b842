// What a descriptor is, asked before it is handed to a backend, and what a native failure means.
import { LoopError } from '../errors.ts'

/**
 * Refuses what no backend can watch, the same way on every platform: epoll says EPERM to a regular file, kqueue calls it
 * always ready.
 *
 * @throws LoopError `ERR_FD_INVALID`, `ERR_FD_UNSUPPORTED`.
 */
export function checkDescriptor(fd: number): void {
  const stat = statOf(fd)
  const what = stat.isFile() ? 'a regular file' : stat.isDirectory() ? 'a directory' : undefined
  if (what !== undefined) {
    throw new LoopError('ERR_FD_UNSUPPORTED', `descriptor ${fd} is ${what}, which is always ready; read it with node:fs`, {
      context: { fd },
    })
  }
}

function statOf(fd: number): import('node:fs').Stats {
  try {
    return process.getBuiltinModule('node:fs').fstatSync(fd)
  } catch (cause) {
    throw nativeFailure(codeOf(cause), 'fstat', fd, cause)
  }
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' ? code : 'UNKNOWN'
}

/** The coded error for what the system said. */
export function nativeFailure(errno: string, syscall: string, fd: number, cause?: unknown): LoopError {
  const options = { context: { errno, syscall, fd }, ...(cause === undefined ? {} : { cause }) }
  switch (errno) {
    case 'EBADF':
      return new LoopError('ERR_FD_INVALID', `descriptor ${fd} is not open (${syscall}: EBADF)`, options)
    case 'EPERM':
      return new LoopError(
        'ERR_FD_UNSUPPORTED',
        `descriptor ${fd} is of a kind that cannot be watched (${syscall}: EPERM)`,
        options,
      )
    case 'EEXIST':
      return new LoopError('ERR_FD_EXISTS', `descriptor ${fd} is watched already (${syscall}: EEXIST)`, options)
    case 'EMFILE':
    case 'ENFILE':
      return new LoopError(
        'ERR_FD_LIMIT',
        `no descriptor is left for the duplicate of ${fd} (${syscall}: ${errno}); close some, raise ulimit -n, or register with { dup: false }`,
        options,
      )
    default:
      return new LoopError('ERR_FD_BACKEND', `watching descriptor ${fd} failed (${syscall}: ${errno})`, options)
  }
}
