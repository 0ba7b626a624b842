// A loop on the real clock for the length of a test, and programs of their own that watch descriptors.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { EventLoop } from '../../../src/loop.ts'

export async function withLoop(
  body: (loop: EventLoop) => Promise<void>,
  options: ConstructorParameters<typeof EventLoop>[0] = {},
): Promise<void> {
  const loop = new EventLoop(options)
  const run = loop.run()
  try {
    await body(loop)
  } finally {
    await loop.close()
    await run
  }
}

/** Bundles a program that lies beside this file into `folder`, for a process or a thread of its own. @returns its path. */
export async function bundled(folder: string, source: string): Promise<string> {
  const outfile = join(folder, `${source.replaceAll(/\W/g, '')}.mjs`)
  await build({
    entryPoints: [fileURLToPath(new URL(`./${source}`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    define: { KOFFI_PATH: JSON.stringify(createRequire(import.meta.url).resolve('koffi')) },
  })
  return outfile
}
