// The results that callers of `run` and `call` wait for: one settlement each, by result, limit, signal or end.
import { LimitError } from '../errors.ts'
import type { LoopLike } from '../ports.ts'

export interface PendingResult {
  readonly id: number
  readonly deadlineMs: number
  readonly wallMs: number
  resolve(value: unknown): void
  reject(error: unknown): void
}

interface Waiting extends PendingResult {
  readonly cleanUp: () => void
}

export interface ResultOptions {
  readonly wallMs: number
  readonly signal: AbortSignal | undefined
  readonly nowMs: number
  /** Called when the caller no longer waits: the wall deadline, the signal, or the end of the sandbox. */
  readonly onAbandoned: (id: number, reason: unknown) => void
}

export class PendingResults {
  readonly #loop: LoopLike
  readonly #onWallExpired: (error: LimitError) => void
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(loop: LoopLike, onWallExpired: (error: LimitError) => void) {
    this.#loop = loop
    this.#onWallExpired = onWallExpired
  }
  get size(): number {
    return this.#waiting.size
  }
  get(id: number): PendingResult | undefined {
    return this.#waiting.get(id)
  }

  open({ wallMs, signal, nowMs, onAbandoned }: ResultOptions): {
    readonly result: PendingResult
    readonly promise: Promise<unknown>
  } {
    const id = ++this.#lastId
    const { promise, resolve, reject } = createDeferred()
    const abandon = (reason: unknown): void => {
      const waiting = this.#waiting.get(id)
      if (waiting === undefined) return
      waiting.reject(reason)
      onAbandoned(id, reason)
    }
    const timer =
      wallMs === Number.POSITIVE_INFINITY
        ? undefined
        : this.#loop.scheduleTimer(
            wallMs,
            () => {
              const error = new LimitError('ERR_LIMIT_WALL', `the result was not there in time: wallMs is ${wallMs} ms`, {
                limit: 'wallMs',
                configured: wallMs,
                observed: wallMs,
                operationId: 0,
              })
              this.#onWallExpired(error)
              abandon(error)
            },
            { unref: true },
          )
    const onAbort = (): void => abandon(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    const cleanUp = (): void => {
      this.#waiting.delete(id)
      if (timer !== undefined) this.#loop.cancelTimer(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const waiting: Waiting = {
      id,
      wallMs,
      deadlineMs: nowMs + wallMs,
      cleanUp,
      resolve: (value) => {
        cleanUp()
        resolve(value)
      },
      reject: (error) => {
        cleanUp()
        reject(error)
      },
    }
    this.#waiting.set(id, waiting)
    return { result: waiting, promise }
  }
  /** Rejects all that wait, in order. */
  rejectAll(error: unknown): void {
    for (const waiting of [...this.#waiting.values()]) waiting.reject(error)
  }
}

function createDeferred(): { promise: Promise<unknown>; resolve: (value: unknown) => void; reject: (error: unknown) => void } {
  let resolve: (value: unknown) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<unknown>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}
