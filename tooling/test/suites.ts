// Which suites there are: one for each vitest root, one for its real-time tests, one for the example programs.
import { existsSync, globSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface VitestSuite {
  readonly name: string
  /** Absolute folder that holds `vitest.config.ts`. */
  readonly root: string
  /** Real-time suites measure clocks: they run alone. */
  readonly realTime: boolean
  /** What of it runs under other Node lines than the workspace's own: everything, or the files whose path contains one of these. */
  readonly portable: 'all' | readonly string[]
}

/**
 * Tooling and much of integration run TypeScript programs of their own, for which the workspace's Node is meant. A real
 * Prometheus, browsers, hostile transformers and the demo show the same on every line.
 */
const PORTABLE: Readonly<Record<string, readonly string[]>> = {
  integration: [
    'boundaries/leaks',
    'boundaries/promise-chains',
    'boundaries/shutdown',
    'boundaries/state',
    'boundaries/timer-cancel',
    'boundaries/worker-guest',
    'context/',
    'logging/',
    'metrics/loop',
    'metrics/otel',
    'metrics/sandbox',
  ],
  tooling: [],
}

/** What takes longest comes first, so that nothing is left that runs alone at the end. */
const FIRST = ['packages/js-adapter', 'packages/sql-export']

/** Every folder with a vitest configuration, the longest suites first; `name` is its path below the repository. */
export function discoverSuites(repository: string): readonly VitestSuite[] {
  const folders = [...readdirSync(join(repository, 'packages')).map((name) => join('packages', name)), 'integration', 'tooling']
  const suites: VitestSuite[] = []
  const rank = (folder: string): number => (FIRST.includes(folder) ? FIRST.indexOf(folder) : FIRST.length)
  for (const folder of folders.toSorted().toSorted((a, b) => rank(a) - rank(b))) {
    const root = join(repository, folder)
    if (!existsSync(join(root, 'vitest.config.ts'))) continue
    const name = folder.replace('packages/', '')
    const portable = PORTABLE[folder] ?? 'all'
    suites.push({ name, root, realTime: false, portable })
    if (existsSync(join(root, 'test', 'real-time'))) suites.push({ name: `${name} (real time)`, root, realTime: true, portable })
  }
  return suites
}

/** Whether a suite has a file whose path contains one of the parts. */
export function hasFiles({ root, realTime }: VitestSuite, parts: readonly string[]): boolean {
  const files = globSync('**/*.test.ts', { cwd: root, exclude: (name) => name === 'node_modules' })
  return files.some((file) => file.includes('real-time/') === realTime && parts.some((part) => file.includes(part)))
}

export interface Example {
  /** The folder's name, such as `01-guest-on-the-loop`. */
  readonly name: string
  readonly program: string
  /** The file that holds exactly what the program writes to standard output. */
  readonly expected: string
}

/** The numbered programs under `examples/`, in order. One without its expected output is an error, not a pass. */
export function discoverExamples(repository: string): readonly Example[] {
  const folder = join(repository, 'examples')
  return readdirSync(folder)
    .filter((name) => /^\d\d-/.test(name) && statSync(join(folder, name)).isDirectory())
    .toSorted()
    .map((name) => {
      const example = { name, program: join(folder, name, 'main.ts'), expected: join(folder, name, 'expected.txt') }
      for (const file of [example.program, example.expected]) {
        if (!existsSync(file)) throw new Error(`examples/${name} has no ${file.slice(file.lastIndexOf('/') + 1)}`)
      }
      return example
    })
}
