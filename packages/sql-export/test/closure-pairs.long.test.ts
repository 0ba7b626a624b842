// As many random schemas for each pair of engines as closure-oracle.test.ts has for an engine and itself: hours, so in a file of its own.
import { test } from 'vitest'
import { PAIRS, SCHEMAS, SEEDS, closureRuns } from './closure-runs.ts'

const { carry } = closureRuns()

for (const [at, pair] of PAIRS.entries())
  for (let round = 1; round <= SEEDS; round++)
    if (pair[0] !== pair[1] || pair[0] === 'pglite')
      test(
        `C-2 M-2 ${SCHEMAS} schemas are carried as the oracle says: ${pair.join(' to ')}, seed ${round}`,
        {
          timeout: 3_600_000,
        },
        (context) => carry(context, pair, SCHEMAS, round, 2 * PAIRS.length + at),
      )
