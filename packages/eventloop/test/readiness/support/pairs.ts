// Connected descriptors for tests: socket pairs and pipes, made by the C library through koffi.
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { TestDescriptor } from '../../../src/testing/readiness-suite.ts'

interface Library {
  func(definition: string): (...args: unknown[]) => number
}

const koffi = createRequire(import.meta.url)('koffi') as { load(path: null): Library }
const library = koffi.load(null)
const socketpair = library.func('int socketpair(int domain, int type, int protocol, _Out_ int *pair)')
const pipe = library.func('int pipe(_Out_ int *pair)')

const eventfd = library.func('int eventfd(unsigned int initval, int flags)')
const openTerminal = library.func('int posix_openpt(int flags)')
const grantTerminal = library.func('int grantpt(int fd)')
const unlockTerminal = library.func('int unlockpt(int fd)')
const nameOfTerminal = library.func('int ptsname_r(int fd, _Out_ uint8_t *name, size_t size)')

export interface Pair {
  readonly near: number
  readonly far: number
}

export function openSocketPair(): Pair {
  const pair = [0, 0]
  if (socketpair(1, 1, 0, pair) !== 0) throw new Error('socketpair failed')
  return { near: pair[0] as number, far: pair[1] as number }
}

export function openPipe(): Pair {
  const pair = [0, 0]
  if (pipe(pair) !== 0) throw new Error('pipe failed')
  return { near: pair[0] as number, far: pair[1] as number }
}

/** A counter of the kernel: readable while it is above zero. Linux only. */
export function openEventFd(): number {
  const fd = eventfd(0, 0)
  if (fd < 0) throw new Error('eventfd failed')
  return fd
}

/** A pseudo terminal: `near` is the terminal of a program, `far` the side of whoever types. */
export function openPseudoTerminal(): Pair {
  const far = openTerminal(constants.O_RDWR | constants.O_NOCTTY)
  const name = Buffer.alloc(128)
  if (far < 0 || grantTerminal(far) !== 0 || unlockTerminal(far) !== 0 || nameOfTerminal(far, name, name.length) !== 0)
    throw new Error('there is no pseudo terminal')
  return { near: openSync(name.subarray(0, name.indexOf(0)).toString(), constants.O_RDWR | constants.O_NOCTTY), far }
}

export function closeQuietly(fd: number): void {
  try {
    closeSync(fd)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBADF') throw error
  }
}

/** Reads what is there. The watch has made the descriptor non-blocking. */
export function drain(fd: number): number {
  const bytes = Buffer.alloc(4096)
  let read = 0
  try {
    for (let count = readSync(fd, bytes); count > 0; count = readSync(fd, bytes)) read += count
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
  }
  return read
}

/** Descriptors of one fixture, and what closes them. */
export function createDescriptors(): { open(): TestDescriptor; close(): void } {
  const open: number[] = []
  return {
    open() {
      const { near, far } = openSocketPair()
      open.push(near, far)
      return {
        fd: near,
        makeReadable: () => void writeSync(far, 'x'),
        drain: () => void drain(near),
        hangUp: () => closeSync(far),
      }
    },
    close() {
      for (const fd of open.splice(0)) closeQuietly(fd)
    },
  }
}
