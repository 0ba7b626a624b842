// One pass over the phases, as a machine that can stop after any callback and go on in the next visit.
import type { BatchBudget } from './batch.ts'
import type { CallbackRunner } from './callbacks.ts'
import type { Station } from './station.ts'
import { STATION_ORDER } from './station.ts'

/**
 * `done`: every phase was visited; `cut`: a limit ended the turn; `step`: the next callback needs a visit of its own; `halted`:
 * somebody stopped the loop between two callbacks.
 */
export type TurnOutcome = 'done' | 'cut' | 'step' | 'halted'

export class Turn {
  readonly #stations: Station[] = []
  /** For each station, where its phase ends. */
  #ends: readonly number[] = []
  readonly #runner: CallbackRunner
  readonly #budget: BatchBudget
  /** The station that a suspended turn goes on with; -1 between turns. */
  #at = -1
  #startAt = 0
  #held = false
  #sampleEvery = 0
  /** Timers never fire in termination. */
  draining = false

  constructor(runner: CallbackRunner, budget: BatchBudget) {
    this.#runner = runner
    this.#budget = budget
  }

  /** Whether a turn was opened and has not ended. */
  get suspended(): boolean {
    return this.#at >= 0 || this.#held
  }

  /** Whether a suspended turn goes on with a callback of a phase that it is in. */
  get inStation(): boolean {
    return this.#at >= 0 && !this.#held && (this.#stations[this.#at] as Station).left > 0
  }

  /** Keeps a turn that was opened for the next visit, before its first phase. */
  hold(): void {
    this.#held = true
  }

  get stations(): readonly Station[] {
    return this.#stations
  }

  /** The next turn starts with the first phase. */
  reset(): void {
    this.#at = -1
    this.#startAt = 0
    this.#held = false
  }

  /** Adds a station at its place; two of one name are visited in the order of adding. */
  add(station: Station): void {
    const rank = STATION_ORDER[station.name]
    let at = this.#stations.length
    while (at > 0 && STATION_ORDER[(this.#stations[at - 1] as Station).name] > rank) at--
    this.#stations.splice(at, 0, station)
    this.#ends = this.#stations.map((one) => this.#stations.findLastIndex((other) => other.phase === one.phase) + 1)
    if (this.#at >= at) this.#at++
    if (this.#startAt > at) this.#startAt++
    station.sample?.(this.#sampleEvery)
  }

  /** Tells every station how often to sample, those added later included. */
  sample(every: number): void {
    this.#sampleEvery = every
    for (const station of this.#stations) station.sample?.(every)
  }

  /** Whether a turn would find a callback now. Asked once a turn: external tasks, the likeliest, come first. */
  hasWork(): boolean {
    const stations = this.#stations
    for (let at = stations.length - 1; at >= 0; at--) {
      const station = stations[at] as Station
      if (station.waiting > 0 && (!this.draining || station.phase !== 'timers')) return true
    }
    return false
  }

  /** Callbacks that a turn would find now. */
  waiting(): number {
    const stations = this.#stations
    let sum = 0
    for (let at = 0; at < stations.length; at++) {
      const station = stations[at] as Station
      if (!this.draining || station.phase !== 'timers') sum += station.waiting
    }
    return sum
  }

  /** Runs the turn, or the rest of a suspended one. @param stepping - at most one callback. */
  run(stepping: boolean): TurnOutcome {
    const stations = this.#stations
    const runner = this.#runner
    const budget = this.#budget
    this.#held = false
    let at = this.#at
    let fresh = at < 0
    if (fresh) {
      at = this.#startAt
      this.#startAt = 0
    } else runner.openPhase((stations[at] as Station).phase)
    while (at < stations.length) {
      const station = stations[at] as Station
      if (fresh) {
        if (!this.#openPhase(at)) {
          at = this.#ends[at] as number
          continue
        }
        runner.openPhase(station.phase)
      }
      this.#at = at
      while (station.left > 0) {
        if (runner.halted) return 'halted'
        const ran = station.run(stepping ? 1 : budget.credit)
        if (ran > 0 && budget.spend(ran)) {
          this.#cut(this.#at)
          return 'cut'
        }
        if (stepping && ran > 0) return 'step'
      }
      at = this.#at + 1 // not the old place: a callback may have added a station before this one
      fresh = this.#ends[at - 1] === at
    }
    this.#at = -1
    return 'done'
  }

  /** Takes the snapshots of the phase that starts at this station. @returns whether it holds anything. */
  #openPhase(first: number): boolean {
    const stations = this.#stations
    if (this.draining && (stations[first] as Station).phase === 'timers') return false
    const end = this.#ends[first] as number
    let any = false
    for (let at = first; at < end; at++) {
      const station = stations[at] as Station
      if (station.idle === true) continue
      station.open()
      any = true
    }
    return any
  }

  /** Ends the turn early. The next one starts behind the phase that used up the batch, so that no phase starves another. */
  #cut(at: number): void {
    const behind = this.#ends[at] as number
    this.#at = -1
    this.#startAt = behind < this.#stations.length ? behind : 0
  }
}
