// One run of a fuzzing property: how long it goes on, the seed that repeats it, and what it came to.
import fc from 'fast-check'

const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
/** Minutes of each engine in the long run. */
const LONG_MS = Number(process.env['LOOPWRIGHT_LONG_MINUTES'] ?? 15) * 60_000
/** What the last program and its shrinking may take after that. */
const ENDING_MS = 120_000

export interface FuzzRun {
  /** How the programs ended, counted by the caller. */
  readonly ends: Map<string, number>
  readonly timeoutMs: number
  parameters(shortRuns: number): fc.Parameters<unknown>
  /** Prints seed and counts of a long run: a run that found nothing must still say what it looked at. */
  report(): void
}

export function fuzzRun(name: string): FuzzRun {
  const ends = new Map<string, number>()
  // A long run draws its seed unless one is given; a short one has that of all property tests.
  const seed = process.env['LOOPWRIGHT_SEED'] === undefined ? Date.now() % 2 ** 31 : Number(process.env['LOOPWRIGHT_SEED'])
  let startedAtMs = 0
  return {
    ends,
    timeoutMs: LONG ? LONG_MS + ENDING_MS : 60_000,
    parameters(shortRuns) {
      if (!LONG) return { numRuns: shortRuns }
      startedAtMs = performance.now()
      process.stderr.write(`long: ${name}: seed ${seed}, ${LONG_MS / 60_000} minutes\n`)
      return { numRuns: 100_000_000, seed, interruptAfterTimeLimit: LONG_MS, markInterruptAsFailure: false }
    },
    report() {
      if (!LONG) return
      const total = [...ends.values()].reduce((sum, count) => sum + count, 0)
      const rows = [...ends].toSorted(([, a], [, b]) => b - a).map(([end, count]) => `${end} ${count}`)
      const minutes = ((performance.now() - startedAtMs) / 60_000).toFixed(1)
      process.stderr.write(`long: ${name}: seed ${seed}, ${total} ends in ${minutes} minutes: ${rows.join(', ')}\n`)
    },
  }
}
