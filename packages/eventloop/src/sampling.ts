// Chooses at submission which callbacks are timed, and keeps their sequence numbers until they run.
import type { CallbackRunner } from './callbacks.ts'
import type { LoopClock } from './clock.ts'
import type { Diagnostics } from './diagnostics.ts'
import type { CallbackSample } from './observer.ts'
import type { Entry } from './queues/task.ts'

/** A countdown that never ends in practice: what a trail holds while nobody observes. */
const OFF = 1_073_741_824
const COMPACT_AT = 1024

/** Sequence numbers and times of the sampled entries of one queue, in order. */
export class SampleTrail {
  #sequences: number[] = []
  #times: number[] = []
  #read = 0
  #every = 0
  #random = 0x9e3779b9
  /** Submissions until the next sample; unsampled ones pay its decrement. */
  countdown: number = OFF
  /** Sequence number of the next sampled entry. */
  next: number = Number.POSITIVE_INFINITY

  /** @param every - mean distance between samples; 0: off. */
  arm(every: number): void {
    if (every === this.#every) return
    this.#every = every
    this.countdown = this.#distance()
  }

  /** Called when the countdown has ended. */
  note(sequence: number, atMs: number): void {
    this.countdown = this.#distance()
    if (this.#every === 0) return
    this.#sequences.push(sequence)
    this.#times.push(atMs)
    if (this.next === Number.POSITIVE_INFINITY) this.next = sequence
  }

  /** Takes the next sample out. @returns when it was submitted. */
  take(): number {
    const atMs = this.#times[this.#read] ?? 0
    this.#read++
    if (this.#read === this.#sequences.length || this.#read >= COMPACT_AT) {
      this.#sequences.splice(0, this.#read)
      this.#times.splice(0, this.#read)
      this.#read = 0
    }
    this.next = this.#sequences[this.#read] ?? Number.POSITIVE_INFINITY
    return atMs
  }

  /** Half to one and a half times the mean distance, so that a periodic load does not alias. */
  #distance(): number {
    if (this.#every === 0) return OFF
    if (this.#every === 1) return 1
    this.#random ^= this.#random << 13
    this.#random ^= this.#random >>> 17
    this.#random ^= this.#random << 5
    return Math.max(1, Math.round(this.#every * (0.5 + (this.#random >>> 0) / 2 ** 32)))
  }
}

/** Times one callback and tells the observer. */
export class Sampler {
  readonly #clock: LoopClock
  readonly #runner: CallbackRunner
  readonly #diagnostics: Diagnostics
  readonly #sample: CallbackSample = {
    phase: '',
    label: undefined,
    correlationId: undefined,
    residenceMs: 0,
    executionMs: 0,
    latenessMs: 0,
  }

  constructor(clock: LoopClock, runner: CallbackRunner, diagnostics: Diagnostics) {
    this.#clock = clock
    this.#runner = runner
    this.#diagnostics = diagnostics
  }

  /** Runs `entry` between two clock readings. @param sinceMs - when its wait began. */
  run(entry: Entry, sinceMs: number, latenessMs: number, call: (entry: Entry) => void): void {
    const startedAtMs = this.#clock.read()
    call(entry)
    const sample = this.#sample
    const task = typeof entry === 'function' ? undefined : entry
    if (task?.internal === true) return
    sample.executionMs = this.#clock.read() - startedAtMs
    sample.phase = this.#runner.phase
    sample.label = task?.label
    sample.correlationId = this.#runner.correlationOf(task)
    sample.residenceMs = Math.max(0, startedAtMs - sinceMs)
    sample.latenessMs = latenessMs
    this.#diagnostics.sample(sample)
  }
}
