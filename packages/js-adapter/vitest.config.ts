import { suiteConfig } from '../../tooling/vitest-suite.ts'

export default suiteConfig({
  execArgv: ['--expose-gc'],
  // All: they end guests by force, in engines that a process shares, wait for its collector and look at what it prints (ADR 0023).
  ownProcess: ['test/**/*.test.ts'],
  // for processes that start
  waits: true,
})
