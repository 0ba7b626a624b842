import { defineConfig } from 'tsup'

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/sqlite/index.ts',
    'src/postgres/index.ts',
    'src/pglite/index.ts',
    'src/mysql/index.ts',
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
