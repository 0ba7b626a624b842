// Readiness by net.Socket: an explicit choice where uv_poll is not to be had. It reads by itself, so events carry the data.
import { LoopError } from '../errors.ts'
import type { FdEmit, FdInterest, FdOpenOptions, FdRegistration, ReadinessBackend } from './backend.ts'
import { HANGUP, READABLE } from './backend.ts'
import { checkDescriptor, nativeFailure } from './descriptor.ts'

/**
 * Watches pipes and sockets for reading through `net.Socket`, in workers and under Windows too. It is never chosen
 * silently, because it differs: it takes the descriptor over and closes it at the end, it consumes what arrives, and each
 * event carries one chunk as `data`. Watching for writing is refused with `ERR_FD_UNSUPPORTED`.
 */
export function netSocketBackend(): ReadinessBackend {
  return {
    name: 'net.Socket',
    open(fd: number, interest: FdInterest, emit: FdEmit, _options: FdOpenOptions): FdRegistration {
      refuseWriting(fd, interest)
      checkDescriptor(fd)
      return new SocketRegistration(fd, emit)
    },
  }
}

function refuseWriting(fd: number, interest: FdInterest): void {
  if (interest.write !== true) return
  throw new LoopError(
    'ERR_FD_UNSUPPORTED',
    `net.Socket cannot tell whether descriptor ${fd} can be written; watch for reading only`,
    { context: { fd } },
  )
}

class SocketRegistration implements FdRegistration {
  readonly #fd: number
  readonly #socket: import('node:net').Socket

  constructor(fd: number, emit: FdEmit) {
    this.#fd = fd
    this.#socket = openSocket(fd)
    this.#socket.on('data', (data) => {
      this.#socket.pause()
      emit(READABLE, { data })
    })
    this.#socket.on('end', () => emit(READABLE | HANGUP))
    this.#socket.on('error', (error) => emit(0, { error: nativeFailure(String(Reflect.get(error, 'code')), 'read', fd, error) }))
  }

  modify(interest: FdInterest): void {
    refuseWriting(this.#fd, interest)
  }

  setRef(ref: boolean): void {
    if (ref) this.#socket.ref()
    else this.#socket.unref()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      // After the end of the stream it may have closed by itself.
      if (this.#socket.closed) resolve()
      else this.#socket.once('close', () => resolve()).destroy()
    })
  }
}

function openSocket(fd: number): import('node:net').Socket {
  const { Socket } = process.getBuiltinModule('node:net')
  try {
    return new Socket({ fd, readable: true, writable: false, allowHalfOpen: true })
  } catch (cause) {
    const code = typeof cause === 'object' && cause !== null ? String(Reflect.get(cause, 'code')) : 'UNKNOWN'
    throw nativeFailure(code === 'ERR_INVALID_FD_TYPE' ? 'EPERM' : code, 'open', fd, cause)
  }
}
