// Chooses which events are measured: at a jittered distance, so that a periodic load does not alias.
import { integerOption } from '../errors.ts'

export interface SamplerOptions {
  /** Mean distance of the events taken. Integer, 1 (every one) to 65 536. Default 16. */
  readonly sampleEvery?: number | undefined
  /** Start of this sampler's own generator. Integer, 0 to 2^32 - 1. Default: random. */
  readonly seed?: number | undefined
}

/**
 * A countdown whose gaps are uniform on N/2 to 3N/2. (A fixed stride would measure only one of two tasks that alternate.)
 *
 * hot: benchmarks/metrics/sampling
 */
export class Sampler {
  #sampleEvery: number
  #state: number
  #left: number

  /** @throws MetricsError `ERR_METRICS_OPTION` */
  constructor({ sampleEvery = 16, seed = Math.floor(Math.random() * 2 ** 32) }: SamplerOptions = {}) {
    this.#sampleEvery = resolveSampleEvery(sampleEvery)
    this.#state = integerOption('seed', seed, 0, 2 ** 32 - 1)
    // The first gap is uniform on 1 to N: an event's place at the start does not decide whether it is ever taken.
    this.#left = 1 + Math.floor(this.#random() * this.#sampleEvery)
  }

  /** Counts one event. @returns whether it is to be measured. */
  take(): boolean {
    if (--this.#left > 0) return false
    this.#left = this.#gap()
    return true
  }

  get sampleEvery(): number {
    return this.#sampleEvery
  }

  /** Takes effect with the next event. @throws MetricsError `ERR_METRICS_OPTION` */
  set sampleEvery(sampleEvery: number) {
    this.#sampleEvery = resolveSampleEvery(sampleEvery)
    this.#left = this.#gap()
  }

  #gap(): number {
    const least = Math.ceil(this.#sampleEvery / 2)
    return least + Math.floor(this.#random() * (2 * (this.#sampleEvery - least) + 1))
  }

  /** Uniform on [0, 1): a Weyl sequence through a mixing function, period 2^32. */
  #random(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

/** Checks a sampling distance. @throws MetricsError `ERR_METRICS_OPTION` */
export function resolveSampleEvery(sampleEvery: number): number {
  return integerOption('sampleEvery', sampleEvery, 1, 65_536)
}
