// Node's own exported uv_poll functions, called through koffi: epoll or kqueue on the main loop, no compiler, no thread.
import { LoopError } from '../errors.ts'
import type { FdEmit, FdInterest, FdOpenOptions, FdRegistration, ReadinessBackend } from './backend.ts'
import { READABLE, WRITABLE } from './backend.ts'
import { checkDescriptor, nativeFailure } from './descriptor.ts'

/** The members of koffi that are used here. Pointers are opaque: objects in version 2, bigints in version 3. */
export interface KoffiLike {
  readonly version: string
  load(path: null): {
    func(definition: string): (...args: unknown[]) => unknown
    func(name: string, result: unknown, args: readonly unknown[]): (...args: unknown[]) => unknown
  }
  proto(definition: string): unknown
  pointer(type: unknown): unknown
  register(callback: (...args: never[]) => void, type: unknown): unknown
  unregister(callback: unknown): void
  alloc(type: string, length: number): unknown
  free(pointer: unknown): void
  address(pointer: unknown): bigint
  errno(): number
}

export interface UvPollOptions {
  /** The koffi module; by default it is looked for where this package is installed. */
  readonly koffi?: KoffiLike | undefined
}

/** `uv_handle_type` of a poll handle; part of libuv's ABI. */
const UV_POLL = 8
/** Reported beside reading or writing when the other side is gone; the same bit as {@link HANGUP}. */
const UV_DISCONNECT = 4
/** `fcntl` command that duplicates and sets close-on-exec, by `process.platform`. */
const DUPFD_CLOEXEC: Readonly<Record<string, number>> = { linux: 1030, android: 1030, darwin: 67, freebsd: 17 }

/**
 * Watches descriptors on the main thread's own libuv loop. Needs koffi, an optional peer.
 * Opening fails with `ERR_READINESS_UNSUPPORTED` without koffi, in workers, in browsers, and under Windows.
 */
export function uvPollBackend(options: UvPollOptions = {}): ReadinessBackend {
  return new UvPollBackend(options.koffi)
}

type NativeFunction = (...args: unknown[]) => unknown

interface Native {
  readonly koffi: KoffiLike
  readonly loop: unknown
  readonly handleBytes: number
  readonly dupCommand: number
  readonly init: NativeFunction
  readonly start: NativeFunction
  readonly stop: NativeFunction
  readonly close: NativeFunction
  readonly ref: NativeFunction
  readonly unref: NativeFunction
  readonly fcntl: NativeFunction
  readonly onPoll: unknown
  readonly onClose: unknown
}

class UvPollBackend implements ReadinessBackend {
  readonly name = 'uv_poll'
  readonly #given: KoffiLike | undefined
  #native: Native | undefined
  /** Open watches by the address of their handle, which is what the one poll callback is told. */
  readonly #open = new Map<number, UvPollWatch>()
  readonly #closing = new Map<number, UvPollWatch>()
  #closedSoon: UvPollWatch[] = []
  #disposed = false

  constructor(given: KoffiLike | undefined) {
    this.#given = given
  }

  open(fd: number, interest: FdInterest, emit: FdEmit, { dup }: FdOpenOptions): FdRegistration {
    const native = (this.#native ??= this.#load())
    checkDescriptor(fd)
    const watched = dup ? duplicate(native, fd) : fd
    const handle = native.koffi.alloc('uint8_t', native.handleBytes)
    const status = native.init(native.loop, handle, watched) as number
    if (status < 0) {
      native.koffi.free(handle)
      if (dup) closeFd(watched)
      throw nativeFailure(errnoName(status), 'uv_poll_init', fd)
    }
    const watch = new UvPollWatch(native, handle, { fd, watched, dup, emit }, (ended) => this.#close(ended))
    this.#open.set(watch.address, watch)
    try {
      watch.modify(interest)
    } catch (error) {
      void watch.close()
      throw error
    }
    return watch
  }

  dispose(): void {
    this.#disposed = true
    this.#releaseShared()
  }

  #close(watch: UvPollWatch): void {
    this.#open.delete(watch.address)
    this.#closing.set(watch.address, watch)
  }

  /** notes what happened; the loop's own turn does the rest. Nothing may throw into libuv. */
  readonly #polled = (address: number, status: number, events: number): void => {
    this.#open.get(address)?.polled(status, events)
  }

  /** the memory is free to go here and nowhere else. A promise settled here would continue at some later timer, or never. */
  readonly #closed = (address: number): void => {
    const watch = this.#closing.get(address)
    if (watch === undefined) return
    this.#closing.delete(address)
    watch.free()
    if (this.#closedSoon.length === 0) setImmediate(this.#settleClosed)
    this.#closedSoon.push(watch)
  }

  readonly #settleClosed = (): void => {
    const closed = this.#closedSoon
    this.#closedSoon = []
    for (const watch of closed) watch.settle()
    this.#releaseShared()
  }

  /** Gives the two native callbacks back when nothing can call them any more. */
  #releaseShared(): void {
    const native = this.#native
    if (!this.#disposed || native === undefined || this.#open.size > 0 || this.#closing.size > 0) return
    this.#native = undefined
    native.koffi.unregister(native.onPoll)
    native.koffi.unregister(native.onClose)
  }

  #load(): Native {
    const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads')
    if (threads === undefined) throw unsupported('uv_poll needs Node: this platform has no descriptors to watch')
    if (!threads.isMainThread)
      throw unsupported(
        'uv_poll watches the main thread only; register the descriptor there, or pass readiness: netSocketBackend()',
      )
    const dupCommand = DUPFD_CLOEXEC[process.platform]
    if (dupCommand === undefined)
      throw unsupported(`uv_poll is not supported on ${process.platform}; pass readiness: netSocketBackend()`)
    const koffi = this.#given ?? requireKoffi()
    const major = Number.parseInt(koffi.version, 10)
    if (major !== 2 && major !== 3)
      throw unsupported(`koffi ${koffi.version} is not supported; install koffi 2.9 or later, below 4`)
    try {
      const library = koffi.load(null)
      const pollType = koffi.pointer(koffi.proto(`void ${typeName(major, 'Poll')}(uintptr_t handle, int status, int events)`))
      const closeType = koffi.pointer(koffi.proto(`void ${typeName(major, 'Close')}(uintptr_t handle)`))
      const handleBytes = Number(library.func('size_t uv_handle_size(int type)')(UV_POLL))
      return {
        koffi,
        loop: library.func('void *uv_default_loop()')(),
        handleBytes,
        dupCommand,
        init: library.func('int uv_poll_init(void *loop, void *handle, int fd)'),
        start: library.func('uv_poll_start', 'int', ['void *', 'int', pollType]),
        stop: library.func('int uv_poll_stop(void *handle)'),
        close: library.func('uv_close', 'void', ['void *', closeType]),
        ref: library.func('void uv_ref(void *handle)'),
        unref: library.func('void uv_unref(void *handle)'),
        fcntl: library.func('int fcntl(int fd, int command, ...)'),
        onPoll: koffi.register(this.#polled, pollType),
        onClose: koffi.register(this.#closed, closeType),
      }
    } catch (cause) {
      throw unsupported(
        'this Node does not export what is needed (uv_poll_init and others); use the official binary, or pass readiness: netSocketBackend()',
        cause,
      )
    }
  }
}

interface WatchParts {
  /** The caller's number, for messages. */
  readonly fd: number
  /** The number that libuv has: a duplicate, or the same. */
  readonly watched: number
  readonly dup: boolean
  readonly emit: FdEmit
}

class UvPollWatch implements FdRegistration {
  readonly address: number
  readonly #native: Native
  readonly #handle: unknown
  readonly #parts: WatchParts
  readonly #onEnd: (watch: UvPollWatch) => void
  #mask = 0
  #paused = false
  #settle: () => void = () => {}

  constructor(native: Native, handle: unknown, parts: WatchParts, onEnd: (watch: UvPollWatch) => void) {
    this.#native = native
    this.#handle = handle
    this.#parts = parts
    this.#onEnd = onEnd
    this.address = Number(native.koffi.address(handle))
  }

  modify(interest: FdInterest): void {
    this.#mask = (interest.read === true ? READABLE : 0) | (interest.write === true ? WRITABLE : 0) | UV_DISCONNECT
    this.#paused = false
    this.#start()
  }

  #start(): void {
    const status = this.#native.start(this.#handle, this.#mask, this.#native.onPoll) as number
    if (status < 0) throw nativeFailure(errnoName(status), 'uv_poll_start', this.#parts.fd)
  }

  polled(status: number, events: number): void {
    if (status < 0) {
      this.#parts.emit(0, { error: nativeFailure(errnoName(status), 'uv_poll', this.#parts.fd) })
      return
    }
    // A hangup lasts: it is told once, or a watch for writing would be called on every poll from then on.
    const hungUp = (events & UV_DISCONNECT) !== 0
    if (hungUp) this.#mask &= ~UV_DISCONNECT
    if (!this.#parts.emit(events)) {
      this.#native.stop(this.#handle)
      this.#paused = true
    } else if (hungUp) this.#native.start(this.#handle, this.#mask, this.#native.onPoll)
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#start()
  }

  setRef(ref: boolean): void {
    if (ref) this.#native.ref(this.#handle)
    else this.#native.unref(this.#handle)
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#settle = resolve
      this.#onEnd(this)
      this.#native.close(this.#handle, this.#native.onClose)
      if (this.#parts.dup) closeFd(this.#parts.watched)
    })
  }

  free(): void {
    this.#native.koffi.free(this.#handle)
  }

  settle(): void {
    this.#settle()
  }
}

function duplicate(native: Native, fd: number): number {
  const copy = native.fcntl(fd, native.dupCommand, 'int', 0) as number
  if (copy < 0) throw nativeFailure(errnoName(-native.koffi.errno()), 'fcntl', fd)
  return copy
}

function closeFd(fd: number): void {
  process.getBuiltinModule('node:fs').closeSync(fd)
}

/** libuv's codes are negated errno values on every platform that is supported here. */
function errnoName(status: number): string {
  return process.getBuiltinModule('node:util').getSystemErrorName(status)
}

function requireKoffi(): KoffiLike {
  const require = process.getBuiltinModule('node:module').createRequire(import.meta.url)
  try {
    return require('koffi') as KoffiLike
  } catch (cause) {
    throw unsupported('koffi is not installed; npm install koffi, or pass readiness: netSocketBackend()', cause)
  }
}

/** koffi 2 has no nameless types, and its names are global: this one is met nowhere else. */
function typeName(major: number, name: string): string {
  return major === 2 ? `Loopwright${name}${process.hrtime.bigint()}` : ''
}

function unsupported(message: string, cause?: unknown): LoopError {
  return new LoopError(
    'ERR_READINESS_UNSUPPORTED',
    `descriptors cannot be watched: ${message}`,
    cause === undefined ? {} : { cause },
  )
}
