// A sorted list that behaves as the wheel must: the model of its tests.
import { TimerTable } from '../../src/timers/timer-table.ts'
import { TimingWheel } from '../../src/timers/wheel.ts'

interface Modelled {
  readonly slot: number
  deadline: number
  /** Order of arming or refreshing. */
  order: number
  armedTurn: number
}

/** Runs the wheel and the list side by side; every difference throws. */
export class WheelModel {
  readonly table: TimerTable = new TimerTable()
  readonly wheel: TimingWheel
  readonly #list: Map<number, Modelled> = new Map()
  #order = 0
  #turn = 0
  fired = 0

  constructor(startTick: number) {
    this.wheel = new TimingWheel(this.table, startTick)
  }

  get live(): number {
    return this.#list.size
  }

  arm(delay: number): void {
    const slot = this.table.acquire()
    this.table.callbacks[slot] = () => {}
    this.#file(slot, delay)
  }

  cancelAny(pick: number): void {
    const one = this.#any(pick)
    if (one === undefined) return
    this.wheel.remove(one.slot)
    this.table.release(one.slot)
    this.#list.delete(one.slot)
  }

  refreshAny(pick: number, delay: number): void {
    const one = this.#any(pick)
    if (one === undefined) return
    this.wheel.remove(one.slot)
    this.#file(one.slot, delay)
  }

  /** A turn: moves the clock, compares the due list with the sorted one, and fires at most `limit` of it. */
  turn(ticks: number, limit: number, during: (fired: number) => void): void {
    this.#turn++
    const tick = this.wheel.tick + ticks
    during(-1)
    const next = this.wheel.nextTick()
    const exact = this.wheel.nextDeadline()
    const earliest = Math.min(...[...this.#list.values()].map(({ deadline }) => deadline), Number.POSITIVE_INFINITY)
    if (!this.wheel.hasReady && exact !== earliest) throw new Error(`nextDeadline is ${exact}, should be ${earliest}`)
    if (!this.wheel.hasReady && next > earliest) throw new Error(`nextTick ${next} lies behind the deadline ${earliest}`)
    this.wheel.advance(tick, this.#turn)
    if (this.wheel.tick !== tick) throw new Error(`the wheel stands at ${this.wheel.tick}, not at ${tick}`)
    for (let count = 0; count < limit; count++) {
      const expected = this.#due(tick)
      const slot = this.wheel.firstDue
      if (expected === undefined || slot < 0) {
        if (slot >= 0 || expected !== undefined) throw new Error(`due: the wheel has ${slot}, the list ${expected?.slot}`)
        return
      }
      if (expected.slot !== slot) {
        throw new Error(
          `fired slot ${slot} with deadline ${this.table.deadline[slot]} before slot ${expected.slot} with ${expected.deadline}`,
        )
      }
      this.wheel.shiftDue(slot)
      this.table.release(slot)
      this.#list.delete(slot)
      this.fired++
      during(slot)
    }
  }

  /** The first of what may fire in this turn, by deadline and then by order of arming. */
  #due(tick: number): Modelled | undefined {
    let first: Modelled | undefined
    for (const one of this.#list.values()) {
      if (one.deadline > tick || one.armedTurn === this.#turn) continue
      if (first === undefined || one.deadline < first.deadline || (one.deadline === first.deadline && one.order < first.order))
        first = one
    }
    return first
  }

  #file(slot: number, delay: number): void {
    const deadline = this.wheel.tick + delay
    this.wheel.arm(slot, deadline, this.#turn)
    this.#list.set(slot, { slot, deadline, order: this.#order++, armedTurn: this.#turn })
  }

  #any(pick: number): Modelled | undefined {
    const at = Math.floor(pick * this.#list.size)
    let index = 0
    for (const one of this.#list.values()) if (index++ === at) return one
    return undefined
  }
}

/** Reproducible numbers from 0 to 1. */
export function randoms(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

const SPANS = [1, 3, 40, 64, 65, 4000, 4096, 300_000, 2 ** 24, 2 ** 30, 2 ** 36, 2 ** 40]

/** Takes `steps` random steps from `startTick`. @returns how many timers fired. */
export function walk(startTick: number, steps: number, seed: number): number {
  const random = randoms(seed)
  const model = new WheelModel(startTick)
  const span = (): number => Math.floor(random() * (SPANS[Math.floor(random() ** 2 * SPANS.length)] as number))
  for (let step = 0; step < steps; step++) {
    const kind = random()
    if (kind < 0.45 && model.live < 300) model.arm(span())
    else if (kind < 0.55) model.cancelAny(random())
    else if (kind < 0.65) model.refreshAny(random(), span())
    else {
      const limit = random() < 0.2 ? 1 + Math.floor(random() * 3) : Number.POSITIVE_INFINITY
      model.turn(span(), limit, () => {
        if (random() < 0.3) model.arm(random() < 0.5 ? 0 : span())
        if (random() < 0.1) model.cancelAny(random())
        if (random() < 0.05) model.refreshAny(random(), random() < 0.5 ? 0 : span())
      })
    }
  }
  return model.fired
}
