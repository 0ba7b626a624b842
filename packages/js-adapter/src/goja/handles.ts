// Slots and generations of guest objects that the host holds.

export interface HandleCounts {
  readonly live: number
  readonly peak: number
  readonly created: number
  readonly releasedByScope: number
  readonly releasedByHand: number
  readonly releasedByFinalizer: number
}

export type ReleaseCause = 'scope' | 'hand' | 'finalizer'

/** Boxed values by slot; a slot's generation changes when it is released, so a stale handle is noticed. */
export class HandleTable {
  readonly #pointers: number[] = []
  readonly #generations: number[] = []
  readonly #free: number[] = []
  readonly #released = { scope: 0, hand: 0, finalizer: 0 }
  #live = 0
  #peak = 0
  #created = 0

  acquire(pointer: number): { readonly slot: number; readonly generation: number } {
    const slot = this.#free.pop() ?? this.#pointers.length
    const generation = this.#generations[slot] ?? 1
    this.#pointers[slot] = pointer
    this.#generations[slot] = generation
    this.#created++
    this.#live++
    this.#peak = Math.max(this.#peak, this.#live)
    return { slot, generation }
  }
  /** The pointer; `undefined` when that generation was released. */
  get(slot: number, generation: number): number | undefined {
    return this.#generations[slot] === generation ? this.#pointers[slot] : undefined
  }
  /** @returns the pointer, which is now the caller's; `undefined` when it had been released. */
  release(slot: number, generation: number, cause: ReleaseCause): number | undefined {
    const pointer = this.get(slot, generation)
    if (pointer === undefined) return undefined
    this.#pointers[slot] = 0
    this.#generations[slot] = generation + 1
    this.#free.push(slot)
    this.#live--
    this.#released[cause]++
    return pointer
  }
  get live(): number {
    return this.#live
  }
  counts(): HandleCounts {
    const { scope, hand, finalizer } = this.#released
    return {
      live: this.#live,
      peak: this.#peak,
      created: this.#created,
      releasedByScope: scope,
      releasedByHand: hand,
      releasedByFinalizer: finalizer,
    }
  }
}
