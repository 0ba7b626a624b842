import { suiteConfig } from '../../tooling/vitest-suite.ts'

export default suiteConfig()
