import { defineConfig } from 'tsup'

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/goja/index.ts',
    'src/bullmq/index.ts',
    'src/worker/index.ts',
    'src/worker/thread.ts',
    'src/worker/pool-thread.ts',
    'src/testing/index.ts',
    'src/cli.ts',
  ],
  format: ['esm'],
  dts: false,
  clean: true,
  sourcemap: true,
  splitting: true,
  target: 'node20',
})
