// The design that the histogram replaces: the last samples in a ring, sorted when asked, and the same totals.

export class RingStore {
  readonly #samples: Float64Array
  #next = 0
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  #rejected = 0

  constructor(capacity: number) {
    this.#samples = new Float64Array(capacity)
  }

  /** Refuses and counts what the histogram refuses and counts. */
  record(value: number): void {
    if (typeof value !== 'number' || !(value >= 0)) {
      this.#rejected++
      return
    }
    this.#samples[this.#next] = value
    this.#next = this.#next + 1 === this.#samples.length ? 0 : this.#next + 1
    this.#count++
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  get count(): number {
    return this.#count
  }

  get mean(): number {
    return this.#sum / this.#count
  }

  get range(): readonly [min: number, max: number, rejected: number] {
    return [this.#min, this.#max, this.#rejected]
  }

  /** Copies, sorts, and reads off. */
  quantiles(wanted: readonly number[]): number[] {
    const filled = Math.min(this.#count, this.#samples.length)
    const sorted = this.#samples.slice(0, filled).sort()
    return wanted.map((q) => sorted[Math.max(1, Math.ceil(q * filled)) - 1] as number)
  }
}
