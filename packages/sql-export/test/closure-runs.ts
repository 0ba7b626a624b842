// Random schemas carried between two engines: several cases at a time, each run with a seed of its own that a failure names.
import fc from 'fast-check'
import { expect } from 'vitest'
import type { TestContext } from 'vitest'
import type { EngineName, Engines } from './engines.ts'
import { ENGINE_NAMES, isHere, testEngines } from './engines.ts'
import { checkCase } from './oracle.ts'

export const LONG: boolean = process.env['LOOPWRIGHT_LONG'] === '1'
/** Of a long run, and of each of its seeds. */
export const SEEDS = 3
export const SCHEMAS = 1000
/** `LOOPWRIGHT_SEED` repeats a long run; a failure names it, and the place in it, as well. */
const FIRST_SEED = Number(process.env['LOOPWRIGHT_SEED'] ?? Date.now())

export type Pair = readonly [from: EngineName, to: EngineName]
export const PAIRS: readonly Pair[] = ENGINE_NAMES.flatMap((from) => ENGINE_NAMES.map((to): Pair => [from, to]))

export const TAPE: fc.Arbitrary<number[]> = fc.array(fc.nat(9999), { minLength: 1000, maxLength: 1000, size: 'max' })
const CASE = fc.record({
  tape: TAPE,
  keys: fc.constantFrom('keep' as const, 'remap' as const),
  batchRows: fc.oneof(fc.constantFrom(1, 2, 7, 1000), fc.integer({ min: 1, max: 1000 })),
  references: fc.constantFrom('auto' as const, 'enforced' as const),
  order: fc.nat(),
})

/** Cases at a time in a long run: a server works while the next case waits for another. PGlite works in this thread, and SQLite too. */
const LANES = LONG ? 4 : 1

export interface ClosureRuns {
  readonly engines: Engines
  /**
   * Carries so many random schemas from one engine to the other; that some were to arrive is expected.
   * @param round - which seed of a long run, from 1.
   * @param place - of this run among those of one seed: each has schemas of its own.
   */
  carry(context: TestContext, pair: Pair, schemas: number, round: number, place: number): Promise<void>
}

/** To be called once a file, outside its tests. */
export function closureRuns(): ClosureRuns {
  const lanes: readonly Engines[] = Array.from({ length: LANES }, testEngines)
  const [engines] = lanes
  if (engines === undefined) throw new TypeError('no lane')
  const carry: ClosureRuns['carry'] = async (context, [from, to], schemas, round, place) => {
    for (const engine of [from, to]) if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
    const startedAtMs = performance.now()
    let seen = 0
    let carried = 0
    let hasFailed = false
    const taken = lanes.slice(0, lanesOf(from, to))
    const ends = await Promise.allSettled(
      taken.map(async (lane, at) => {
        const property = fc.asyncProperty(CASE, async (oracle) => {
          if (hasFailed) return // the others have nothing to add
          try {
            if (await checkCase(lane, from, to, oracle)) carried++
            seen++
          } catch (error) {
            hasFailed = true
            throw error
          }
        })
        const numRuns = Math.floor((schemas + at) / taken.length)
        const seed = LONG ? { seed: (FIRST_SEED + round * 7919 + at * 104_729 + place * 1_299_709) | 0 } : {}
        await fc.assert(property, { numRuns, endOnFailure: true, ...seed })
      }),
    )
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    expect(carried, 'cases that were to arrive').toBeGreaterThan(0)
    if (!LONG) return
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
    process.stderr.write(
      `long: ${from} to ${to}, seed ${FIRST_SEED} ${round}: ${seen} schemas, ${carried} were to arrive, ${seconds} s\n`,
    )
  }
  return { engines, carry }
}

function lanesOf(from: EngineName, to: EngineName): number {
  const servers = [from, to].filter((name) => name === 'postgres' || name === 'mariadb').length
  return servers === 2 ? LANES : servers + 1
}
