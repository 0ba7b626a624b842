// The host on Node's own loop: setImmediate for soon, one setTimeout for then, Atomics.waitAsync for other threads.
import { LoopError } from '../errors.ts'
import type { Host, HostEntry, NativeCheckpoint } from '../host.ts'
import { ProbedCheckpoint } from './native-checkpoint.ts'

/** The longest wait that `setTimeout` takes; later deadlines are re-armed in pieces. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

interface AtomicsWithWaitAsync {
  waitAsync?(
    word: Int32Array,
    index: number,
    value: number,
  ): { readonly async: boolean; readonly value: Promise<string> | string }
}

/**
 * For the main thread and for workers. Makes nothing until it is started.
 * @throws LoopError `ERR_HOST_UNSUPPORTED` away from Node, as in browsers: `VirtualHost` is for everywhere.
 */
export function nodeHost(): Host {
  if (typeof setImmediate !== 'function')
    throw new LoopError('ERR_HOST_UNSUPPORTED', 'this platform is not Node: give the loop another host, such as a VirtualHost')
  return new NodeHost()
}

class NodeHost implements Host {
  readonly kind = 'node'
  readonly #checkpoint = new ProbedCheckpoint()
  readonly wakeWord: Int32Array = new Int32Array(new SharedArrayBuffer(4))
  #entry: HostEntry | undefined = undefined
  /** Immediates that will come, each good for one visit. */
  readonly #coming: NodeJS.Immediate[] = []
  #requested = false
  /** Stands in for the immediate while nothing may hold the process: Node looks at an unref'd immediate only when it has other work. */
  #soft: NodeJS.Timeout | undefined = undefined
  #timeout: NodeJS.Timeout | undefined = undefined
  #timeoutAtMs = Number.POSITIVE_INFINITY
  #deadlineMs = Number.POSITIVE_INFINITY
  /** Holds the process while the loop waits: neither a wait for another thread nor an unref'd timeout does. */
  #keeper: NodeJS.Timeout | undefined = undefined
  #listening = false

  get checkpoint(): NativeCheckpoint {
    return this.#checkpoint
  }

  nowMs(): number {
    return performance.now()
  }

  start(entry: HostEntry): void {
    this.#entry = entry
    this.#listen()
  }

  request(): void {
    this.requestRow(1)
  }

  requestRow(visits: number): void {
    if (this.#entry === undefined) return
    this.#requested = true
    if (this.#coming.length > 0) return
    if (this.#keeper === undefined) {
      this.#soft ??= setTimeout(this.#onSoft, 0).unref()
      return
    }
    for (let i = 0; i < visits; i++) this.#coming.push(setImmediate(this.#onImmediate))
  }

  requestAt(deadlineMs: number): void {
    if (this.#entry === undefined) return
    this.#deadlineMs = deadlineMs
    this.#arm()
  }

  setRef(ref: boolean): void {
    if (this.#entry === undefined || ref === (this.#keeper !== undefined)) return
    if (ref) {
      this.#keeper = setInterval(() => {}, MAX_TIMEOUT_MS)
      if (this.#soft !== undefined) this.request()
      return
    }
    clearInterval(this.#keeper)
    this.#keeper = undefined
  }

  stop(): void {
    if (this.#entry === undefined) return
    this.#entry = undefined
    for (const immediate of this.#coming) clearImmediate(immediate)
    clearTimeout(this.#soft)
    clearTimeout(this.#timeout)
    clearInterval(this.#keeper)
    this.#coming.length = 0
    this.#soft = undefined
    this.#timeout = undefined
    this.#keeper = undefined
    // Ends the pending waitAsync, which would otherwise refer to this host for good.
    if (this.#listening) Atomics.notify(this.wakeWord, 0)
  }

  readonly #onImmediate = (): void => {
    this.#coming.pop()
    if (this.#requested) this.#visit()
  }

  readonly #onSoft = (): void => {
    this.#soft = undefined
    if (this.#requested) this.#visit()
  }

  readonly #onTimeout = (): void => {
    this.#timeout = undefined
    this.#timeoutAtMs = Number.POSITIVE_INFINITY
    // setTimeout may be early by almost a millisecond.
    if (this.nowMs() < this.#deadlineMs) {
      this.#arm()
      return
    }
    this.#deadlineMs = Number.POSITIVE_INFINITY
    this.#visit()
  }

  #visit(): void {
    this.#requested = false
    this.#checkpoint.probe()
    this.#entry?.enter()
  }

  /** Keeps one timeout, armed no later than the deadline; an earlier one is left to fire and look again. */
  #arm(): void {
    if (this.#deadlineMs === Number.POSITIVE_INFINITY) {
      clearTimeout(this.#timeout)
      this.#timeout = undefined
      this.#timeoutAtMs = Number.POSITIVE_INFINITY
    } else if (this.#timeoutAtMs > this.#deadlineMs || this.#timeout === undefined) {
      clearTimeout(this.#timeout)
      const waitMs = Math.min(Math.max(0, Math.ceil(this.#deadlineMs - this.nowMs())), MAX_TIMEOUT_MS)
      this.#timeout = setTimeout(this.#onTimeout, waitMs).unref()
      this.#timeoutAtMs = this.#deadlineMs
    }
  }

  /** A notify arrives as a promise job, so it only asks for a visit. */
  #listen(): void {
    const waitAsync = (Atomics as unknown as AtomicsWithWaitAsync).waitAsync
    if (waitAsync === undefined || this.#listening) return
    const word = this.wakeWord
    const value = Atomics.load(word, 0)
    const outcome = waitAsync.call(Atomics, word, 0, value)
    this.#listening = true
    const wake = (): void => {
      this.#listening = false
      if (this.#entry === undefined) return
      this.request()
      this.#listen()
    }
    if (outcome.async) void (outcome.value as Promise<string>).then(wake)
    else wake()
  }
}
