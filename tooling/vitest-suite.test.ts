// The parts of a suite hold each of its files once: a glob that matches nothing would give no file a process of its own, in silence.
import { globSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { discoverSuites } from './test/suites.ts'

interface Part {
  readonly test: {
    readonly name: string
    readonly isolate: boolean
    readonly include: readonly string[]
    readonly exclude: readonly string[]
  }
}

async function partsOf(root: string): Promise<readonly Part[]> {
  const module: unknown = await import(pathToFileURL(join(root, 'vitest.config.ts')).href)
  const { test: options } = Reflect.get(Object(module), 'default') as { readonly test: { readonly projects: readonly Part[] } }
  return options.projects
}

const packages = discoverSuites(join(import.meta.dirname, '..')).filter(
  ({ root, realTime }) => !realTime && root.includes('/packages/'),
)

test.each(packages.map(({ name, root }) => [name, root] as const))(
  '%s: each file is in one part of the suite',
  async (_name, root) => {
    const parts = await partsOf(root)
    const files = globSync('test/**/*.test.ts', { cwd: root })
    const matches = (globs: readonly string[], file: string): boolean => globs.some((glob) => matchesGlob(file, glob))
    const filesOf = ({ test: { include, exclude } }: Part): readonly string[] =>
      files.filter((file) => matches(include, file) && !matches(exclude, file))
    const isLong = process.env['LOOPWRIGHT_LONG'] === '1'
    const expected = files.filter((file) => !file.includes('/real-time/') && (isLong || !file.endsWith('.long.test.ts')))
    expect(parts.flatMap(filesOf).toSorted()).toEqual(expected.toSorted())
    for (const part of parts) {
      expect(part.test.isolate).toBe(part.test.name === 'own process')
      if (part.test.isolate)
        for (const glob of part.test.include)
          expect(
            files.filter((file) => matchesGlob(file, glob)),
            glob,
          ).not.toEqual([])
    }
  },
)
