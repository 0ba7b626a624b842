// The least loop that promises can live on: one queue of microtasks that a test drains by hand.
import * as construct from '../../src/promises/construct.ts'
import * as combine from '../../src/promises/combinators.ts'
import { Realm } from '../../src/promises/realm.ts'
import type { PromiseLoop, RealmOptions } from '../../src/promises/realm.ts'
import type { LoopPromise } from '../../src/promises/promise.ts'
import type { RejectionInfo } from '../../src/promises/rejection-tracker.ts'

export interface Report {
  readonly reason: unknown
  readonly promise: LoopPromise<unknown>
  readonly info: RejectionInfo
}

export class FakeLoop implements PromiseLoop {
  readonly realm: Realm
  readonly unhandledReports: Report[] = []
  readonly handledReports: LoopPromise<unknown>[] = []
  #microtasks: (() => void)[] = []
  #afterwards: (() => void)[] = []
  readonly microtasks: { sequence: number; charged: number; pushMicrotask(job: () => void): void; charge(count: number): void } =
    {
      sequence: 0,
      charged: 0,
      pushMicrotask: (job) => this.queueMicrotask(job),
      charge: (count) => {
        this.microtasks.charged += count
      },
    }
  readonly #onQueued: (() => void) | undefined

  /** @param onQueued - told of every microtask; a fake that runs by itself schedules its drain there. */
  constructor(options: RealmOptions = {}, onQueued?: () => void) {
    this.#onQueued = onQueued
    this.realm = new Realm(this, options)
  }

  queueMicrotask(job: () => void): void {
    this.#microtasks.push(job)
    this.microtasks.sequence++
    this.#onQueued?.()
  }

  afterNativeCheckpoint(callback: () => void): void {
    this.#afterwards.push(callback)
    this.#onQueued?.()
  }

  unhandled(reason: unknown, promise: LoopPromise<unknown>, info: RejectionInfo): void {
    this.unhandledReports.push({ reason, promise, info })
  }

  handled(promise: LoopPromise<unknown>): void {
    this.handledReports.push(promise)
  }

  get queued(): number {
    return this.#microtasks.length
  }

  /** Empties the microtasks, then calls what waits for that, until nothing is left. @returns how many microtasks ran. */
  drain(): number {
    let ran = 0
    for (;;) {
      const microtasks = this.#microtasks
      this.#microtasks = []
      for (const job of microtasks) job()
      ran += microtasks.length
      if (this.#microtasks.length > 0) continue
      const afterwards = this.#afterwards
      this.#afterwards = []
      for (const callback of afterwards) callback()
      if (afterwards.length === 0) return ran
    }
  }

  promise<T>(executor: construct.PromiseExecutor<T>): LoopPromise<T> {
    return construct.newPromise(this.realm, executor)
  }

  withResolvers<T>(): construct.Resolvers<T> {
    return construct.withResolvers(this.realm)
  }

  resolve<T>(value: T): LoopPromise<Awaited<T>> {
    return construct.resolved(this.realm, value)
  }

  reject<T = never>(reason: unknown): LoopPromise<T> {
    return construct.rejected(this.realm, reason)
  }

  try<A extends unknown[], T>(work: (...parameters: A) => T, ...parameters: A): LoopPromise<Awaited<T>> {
    return construct.attempt(this.realm, work, parameters)
  }

  all<T>(inputs: Iterable<T>): LoopPromise<Awaited<T>[]> {
    return combine.all(this.realm, inputs)
  }

  allSettled<T>(inputs: Iterable<T>): LoopPromise<PromiseSettledResult<Awaited<T>>[]> {
    return combine.allSettled(this.realm, inputs)
  }

  any<T>(inputs: Iterable<T>): LoopPromise<Awaited<T>> {
    return combine.any(this.realm, inputs)
  }

  race<T>(inputs: Iterable<T>): LoopPromise<Awaited<T>> {
    return combine.race(this.realm, inputs)
  }
}

/** A fake that drains itself, for callers that wait in real time: also between two timers that a busy machine finds due together. */
export function selfDrainingLoop(): FakeLoop {
  let asked = false
  const loop: FakeLoop = new FakeLoop({}, () => {
    if (asked) return
    asked = true
    process.nextTick(() => {
      asked = false
      loop.drain()
    })
  })
  return loop
}
