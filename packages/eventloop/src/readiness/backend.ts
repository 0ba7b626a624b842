// The port to whatever tells that a file descriptor can be read or written.

/** What to watch for; at least one is true. */
export interface FdInterest {
  readonly read?: boolean | undefined
  readonly write?: boolean | undefined
}

/** Bits of an event, as a backend reports them. */
export const READABLE = 1
export const WRITABLE = 2
export const HANGUP = 4

/** What a backend adds to the bits. */
export interface FdEventDetails {
  /** The native watch has failed; it reports nothing more until it is modified. */
  readonly error?: Error | undefined
  /** Only from backends that read by themselves. */
  readonly data?: Uint8Array | undefined
}

/**
 * Takes an event. It records it and asks for a turn; it never runs user code, so it may be called from inside a native
 * callback.
 *
 * @returns `false` while an earlier event of the registration waits to be delivered: the backend should keep silent until
 *   {@link FdRegistration.resume}, or a descriptor that stays ready would spin.
 */
export type FdEmit = (events: number, details?: FdEventDetails) => boolean

/** One open native watch. */
export interface FdRegistration {
  modify(interest: FdInterest): void
  /** Whether the watch keeps the process alive. */
  setRef(ref: boolean): void
  /** The event was delivered; events that still apply may be reported again. */
  resume(): void
  /** Ends the watch: no event is reported after the call. Resolves when the native handle is gone. Called once. */
  close(): Promise<void>
}

export interface FdOpenOptions {
  /** Watch a duplicate, so that closing or reusing the caller's number changes nothing. */
  readonly dup: boolean
}

/**
 * A way of watching descriptors. Failures are `LoopError`s: `ERR_READINESS_UNSUPPORTED`, `ERR_FD_INVALID`,
 * `ERR_FD_UNSUPPORTED`, `ERR_FD_EXISTS`, `ERR_FD_LIMIT`, `ERR_FD_BACKEND`.
 */
export interface ReadinessBackend {
  readonly name: string
  /** May take its time; whoever waits for it bounds that. */
  open(fd: number, interest: FdInterest, emit: FdEmit, options: FdOpenOptions): FdRegistration | Promise<FdRegistration>
  /** Lets go of what all registrations share. Called once, when the loop has ended; registrations may still be closing. */
  dispose?(): void
}
