// The stream that the workloads record: 100 000 lognormal values around 1 ms, the same in every process.

export const VALUES = 100_000

export function lognormal(): Float64Array {
  const values = new Float64Array(VALUES)
  let state = 12_345
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 1) / (2 ** 32 + 1)
  }
  for (let i = 0; i < VALUES; i++) values[i] = Math.exp(Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()))
  return values
}

/** @throws Error unless `found` is within `share` of `expected`. */
export function assertNear(found: number | undefined, expected: number, share: number): void {
  if (found === undefined || !(Math.abs(found / expected - 1) <= share))
    throw new Error(`expected about ${expected}, found ${found}`)
}

/** @throws Error unless both are the same. */
export function assertSame(found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`expected ${String(expected)}, found ${String(found)}`)
}
