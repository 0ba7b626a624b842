// Every pending promise of a loop, by generations: young ones strongly, old ones weakly.
import { createRing, enlist, following, isDependent, isPending, rejectPromise, unlink } from './promise.ts'
import type { LoopPromise, Nursery, PromiseRealm } from './promise.ts'
import { WeakList } from './weak-list.ts'

/** Scavenges happen after this many turns with a young promise, */
export const SCAVENGE_TURNS = 1024
/** or after this much loop time, */
export const SCAVENGE_MS = 1000
/** or when this many promises have come since the last, net of those that settled. */
export const SCAVENGE_PROMISES = 65_536
const SWEPT_PER_PROMOTION = 2
const SWEPT_PER_SCAVENGE = 256

/**
 * Holds the pending promises so that the end of the loop can settle them, and lets go of those nobody else holds.
 * The young lie in three rings, one a generation; a scavenge moves each ring on by one and turns what lay in the last into
 * weak references. hot: benchmarks/eventloop/promise-chain. Entering and leaving are O(1), a scavenge costs what it promotes.
 */
export class PromiseRegistry implements Nursery {
  /** The youngest generation. */
  ring: LoopPromise<unknown> | undefined = undefined
  young = 0
  limit: number = SCAVENGE_PROMISES
  #second: LoopPromise<unknown> | undefined
  #third: LoopPromise<unknown> | undefined
  /** At the end of the loop: promises that were left to those they wait for. */
  #left: { readonly old: LoopPromise<unknown>; readonly young: LoopPromise<unknown> } | undefined
  #scavengedTurn = 0
  #scavengedAtMs = 0
  /** In order of creation. */
  readonly #old = new WeakList<LoopPromise<unknown>>(isPending)

  /** Opens the registry: promises of `realm` enter from now on. */
  open(realm: PromiseRealm): void {
    const second = createRing(realm)
    const third = createRing(realm)
    this.#second = second
    this.#third = third
    this.#left = { old: createRing(realm), young: createRing(realm) }
    this.ring = createRing(realm)
  }

  /** Lets go of everything; no promise enters any more. */
  close(): void {
    for (const ring of [this.#third, this.#second, this.ring, this.#left?.old, this.#left?.young]) {
      if (ring !== undefined) for (let node = following(ring); node !== ring; node = following(ring)) unlink(node)
    }
    this.ring = undefined
    this.#second = undefined
    this.#third = undefined
    this.#left = undefined
    this.young = 0
    this.#old.clear()
  }

  /** Weak references not yet swept, to pending promises and to some that settled or were collected since. */
  get old(): number {
    return this.#old.length
  }

  /**
   * Ages the young when a period has passed. Called at the end of each turn, with the clock and not its reading: a number with a
   * fraction that is handed on is an allocation. hot: benchmarks/eventloop/resubmit-1
   */
  turnEnded(turn: number, clock: { readonly lastMs: number }): void {
    if (this.young === 0) {
      this.#scavengedTurn = turn
      this.#scavengedAtMs = clock.lastMs
    } else if (turn - this.#scavengedTurn >= SCAVENGE_TURNS || clock.lastMs - this.#scavengedAtMs >= SCAVENGE_MS) {
      this.#scavengedTurn = turn
      this.#scavengedAtMs = clock.lastMs
      this.overflow()
    }
  }

  /** When a parked loop should be visited for the next scavenge; `Infinity` when nothing is young, so after three at most. */
  get nextVisitAtMs(): number {
    return this.young === 0 ? Number.POSITIVE_INFINITY : this.#scavengedAtMs + SCAVENGE_MS
  }

  /** Scavenges: moves each generation on, and turns the eldest into weak references. */
  overflow(): void {
    const oldest = this.#third
    if (oldest === undefined) return
    for (let promise = following(oldest); promise !== oldest; promise = following(oldest)) {
      unlink(promise)
      this.young--
      this.#old.push(promise)
      this.#old.sweep(SWEPT_PER_PROMOTION)
    }
    this.#third = this.#second
    this.#second = this.ring
    this.ring = oldest
    this.limit = this.young + SCAVENGE_PROMISES
    this.#old.sweep(SWEPT_PER_SCAVENGE)
  }

  /**
   * Rejects pending promises in order of creation, the young before the old. Those that another pending promise will settle
   * are left to it, and are not looked at again: each promise costs one visit, however often this is called.
   * @returns how many it rejected.
   */
  reject(reason: unknown): number {
    let rejected = 0
    const judge = (promise: LoopPromise<unknown>, left: LoopPromise<unknown>): void => {
      if (isDependent(promise)) enlist(left, promise)
      else {
        this.young--
        rejectPromise(promise, reason)
        rejected++
      }
    }
    const left = this.#left
    if (left === undefined) return 0
    for (const ring of [this.#third, this.#second, this.ring]) {
      if (ring === undefined) continue
      for (let promise = following(ring); promise !== ring; promise = following(ring)) {
        unlink(promise)
        judge(promise, left.young)
      }
    }
    const old = this.#old.targets()
    this.#old.clear()
    this.young += old.length
    for (const promise of old) judge(promise, left.old)
    return rejected
  }

  /**
   * Rejects the earliest promise that `reject` has left to another. One at a time: those that wait for it, with handlers, are
   * to be settled by what these make of it. @returns how many it rejected.
   */
  rejectLeft(reason: unknown): number {
    const left = this.#left
    if (left === undefined) return 0
    for (const ring of [left.old, left.young]) {
      const promise = following(ring)
      if (promise === ring) continue
      rejectPromise(promise, reason)
      return 1
    }
    return 0
  }
}
