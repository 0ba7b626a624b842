// The one vitest configuration of every suite; the environment chooses which part of a suite runs.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

export interface SuiteOptions {
  /** Flags for the test processes, such as `--expose-gc`. */
  readonly execArgv?: readonly string[] | undefined
  /**
   * The files, as globs below the suite's root, that need a process of their own: they measure its memory, wait for its collector, change what it is, or
   * must be the first in it. All others follow each other in one process, which starts, compiles and warms up once. Default: none.
   */
  readonly ownProcess?: readonly string[] | undefined
  /** Whether its tests mostly wait for servers and processes, so that one worker more than elsewhere finds something to do. Default `false`. */
  readonly waits?: boolean | undefined
}

/**
 * `LOOPWRIGHT_REAL_TIME=1` runs only `test/real-time/`, one file at a time, each in a process of its own; `LOOPWRIGHT_LONG=1` adds
 * `*.long.test.ts` and lets property tests raise their number of runs, with a new seed each time; otherwise `LOOPWRIGHT_SEED` chooses the
 * seed. `LOOPWRIGHT_TYPES=1` runs the type tests instead, `typetest/*.test-d.ts`.
 */
export function suiteConfig({ execArgv = [], ownProcess = [], waits = false }: SuiteOptions = {}): ViteUserConfig {
  if (process.env['LOOPWRIGHT_TYPES'] === '1')
    return defineConfig({ test: { include: [], typecheck: { only: true, include: ['typetest/*.test-d.ts'] } } })
  const realTime = process.env['LOOPWRIGHT_REAL_TIME'] === '1'
  const long = process.env['LOOPWRIGHT_LONG'] === '1'
  const part = (name: string, isolate: boolean, include: readonly string[], exclude: readonly string[]) => ({
    extends: true as const,
    test: {
      name,
      isolate,
      include: [...include],
      exclude: ['**/node_modules/**', ...exclude, ...(long ? [] : ['**/*.long.test.ts'])],
    },
  })
  return defineConfig({
    test: {
      projects: realTime
        ? [part('real time', true, ['test/real-time/**/*.test.ts'], [])]
        : [
            part('one process', false, ['test/**/*.test.ts'], ['test/real-time/**', ...ownProcess]),
            ...(ownProcess.length === 0 ? [] : [part('own process', true, ownProcess, ['test/real-time/**'])]),
          ],
      maxWorkers: realTime ? 1 : Math.max(1, availableParallelism() - 1) + (waits ? 1 : 0),
      execArgv: [...execArgv],
      setupFiles: [join(import.meta.dirname, 'property-seed.ts')],
      expect: { poll: { timeout: 20_000 } },
      testTimeout: long ? 600_000 : 30_000,
      passWithNoTests: false,
    },
  })
}
