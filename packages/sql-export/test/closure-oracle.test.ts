// Random schemas, rows and rules: what arrives is what brute force over rows in memory says. On every engine, and between them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EngineName } from './engines.ts'
import { ENGINE_NAMES, isHere, testEngines } from './engines.ts'
import { checkCase } from './oracle.ts'

const LONG = process.env['LOOPWRIGHT_LONG'] === '1'
const engines = testEngines()

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

const CASE = fc.record({
  tape: fc.array(fc.nat(9999), { minLength: 400, maxLength: 400, size: 'max' }),
  keys: fc.constantFrom('keep' as const, 'remap' as const),
  batchRows: fc.constantFrom(1, 2, 7, 1000),
  references: fc.constantFrom('auto' as const, 'enforced' as const),
  isReversed: fc.boolean(),
})

for (const [from, to] of ENGINE_NAMES.flatMap((name) => ENGINE_NAMES.map((other) => [name, other] as const)))
  for (let round = 1; round <= (LONG ? SEEDS : 1); round++)
    test(`C-2 M-2 closure and destination are those of the oracle: ${from} to ${to}, seed ${round}`, {
      timeout: 3_600_000,
    }, async (context) => {
      for (const engine of [from, to]) if (!isHere(engine)) context.skip(`needs ${engine}: no such server answers here`)
      let carried = 0
      const property = fc.asyncProperty(CASE, async (oracle) => {
        if (await checkCase(engines, from, to, oracle)) carried++
      })
      const seed = LONG ? { seed: (Date.now() + round * 7919) | 0 } : {}
      await fc.assert(property, { numRuns: LONG ? 1000 : (SAMPLE[`${from} ${to}`] ?? OTHERS), endOnFailure: true, ...seed })
      expect(carried, 'cases that were to arrive').toBeGreaterThan(0)
    })
