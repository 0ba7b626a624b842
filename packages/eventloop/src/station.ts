// One stop of a turn: a source of callbacks with a snapshot, and the station of a FIFO.
import type { CallbackRunner } from './callbacks.ts'
import type { LoopClock } from './clock.ts'
import type { Phase } from './phase.ts'
import type { Checkpoint } from './queues/checkpoint.ts'
import { ChunkedFifo } from './queues/chunked-fifo.ts'
import type { Entry, Task } from './queues/task.ts'
import { nothing } from './queues/task.ts'
import type { Sampler } from './sampling.ts'
import { SampleTrail } from './sampling.ts'

/** Where in a turn a station lies: step by step, and within the external phase by priority. */
export const STATION_ORDER = {
  control: 0,
  descriptors: 10,
  check: 20,
  close: 30,
  timers: 40,
  internal: 50,
  blockingYield: 58,
  blocking: 60,
  visibleYield: 68,
  visible: 70,
  backgroundYield: 78,
  background: 80,
  ingress: 90,
} as const
export type StationName = keyof typeof STATION_ORDER

/**
 * A source of callbacks that a turn visits. `run` calls each through the runner (which isolates it) and then calls the
 * checkpoint, outside of any `try`. An exception may pass through the checkpoint: keep every position in fields, written
 * before the callback runs.
 */
export interface Station {
  readonly name: StationName
  readonly phase: Phase
  /** Callbacks waiting now. */
  readonly waiting: number
  /** Callbacks of the snapshot that have not run. */
  readonly left: number
  /** `true`: there is nothing to take a snapshot of, and nothing is left of the last one. */
  readonly idle?: boolean
  /** Takes the snapshot; what arrives later waits for a later turn. */
  open(): void
  /** Runs at most `count` callbacks of the snapshot, fewer if it ends or the runner is halted. @returns how many ran. */
  run(count: number): number
  /** Drops what waits. @returns how many callbacks that were. */
  discard(): number
  /** Milliseconds that the oldest callback has waited. */
  oldestAgeMs(nowMs: number): number
  /** Told when it is added, and at the batch in which that changes, how often to sample; 0: not at all. */
  sample?(every: number): void
}

export interface StationParts {
  readonly clock: LoopClock
  readonly runner: CallbackRunner
  readonly checkpoint: Checkpoint
  readonly sampler: Sampler
}

/** Callbacks in order of arrival. hot: benchmarks/eventloop/submit-burst-1e6 */
export class FifoStation implements Station {
  readonly name: StationName
  readonly phase: Phase
  readonly #clock: LoopClock
  readonly #runner: CallbackRunner
  readonly #checkpoint: Checkpoint
  readonly #sampler: Sampler
  readonly #queue: ChunkedFifo<Entry>
  readonly #trail: SampleTrail = new SampleTrail()
  readonly #call: (entry: Entry) => void
  /** A step task that asked to be called again: it keeps its place at the head. */
  #current: Task | undefined = undefined
  #left = 0
  #cancelled = 0
  #unref = 0
  #plumbing = 0
  /** No entry before this sequence number can be shed. */
  #shedFrom = 0

  constructor(name: StationName, phase: Phase, parts: StationParts) {
    this.name = name
    this.phase = phase
    this.#clock = parts.clock
    this.#runner = parts.runner
    this.#checkpoint = parts.checkpoint
    this.#sampler = parts.sampler
    this.#queue = new ChunkedFifo<Entry>(() => parts.clock.nowMs())
    this.#call = (entry) => this.#runner.run(entry)
  }

  get waiting(): number {
    return this.#queue.length - this.#cancelled + (this.#current === undefined ? 0 : 1)
  }

  get left(): number {
    return this.#left
  }

  get idle(): boolean {
    return this.#queue.length === 0 && this.#current === undefined
  }

  /** Callbacks waiting that keep the loop alive. */
  get waitingRef(): number {
    return this.waiting - this.#unref
  }

  /** Callbacks waiting that are not plumbing: what admission counts. */
  get waitingUser(): number {
    return this.waiting - this.#plumbing
  }

  /** The oldest entry that waits, first of all a step task that asked to be called again. Places of cancelled ones before it are given back. */
  oldest(): Entry | undefined {
    if (this.#current !== undefined) return this.#current
    while (this.#queue.peek() === nothing) this.#dropHead()
    return this.#queue.peek()
  }

  get chunks(): number {
    return this.#queue.chunks
  }

  push(entry: Entry): void {
    if (--this.#trail.countdown === 0) this.#trail.note(this.#queue.pushed, this.#clock.read())
    if (typeof entry !== 'function' && entry.internal) this.#plumbing++
    this.#queue.push(entry)
  }

  /** As `push`, for entries that may be taken back. @returns the sequence number to take it back by. */
  pushCancellable(entry: Entry): number {
    if (typeof entry !== 'function' && entry.unref) this.#unref++
    const sequence = this.#queue.pushed
    this.push(entry)
    return sequence
  }

  /** Takes an entry back. @returns it; `undefined` if it has run, is running, or was taken back. */
  cancel(sequence: number): Entry | undefined {
    const old = this.#queue.replace(sequence, nothing)
    if (old === undefined || old === nothing) return undefined
    this.#cancelled++
    if (this.#queue.length === this.#cancelled) this.#forgetCancelled()
    if (typeof old !== 'function') {
      if (old.unref) this.#unref--
      if (old.internal) this.#plumbing--
    }
    return old
  }

  /** Takes the oldest entry that is not plumbing out unrun. */
  shedOldest(): Entry | undefined {
    const queue = this.#queue
    for (let sequence = Math.max(this.#shedFrom, queue.nextSequence); sequence < queue.pushed; sequence++) {
      this.#shedFrom = sequence
      const entry = sequence === queue.nextSequence ? queue.peek() : queue.at(sequence)
      if (entry === undefined || entry === nothing || (typeof entry !== 'function' && entry.internal)) continue
      if (sequence === queue.nextSequence) this.#dropHead()
      else this.cancel(sequence)
      return entry
    }
    return undefined
  }

  /** What is left of the snapshot waits for the next turn. */
  postpone(): void {
    this.#left = 0
  }

  open(): void {
    this.#left = this.#queue.length + (this.#current === undefined ? 0 : 1)
  }

  run(count: number): number {
    let ran = 0
    while (ran < count && this.#left > 0 && !this.#runner.halted) {
      if (this.#current !== undefined) {
        ran++
        this.#runStep(this.#current)
        continue
      }
      const distance = this.#trail.next - this.#queue.nextSequence
      if (distance <= 0) {
        ran++
        this.#runSampled()
      } else ran += this.#runSlice(Math.min(count - ran, this.#left, distance))
    }
    return ran
  }

  discard(): number {
    const dropped = this.waiting
    while (this.#queue.length > 0) {
      const entry = this.#dropHead()
      if (typeof entry !== 'function') entry.onDrop?.(undefined)
    }
    this.#current = undefined
    this.#left = 0
    return dropped
  }

  oldestAgeMs(nowMs: number): number {
    return this.#queue.oldestAgeMs(nowMs)
  }

  sample(every: number): void {
    this.#trail.arm(every)
  }

  /** Runs up to `slice` entries of which none is sampled. */
  #runSlice(slice: number): number {
    const queue = this.#queue
    const runner = this.#runner
    const checkpoint = this.#checkpoint
    let ran = 0
    while (ran < slice && this.#left > 0 && !runner.halted) {
      const entry = queue.shift() as Entry
      ran++
      if (typeof entry !== 'function') {
        if (this.#takes(entry)) return ran - 1
      } else if (entry === nothing) {
        this.#left--
        this.#cancelled--
        continue
      }
      this.#left--
      runner.run(entry)
      checkpoint.run()
    }
    return ran
  }

  #runSampled(): void {
    const entry = this.#queue.shift() as Entry
    const sinceMs = this.#trail.take()
    if (typeof entry !== 'function') {
      if (this.#takes(entry)) return
    } else if (entry === nothing) {
      this.#left--
      this.#cancelled--
      return
    }
    this.#left--
    this.#sampler.run(entry, sinceMs, 0, this.#call)
    this.#checkpoint.run()
  }

  /** Only cancelled entries are left: no turn would come for them. */
  #forgetCancelled(): void {
    while (this.#queue.length > 0) this.#dropHead()
  }

  /** Books a record that leaves the queue. @returns whether it is a step task, which keeps its place. */
  #takes(task: Task): boolean {
    if (task.unref) this.#unref--
    if (task.internal) this.#plumbing--
    if (task.step === undefined) return false
    this.#current = task
    return true
  }

  #dropHead(): Entry {
    const sequence = this.#queue.nextSequence
    const entry = this.#queue.shift() as Entry
    if (this.#left > this.#queue.length) this.#left = this.#queue.length
    if (this.#trail.next === sequence) this.#trail.take()
    if (entry === nothing) this.#cancelled--
    else if (typeof entry !== 'function') {
      if (entry.unref) this.#unref--
      if (entry.internal) this.#plumbing--
    }
    return entry
  }

  #runStep(task: Task): void {
    const again = this.#runner.runStep(task)
    if (!again) {
      this.#current = undefined
      if (this.#left > 0) this.#left--
    }
    this.#checkpoint.run()
  }
}
