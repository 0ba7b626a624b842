// The files and packages of a tree, tracked or about to be.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

const skippedFolders = new Set(['node_modules', 'dist', '.git', '.turbo'])

/** Paths from `root`, sorted: what git tracks or would track; outside a repository, everything but build output. */
export function listFiles(root: string): readonly string[] {
  const git = existsSync(join(root, '.git'))
    ? spawnSync('git', ['-C', root, 'ls-files', '-co', '--exclude-standard', '-z'], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    : undefined
  if (git !== undefined && git.status !== 0)
    throw new Error(`git ls-files failed in ${root}: ${git.stderr || git.error?.message}`)
  const names = git === undefined ? walkFolder(root, '') : git.stdout.split('\0').filter((name) => name !== '')
  return names.filter((name) => existsSync(join(root, name))).toSorted()
}

function walkFolder(root: string, under: string): string[] {
  return readdirSync(join(root, under), { withFileTypes: true }).flatMap((entry) => {
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    if (!entry.isDirectory()) return [path]
    return skippedFolders.has(entry.name) ? [] : walkFolder(root, path)
  })
}

export function readText(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

export interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly types?: string; readonly default?: string }>>
  readonly bin: Readonly<Record<string, string>>
  readonly dependencies: readonly string[]
  readonly peerDependencies: readonly string[]
  readonly optionalDependencies: readonly string[]
  readonly devDependencies: readonly string[]
}

export interface Workspace {
  /** Path from the root, such as `packages/metrics` or `integration`. */
  readonly folder: string
  /** The last part of the path: `metrics`. */
  readonly short: string
  readonly published: boolean
  readonly manifest: Manifest
}

/** The packages under `packages/`, then the private workspaces that are present. */
export function listWorkspaces(root: string): readonly Workspace[] {
  const packages = existsSync(join(root, 'packages'))
    ? readdirSync(join(root, 'packages'))
        .toSorted()
        .map((name) => `packages/${name}`)
    : []
  return [...packages, 'integration', 'benchmarks', 'examples']
    .filter((folder) => statSync(join(root, folder, 'package.json'), { throwIfNoEntry: false })?.isFile() === true)
    .map((folder) => ({
      folder,
      short: basename(folder),
      published: folder.startsWith('packages/'),
      manifest: readManifest(root, folder),
    }))
}

export function readManifest(root: string, folder: string): Manifest {
  const raw: unknown = JSON.parse(readText(root, join(folder, 'package.json')))
  const part = (key: string): object => {
    const value: unknown = typeof raw === 'object' && raw !== null ? Reflect.get(raw, key) : undefined
    return typeof value === 'object' && value !== null ? value : {}
  }
  const name: unknown = typeof raw === 'object' && raw !== null ? Reflect.get(raw, 'name') : undefined
  return {
    name: typeof name === 'string' ? name : basename(folder),
    exports: part('exports') as Manifest['exports'],
    bin: part('bin') as Manifest['bin'],
    dependencies: Object.keys(part('dependencies')),
    peerDependencies: Object.keys(part('peerDependencies')),
    optionalDependencies: Object.keys(part('optionalDependencies')),
    devDependencies: Object.keys(part('devDependencies')),
  }
}
