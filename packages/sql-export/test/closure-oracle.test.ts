// Random schemas, rows and rules: what arrives is what brute force over rows in memory says. On every engine, and between them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EngineName, Engines } from './engines.ts'
import { ENGINE_NAMES, isHere, testEngines } from './engines.ts'
import { checkCase } from './oracle.ts'

const LONG = process.env['LOOPWRIGHT_LONG'] === '1'

/** Schemas in `test`, by pair; in `test:long` each pair has three seeds of 1000 schemas. */
const SAMPLE: Readonly<Partial<Record<`${EngineName} ${EngineName}`, number>>> = {
  'sqlite sqlite': 80,
  'postgres postgres': 12,
  'mariadb mariadb': 12,
  'sqlite pglite': 10,
  'pglite sqlite': 10,
}
const OTHERS = 6
const SEEDS = 3
/** `LOOPWRIGHT_SEED` repeats a long run; a failure names it, and the place in it, as well. */
const FIRST_SEED = Number(process.env['LOOPWRIGHT_SEED'] ?? Date.now())

/** Cases at a time in a long run: a server works while the next case waits for another. PGlite works in this thread, and SQLite too. */
const LANES = LONG ? 4 : 1
const lanes: readonly Engines[] = Array.from({ length: LANES }, testEngines)
function lanesOf(from: EngineName, to: EngineName): readonly Engines[] {
  const isServer = (name: EngineName): boolean => name === 'postgres' || name === 'mariadb'
  if (isServer(from) && isServer(to)) return lanes
  return lanes.slice(0, isServer(from) || isServer(to) ? 2 : 1)
}

const TAPE = fc.array(fc.nat(9999), { minLength: 1000, maxLength: 1000, size: 'max' })
const CASE = fc.record({
  tape: TAPE,
  keys: fc.constantFrom('keep' as const, 'remap' as const),
  batchRows: fc.oneof(fc.constantFrom(1, 2, 7, 1000), fc.integer({ min: 1, max: 1000 })),
  references: fc.constantFrom('auto' as const, 'enforced' as const),
  order: fc.nat(),
})

for (const [from, to] of ENGINE_NAMES.flatMap((name) => ENGINE_NAMES.map((other) => [name, other] as const)))
  for (let round = 1; round <= (LONG ? SEEDS : 1); round++)
    test(`C-2 M-2 closure and destination are those of the oracle: ${from} to ${to}, seed ${round}`, {
      timeout: 3_600_000,
    }, async (context) => {
      for (const engine of [from, to]) if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
      let carried = 0
      const taken = lanesOf(from, to)
      const schemas = LONG ? 1000 : (SAMPLE[`${from} ${to}`] ?? OTHERS)
      let hasFailed = false
      const ends = await Promise.allSettled(
        taken.map(async (engines, lane) => {
          const property = fc.asyncProperty(CASE, async (oracle) => {
            if (hasFailed) return // the others have nothing to add
            try {
              if (await checkCase(engines, from, to, oracle)) carried++
            } catch (error) {
              hasFailed = true
              throw error
            }
          })
          const numRuns = Math.ceil(schemas / taken.length)
          const seed = LONG ? { seed: (FIRST_SEED + round * 7919 + lane * 104_729) | 0 } : {}
          await fc.assert(property, { numRuns, endOnFailure: true, ...seed })
        }),
      )
      for (const end of ends) if (end.status === 'rejected') throw end.reason
      expect(carried, 'cases that were to arrive').toBeGreaterThan(0)
      if (LONG)
        process.stderr.write(`long: ${from} to ${to}, seed ${FIRST_SEED} ${round}: ${carried} of ${schemas} were to arrive\n`)
    })

/** Seeds of schemas in which a rule that few random ones try decides what arrives. */
const RARE = [
  ['a row is reached as down after it was reached as up', [56, 218, 331, 336]],
  ['a row is reached nearer to a root after it was reached farther from it', [325, 332, 582, 708]],
] as const

for (const [what, seeds] of RARE)
  test(`C-2 G-2 the oracle where ${what}`, { timeout: 60_000 }, async () => {
    const [engines] = lanes
    if (engines === undefined) throw new TypeError('no lane')
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
