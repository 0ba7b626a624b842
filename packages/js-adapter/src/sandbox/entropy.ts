// Where a guest's randomness comes from: the platform, or a seed.

import { fillRandom } from '../platform/random.ts'
import type { Entropy as EntropyPort } from '../ports.ts'

export interface Entropy {
  /** The state of `Math.random`: never 0. */
  randomState(): bigint
  fill(bytes: Uint8Array): void
}

const MASK = 0xffff_ffff_ffff_ffffn
const BATCH_WORDS = 64

/** The platform's; words are drawn in batches, since one draw of 8 bytes costs as much as one of 512. */
export class PlatformEntropy implements Entropy {
  readonly #words = new BigUint64Array(BATCH_WORDS)
  #used = BATCH_WORDS
  randomState(): bigint {
    if (this.#used === BATCH_WORDS) {
      crypto.getRandomValues(this.#words)
      this.#used = 0
    }
    const word = this.#words[this.#used] ?? 0n
    this.#words[this.#used++] = 0n
    return word === 0n ? 1n : word
  }
  fill(bytes: Uint8Array): void {
    fillRandom(bytes)
  }
}

/** What the caller gave. */
export class PortEntropy implements Entropy {
  readonly #port: EntropyPort
  constructor(port: EntropyPort) {
    this.#port = port
  }
  randomState(): bigint {
    const words = new BigUint64Array(1)
    const bytes = new Uint8Array(words.buffer)
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- the port is no array
    this.#port.fill(bytes)
    return (words[0] ?? 0n) | 1n
  }
  fill(bytes: Uint8Array): void {
    this.#port.fill(bytes)
  }
}

/** The same numbers for the same seed, on every platform: a counter, mixed. No secret: whoever knows the seed knows them all. */
export class SeededEntropy implements Entropy {
  #counter: bigint
  constructor(seed: number) {
    this.#counter = BigInt.asUintN(64, BigInt(seed))
  }
  #next(): bigint {
    // SplitMix64, Steele, Lea and Flood 2014.
    this.#counter = (this.#counter + 0x9e37_79b9_7f4a_7c15n) & MASK
    let mixed = this.#counter
    mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & MASK
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn) & MASK
    return mixed ^ (mixed >> 31n)
  }
  randomState(): bigint {
    return this.#next() | 1n
  }
  fill(bytes: Uint8Array): void {
    let word = 0n
    for (let index = 0; index < bytes.length; index++) {
      if (index % 8 === 0) word = this.#next()
      bytes[index] = Number(word & 0xffn)
      word >>= 8n
    }
  }
}
