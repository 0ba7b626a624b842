// A release as a maintainer makes it, in a temporary clone: install, build, version, publish.
import { existsSync, readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../tooling/check/command.ts'
import { judgeProvenance } from './provenance.ts'
import type { Registry } from './registry.ts'
import type { Tally } from './tally.ts'

export interface ReleasedPackage {
  /** `metrics` */
  readonly short: string
  readonly name: string
  readonly version: string
}

interface ReleaseOptions {
  readonly repository: string
  /** Where the clone is made; deleted by the caller. */
  readonly clone: string
  readonly registry: Registry
  readonly tally: Tally
}

/** Publishes every package to the registry. Throws when a step fails, since nothing after it could tell anything. */
export async function release({ repository, clone, registry, tally }: ReleaseOptions): Promise<readonly ReleasedPackage[]> {
  await step('git', ['clone', '--quiet', '--no-hardlinks', repository, clone], repository)
  const branch = (await step('git', ['branch', '--show-current'], clone)).trim()
  // `changeset` compares with its base branch by name.
  if (branch !== 'main') await step('git', ['branch', '--force', 'main', 'HEAD'], clone)
  await writeFile(join(clone, '.npmrc'), registry.npmrc)
  await step('git', ['config', 'user.name', 'publish test'], clone)
  await step('git', ['config', 'user.email', 'publish-test@localhost'], clone)
  await step('pnpm', ['install', '--frozen-lockfile', '--prefer-offline'], clone, { CI: 'true' })
  await step('pnpm', ['run', 'build'], clone)

  const before = await packagesOf(clone)
  await step('changeset', ['version'], clone)
  const packages = await packagesOf(clone)
  const files = new Map(await Promise.all(packages.map(async ({ short }) => [short, await manifestText(clone, short)] as const)))
  for (const { short, name, version } of packages) {
    const from = before.find((old) => old.name === name)?.version
    tally.record(`${short}: a changeset releases it as 0.x`, judgeVersion(from, version))
    const changelog = existsSync(join(clone, 'packages', short, 'CHANGELOG.md'))
    tally.record(`${short}: has a changelog`, changelog ? undefined : `packages/${short}/CHANGELOG.md was not written`)
  }
  const left = readdirSync(join(clone, '.changeset')).filter((file) => file.endsWith('.md') && file !== 'README.md')
  tally.record('changeset version consumes every changeset', left.length === 0 ? undefined : left.join(', '))
  await step('git', ['add', '--all', ':!.npmrc'], clone)
  await step('git', ['commit', '--quiet', '--allow-empty', '--message', 'Version packages'], clone)

  const provenance = await judgeProvenance(repository, join(clone, '../provenance'))
  tally.record('the release workflow asks for provenance by a name that pnpm reads', provenance)
  await publish(clone, registry)
  const tags = new Set((await step('git', ['tag', '--list'], clone)).split('\n'))
  for (const { short, name, version } of packages) {
    tally.record(`${short}: the release is tagged`, tags.has(`${name}@${version}`) ? undefined : `no tag ${name}@${version}`)
    tally.record(`${short}: what is published is sound`, await judgePublished(registry, { short, name, version }, packages))
    tally.record(
      `${short}: publishing leaves package.json as it was`,
      files.get(short) === (await manifestText(clone, short)) ? undefined : `packages/${short}/package.json changed`,
    )
  }
  return packages
}

/** The environment names the loopback registry too: whatever reads it, nothing can go anywhere else. */
export async function publish(clone: string, registry: Registry): Promise<void> {
  const { url } = registry
  await step('changeset', ['publish'], clone, { PNPM_CONFIG_REGISTRY: url, NPM_CONFIG_REGISTRY: url })
}

/** Runs one command of the release; throws with what it said when it fails. */
export async function step(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, { cwd, env })
  if (code === 0) return stdout
  const tail = `${stdout}\n${stderr}`.trim().split('\n').slice(-30).join('\n')
  throw new Error(`${command} ${args.join(' ')} failed (exit code ${code ?? 'none, stopped by its time limit'}):\n${tail}`)
}

export async function packagesOf(clone: string): Promise<readonly ReleasedPackage[]> {
  const found: ReleasedPackage[] = []
  for (const short of readdirSync(join(clone, 'packages')).toSorted()) {
    const { name, version } = JSON.parse(await manifestText(clone, short)) as { readonly name: string; readonly version: string }
    found.push({ short, name, version })
  }
  return found
}

function manifestText(clone: string, short: string): Promise<string> {
  return readFile(join(clone, 'packages', short, 'package.json'), 'utf8')
}

/** Before 1.0 a feature is a minor release, and a peer's minor release must not turn a dependent into 1.0. */
function judgeVersion(from: string | undefined, to: string): string | undefined {
  if (!to.startsWith('0.')) return `${from ?? 'none'} became ${to}`
  return from === '0.0.0' && to === '0.0.0' ? 'is still 0.0.0: it has no changeset' : undefined
}

/** The manifest that users get: our ranges instead of `workspace:`, no development scripts needed, all files there. */
export async function judgePublished(
  registry: Registry,
  { name, version }: ReleasedPackage,
  all: readonly ReleasedPackage[],
): Promise<string | undefined> {
  const answer = await fetch(`${registry.url}${name.replace('/', '%2f')}`)
  if (!answer.ok) return `the registry answers ${answer.status}`
  const document = (await answer.json()) as { readonly versions: Readonly<Record<string, Readonly<Record<string, unknown>>>> }
  const published = document.versions[version]
  if (published === undefined) return `version ${version} is not there`
  const problems: string[] = []
  for (const key of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
    for (const [target, range] of Object.entries(published[key] ?? {})) {
      const sibling = all.find((other) => other.name === target)
      if (String(range).includes('workspace:')) problems.push(`${key}.${target} is ${range}`)
      else if (sibling !== undefined && range !== `^${sibling.version}`)
        problems.push(`${key}.${target} is ${range}, not ^${sibling.version}`)
    }
  }
  for (const key of ['license', 'description', 'homepage', 'bugs', 'repository', 'engines'])
    if (published[key] === undefined) problems.push(`has no ${key}`)
  return problems.length === 0 ? undefined : problems.join('\n')
}
