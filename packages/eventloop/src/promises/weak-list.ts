// A list of weak references in order of arrival, swept a few entries at a time.

/** What an entry's target must still be to stay: not collected is implied. */
export type Keep<T> = (target: T) => boolean

/**
 * Holds its targets weakly. Nothing is dropped at once: every call of `sweep` looks at the next few entries, round and
 * round, so that no call costs more than it asks for.
 */
export class WeakList<T extends object> {
  readonly #keep: Keep<T>
  /** Between the two cursors lie slots that the sweep under way has emptied. */
  readonly #entries: (WeakRef<T> | undefined)[] = []
  #from = 0
  #to = 0

  constructor(keep: Keep<T>) {
    this.#keep = keep
  }

  /** Entries not yet dropped, those whose target is gone since the last look included. */
  get length(): number {
    return this.#entries.length - (this.#from - this.#to)
  }

  push(target: T): void {
    this.#entries.push(new WeakRef(target))
  }

  /** Looks at `count` entries and drops those that are collected or no longer to be kept. */
  sweep(count: number): void {
    const entries = this.#entries
    for (let looked = 0; looked < count; looked++) {
      if (this.#from === entries.length) {
        entries.length = this.#to
        this.#from = 0
        this.#to = 0
        if (entries.length === 0) return
      }
      const entry = entries[this.#from]
      entries[this.#from++] = undefined
      const target = entry?.deref()
      if (target !== undefined && this.#keep(target)) entries[this.#to++] = entry
    }
  }

  /** The targets that are left and to be kept, in order. They are held until the caller lets go of the array. */
  targets(): T[] {
    const targets: T[] = []
    for (const entry of this.#entries) {
      const target = entry?.deref()
      if (target !== undefined && this.#keep(target)) targets.push(target)
    }
    return targets
  }

  clear(): void {
    this.#entries.length = 0
    this.#from = 0
    this.#to = 0
  }
}
