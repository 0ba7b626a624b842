// Memories of sandboxes that have ended, reset and kept for the next of the same image: V8 never gives back all of an instance.
import type { Substrate } from '../engine/substrate.ts'

/** Memories kept at most. Each is the image, about as large as a live sandbox. */
const MOST_SPARES = 4

export interface SpareKind {
  readonly memoryMaxBytes: number
  /** Whether the clocks are given; such an instance differs from one with the platform's. */
  readonly givenTime: boolean
  readonly keepsZone: boolean
}

interface Spare {
  readonly kind: SpareKind
  readonly substrate: Substrate
}

function isSame(a: SpareKind, b: SpareKind): boolean {
  return a.memoryMaxBytes === b.memoryMaxBytes && a.givenTime === b.givenTime && a.keepsZone === b.keepsZone
}

export class Spares {
  readonly #kept: Spare[] = []

  /** Whether one more of this kind would be kept: one of another kind gives way. */
  hasRoomFor(kind: SpareKind): boolean {
    return this.#kept.length < MOST_SPARES || this.#kept.some((spare) => !isSame(spare.kind, kind))
  }
  keep(substrate: Substrate, kind: SpareKind): void {
    if (!this.hasRoomFor(kind)) return
    if (this.#kept.length === MOST_SPARES)
      this.#kept.splice(
        this.#kept.findIndex((spare) => !isSame(spare.kind, kind)),
        1,
      )
    this.#kept.push({ kind, substrate })
  }
  take(kind: SpareKind): Substrate | undefined {
    const index = this.#kept.findIndex((spare) => isSame(spare.kind, kind))
    return index < 0 ? undefined : this.#kept.splice(index, 1)[0]?.substrate
  }
}
