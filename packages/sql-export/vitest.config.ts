import { suiteConfig } from '../../tooling/vitest-suite.ts'

export default suiteConfig({
  // Looks at which drivers the process has loaded.
  ownProcess: ['test/lazy-drivers.test.ts'],
  waits: true,
})
