// All descriptors of one loop: registering them within a bound, delivering what is ready in the poll phase, and their end.
import type { CallbackRunner } from '../callbacks.ts'
import { LoopError } from '../errors.ts'
import type { FastPath } from '../fast-path.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { Participant } from '../participant.ts'
import type { Phase } from '../phase.ts'
import type { Checkpoint } from '../queues/checkpoint.ts'
import type { Station } from '../station.ts'
import type { TimerCalls } from '../timers/timer-calls.ts'
import { checkKeys, numberIn, requireFunction, signalIn } from '../validate.ts'
import type { Wake } from '../wake.ts'
import type { FdInterest, FdRegistration, ReadinessBackend } from './backend.ts'
import { FdEntry, checkInterest } from './fd-watch.ts'
import type { FdReadiness, FdWatch, WatchOwner } from './fd-watch.ts'

const DEFAULT_TIMEOUT_MS = 5000
const MAX_TIMEOUT_MS = 2 ** 31 - 1
const MAX_FD = 2 ** 31 - 1
const REGISTER_KEYS = ['timeoutMs', 'idleTimeoutMs', 'signal', 'dup', 'label']
const WAIT_KEYS = ['timeoutMs', 'signal', 'dup']

export interface RegisterFdOptions {
  /** Bounds the registration itself, for backends that can stall; real time. 0 to 2^31-1 ms, default 5000. */
  readonly timeoutMs?: number | undefined
  /** Tells `timedOut: true` when nothing has happened for so long, in loop time. 1 to 2^31-1 ms, default never. */
  readonly idleTimeoutMs?: number | undefined
  /** Rejects the registration, or ends it later. Default none. */
  readonly signal?: AbortSignal | undefined
  /** Watch a duplicate of the descriptor. Default true; `false` saves a descriptor, and then it must stay open until `unregister`. */
  readonly dup?: boolean | undefined
  /** Names its callbacks in diagnostics and samples. Default none. */
  readonly label?: string | undefined
}

export interface WaitFdOptions {
  /** In loop time. 0 to 2^31-1 ms, default never. */
  readonly timeoutMs?: number | undefined
  /** Ends the wait, which rejects with its reason. Default none. */
  readonly signal?: AbortSignal | undefined
  /** As for `registerFd`. Default true. */
  readonly dup?: boolean | undefined
}

/** What readiness needs of its loop. */
export interface ReadinessParts {
  readonly backend: () => ReadinessBackend
  readonly runner: CallbackRunner
  readonly checkpoint: Checkpoint
  readonly wake: Wake
  readonly fastPath: FastPath
  readonly lifecycle: Lifecycle
  readonly timers: TimerCalls
  readonly refChanged: () => void
}

export class Readiness implements Station, Participant, WatchOwner {
  readonly name = 'descriptors'
  readonly phase: Phase = 'poll'
  readonly #parts: ReadinessParts
  readonly #byNumber = new Map<number, FdEntry>()
  #backend: ReadinessBackend | undefined
  /** Became ready since the last snapshot. */
  #ready: FdEntry[] = []
  /** The snapshot, and the place reached in it. */
  #round: FdEntry[] = []
  #at = 0

  constructor(parts: ReadinessParts) {
    this.#parts = parts
  }

  /** Descriptors registered now. */
  get size(): number {
    return this.#byNumber.size
  }

  async register(
    fd: number,
    interest: FdInterest,
    onReady: (event: FdReadiness) => void,
    options: RegisterFdOptions = {},
  ): Promise<FdWatch> {
    checkFd(fd)
    const watched = checkInterest(interest)
    requireFunction('onReady', onReady)
    checkKeys('options', options, REGISTER_KEYS)
    const timeoutMs = numberIn('timeoutMs', options.timeoutMs ?? DEFAULT_TIMEOUT_MS, { min: 0, max: MAX_TIMEOUT_MS })
    const { idleTimeoutMs } = options
    if (idleTimeoutMs !== undefined) numberIn('idleTimeoutMs', idleTimeoutMs, { min: 1, max: MAX_TIMEOUT_MS })
    if (options.dup !== undefined && typeof options.dup !== 'boolean')
      throw new TypeError(`dup must be a boolean, got ${typeof options.dup}`)
    const signal = signalIn(options.signal)
    signal?.throwIfAborted()
    this.#parts.lifecycle.requireAccepting()
    if (this.#byNumber.has(fd)) {
      throw new LoopError('ERR_FD_EXISTS', `descriptor ${fd} is registered on this loop already; modify or unregister that`, {
        context: { fd },
      })
    }
    this.#parts.fastPath.addHostInput()
    const entry = new FdEntry(fd, this, onReady)
    entry.task = this.#parts.runner.entry(() => entry.deliver(), options.label)
    this.#byNumber.set(fd, entry)
    this.#parts.refChanged()
    try {
      const registration = await this.#open(entry, watched, { timeoutMs, signal, dup: options.dup ?? true })
      // what the caller did after the call, before this goes on
      if (entry.ended || signal?.aborted === true) {
        void registration.close()
        throw signal?.aborted === true ? signal.reason : this.#parts.lifecycle.endError
      }
      entry.attach(registration, idleTimeoutMs)
    } catch (error) {
      entry.end()
      throw error
    }
    if (signal !== undefined) {
      const onAbort = (): void => entry.end()
      signal.addEventListener('abort', onAbort, { once: true })
      entry.onEnd = () => signal.removeEventListener('abort', onAbort)
    }
    return entry
  }

  /** Opens the native watch; a success that comes after the bound, the abort or the end of the loop is rolled back. */
  #open(
    entry: FdEntry,
    interest: FdInterest,
    { timeoutMs, signal, dup }: { readonly timeoutMs: number; readonly signal: AbortSignal | undefined; readonly dup: boolean },
  ): FdRegistration | Promise<FdRegistration> {
    this.#backend ??= this.#parts.backend()
    const opened = this.#backend.open(entry.fd, interest, entry.emit, { dup })
    if (!('then' in opened)) return opened
    return new Promise((resolve, reject) => {
      let late = false
      const give = (reason: unknown): void => {
        if (late) return
        late = true
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        entry.onEnd = () => {}
        reject(reason)
      }
      const onAbort = (): void => give(signal?.reason)
      const timer = setTimeout(
        () =>
          give(
            new LoopError('ERR_FD_TIMEOUT', `registering descriptor ${entry.fd} took longer than ${timeoutMs} ms`, {
              context: { fd: entry.fd, timeoutMs },
            }),
          ),
        timeoutMs,
      )
      signal?.addEventListener('abort', onAbort, { once: true })
      entry.onEnd = () => give(this.#parts.lifecycle.endError)
      opened.then((registration) => {
        if (late) {
          void registration.close()
          return
        }
        late = true
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
        entry.onEnd = () => {}
        resolve(registration)
      }, give)
    })
  }

  /** Waits for one event. */
  async wait(fd: number, interest: FdInterest, options: WaitFdOptions = {}): Promise<FdReadiness> {
    checkKeys('options', options, WAIT_KEYS)
    const { timeoutMs } = options
    if (timeoutMs !== undefined) numberIn('timeoutMs', timeoutMs, { min: 0, max: MAX_TIMEOUT_MS })
    const signal = signalIn(options.signal)
    let settle: { readonly resolve: (event: FdReadiness) => void; readonly reject: (reason: unknown) => void } | undefined
    const outcome = new Promise<FdReadiness>((resolve, reject) => {
      settle = { resolve, reject }
    })
    const onReady = (event: FdReadiness): void => {
      if (event.error === undefined) settle?.resolve(event)
      else settle?.reject(event.error)
    }
    const watch = (await this.register(fd, interest, onReady, { signal, dup: options.dup })) as FdEntry
    const dropListener = watch.onEnd
    watch.onEnd = () => {
      dropListener()
      settle?.reject(signal?.aborted === true ? signal.reason : this.#parts.lifecycle.endError)
    }
    if (watch.ended) watch.onEnd()
    const expired = (): void =>
      settle?.reject(
        new LoopError('ERR_FD_TIMEOUT', `descriptor ${fd} was not ready within ${timeoutMs} ms`, { context: { fd, timeoutMs } }),
      )
    const timer = timeoutMs === undefined ? undefined : this.armIdle(timeoutMs, expired)
    try {
      return await outcome
    } finally {
      if (timer !== undefined) this.cancelIdle(timer)
      watch.end()
    }
  }

  ready(entry: FdEntry): void {
    this.#ready.push(entry)
    this.#parts.wake.request()
  }

  ended(entry: FdEntry): void {
    if (this.#byNumber.get(entry.fd) !== entry) return
    this.#byNumber.delete(entry.fd)
    this.#parts.fastPath.removeHostInput()
    this.#parts.refChanged()
  }

  refChanged(): void {
    this.#parts.refChanged()
  }

  armIdle(delayMs: number, callback: () => void): number {
    return this.#parts.timers.schedule(delayMs, callback, { unref: true, internal: true })
  }

  refreshIdle(id: number): void {
    this.#parts.timers.refresh(id)
  }

  cancelIdle(id: number): void {
    this.#parts.timers.cancel(id)
  }

  get waiting(): number {
    return this.left + this.#ready.length
  }

  get left(): number {
    return this.#round.length - this.#at
  }

  open(): void {
    if (this.#ready.length === 0 && this.left === 0) return
    this.#round = this.left === 0 ? this.#ready : [...this.#round.slice(this.#at), ...this.#ready]
    this.#at = 0
    this.#ready = []
  }

  run(count: number): number {
    const { runner, checkpoint } = this.#parts
    let ran = 0
    while (ran < count && this.#at < this.#round.length && !runner.halted) {
      const entry = this.#round[this.#at++] as FdEntry
      const { task } = entry
      entry.queued = false
      if (task === undefined) continue
      ran++
      runner.run(task)
      checkpoint.run()
    }
    return ran
  }

  /** Unregisters everything. @returns how many descriptors that were. */
  discard(): number {
    const count = this.#byNumber.size
    for (const entry of this.#byNumber.values()) entry.end()
    this.#round = []
    this.#ready = []
    this.#at = 0
    this.#backend?.dispose?.()
    this.#backend = undefined
    return count
  }

  oldestAgeMs(): number {
    return 0
  }

  isAlive(): boolean {
    for (const entry of this.#byNumber.values()) if (entry.isRef) return true
    return false
  }
}

function checkFd(fd: number): void {
  if (typeof fd !== 'number') throw new TypeError(`fd must be a number, got ${typeof fd}`)
  if (!Number.isInteger(fd) || fd < 0 || fd > MAX_FD) throw new RangeError(`fd must be an integer from 0 to ${MAX_FD}, got ${fd}`)
}
