// Streams of values whose shape is known, for property tests; each from a seed, so that a failure can be run again.

export type Random = () => number

/** Uniform on [0, 1), by a 32-bit generator with a mixing function. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

const fill = (n: number, make: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => make(i))

/** By name; each takes the number of values and a generator. All values lie within the default layout. */
export const STREAMS: Readonly<Record<string, (n: number, random: Random) => number[]>> = {
  constant: (n) => fill(n, () => 3.7),
  sorted: (n) => fill(n, (i) => 0.001 + i * 0.01),
  reversed: (n) => fill(n, (i) => 0.001 + (n - i) * 0.01),
  lognormal: (n, random) => fill(n, () => Math.exp(normal(random))),
  bimodal: (n, random) => fill(n, () => (random() < 0.5 ? 1 + 0.05 * random() : 200 + 20 * random())),
  pareto: (n, random) => fill(n, () => Math.min(6e7, 0.5 / (1 - random()) ** (1 / 1.1))),
  'level shift': (n, random) => fill(n, (i) => (i < n / 2 ? 1 : 1000) * (1 + 0.2 * random())),
  'powers of two': (n, random) => fill(n, () => 2 ** (Math.floor(random() * 39) - 14)),
  'one ulp beside cell edges': (n, random) =>
    fill(n, () => {
      const edge = 2 ** (Math.floor(random() * 38) - 13) * (1 + Math.floor(random() * 64) / 64)
      return ulpBeside(edge, random() < 0.5 ? 1 : -1)
    }),
}

/** The double next to `value`. */
export function ulpBeside(value: number, direction: 1 | -1): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(direction))
  return view.getFloat64(0)
}

/** The value of rank max(1, ceil(q n)), by sorting. */
export function exactQuantile(sorted: Float64Array, permille: number): number {
  const rank = Math.max(1, Math.ceil((permille * sorted.length) / 1000))
  return sorted[rank - 1] as number
}
