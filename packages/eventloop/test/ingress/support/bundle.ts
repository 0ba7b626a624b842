// Turns a worker's source into one file that any Node line can run, since only newer ones read TypeScript.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll } from 'vitest'

/** Bundles `source`, relative to this folder, for the tests of one file. */
export async function bundleWorker(source: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'loopwright-worker-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'worker.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['koffi'],
    logLevel: 'error',
  })
  return outfile
}
