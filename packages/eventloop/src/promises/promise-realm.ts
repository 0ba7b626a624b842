// What a promise needs of its loop, for any class of promises.
import type { Chunk } from './chunks.ts'
import type { JobList } from './jobs.ts'

export type Handler = (argument: unknown) => unknown

/** Where the young pending promises of a loop are held. Fields, since each promise touches them twice. */
export interface NurseryOf<P extends object> {
  /** Takes new promises until it is full; `undefined` once the loop has ended. */
  chunk: Chunk<P> | undefined
  /** Promises held. */
  young: number
  /** Makes another chunk, and room for it. */
  nextChunk(): Chunk<P>
}

/** What a promise needs of the loop it belongs to. */
export interface RealmOf<P extends object> {
  readonly jobs: JobList<P>
  /** Binds a handler to the context of the caller; `undefined` when no context is configured. */
  readonly bind: (<A, R>(handler: (argument: A) => R) => (argument: A) => R) | undefined
  /** Notes where a promise was made; `undefined` outside debug mode. */
  readonly noteOrigin: ((promise: P) => void) | undefined
  readonly nursery: NurseryOf<P>
  /** A promise was rejected and nothing handles it yet. */
  rejected(promise: P): void
  /** A promise whose rejection had been reported got its first handler. */
  handledLate(promise: P): void
  /** Whether handlers no longer run, because the end of the loop has caused too many. */
  readonly isCut: boolean
  /** Whether `handler` runs all the same; one that does not is counted. */
  admits(handler: Handler): boolean
  /** What an ending loop rejects with. */
  readonly endReason: unknown
}
