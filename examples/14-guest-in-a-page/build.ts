// The files of the page: the worker bundled for browsers, the engine's WebAssembly beside it, the rest as it is.
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

const FOLDER = join(import.meta.dirname, 'page')

export async function buildPage(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, 'worker.ts')],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'es2022',
    loader: { '.wasm': 'file' },
    outdir: 'page',
    publicPath: '/',
    write: false,
    // The packages say that their files have no effects of their own: what is unused is left out, as it should be.
    logOverride: { 'ignored-bare-import': 'silent' },
  })
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]))
  for (const name of ['index.html', 'page.js']) files.set(name, await readFile(join(FOLDER, name)))
  return files
}
