// The set of keys of one table, where the key is a uuid.
import { createHash } from 'node:crypto'
import type { Cell } from '../vocabulary/cell.ts'
import type { KeyStore } from './key-store.ts'
import { TextKeyStore } from './key-store.ts'
import { LaneTable } from './lane-table.ts'
import { ranksOf, sortedIndexes } from './sorted-indexes.ts'

const LANES = 4
const LENGTH = 36
/** Where the dashes are, after RFC 9562. */
const DASHES: readonly number[] = [8, 13, 18, 23]
const DASH = 45

/**
 * Four 32-bit lanes a key. A column of uuids in which something else is found, as SQLite permits, goes on by canonical texts: with the
 * same indexes.
 */
export class UuidKeyStore implements KeyStore {
  #lanes = new LaneTable(LANES)
  #texts: TextKeyStore | undefined
  #ranked = new Int32Array(0)
  /** Made when it is asked for: keys that are kept are written without it. */
  #ranks: Int32Array | undefined

  get size(): number {
    return this.#texts?.size ?? this.#lanes.size
  }

  get span(): number {
    return this.size
  }

  get rankedSize(): number {
    return this.#texts?.rankedSize ?? this.#ranked.length
  }

  /** With the order of the keys, which comes last. */
  get bytes(): number {
    return this.#texts?.bytes ?? this.#lanes.bytes + this.#lanes.size * 4
  }

  find(cells: readonly Cell[], offset: number): number {
    if (this.#texts !== undefined) return this.#texts.find(cells, offset)
    return this.#want(cells[offset] ?? null) ? this.#lanes.find() : -1
  }

  add(cells: readonly Cell[], offset: number): number {
    if (this.#texts === undefined) {
      if (this.#want(cells[offset] ?? null)) return this.#lanes.add()
      this.#texts = new TextKeyStore(1)
      for (let index = 0; index < this.#lanes.size; index++) this.#texts.add([this.#textAt(index)], 0)
      this.#lanes = new LaneTable(LANES)
    }
    return this.#texts.add(cells, offset)
  }

  keyAt(index: number): Cell[] {
    return this.#texts?.keyAt(index) ?? [this.#textAt(index)]
  }

  *indexes(): Generator<number> {
    for (let index = 0; index < this.size; index++) yield index
  }

  freeze(isLeftOut: (index: number) => boolean = () => false): void {
    if (this.#texts !== undefined) {
      this.#texts.freeze(isLeftOut)
      return
    }
    const lanes = this.#lanes
    this.#ranked = sortedIndexes(
      lanes.size,
      isLeftOut,
      (index) => lanes.laneAt(index, 0) >>> 0,
      (a, b) => this.#compare(a, b),
    )
    this.#ranks = undefined
  }

  indexesOfRanks(from: number, to: number): Int32Array {
    return this.#texts?.indexesOfRanks(from, to) ?? this.#ranked.subarray(from, to)
  }

  rankAt(index: number): number {
    if (this.#texts !== undefined) return this.#texts.rankAt(index)
    this.#ranks ??= ranksOf(this.#ranked, this.#lanes.size)
    return this.#ranks[index] ?? -1
  }

  /** The same as that of the store of texts. */
  digest(): string {
    if (this.#texts !== undefined) return this.#texts.digest()
    const hash = createHash('sha256')
    for (const index of this.#ranked) hash.update(`${LENGTH + 1}:t${this.#textAt(index)}`)
    return hash.digest('hex')
  }

  #want(cell: Cell): boolean {
    return typeof cell === 'string' && readUuid(cell, this.#lanes.wanted)
  }

  #textAt(index: number): string {
    let digits = ''
    for (let i = 0; i < LANES; i++) digits += (this.#lanes.laneAt(index, i) >>> 0).toString(16).padStart(8, '0')
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`
  }

  #compare(a: number, b: number): number {
    for (let i = 0; i < LANES; i++) {
      const order = (this.#lanes.laneAt(a, i) >>> 0) - (this.#lanes.laneAt(b, i) >>> 0)
      if (order !== 0) return order
    }
    return 0
  }
}

/** Reads a uuid as databases write it, in lower case. @returns `false` for anything else. */
function readUuid(text: string, lanes: Int32Array): boolean {
  if (text.length !== LENGTH) return false
  for (const at of DASHES) if (text.charCodeAt(at) !== DASH) return false
  let lane = 0
  let digits = 0
  for (let at = 0; at < LENGTH; at++) {
    const code = text.charCodeAt(at)
    if (code === DASH && (at === 8 || at === 13 || at === 18 || at === 23)) continue
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1
    if (digit === -1) return false
    lane = (lane << 4) | digit
    if ((++digits & 7) === 0) lanes[(digits >> 3) - 1] = lane
  }
  return true
}
