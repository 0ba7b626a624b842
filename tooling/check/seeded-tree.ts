// A small workspace in a temporary folder, with the defect that a test seeds into it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface SeededTree extends Disposable {
  readonly root: string
  write(files: Readonly<Record<string, string>>): void
}

/** Files by path; a value may be any text. The caller disposes of the tree, which deletes the folder. */
export function seedTree(files: Readonly<Record<string, string>>): SeededTree {
  const root = mkdtempSync(join(tmpdir(), 'seeded-'))
  const write = (more: Readonly<Record<string, string>>): void => {
    for (const [file, text] of Object.entries(more)) {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), text)
    }
  }
  write(files)
  return { root, write, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

/** A package.json of a published package with one entry. */
export function manifest(short: string, parts: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    name: `@loopwright/${short}`,
    version: '0.0.0',
    type: 'module',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
    ...parts,
  })
}
