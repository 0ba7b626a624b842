// A user's empty folder: one package is installed into it by npm, then loaded and run on every Node line.
import { existsSync, mkdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputLines, runCommand } from '../../tooling/check/command.ts'
import type { Registry } from './registry.ts'
import type { Tally } from './tally.ts'

export interface NodeUnderTest {
  readonly line: string
  readonly path: string
}

export interface InstalledManifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly bin?: Readonly<Record<string, string>> | undefined
  readonly peerDependencies?: Readonly<Record<string, string>> | undefined
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>> | undefined
}

/** What one entry showed when it was loaded: its names, or why it could not be loaded. */
export type EntryReport =
  | { readonly names: readonly string[]; readonly missing: readonly string[]; readonly differing: readonly string[] }
  | { readonly error: string; readonly missingPackage: string | undefined }

/** A fresh folder with the packages installed; install scripts do not run, as on many users' machines. */
export async function install(folder: string, registry: Registry, packages: readonly string[]): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true })
  await writeFile(join(folder, '.npmrc'), registry.npmrc)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }))
  const flags = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
  const result = await runCommand('npm', [...flags, ...packages], { cwd: folder })
  return result.code === 0 ? undefined : outputLines(result).slice(-20).join('\n')
}

export async function readInstalled(folder: string, name: string): Promise<InstalledManifest> {
  return JSON.parse(await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8')) as InstalledManifest
}

/** Every specifier that the package offers, `package.json` left out. */
export function entriesOf({ name, exports }: InstalledManifest): readonly string[] {
  return Object.keys(exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => name + entry.slice(1))
}

const loader = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
const [first, ...entries] = process.argv.slice(2)
const reports = {}
for (const entry of entries) {
  try {
    const required = first === 'require' ? require(entry) : undefined
    const imported = await import(entry)
    const again = required ?? require(entry)
    const names = Object.keys(imported)
    reports[entry] = {
      names,
      missing: names.filter((name) => imported[name] === undefined),
      differing: names.filter((name) => imported[name] !== again[name]),
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    reports[entry] = { error: (error?.code ?? error?.name) + ': ' + text, missingPackage: /Cannot find (?:package|module) '([^']+)'/.exec(text)?.[1] }
  }
}
process.stdout.write('\\n' + JSON.stringify(reports))
`

/** Loads every entry by `import` and `require()`, in either order, in one process; both must give the same objects. */
export async function loadEntries(
  folder: string,
  node: NodeUnderTest,
  first: 'import' | 'require',
  entries: readonly string[],
): Promise<Readonly<Record<string, EntryReport>> | string> {
  await writeFile(join(folder, 'load.mjs'), loader)
  const result = await runCommand(node.path, ['load.mjs', first, ...entries], { cwd: folder, timeoutMs: 60_000 })
  if (result.code !== 0) return outputLines(result).slice(-20).join('\n')
  return JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, EntryReport>
}

/**
 * @param optional - peers that may be absent: an entry that asks for one of them, and is not the main entry, is no failure.
 */
export function judgeEntry(
  entry: string,
  isMain: boolean,
  report: EntryReport | undefined,
  optional: readonly string[],
): string | undefined {
  if (report === undefined) return 'was not loaded'
  if ('error' in report) {
    const { missingPackage } = report
    const asksForPeer =
      missingPackage !== undefined && optional.some((peer) => missingPackage === peer || missingPackage.startsWith(`${peer}/`))
    return asksForPeer && !isMain ? undefined : `${entry}: ${report.error}`
  }
  if (report.names.length === 0) return `${entry}: exports nothing`
  if (report.missing.length > 0) return `${entry}: undefined: ${report.missing.join(', ')}`
  return report.differing.length > 0 ? `${entry}: import and require() differ: ${report.differing.join(', ')}` : undefined
}

/** Runs each command of the package with `--help`: exit code 0, usage on stdout, nothing on stderr. */
export async function runCommands(folder: string, manifest: InstalledManifest, node: NodeUnderTest, tally: Tally): Promise<void> {
  for (const [command, target] of Object.entries(manifest.bin ?? {})) {
    const name = `${command} --help on Node ${node.line}`
    const linked = join(folder, 'node_modules/.bin', command)
    if (!existsSync(linked)) {
      tally.record(name, `npm did not link ${target}`)
      continue
    }
    const result = await runCommand(node.path, [join(folder, 'node_modules', manifest.name, target), '--help'], {
      cwd: folder,
      timeoutMs: 30_000,
    })
    const usage = result.stdout.includes(command) && result.stdout.split('\n').length > 3
    const sound = result.code === 0 && usage && result.stderr.trim() === ''
    tally.record(name, sound ? undefined : `exit code ${result.code ?? 'none'}\n${outputLines(result).slice(0, 20).join('\n')}`)
  }
}
