import { suiteConfig } from '../../tooling/vitest-suite.ts'

export default suiteConfig({
  execArgv: ['--expose-gc'],
  // Measure the heap, and count what the collector leaves.
  ownProcess: ['test/gc/**/*.test.ts', 'test/ingress/garbage.test.ts'],
})
