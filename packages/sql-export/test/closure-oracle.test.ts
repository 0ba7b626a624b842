// Random schemas, rows and rules: what arrives is what brute force over rows in memory says. On every engine, and between them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LONG, PAIRS, SCHEMAS, SEEDS, TAPE, closureRuns } from './closure-runs.ts'
import type { EngineName } from './engines.ts'
import { checkCase } from './oracle.ts'

const TIMEOUT = { timeout: 3_600_000 }
const { engines, carry } = closureRuns()

/** Schemas in `test`, by pair. */
const SAMPLE: Readonly<Partial<Record<`${EngineName} ${EngineName}`, number>>> = {
  'sqlite sqlite': 80,
  'postgres postgres': 12,
  'mariadb mariadb': 12,
  'sqlite pglite': 10,
  'pglite sqlite': 10,
}
const OTHERS = 6

/** In `test:long`, of each seed: 1000 schemas that the pairs take by turns. */
function schemasOf(place: number): number {
  if (LONG) return Math.floor((SCHEMAS + PAIRS.length - 1 - place) / PAIRS.length)
  const [from, to] = PAIRS[place] ?? ['sqlite', 'sqlite']
  return SAMPLE[`${from} ${to}`] ?? OTHERS
}

for (let round = 1; round <= (LONG ? SEEDS : 1); round++)
  for (const [place, pair] of PAIRS.entries())
    test(`C-2 M-2 closure and destination are those of the oracle: ${pair.join(' to ')}, seed ${round}`, TIMEOUT, (context) =>
      carry(context, pair, schemasOf(place), round, place),
    )

/** And 1000 schemas more for what most is asked of. The other pairs have as many in closure-pairs.long.test.ts. */
const WITHIN: readonly EngineName[] = LONG ? ['sqlite', 'postgres', 'mariadb'] : []

for (let round = 1; round <= SEEDS; round++)
  for (const [at, engine] of WITHIN.entries())
    test(`C-2 M-2 ${SCHEMAS} schemas are carried as the oracle says: ${engine} to ${engine}, seed ${round}`, TIMEOUT, (context) =>
      carry(context, [engine, engine], SCHEMAS, round, PAIRS.length + at),
    )

/** Seeds of schemas in which a rule that few random ones try decides what arrives. */
const RARE = [
  ['a row is reached as down after it was reached as up', [56, 218, 331, 336]],
  ['a row is reached nearer to a root after it was reached farther from it', [325, 332, 582, 708]],
] as const

for (const [what, seeds] of RARE)
  test(`C-2 G-2 the oracle where ${what}`, { timeout: 60_000 }, async () => {
    for (const seed of seeds)
      for (const [batchRows, order] of [
        [1, 0],
        [1000, seed],
      ] as const) {
        const [tape = []] = fc.sample(TAPE, { numRuns: 1, seed })
        expect(await checkCase(engines, 'sqlite', 'sqlite', { tape, keys: 'keep', batchRows, references: 'auto', order })).toBe(
          true,
        )
      }
  })
