import { suiteConfig } from '../../tooling/vitest-suite.ts'

export default suiteConfig({
  // Measures the heap.
  ownProcess: ['test/soak.long.test.ts'],
})
