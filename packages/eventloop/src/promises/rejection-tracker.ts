// Which rejections nobody handles: found when they happen, judged when a checkpoint has emptied the queues.
import { isHandled, markReported, outcome } from './promise.ts'
import type { LoopPromise } from './promise.ts'

/** What is known about a rejection beside its reason. */
export interface RejectionInfo {
  /** Where the promise was made, in debug mode. */
  readonly creationStack: string | undefined
}

/** Where the tracker's findings go, and how it learns that the queues are empty. */
export interface RejectionReports {
  /** Calls back once a checkpoint has emptied the loop's queues and the native ones. */
  afterNativeCheckpoint(callback: () => void): void
  unhandled(reason: unknown, promise: LoopPromise<unknown>, info: RejectionInfo): void
  handled(promise: LoopPromise<unknown>, info: RejectionInfo): void
}

/** Reports each rejection without a handler once, and once more when a handler comes late. */
export class RejectionTracker {
  readonly #reports: RejectionReports
  readonly #originOf: (promise: LoopPromise<unknown>) => string | undefined
  #rejected: LoopPromise<unknown>[] = []
  #handledLate: LoopPromise<unknown>[] = []
  #asked = false
  readonly #judge = (): void => {
    this.#asked = false
    const rejected = this.#rejected
    const handledLate = this.#handledLate
    this.#rejected = []
    this.#handledLate = []
    for (const promise of handledLate) this.#reports.handled(promise, this.#infoOf(promise))
    for (const promise of rejected) {
      if (isHandled(promise)) continue
      markReported(promise)
      this.#reports.unhandled(outcome(promise), promise, this.#infoOf(promise))
    }
  }

  /** @param originOf - where a promise was made, in debug mode. */
  constructor(reports: RejectionReports, originOf: (promise: LoopPromise<unknown>) => string | undefined) {
    this.#reports = reports
    this.#originOf = originOf
  }

  rejected(promise: LoopPromise<unknown>): void {
    this.#rejected.push(promise)
    this.#ask()
  }

  handledLate(promise: LoopPromise<unknown>): void {
    this.#handledLate.push(promise)
    this.#ask()
  }

  #ask(): void {
    if (this.#asked) return
    this.#asked = true
    this.#reports.afterNativeCheckpoint(this.#judge)
  }

  #infoOf(promise: LoopPromise<unknown>): RejectionInfo {
    return { creationStack: this.#originOf(promise) }
  }
}
