// One registered descriptor: its native watch, what it has to tell, and how it ends.
import { LoopError } from '../errors.ts'
import type { Entry } from '../queues/task.ts'
import type { FdEmit, FdInterest, FdRegistration } from './backend.ts'
import { HANGUP, READABLE, WRITABLE } from './backend.ts'

/** What a callback is told; made anew for each call. Readiness may be spurious: read until `EAGAIN`. */
export interface FdReadiness {
  readonly readable: boolean
  readonly writable: boolean
  /** The other side is gone; what it had sent may still be read. Told once. */
  readonly hangup: boolean
  /** Nothing happened for `idleTimeoutMs`. */
  readonly timedOut: boolean
  /** The native watch has failed. It reports nothing more until `modify`. */
  readonly error: Error | undefined
  /** Only from backends that read by themselves. */
  readonly data: Uint8Array | undefined
}

/** A registration. Whoever made it must unregister it, or end the loop. */
export interface FdWatch extends AsyncDisposable {
  readonly fd: number
  /**
   * Changes what is watched for.
   * @throws LoopError `ERR_FD_NOT_REGISTERED` after the end; `ERR_FD_BACKEND` and others of the system.
   */
  modify(interest: FdInterest): void
  /** Drops what was not delivered. @returns a promise of `true`, when the native handle is closed; of `false` if it had ended before. */
  unregister(): Promise<boolean>
  /** Lets the registration keep the loop alive, as it does from the start. */
  ref(): void
  unref(): void
}

/** What a watch asks of the readiness of its loop. */
export interface WatchOwner {
  /** It has something to tell. */
  ready(watch: FdEntry): void
  /** It is over; its number is free. */
  ended(watch: FdEntry): void
  refChanged(): void
  armIdle(delayMs: number, callback: () => void): number
  refreshIdle(id: number): void
  cancelIdle(id: number): void
}

/** Checks that at least one of read and write is asked for. */
export function checkInterest(interest: FdInterest): FdInterest {
  if (typeof interest !== 'object' || interest === null) throw new TypeError('interest must be an object such as { read: true }')
  for (const [name, value] of Object.entries(interest)) {
    if (name !== 'read' && name !== 'write') throw new TypeError(`interest has an unknown member "${name}"; known: read, write`)
    if (value !== undefined && typeof value !== 'boolean')
      throw new TypeError(`interest.${name} must be a boolean, got ${typeof value}`)
  }
  if (interest.read !== true && interest.write !== true) throw new TypeError('interest must have read or write, or both')
  return { read: interest.read === true, write: interest.write === true }
}

/** @internal */
export class FdEntry implements FdWatch {
  readonly fd: number
  readonly #owner: WatchOwner
  #registration: FdRegistration | undefined
  #onReady: ((event: FdReadiness) => void) | undefined
  /** What the turn runs: it carries the context and label of the registration. */
  task: Entry | undefined
  /** Whether it waits in the list of what is ready. */
  queued = false
  #ended = false
  #closed: Promise<void> | undefined
  #isRef = true
  #events = 0
  #error: Error | undefined
  #data: Uint8Array | undefined
  #timedOut = false
  #idleTimer: number | undefined
  /** Run at the end, whatever ended it: drops the abort listener, rejects who waits. */
  onEnd: () => void = () => {}

  constructor(fd: number, owner: WatchOwner, onReady: (event: FdReadiness) => void) {
    this.fd = fd
    this.#owner = owner
    this.#onReady = onReady
  }

  get ended(): boolean {
    return this.#ended
  }

  get isRef(): boolean {
    return this.#isRef
  }

  /** Given to the backend. */
  readonly emit: FdEmit = (events, details) => {
    if (this.#ended) return true
    const waits = this.queued
    this.#events |= events
    if (details?.error !== undefined) this.#error = details.error
    if (details?.data !== undefined) this.#data = details.data
    this.#queue()
    return !waits
  }

  #queue(): void {
    if (this.queued || this.#ended) return
    this.queued = true
    this.#owner.ready(this)
  }

  /** The backend has opened it. */
  attach(registration: FdRegistration, idleTimeoutMs: number | undefined): void {
    this.#registration = registration
    if (!this.#isRef) registration.setRef(false)
    if (idleTimeoutMs !== undefined) {
      this.#idleTimer = this.#owner.armIdle(idleTimeoutMs, () => {
        this.#timedOut = true
        this.#queue()
        // Here the timer may still be armed again; once its callback is over it is gone.
        this.#refreshIdle()
      })
    }
  }

  #refreshIdle(): void {
    if (this.#idleTimer !== undefined) this.#owner.refreshIdle(this.#idleTimer)
  }

  /** Tells what has gathered. Called by the turn, through {@link task}. */
  deliver(): void {
    const events = this.#events
    const event: FdReadiness = {
      readable: (events & READABLE) !== 0,
      writable: (events & WRITABLE) !== 0,
      hangup: (events & HANGUP) !== 0,
      timedOut: this.#timedOut,
      error: this.#error,
      data: this.#data,
    }
    this.#events = 0
    this.#error = undefined
    this.#data = undefined
    this.#timedOut = false
    this.#resume()
    // What was waited for may have been given up since.
    if (events === 0 && !event.timedOut && event.error === undefined) return
    this.#refreshIdle()
    this.#onReady?.(event)
  }

  /** A watch that cannot go on says so with its next event. */
  #resume(): void {
    try {
      this.#registration?.resume()
    } catch (error) {
      this.emit(0, { error: error as Error })
    }
  }

  modify(interest: FdInterest): void {
    const checked = checkInterest(interest)
    if (this.#ended || this.#registration === undefined) {
      throw new LoopError('ERR_FD_NOT_REGISTERED', `descriptor ${this.fd} is not registered any more`, {
        context: { fd: this.fd },
      })
    }
    this.#registration.modify(checked)
    const asked = (checked.read === true ? READABLE : 0) | (checked.write === true ? WRITABLE : 0) | HANGUP
    this.#events &= asked
  }

  ref(): void {
    this.#setRef(true)
  }

  unref(): void {
    this.#setRef(false)
  }

  #setRef(ref: boolean): void {
    if (this.#isRef === ref || this.#ended) return
    this.#isRef = ref
    this.#registration?.setRef(ref)
    this.#owner.refChanged()
  }

  async unregister(): Promise<boolean> {
    if (this.#ended) {
      await this.#closed
      return false
    }
    this.end()
    await this.#closed
    return true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unregister()
  }

  /** Ends it and lets go of everything the user handed over. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#onReady = undefined
    this.task = undefined
    this.#error = undefined
    this.#data = undefined
    if (this.#idleTimer !== undefined) this.#owner.cancelIdle(this.#idleTimer)
    const registration = this.#registration
    this.#registration = undefined
    this.#owner.ended(this)
    this.#closed = registration?.close()
    this.onEnd()
    this.onEnd = () => {}
  }
}
