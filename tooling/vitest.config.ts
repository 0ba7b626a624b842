// Tests of the workspace's own checks and runners.
import { defineConfig } from 'vitest/config'
import type { ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: { include: ['**/*.test.ts'], exclude: ['**/node_modules/**'], testTimeout: 60_000 },
})
export default config
