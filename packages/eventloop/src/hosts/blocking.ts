// The host of a worker that is fed by ingress: it sleeps on the wake word itself, and returns to libuv before each sleep.
import { LoopError } from '../errors.ts'
import type { Host, HostEntry } from '../host.ts'
import { numberIn } from '../validate.ts'
import { ProbedCheckpoint } from './native-checkpoint.ts'

const DEFAULT_MAX_PARK_MS = 50
/** While nothing keeps the worker alive, a ref'd immediate would: an unref'd timer this short comes back instead. */
const UNREF_RETURN_MS = 1

export interface BlockingHostOptions {
  /**
   * The longest single sleep. The worker's messages and native I/O wait up to this long. 1 to 60 000 ms, default 50;
   * `Infinity` for a worker that uses none.
   */
  readonly maxParkMs?: number | undefined
}

/**
 * Makes the host that blocks its worker while there is nothing to do. A record that arrives by ingress wakes it without
 * libuv in between; everything else that happens in the worker is served between two sleeps.
 *
 * @throws LoopError `ERR_HOST_UNSUPPORTED` on the main thread, which must not block.
 */
export function blockingHost(options: BlockingHostOptions = {}): Host {
  // Not imported: packages for browsers use the other names of this entry.
  const { isMainThread } = process.getBuiltinModule('node:worker_threads')
  if (isMainThread)
    throw new LoopError(
      'ERR_HOST_UNSUPPORTED',
      'blockingHost() would block the main thread; use nodeHost() there, and this one in workers',
    )
  return new BlockingHost(
    numberIn('maxParkMs', options.maxParkMs ?? DEFAULT_MAX_PARK_MS, { min: 1, max: 60_000, infinite: true }),
  )
}

class BlockingHost implements Host {
  readonly kind = 'blocking'
  readonly checkpoint: ProbedCheckpoint = new ProbedCheckpoint()
  /** 1: somebody sleeps, or is about to look whether to. A visit begins with 1, so that a wake during it is seen by the next park. */
  readonly wakeWord: Int32Array = new Int32Array(new SharedArrayBuffer(8))
  readonly #maxParkMs: number
  #entry: HostEntry | undefined
  #requested = false
  #deadlineMs = Number.POSITIVE_INFINITY
  #isRef = false
  #inVisit = false
  #immediate: NodeJS.Immediate | undefined
  #timeout: NodeJS.Timeout | undefined
  readonly #comeBack = (): void => {
    this.#immediate = undefined
    this.#timeout = undefined
    if (this.#requested || this.#park()) this.#visit()
    else this.#schedule()
  }

  constructor(maxParkMs: number) {
    this.#maxParkMs = maxParkMs
  }

  nowMs(): number {
    return performance.now()
  }

  start(entry: HostEntry): void {
    this.#entry = entry
    Atomics.store(this.wakeWord, 0, 1)
    this.#schedule()
  }

  request(): void {
    this.#requested = true
    this.#schedule()
  }

  requestAt(deadlineMs: number): void {
    this.#deadlineMs = deadlineMs
    this.#schedule()
  }

  setRef(ref: boolean): void {
    if (this.#isRef === ref) return
    this.#isRef = ref
    if (this.#immediate === undefined && this.#timeout === undefined) return
    this.#unschedule()
    this.#schedule()
  }

  stop(): void {
    this.#entry = undefined
    this.#requested = false
    this.#deadlineMs = Number.POSITIVE_INFINITY
    this.#unschedule()
  }

  /** One way through libuv, then either a visit or a park. */
  #schedule(): void {
    if (this.#entry === undefined || this.#inVisit || this.#immediate !== undefined || this.#timeout !== undefined) return
    if (this.#isRef || this.#requested) this.#immediate = setImmediate(this.#comeBack)
    else this.#timeout = setTimeout(this.#comeBack, UNREF_RETURN_MS).unref()
  }

  #unschedule(): void {
    if (this.#immediate !== undefined) clearImmediate(this.#immediate)
    if (this.#timeout !== undefined) clearTimeout(this.#timeout)
    this.#immediate = undefined
    this.#timeout = undefined
  }

  /** Sleeps. @returns whether a visit is due: a notify, or the deadline. */
  #park(): boolean {
    const restMs = this.#deadlineMs - performance.now()
    if (restMs <= 0) return true
    const outcome = Atomics.wait(this.wakeWord, 0, 1, Math.min(restMs, this.#maxParkMs))
    return outcome !== 'timed-out' || performance.now() >= this.#deadlineMs
  }

  /** No `catch` may be here: an exception of the platform's queues passes through on its way to `uncaughtException`. */
  #visit(): void {
    const entry = this.#entry
    if (entry === undefined) return
    this.#requested = false
    if (performance.now() >= this.#deadlineMs) this.#deadlineMs = Number.POSITIVE_INFINITY
    Atomics.store(this.wakeWord, 0, 1)
    this.checkpoint.probe()
    this.#inVisit = true
    try {
      entry.enter()
    } finally {
      this.#inVisit = false
      this.#schedule()
    }
  }
}
