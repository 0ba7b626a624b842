// The queues of the priorities beside the ordinary external one; made when the first task needs them.
import type { TaskPriority } from '../admission.ts'
import type { LoopClock } from '../clock.ts'
import { FifoStation } from '../station.ts'
import type { StationName, StationParts } from '../station.ts'
import type { Turn } from '../turn.ts'
import { BackgroundStation } from './background-station.ts'

export interface PrioritiesParts {
  readonly clock: LoopClock
  readonly turn: Turn
  readonly visible: FifoStation
  readonly station: StationParts
  readonly backgroundMaxWaitMs: number
}

const TASK_STATION = { 'user-blocking': 'blocking', 'user-visible': 'visible', background: 'background' } as const
const YIELD_STATION = { 'user-blocking': 'blockingYield', 'user-visible': 'visibleYield', background: 'backgroundYield' } as const

export class Priorities {
  readonly #parts: PrioritiesParts
  readonly #stations: Map<StationName, FifoStation> = new Map()

  constructor(parts: PrioritiesParts) {
    this.#parts = parts
    this.#stations.set('visible', parts.visible)
  }

  /** Where tasks of a priority wait. */
  tasks(priority: TaskPriority): FifoStation {
    return this.#station(TASK_STATION[priority])
  }

  /** Where tasks of a priority that yielded wait; visited before the others of it. */
  continuations(priority: TaskPriority): FifoStation {
    return this.#station(YIELD_STATION[priority])
  }

  /** The stations of a priority that have been made. Continuations are not counted: they were admitted once. */
  existing(priority: TaskPriority): readonly FifoStation[] {
    const station = this.#stations.get(TASK_STATION[priority])
    return station === undefined ? [] : [station]
  }

  #station(name: StationName): FifoStation {
    const existing = this.#stations.get(name)
    if (existing !== undefined) return existing
    const { turn, station, clock, backgroundMaxWaitMs } = this.#parts
    const made = new FifoStation(name, 'external', station)
    this.#stations.set(name, made)
    const gate = { betterReady: () => this.#betterReady(), nowMs: () => clock.read(), maxWaitMs: backgroundMaxWaitMs }
    turn.add(name === 'background' || name === 'backgroundYield' ? new BackgroundStation(made, gate) : made)
    return made
  }

  #betterReady(): boolean {
    for (const name of ['blockingYield', 'blocking', 'visibleYield', 'visible'] as const) {
      const station = this.#stations.get(name)
      if (station !== undefined && station.waiting > 0) return true
    }
    return false
  }
}
