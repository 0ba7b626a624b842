// A hierarchical timing wheel over typed arrays: six levels of 64 slots, one tick a millisecond, an overflow list beyond.
import { FREE, TimerTable } from './timer-table.ts'

const LEVELS = 6
const OVERFLOW = LEVELS * 64
const DUE = OVERFLOW + 1
const HELD = OVERFLOW + 2
const LISTS = OVERFLOW + 3
/** Ticks are split: levels 0 to 4 are the low 30 bits, level 5 and the epochs beyond the wheel are the rest. */
const LOW_TICKS = 2 ** 30
const EPOCH_TICKS = 2 ** 36

/**
 * Sorts slots of a {@link TimerTable} by deadline. The level of a timer is the highest bit in which its deadline differs from
 * the wheel's time, divided by six; all timers of one deadline are therefore always in one list, in order of arming.
 * hot: benchmarks/eventloop/timer-churn-1e5
 */
export class TimingWheel {
  readonly #table: TimerTable
  readonly #first: Int32Array = new Int32Array(LISTS).fill(FREE)
  readonly #last: Int32Array = new Int32Array(LISTS).fill(FREE)
  /** Two words a level, one bit a slot. */
  readonly #occupied: Int32Array = new Int32Array(LEVELS * 2)
  #low: number
  #high: number
  /** No overflow timer lies in an epoch before this one. */
  #overflowEpoch = Number.POSITIVE_INFINITY
  #dueCount = 0
  /** The turn in which a timer was armed last: an advance in any other need not ask each timer for its own. */
  #armedTurn = Number.NaN

  /** What `touch` read: it goes somewhere, or the compiler would drop the reading. */
  touched = 0

  constructor(table: TimerTable, startTick = 0) {
    this.#table = table
    this.#high = Math.floor(startTick / LOW_TICKS)
    this.#low = startTick - this.#high * LOW_TICKS
  }

  /** The tick that the wheel has been advanced to. */
  get tick(): number {
    return this.#high * LOW_TICKS + this.#low
  }

  /** Timers in the due list. */
  get dueCount(): number {
    return this.#dueCount
  }

  /** Whether a turn would find a timer to run without the clock moving on. */
  get hasReady(): boolean {
    return this.#dueCount > 0 || this.#first[HELD] !== FREE
  }

  /** The head of the due list; -1 if it is empty. */
  get firstDue(): number {
    return this.#first[DUE] as number
  }

  /** Arms a slot that is in no list. */
  arm(slot: number, deadline: number, turn: number): void {
    this.#table.deadline[slot] = deadline
    this.#table.armedTurn[slot] = turn
    this.#armedTurn = turn
    this.#insert(slot)
  }

  /** Files a slot under its deadline, behind the equal ones. */
  #insert(slot: number): void {
    const deadline = Math.max(this.#table.deadline[slot] as number, this.tick)
    const high = Math.floor(deadline / LOW_TICKS)
    const low = deadline - high * LOW_TICKS
    if (high !== this.#high) {
      const differs = high ^ this.#high
      if (differs < 64 && differs >= 0) this.#append(slot, 5 * 64 + (high & 63))
      else {
        this.#overflowEpoch = Math.min(this.#overflowEpoch, Math.floor(high / 64))
        this.#append(slot, OVERFLOW)
      }
      return
    }
    const differs = low ^ this.#low
    const level = differs < 64 ? 0 : ((31 - Math.clz32(differs)) / 6) | 0
    this.#append(slot, level * 64 + ((low >>> (level * 6)) & 63))
  }

  /** Takes a slot out of whatever list it is in. */
  remove(slot: number): void {
    const { next, prev, place } = this.#table
    const list = place[slot] as number
    const after = next[slot] as number
    const isFirst = this.#first[list] === slot // its `prev` may be stale: see `shiftDue`
    const before = isFirst ? FREE : (prev[slot] as number)
    if (isFirst) this.#first[list] = after
    else next[before] = after
    if (after === FREE) this.#last[list] = before
    else prev[after] = before
    if (isFirst && after === FREE && list < OVERFLOW) this.#markEmpty(list)
    else if (list === DUE) this.#dueCount--
    place[slot] = FREE
  }

  /**
   * Takes the head out of the due list; it is in no list afterwards. Its successor is not touched: with a million timers each look at
   * another slot waits for memory.
   */
  shiftDue(slot: number): void {
    const after = this.#table.next[slot] as number
    this.#first[DUE] = after
    if (after === FREE) this.#last[DUE] = FREE
    this.#dueCount--
  }

  /**
   * Moves the wheel to `tick` and everything due to the due list, by deadline and then by order of arming. Timers armed in
   * `turn` itself are held for the next one. Costs levels plus due timers, however far the jump.
   */
  advance(tick: number, turn: number): void {
    this.#releaseHeld()
    while (this.#advanceOnce(tick, turn));
  }

  /** The earliest tick at which {@link advance} can have something to do: a deadline, or the start of the slot it is in. */
  nextTick(): number {
    if (this.hasReady) return this.tick
    const list = this.#nextList()
    if (list === OVERFLOW) return this.#first[OVERFLOW] === FREE ? Number.POSITIVE_INFINITY : this.#overflowEpoch * EPOCH_TICKS
    return this.#startOf(list)
  }

  /** The smallest deadline of all, exactly. Linear in the timers of one slot. */
  nextDeadline(): number {
    const list = this.firstDue !== FREE ? DUE : this.#first[HELD] !== FREE ? HELD : this.#nextList()
    let earliest = Number.POSITIVE_INFINITY
    for (let slot = this.#first[list] as number; slot !== FREE; slot = this.#table.next[slot] as number) {
      earliest = Math.min(earliest, this.#table.deadline[slot] as number)
    }
    return earliest
  }

  /** One step of the way to `tick`. @returns false when it is reached. */
  #advanceOnce(tick: number, turn: number): boolean {
    const list = this.#nextList()
    if (list === OVERFLOW) {
      const start = this.#first[OVERFLOW] === FREE ? Number.POSITIVE_INFINITY : this.#overflowEpoch * EPOCH_TICKS
      this.#setTick(Math.max(this.tick, Math.min(start, tick)))
      if (start > tick) return false
      this.#refileOverflow()
      return true
    }
    const start = this.#startOf(list)
    if (start > tick) {
      this.#setTick(Math.max(this.tick, tick))
      return false
    }
    this.#setTick(start)
    if (list < 64 && this.#armedTurn !== turn) {
      this.#moveToDue(list)
      return true
    }
    const { next, armedTurn } = this.#table
    let slot = this.#take(list)
    while (slot !== FREE) {
      const following = next[slot] as number
      if (list >= 64) this.#insert(slot)
      else this.#append(slot, armedTurn[slot] === turn ? HELD : DUE)
      slot = following
    }
    return true
  }

  /**
   * Puts a whole list behind the due one: its slots stay linked and only learn where they are. Each step waits for the memory of the
   * link before it, so what firing will read is asked for in the same time. hot: benchmarks/eventloop/timer-life-1e6
   */
  #moveToDue(list: number): void {
    const table = this.#table
    const { next, prev, place } = table
    const last = this.#last[list] as number
    const first = this.#take(list)
    const before = this.#last[DUE] as number
    if (before === FREE) this.#first[DUE] = first
    else next[before] = first
    prev[first] = before
    this.#last[DUE] = last
    let count = 0
    let touched = 0
    for (let slot = first; slot !== FREE; slot = next[slot] as number) {
      place[slot] = DUE
      touched ^= table.touch(slot)
      count++
    }
    this.touched = touched
    this.#dueCount += count
  }

  /** The list that holds the earliest timers of the wheel; the overflow list if the wheel is empty. */
  #nextList(): number {
    const low = this.#low
    for (let level = 0; level < LEVELS; level++) {
      const digit = level === 5 ? this.#high & 63 : (low >>> (level * 6)) & 63
      // At level 0 the current slot may hold timers of this very tick; above, its timers have been filed lower.
      const slot = this.#nextOccupied(level, level === 0 ? digit : digit + 1)
      if (slot >= 0) return level * 64 + slot
    }
    return OVERFLOW
  }

  #nextOccupied(level: number, from: number): number {
    if (from < 32) {
      const word = (this.#occupied[level * 2] as number) & (-1 << from)
      if (word !== 0) return 31 - Math.clz32(word & -word)
    }
    if (from >= 64) return -1
    const word = (this.#occupied[level * 2 + 1] as number) & (from > 32 ? -1 << (from - 32) : -1)
    return word === 0 ? -1 : 63 - Math.clz32(word & -word)
  }

  /** The first tick of a slot in the rotation that the wheel is in. */
  #startOf(list: number): number {
    const level = list >> 6
    const slot = list & 63
    if (level === 5) return (this.#high - (this.#high & 63) + slot) * LOW_TICKS
    const shift = level * 6
    const above = level === 4 ? 0 : (this.#low >>> (shift + 6)) << (shift + 6)
    return this.#high * LOW_TICKS + above + slot * 2 ** shift
  }

  #setTick(tick: number): void {
    this.#high = Math.floor(tick / LOW_TICKS)
    this.#low = tick - this.#high * LOW_TICKS
  }

  #refileOverflow(): void {
    let slot = this.#take(OVERFLOW)
    this.#overflowEpoch = Number.POSITIVE_INFINITY
    while (slot !== FREE) {
      const following = this.#table.next[slot] as number
      this.#insert(slot)
      slot = following
    }
  }

  /** Puts the held timers into the due list, by deadline; a due one of the same deadline was armed earlier. */
  #releaseHeld(): void {
    const { next, deadline } = this.#table
    let held = this.#take(HELD)
    let due = this.#first[DUE] as number
    if (held === FREE) return
    if (due === FREE) {
      while (held !== FREE) {
        const following = next[held] as number
        this.#append(held, DUE)
        held = following
      }
      return
    }
    this.#take(DUE)
    this.#dueCount = 0
    while (held !== FREE || due !== FREE) {
      const takeDue = held === FREE || (due !== FREE && (deadline[due] as number) <= (deadline[held] as number))
      const slot = takeDue ? due : held
      if (takeDue) due = next[slot] as number
      else held = next[slot] as number
      this.#append(slot, DUE)
    }
  }

  #append(slot: number, list: number): void {
    const { next, prev, place } = this.#table
    const last = this.#last[list] as number
    prev[slot] = last
    next[slot] = FREE
    place[slot] = list
    this.#last[list] = slot
    if (last !== FREE) next[last] = slot
    else {
      this.#first[list] = slot
      if (list < OVERFLOW) this.#occupied[list >> 5] = (this.#occupied[list >> 5] as number) | (1 << (list & 31))
    }
    if (list === DUE) this.#dueCount++
  }

  /** Detaches a whole list; its slots stay linked by `next`. @returns the first of them. */
  #take(list: number): number {
    const first = this.#first[list] as number
    this.#first[list] = FREE
    this.#last[list] = FREE
    if (list < OVERFLOW) this.#markEmpty(list)
    return first
  }

  #markEmpty(list: number): void {
    this.#occupied[list >> 5] = (this.#occupied[list >> 5] as number) & ~(1 << (list & 31))
  }
}
