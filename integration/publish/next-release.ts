// The release after the first one: a feature of a package that others name as their peer.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Registry } from './registry.ts'
import { judgePublished, packagesOf, publish, step } from './release.ts'
import type { ReleasedPackage } from './release.ts'
import type { Tally } from './tally.ts'

interface NextRelease {
  readonly clone: string
  readonly registry: Registry
  readonly tally: Tally
  /** What the first release published. */
  readonly released: readonly ReleasedPackage[]
}

/** A minor release of `feature`: its dependents get a patch, with the new range; everything else stays as it is. */
export async function releaseFeature(
  feature: string,
  dependents: readonly string[],
  { clone, registry, tally, released }: NextRelease,
): Promise<void> {
  const name = released.find(({ short }) => short === feature)?.name ?? feature
  await writeFile(join(clone, '.changeset/next-feature.md'), `---\n'${name}': minor\n---\n\nA feature.\n`)
  await step('changeset', ['version'], clone)
  const packages = await packagesOf(clone)
  for (const { short, version } of packages) {
    const was = released.find((other) => other.short === short)?.version ?? ''
    const wanted = short === feature ? bump(was, 'minor') : dependents.includes(short) ? bump(was, 'patch') : was
    tally.record(
      `${short}: version after a feature of ${feature}`,
      version === wanted ? undefined : `${version}, wanted ${wanted}`,
    )
  }
  await step('git', ['add', '--all', ':!.npmrc'], clone)
  await step('git', ['commit', '--quiet', '--message', 'Version packages again'], clone)
  await publish(clone, registry)
  for (const found of packages)
    tally.record(
      `${found.short}: what is published after a feature of ${feature} is sound`,
      await judgePublished(registry, found, packages),
    )
}

function bump(version: string, part: 'minor' | 'patch'): string {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  return part === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}
