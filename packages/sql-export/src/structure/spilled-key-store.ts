// The set of keys of one table that has no room in memory: a file holds the keys, memory their ranks.
import { createHash } from 'node:crypto'
import type { Cell } from '../vocabulary/cell.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { canonicalKey } from './key-store.ts'
import type { KeyStore } from './key-store.ts'
import { hasLanes, laneBytes } from './integer-key-store.ts'
import { ranksOf } from './sorted-indexes.ts'
import { keyOfBytes, sortKey } from './sort-key.ts'

/** A set of byte strings outside of memory, numbered in order of arrival. */
export interface KeyFile {
  /** @returns the key's number, or -1. */
  find(key: Uint8Array): number
  /** Adds a key that is given the number `next`, unless it is there. @returns its number. */
  add(key: Uint8Array, next: number): number
  keyAt(index: number): Uint8Array
  /** Numbers of all keys, in the order of their bytes. */
  sorted(): Iterable<number>
}

export class SpilledKeyStore implements KeyStore {
  readonly bytes: number = 0
  readonly #file: KeyFile
  readonly #kinds: readonly ValueKind[]
  readonly #hasLanes: boolean
  #size = 0
  #ranked = new Int32Array(0)
  /** Made when it is asked for. */
  #ranks: Int32Array | undefined

  /** Moves the keys of `store` into an empty file. They get new indexes, from 0 on, in the order of the old ones. */
  constructor(store: KeyStore, kinds: readonly ValueKind[], file: KeyFile) {
    this.#file = file
    this.#kinds = kinds
    this.#hasLanes = hasLanes(kinds)
    for (const index of store.indexes()) this.add(store.keyAt(index), 0)
  }

  get size(): number {
    return this.#size
  }

  get span(): number {
    return this.#size
  }

  get rankedSize(): number {
    return this.#ranked.length
  }

  find(cells: readonly Cell[], offset: number): number {
    for (let i = 0; i < this.#kinds.length; i++) {
      const cell = cells[offset + i]
      if (this.#hasLanes ? typeof cell !== 'bigint' : cell === null || typeof cell === 'number') return -1
    }
    return this.#file.find(sortKey(cells, offset, this.#kinds))
  }

  add(cells: readonly Cell[], offset: number): number {
    const index = this.#file.add(sortKey(cells, offset, this.#kinds), this.#size)
    if (index === this.#size) this.#size++
    return index
  }

  keyAt(index: number): Cell[] {
    return keyOfBytes(this.#file.keyAt(index), this.#kinds.length)
  }

  *indexes(): Generator<number> {
    for (let index = 0; index < this.#size; index++) yield index
  }

  freeze(isLeftOut: (index: number) => boolean = () => false): void {
    const ranked = new Int32Array(this.#size)
    let kept = 0
    for (const index of this.#file.sorted()) if (!isLeftOut(index)) ranked[kept++] = index
    this.#ranked = ranked.subarray(0, kept)
    this.#ranks = undefined
  }

  indexesOfRanks(from: number, to: number): Int32Array {
    return this.#ranked.subarray(from, to)
  }

  rankAt(index: number): number {
    this.#ranks ??= ranksOf(this.#ranked, this.#size)
    return this.#ranks[index] ?? -1
  }

  /** The same as that of a store in memory: a run may be resumed with another budget. */
  digest(): string {
    const hash = createHash('sha256')
    for (const index of this.#ranked) {
      const key = this.keyAt(index)
      if (this.#hasLanes) hash.update(laneBytes(key))
      else {
        const text = canonicalKey(key, 0, key.length)
        hash.update(`${text.length}:${text}`)
      }
    }
    return hash.digest('hex')
  }
}
