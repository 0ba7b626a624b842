// Random schemas, rows and rules: what arrives is what brute force over rows in memory says. On every engine, and between them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EngineName } from './engines.ts'
import { isHere, testEngines } from './engines.ts'
import { checkCase } from './oracle.ts'

const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
const engines = testEngines()

/** Source, destination, schemas in `test`, and seeds in `test:long`, each of 1000 schemas. */
const PAIRS: readonly (readonly [EngineName, EngineName, number, number])[] = [
  ['sqlite', 'sqlite', 80, 3],
  ['postgres', 'postgres', 12, 3],
  ['mariadb', 'mariadb', 12, 3],
  ['sqlite', 'pglite', 10, 1],
  ['pglite', 'sqlite', 10, 1],
  ['mariadb', 'postgres', 6, 1],
  ['postgres', 'mariadb', 6, 1],
  ['sqlite', 'postgres', 6, 1],
  ['mariadb', 'sqlite', 6, 1],
  ['sqlite', 'mariadb', 6, 1],
]

const CASE = fc.record({
  tape: fc.array(fc.nat(9999), { minLength: 400, maxLength: 400, size: 'max' }),
  keys: fc.constantFrom('keep' as const, 'remap' as const),
  batchRows: fc.constantFrom(1, 2, 7, 1000),
  references: fc.constantFrom('auto' as const, 'enforced' as const),
  isReversed: fc.boolean(),
})

for (const [from, to, sample, seeds] of PAIRS)
  for (let round = 1; round <= (LONG ? seeds : 1); round++)
    test(`C-2 M-2 closure and destination are those of the oracle: ${from} to ${to}, seed ${round}`, {
      timeout: 3_600_000,
    }, async (context) => {
      for (const engine of [from, to]) if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
      let carried = 0
      const property = fc.asyncProperty(CASE, async (oracle) => {
        if (await checkCase(engines, from, to, oracle)) carried++
      })
      const seed = LONG ? { seed: (Date.now() + round * 7919) | 0 } : {}
      await fc.assert(property, { numRuns: LONG ? 1000 : sample, endOnFailure: true, ...seed })
      expect(carried, 'cases that were to arrive').toBeGreaterThan(0)
    })
