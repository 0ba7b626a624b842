// Times many short rounds and takes the quickest tenth: on a shared machine the others measure who else is running.

const ROUNDS = 200
const WARMUPS = 30

/**
 * Runs `work` until it is warm, then in short rounds.
 * @param count - operations that one call of `work` performs, best about a millisecond's worth.
 * @returns nanoseconds an operation, at the tenth percentile of the rounds.
 */
export function quickNs(count: number, work: () => void): number {
  for (let i = 0; i < WARMUPS; i++) work()
  return tenth(
    Array.from({ length: ROUNDS }, () => {
      const startedAt = process.hrtime.bigint()
      work()
      return Number(process.hrtime.bigint() - startedAt) / count
    }),
  )
}

/** Calls of `work` that {@link quickNs} makes. */
export const QUICK_CALLS: number = ROUNDS + WARMUPS

/** The same for work that waits. */
export async function quickAsyncNs(count: number, work: () => Promise<void>): Promise<number> {
  for (let i = 0; i < WARMUPS; i++) await work()
  const times: number[] = []
  for (let i = 0; i < ROUNDS; i++) {
    const startedAt = process.hrtime.bigint()
    await work()
    times.push(Number(process.hrtime.bigint() - startedAt) / count)
  }
  return tenth(times)
}

/** The tenth percentile. */
export function tenth(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)] as number
}
