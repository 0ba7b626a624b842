// Every pending promise of a loop, by generations: young ones strongly, old ones weakly.
import { ChunkList } from './chunks.ts'
import type { Chunk } from './chunks.ts'
import { enter, isDependent, isPending, leave, rejectPromise } from './promise.ts'
import type { LoopPromise, Nursery } from './promise.ts'
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
 * The young lie in three lists, one a generation; a scavenge moves each list on by one and turns what lay in the last into
 * weak references. hot: benchmarks/eventloop/promise-chain. Entering and leaving are O(1), a scavenge costs what it promotes.
 */
export class PromiseRegistry implements Nursery {
  chunk: Chunk<LoopPromise<unknown>> | undefined
  young = 0
  /** Young promises that may be held when a chunk is full. */
  #limit = SCAVENGE_PROMISES
  /** The youngest generation, and the two before it. */
  #first: ChunkList<LoopPromise<unknown>> = new ChunkList()
  #second: ChunkList<LoopPromise<unknown>> = new ChunkList()
  #third: ChunkList<LoopPromise<unknown>> = new ChunkList()
  /** At the end of the loop: promises that were left to those they wait for. */
  readonly #leftOld: ChunkList<LoopPromise<unknown>> = new ChunkList()
  readonly #leftYoung: ChunkList<LoopPromise<unknown>> = new ChunkList()
  #scavengedTurn = 0
  #scavengedAtMs = 0
  /** In order of creation. */
  readonly #old = new WeakList<LoopPromise<unknown>>(isPending)

  constructor() {
    this.chunk = this.#first.open()
  }

  nextChunk(): Chunk<LoopPromise<unknown>> {
    if (this.young > this.#limit) this.#scavenge()
    this.chunk = this.#first.room()
    return this.chunk
  }

  /** Lets go of everything; no promise enters any more. */
  close(): void {
    for (const list of [this.#third, this.#second, this.#first, this.#leftOld, this.#leftYoung]) {
      for (let promise = list.peek(); promise !== undefined; promise = list.peek()) leave(promise)
    }
    this.chunk = undefined
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
      this.#scavenge()
    }
  }

  /** When a parked loop should be visited for the next scavenge; `Infinity` when nothing is young, so after three at most. */
  get nextVisitAtMs(): number {
    return this.young === 0 ? Number.POSITIVE_INFINITY : this.#scavengedAtMs + SCAVENGE_MS
  }

  /** Moves each generation on, and turns the eldest into weak references. */
  #scavenge(): void {
    const oldest = this.#third
    for (let promise = oldest.peek(); promise !== undefined; promise = oldest.peek()) {
      leave(promise)
      this.young--
      this.#old.push(promise)
      this.#old.sweep(SWEPT_PER_PROMOTION)
    }
    this.#third = this.#second
    this.#second = this.#first
    this.#first = oldest
    this.chunk = oldest.open()
    this.#limit = this.young + SCAVENGE_PROMISES
    this.#old.sweep(SWEPT_PER_SCAVENGE)
  }

  /**
   * Rejects pending promises in order of creation, the young before the old. Those that another pending promise will settle
   * are left to it, and are not looked at again: each promise costs one visit, however often this is called.
   * @returns how many it rejected.
   */
  reject(reason: unknown): number {
    if (this.chunk === undefined) return 0
    let rejected = 0
    const judge = (promise: LoopPromise<unknown>, left: ChunkList<LoopPromise<unknown>>): void => {
      if (isDependent(promise)) enter(left.room(), promise)
      else {
        this.young--
        rejectPromise(promise, reason)
        rejected++
      }
    }
    for (const list of [this.#third, this.#second, this.#first]) {
      for (let promise = list.peek(); promise !== undefined; promise = list.peek()) {
        leave(promise)
        judge(promise, this.#leftYoung)
      }
    }
    this.chunk = this.#first.room() // emptying the list has dropped the former
    const old = this.#old.targets()
    this.#old.clear()
    this.young += old.length
    for (const promise of old) judge(promise, this.#leftOld)
    return rejected
  }

  /**
   * Rejects the earliest promise that `reject` has left to another. One at a time: those that wait for it, with handlers, are
   * to be settled by what these make of it. @returns how many it rejected.
   */
  rejectLeft(reason: unknown): number {
    const promise = this.#leftOld.peek() ?? this.#leftYoung.peek()
    if (promise === undefined) return 0
    rejectPromise(promise, reason)
    return 1
  }
}
