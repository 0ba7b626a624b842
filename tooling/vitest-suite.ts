// The one vitest configuration of every package; the environment chooses which part of a suite runs.
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

export interface SuiteOptions {
  /** Flags for the test processes, such as `--expose-gc`. */
  readonly execArgv?: readonly string[] | undefined
}

/**
 * `LOOPWRIGHT_REAL_TIME=1` runs only `test/real-time/`, one file at a time; `LOOPWRIGHT_LONG=1` adds `*.long.test.ts`
 * and lets property tests raise their number of runs, with a new seed each time; otherwise `LOOPWRIGHT_SEED` chooses the seed. Type
 * tests lie in `typetest/*.test-d.ts`.
 */
export function suiteConfig({ execArgv = [] }: SuiteOptions = {}): ViteUserConfig {
  const realTime = process.env['LOOPWRIGHT_REAL_TIME'] === '1'
  const long = process.env['LOOPWRIGHT_LONG'] === '1'
  return defineConfig({
    test: {
      include: [realTime ? 'test/real-time/**/*.test.ts' : 'test/**/*.test.ts'],
      exclude: ['**/node_modules/**', ...(realTime ? [] : ['test/real-time/**']), ...(long ? [] : ['**/*.long.test.ts'])],
      typecheck: { include: ['typetest/*.test-d.ts'] },
      fileParallelism: !realTime,
      execArgv: [...execArgv],
      setupFiles: [join(import.meta.dirname, 'property-seed.ts')],
      expect: { poll: { timeout: 20_000 } },
      testTimeout: long ? 600_000 : 30_000,
      passWithNoTests: false,
    },
  })
}
