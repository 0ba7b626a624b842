// How much memory keys may take, and what leaves it when they take more.
import type { KeySpill } from '../port/key-spill.ts'
import type { ClosureTable } from './closure-table.ts'

/** Default budget, and the least. */
export const KEY_MEMORY_BYTES: number = 256 * 1024 * 1024
export const LEAST_KEY_MEMORY_BYTES: number = 1024 * 1024

/** A store smaller than this gains nothing by leaving. */
const WORTH_BYTES = 64 * 1024

/** Keeps the keys of a closure within a budget: over it, the largest table moves to a file. */
export class KeyMemory {
  readonly #budgetBytes: number
  readonly #openSpill: () => Promise<KeySpill>
  readonly #onSpill: (table: ClosureTable) => void
  #spill: KeySpill | undefined

  constructor(budgetBytes: number, openSpill: () => Promise<KeySpill>, onSpill: (table: ClosureTable) => void = () => {}) {
    this.#budgetBytes = budgetBytes
    this.#openSpill = openSpill
    this.#onSpill = onSpill
  }

  /** Whether something must leave. Cheap: asked after every page. */
  isOver(tables: readonly ClosureTable[]): boolean {
    let bytes = 0
    for (const table of tables) bytes += table.bytes
    return bytes > this.#budgetBytes
  }

  /** Moves tables out, the largest first, until the rest fits. */
  async settle(tables: readonly ClosureTable[]): Promise<void> {
    while (this.isOver(tables)) {
      let largest: ClosureTable | undefined
      for (const table of tables) if (!table.isSpilled && table.bytes > (largest?.bytes ?? WORTH_BYTES)) largest = table
      if (largest === undefined) return
      this.#spill ??= await this.#openSpill()
      largest.spill(await this.#spill.open())
      this.#onSpill(largest)
    }
  }

  /** Removes the files. */
  close(): void {
    this.#spill?.close()
    this.#spill = undefined
  }
}
