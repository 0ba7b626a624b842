// A sorted ring of instants that grows by doubling.

/** Slots of a new ring. */
export const FIRST_CAPACITY = 8

/** Instants in ascending order, in a ring of at most `maxLength`. hot: benchmarks/catrate/catrate-allow */
export class InstantRing {
  readonly #maxLength: number
  #slots: Float64Array
  #head = 0
  #length = 0

  constructor(maxLength: number) {
    this.#maxLength = maxLength
    this.#slots = new Float64Array(Math.min(FIRST_CAPACITY, maxLength))
  }

  get length(): number {
    return this.#length
  }

  /** Slots allocated now. */
  get capacity(): number {
    return this.#slots.length
  }

  /** @param index - 0 (oldest) to `length` - 1. */
  at(index: number): number {
    const slot = this.#head + index
    return this.#slots[slot < this.#slots.length ? slot : slot - this.#slots.length] as number
  }

  /** Inserts in order; at the end unless the clock went back. The oldest is dropped when `maxLength` is reached. */
  insert(instantMs: number): void {
    if (this.#length === this.#slots.length) {
      if (this.#length < this.#maxLength) this.#grow()
      else this.dropOldest(1)
    }
    let index = this.#length++
    while (index > 0 && this.at(index - 1) > instantMs) {
      this.#put(index, this.at(index - 1))
      index--
    }
    this.#put(index, instantMs)
  }

  clear(): void {
    this.#head = 0
    this.#length = 0
  }

  dropOldest(count: number): void {
    const head = this.#head + count
    this.#head = head < this.#slots.length ? head : head - this.#slots.length
    this.#length -= count
  }

  #put(index: number, instantMs: number): void {
    const slot = this.#head + index
    this.#slots[slot < this.#slots.length ? slot : slot - this.#slots.length] = instantMs
  }

  #grow(): void {
    const slots = new Float64Array(Math.min(this.#slots.length * 2, this.#maxLength))
    for (let i = 0; i < this.#length; i++) slots[i] = this.at(i)
    this.#slots = slots
    this.#head = 0
  }
}
