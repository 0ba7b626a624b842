// The checkpoint after every callback: the loop's own queues, then the platform's, until both are empty.
import type { NativeCheckpoint } from '../host.ts'
import type { CheckpointMode } from '../state.ts'
import type { MicrotaskQueues } from './microtasks.ts'
import type { Callback } from './task.ts'

const NEVER: NativeCheckpoint = { means: 'none', run: () => {} }

/**
 * Empties the queues between callbacks. Calls to it lie outside every `try … catch`: an exception of a platform next-tick
 * passes through `run` on its way to the host, and stopping it on the way would abort the process (see docs/adr).
 * hot: benchmarks/eventloop/submit-burst-1e6
 */
export class Checkpoint {
  readonly #own: MicrotaskQueues
  readonly #mode: CheckpointMode
  readonly #wake: () => void
  readonly #onError: (error: unknown) => void
  #native: NativeCheckpoint = NEVER
  #perCallback = false
  #stepping = false
  #after: Callback[] = []
  #afterNative: Callback[] = []

  constructor(own: MicrotaskQueues, mode: CheckpointMode, wake: () => void, onError: (error: unknown) => void) {
    this.#own = own
    this.#mode = mode
    this.#wake = wake
    this.#onError = onError
  }

  /** Whether the next callback must wait for a visit of its own. */
  get stepping(): boolean {
    return this.#stepping
  }

  /** Whether functions wait for queues to be empty. */
  get pending(): boolean {
    return this.#after.length > 0 || this.#afterNative.length > 0
  }

  /** Chooses the means for this visit. */
  openBatch(native: NativeCheckpoint, forceStep: boolean): void {
    const { means } = native
    this.#native = native
    this.#perCallback = this.#mode === 'callback' && means === 'tick' && !forceStep
    this.#stepping = this.#mode === 'callback' && (means === 'step' || (forceStep && means === 'tick'))
  }

  /** Runs `callback` when the own queues and, by mode, the platform's are empty. */
  after(callback: Callback): void {
    this.#after.push(callback)
    this.#wake()
  }

  /** Runs `callback` when the platform's queues have been emptied as well, whatever the mode. */
  afterNative(callback: Callback): void {
    this.#afterNative.push(callback)
    this.#wake()
  }

  /**
   * The checkpoint at the start of a visit: the platform's queues are empty already, because the host has just been there.
   * @returns whether the platform must be visited before the next callback: without means of our own, only the host can empty
   * what this checkpoint has queued there.
   */
  open(): boolean {
    if (this.#own.length === 0 && !this.pending) return false
    this.#own.openDrain()
    if (this.#stepping) {
      if (this.#own.pending) this.#own.drain()
      else this.#runAfter(true)
      return this.#own.length === 0 || this.#own.pending // what is deferred waits for callbacks to run first
    }
    do {
      if (this.#own.pending) this.#own.drain()
      if (this.#perCallback) this.#native.run()
      if (!this.#own.pending) this.#runAfter(true)
    } while (this.#own.pending)
    return false
  }

  /** The checkpoint after a callback. */
  run(): void {
    const own = this.#own
    if (own.length > 0) {
      own.openDrain()
      own.drain()
    }
    if (this.#perCallback) {
      this.#native.run()
      while (own.pending) {
        own.drain()
        this.#native.run()
      }
    }
    if (this.#after.length > 0 || this.#afterNative.length > 0) this.#finish()
  }

  /** The end of a turn: in mode `'turn'` the platform's queues are emptied here. */
  endTurn(): void {
    if (this.#mode !== 'turn' || this.#native.means !== 'tick') return
    this.#native.run()
    while (this.#own.pending) {
      this.#own.openDrain()
      this.#own.drain()
      this.#native.run()
    }
    if (this.pending) this.#runAfter(true)
  }

  /** A checkpoint of at most `limit` own callbacks, for the end of the loop. @returns how many ran. */
  runBounded(limit: number): number {
    let ran = 0
    do {
      ran += this.#own.drainAtMost(limit - ran)
      if (this.#native.means === 'tick') this.#native.run()
    } while (ran < limit && this.#own.length > 0)
    if (this.#own.length === 0) this.#runAfter(true)
    return ran
  }

  #finish(): void {
    if (this.#stepping) return
    this.#runAfter(this.#perCallback)
    while (this.#own.pending) {
      this.#own.drain()
      if (this.#perCallback) this.#native.run()
      if (!this.#own.pending) this.#runAfter(this.#perCallback)
    }
  }

  /** Runs what waits; if one of them queues more, the rest waits for the drain of that. */
  #runAfter(nativeEmpty: boolean): void {
    while (this.#after.length > 0 && !this.#own.pending) this.#call(this.#after.shift())
    if (!nativeEmpty) return
    while (this.#afterNative.length > 0 && !this.#own.pending) this.#call(this.#afterNative.shift())
  }

  #call(callback: Callback | undefined): void {
    try {
      callback?.()
    } catch (error) {
      this.#onError(error)
    }
  }
}

/** What a host's visit drives. */
export interface BatchRunner {
  runBatch(): void
  checkpoint(): void
  request(): void
}

/**
 * Makes the function that a host calls. An exception that comes through a checkpoint is on its way to the process and is not
 * touched; the visit after it begins with a checkpoint, so that the interrupted one is finished before the next callback.
 */
export function createEnter(loop: BatchRunner): () => void {
  let interrupted = false
  return () => {
    let completed = false
    try {
      if (interrupted) {
        interrupted = false
        loop.checkpoint()
      }
      loop.runBatch()
      completed = true
    } finally {
      if (!completed) {
        interrupted = true
        loop.request()
      }
    }
  }
}
