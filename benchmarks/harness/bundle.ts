// Bundles workload files for every Node line: Node 20 runs no TypeScript, and all lines must run the same bytes.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { WorkloadFile } from './discover.ts'

/**
 * Packages stay external, so that a subject measures what a user installs; local files are bundled in.
 * @returns the folder that holds `<name>.mjs` for each workload, and `child.mjs`.
 */
export async function bundleWorkloads(root: string, files: readonly WorkloadFile[]): Promise<string> {
  const outdir = join(root, '.build') // inside benchmarks/, so that packages resolve from there
  rmSync(outdir, { recursive: true, force: true })
  await build({
    entryPoints: [
      { in: join(root, 'harness/child.ts'), out: 'child' },
      ...files.map(({ name, file }) => ({ in: file, out: name })),
    ],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  })
  return outdir
}
