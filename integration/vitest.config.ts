// The cross-package suites; they import the built packages, as a user does.
import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

const long = process.env['LOOPWRIGHT_LONG'] === '1'
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '.doc-examples/**', 'publish/**', ...(long ? [] : ['**/*.long.test.ts'])],
    execArgv: ['--expose-gc'],
    testTimeout: long ? 600_000 : 60_000,
  },
})
export default config
