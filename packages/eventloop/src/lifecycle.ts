// The states of a loop, who ended it and how, and the promises that wait for the end.
import { LoopError } from './errors.ts'
import type { ExitMode, LoopExit, LoopState } from './state.ts'
import { memberOf, numberIn, signalIn } from './validate.ts'

const MAX_INT = 2 ** 31 - 1

export interface ShutdownOptions {
  /** Milliseconds that the returned promise waits at most. 0 to 2^31-1 or `Infinity`, the default. */
  readonly timeoutMs?: number | undefined
  /** Ends the wait, not the termination. Default none. */
  readonly signal?: AbortSignal | undefined
  /** What follows the timeout: termination goes on (`'keep'`, default) or becomes immediate (`'close'`). */
  readonly onTimeout?: 'keep' | 'close' | undefined
}

interface Wait {
  readonly deadlineMs: number
  expire(): void
}

export interface LifecyclePorts {
  nowMs(): number
  /** The state has changed. */
  onState(from: LoopState, to: LoopState): void
  /** Termination has begun or become immediate: stop between callbacks, close admission, ask for a visit. */
  onTermination(immediate: boolean): void
}

export function terminatedError(): LoopError {
  return new LoopError('ERR_LOOP_TERMINATED', 'the loop is ending or has ended; make a new one')
}

/** Decides the mode once, and joins everybody who asks for an end. Runs nothing itself. */
export class Lifecycle {
  readonly #ports: LifecyclePorts
  readonly #waits: Set<Wait> = new Set()
  #state: LoopState = 'awake'
  #mode: ExitMode | undefined = undefined
  #immediate = false
  #endError: LoopError | undefined = undefined
  #escalated = false
  #failure: { readonly error: unknown } | undefined = undefined
  #exit: LoopExit | undefined = undefined
  #resolveDone: (exit: LoopExit) => void = () => {}
  readonly done: Promise<LoopExit>

  constructor(ports: LifecyclePorts) {
    this.#ports = ports
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
  }

  get state(): LoopState {
    return this.#state
  }

  /** Whether macrotasks are accepted. */
  get accepting(): boolean {
    return this.#mode === undefined
  }

  get terminating(): boolean {
    return this.#mode !== undefined && this.#state !== 'terminated'
  }

  get terminated(): boolean {
    return this.#state === 'terminated'
  }

  /** Whether what is queued is dropped instead of drained. */
  get immediate(): boolean {
    return this.#immediate
  }

  setState(to: LoopState): void {
    const from = this.#state
    if (from === to || from === 'terminated') return
    this.#state = to
    this.#ports.onState(from, to)
  }

  /**
   * What everything rejects with that the end cuts off: one object, however many those are. Its stack tells who ended the loop.
   */
  get endError(): LoopError {
    this.#endError ??= terminatedError()
    return this.#endError
  }

  /** The first call fixes the mode; a later `close` turns a graceful end into an immediate one. @returns whether it had an effect. */
  begin(mode: ExitMode): boolean {
    if (this.#state === 'terminated') return false
    if (this.#mode === undefined) {
      this.#mode = mode
      this.#immediate = mode === 'close'
      this.#endError = terminatedError()
      this.setState('terminating')
    } else if (mode === 'close' && !this.#immediate) {
      this.#immediate = true
      this.#escalated = true
    } else return false
    this.#ports.onTermination(this.#immediate)
    return true
  }

  /** Begins the end that the run signal asks for; `run` rejects with `reason`. */
  abort(reason: unknown): void {
    if (this.#mode !== undefined) return
    this.#failure = { error: reason }
    this.begin('abort')
  }

  /** Ends the loop at once because it cannot run; `run` rejects with `error`. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.begin('close')
  }

  /** Throws unless macrotasks are accepted. */
  requireAccepting(): void {
    if (this.#mode !== undefined) throw terminatedError()
  }

  /** What `run` settles with. */
  outcome(): Promise<LoopExit> {
    return this.done.then((exit) => {
      if (this.#failure !== undefined) throw this.#failure.error
      if (exit.errors.length > 0) throw exit.errors[0]
      return exit
    })
  }

  async shutdown(options: ShutdownOptions = {}): Promise<LoopExit> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal, onTimeout = 'keep' } = options
    numberIn('timeoutMs', timeoutMs, { min: 0, max: MAX_INT, infinite: true })
    memberOf('onTimeout', onTimeout, ['keep', 'close'] as const)
    signalIn(signal)?.throwIfAborted()
    this.begin('shutdown')
    if (this.#state === 'terminated' || (timeoutMs === Number.POSITIVE_INFINITY && signal === undefined)) return this.done
    return await this.#boundedWait(timeoutMs, signal, onTimeout)
  }

  async close(): Promise<LoopExit> {
    this.begin('close')
    return this.done
  }

  /** The earliest time at which {@link expire} has something to do. */
  nextWaitMs(): number {
    let earliest = Number.POSITIVE_INFINITY
    for (const wait of this.#waits) earliest = Math.min(earliest, wait.deadlineMs)
    return earliest
  }

  /** Ends the waits whose time has come. */
  expire(nowMs: number): void {
    for (const wait of this.#waits) if (wait.deadlineMs <= nowMs) wait.expire()
  }

  /** The loop has ended. */
  finish(errors: readonly unknown[], discarded: Readonly<Record<string, number>>): LoopExit {
    const all = errors.length > 1 ? [new AggregateError(errors, `${errors.length} parts failed to close`)] : [...errors]
    const exit: LoopExit = Object.freeze({
      mode: this.#mode ?? 'close',
      escalated: this.#escalated,
      errors: Object.freeze(all),
      discarded: Object.freeze(discarded),
    })
    this.#exit = exit
    this.setState('terminated')
    this.#resolveDone(exit)
    return exit
  }

  get exit(): LoopExit | undefined {
    return this.#exit
  }

  #boundedWait(timeoutMs: number, signal: AbortSignal | undefined, onTimeout: 'keep' | 'close'): Promise<LoopExit> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waits.delete(wait)
        signal?.removeEventListener('abort', onAbort)
      }
      const onAbort = (): void => {
        settle()
        reject(signal?.reason)
      }
      const wait: Wait = {
        deadlineMs: this.#ports.nowMs() + timeoutMs,
        expire: () => {
          settle()
          reject(
            new LoopError('ERR_SHUTDOWN_TIMEOUT', `the loop had not ended after ${timeoutMs} ms`, { context: { timeoutMs } }),
          )
          if (onTimeout === 'close') this.begin('close')
        },
      }
      if (timeoutMs !== Number.POSITIVE_INFINITY) this.#waits.add(wait)
      signal?.addEventListener('abort', onAbort, { once: true })
      void this.done.then((exit) => {
        settle()
        resolve(exit)
      })
    })
  }
}
