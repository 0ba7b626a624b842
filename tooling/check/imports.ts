// Imports: no cycle, no climbing between packages, no deep import, nothing that package.json does not declare.
import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { cyclesOf, reachableFrom } from './import-graph.ts'
import type { Check, Finding } from './finding.ts'
import { floorOf } from './floors.ts'
import { importSites, parseSource } from './syntax.ts'
import type { ImportSite } from './syntax.ts'
import { listFiles, listWorkspaces, readManifest, readText } from './tree.ts'
import type { Workspace } from './tree.ts'

interface SourceFile {
  readonly file: string
  readonly workspace: Workspace
  readonly part: 'src' | 'test' | 'config'
  readonly sites: readonly ImportSite[]
}

export const importsCheck: Check = {
  name: 'imports',
  about: 'imports point down, form no cycle, and name what package.json declares',
  async run(root) {
    const workspaces = listWorkspaces(root)
    const files = listFiles(root)
    const sources = workspaces.flatMap((workspace) => readSources(root, workspace, files))
    const rootTools = files.includes('package.json') ? readManifest(root, '').devDependencies : []
    return [
      ...sources.flatMap((source) => judgeSites(source, workspaces, rootTools)),
      ...workspaces.flatMap((workspace) => judgeManifest(workspace, workspaces)),
      ...fileCycles(sources, new Set(files)),
      ...packageCycles(workspaces, sources),
      ...browserEntries(workspaces, sources),
    ]
  },
}

function readSources(root: string, workspace: Workspace, files: readonly string[]): readonly SourceFile[] {
  return files
    .filter((file) => file.startsWith(`${workspace.folder}/`) && /\.[cm]?ts$/.test(file))
    .map((file) => {
      const inside = file.slice(workspace.folder.length + 1)
      const tests = !workspace.published || /^(test|typetest)\//.test(inside)
      const part = inside.startsWith('src/') && workspace.published ? 'src' : tests ? 'test' : 'config'
      return { file, workspace, part, sites: importSites(parseSource(file, readText(root, file))) }
    })
}

function judgeSites(source: SourceFile, workspaces: readonly Workspace[], rootTools: readonly string[]): readonly Finding[] {
  const { file, workspace, part } = source
  if (part === 'config') return []
  const { dependencies, peerDependencies, optionalDependencies, devDependencies, name } = workspace.manifest
  const runtime = new Set([...dependencies, ...peerDependencies, ...optionalDependencies])
  const declared = part === 'src' ? runtime : new Set([...runtime, ...devDependencies, ...rootTools])
  const own = floorOf(workspace.short, workspace.published)
  return source.sites.flatMap((site): readonly Finding[] => {
    const { specifier, line, typeOnly, dynamic } = site
    const found = (message: string): readonly Finding[] => [{ file, line, message: `${message}: '${specifier}'` }]
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(file), specifier)
      if (target.startsWith(`${workspace.folder}/`)) return []
      const shared = part === 'test' && /^(tooling|benchmarks\/harness)\//.test(target)
      return shared ? [] : found('relative import leaves the package')
    }
    if (specifier.startsWith('node:') || specifier.startsWith('data:')) return []
    if (builtinModules.includes(specifier)) return found('built-in module without node:')
    const target = packageOf(specifier)
    const sibling = workspaces.find((other) => other.manifest.name === target)
    if (sibling === undefined) return declared.has(target) ? [] : found('package.json does not declare')
    if (target === name) return part === 'test' ? [] : found('imports its own package by name')
    if (!(`.${specifier.slice(target.length)}` in sibling.manifest.exports)) return found('deep import, not one of its exports')
    if (!sibling.published) return found('nothing imports a private workspace')
    const onDemand = own.onDemand?.includes(sibling.short) === true && (typeOnly || dynamic || part === 'test')
    if (!own.below.includes(sibling.short) && !onDemand) return found('import climbs floors')
    return declared.has(target) ? [] : found('package.json does not declare')
  })
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** package.json itself must not declare what an import may not reach. */
function judgeManifest({ folder, short, published, manifest }: Workspace, workspaces: readonly Workspace[]): readonly Finding[] {
  const { below, onDemand = [] } = floorOf(short, published)
  const runtime = [
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
  ]
  return workspaces
    .filter((other) => runtime.includes(other.manifest.name) && ![...below, ...onDemand].includes(other.short))
    .map((other) => ({ file: `${folder}/package.json`, message: `declares ${other.manifest.name}, which is not below it` }))
}

function fileGraph(sources: readonly SourceFile[], keep: (site: ImportSite) => boolean): Map<string, readonly string[]> {
  return new Map(
    sources.map(({ file, sites }) => [
      file,
      sites
        .filter((site) => site.specifier.startsWith('.') && keep(site))
        .map(({ specifier }) => posix.join(posix.dirname(file), specifier).replace(/\.([cm]?)js$/, '.$1ts')),
    ]),
  )
}

function fileCycles(sources: readonly SourceFile[], files: ReadonlySet<string>): readonly Finding[] {
  const graph = fileGraph(sources, ({ dynamic }) => !dynamic)
  const dangling = [...graph].flatMap(([file, targets]) =>
    targets
      .filter((target) => target.endsWith('ts') && !files.has(target))
      .map((target): Finding => ({ file, message: `imports ${target}, which is not there` })),
  )
  const cycles = cyclesOf(graph).map(
    (round): Finding => ({ file: round[0], message: `import cycle: ${[...round, round[0]].join(' -> ')}` }),
  )
  return [...dangling, ...cycles]
}

function packageCycles(workspaces: readonly Workspace[], sources: readonly SourceFile[]): readonly Finding[] {
  const names = new Set(workspaces.map(({ manifest }) => manifest.name))
  const graph = new Map(
    workspaces.map(({ manifest, folder }) => {
      const imported = sources
        .filter(({ workspace, part }) => workspace.folder === folder && part === 'src')
        .flatMap(({ sites }) => sites.map(({ specifier }) => packageOf(specifier)))
      const all = [...imported, ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies]
      return [manifest.name, [...new Set(all)].filter((target) => names.has(target) && target !== manifest.name)]
    }),
  )
  return cyclesOf(graph).map((round) => ({ message: `packages import each other: ${[...round, round[0]].join(' -> ')}` }))
}

/** Packages that bundle for browsers: what their `.` entry reaches loads `node:` modules only where they are used. */
function browserEntries(workspaces: readonly Workspace[], sources: readonly SourceFile[]): readonly Finding[] {
  const graph = fileGraph(sources, ({ typeOnly, dynamic }) => !typeOnly && !dynamic)
  return workspaces
    .filter(({ short, published }) => floorOf(short, published).browser === true)
    .flatMap(({ folder }) => {
      const reached = reachableFrom(graph, `${folder}/src/index.ts`)
      return sources
        .filter(({ file }) => reached.has(file))
        .flatMap(({ file, sites }) =>
          sites
            .filter(({ specifier, typeOnly, dynamic }) => specifier.startsWith('node:') && !typeOnly && !dynamic)
            .map(({ specifier, line }) => ({ file, line, message: `reached from the browser entry, imports '${specifier}'` })),
        )
    })
}
