// Each package declares what all packages declare, states its floor, and brings the files that all bring.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Check, Finding } from './finding.ts'
import { statesFloor } from './floors.ts'
import { listWorkspaces, readText } from './tree.ts'
import type { Workspace } from './tree.ts'

const same: Readonly<Record<string, unknown>> = {
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  files: ['dist', 'src'],
  engines: { node: '>=20.19' },
  publishConfig: { access: 'public' },
}
const files = ['README.md', 'tsconfig.json', 'tsconfig.build.json', 'tsup.config.ts', 'vitest.config.ts', 'src/index.ts']

export const manifestsCheck: Check = {
  name: 'manifests',
  about: 'each package has the fields and files that every package has',
  run: async (root) =>
    listWorkspaces(root)
      .filter(({ published }) => published)
      .flatMap((workspace) => judge(root, workspace)),
}

function judge(root: string, { folder, short, manifest }: Workspace): readonly Finding[] {
  const file = `${folder}/package.json`
  const raw = JSON.parse(readText(root, file)) as Readonly<Record<string, unknown>>
  const messages: string[] = []
  for (const [key, wanted] of Object.entries(same)) {
    if (JSON.stringify(raw[key]) !== JSON.stringify(wanted)) messages.push(`${key} is not ${JSON.stringify(wanted)}`)
  }
  const repository = raw['repository'] as { readonly url?: unknown; readonly directory?: unknown } | undefined
  if (repository?.directory !== folder) messages.push(`repository.directory is not ${folder}`)
  const site = String(repository?.url).replace(/^git\+(https:.+)\.git$/, '$1')
  for (const [key, wanted] of [
    ['homepage', `${site}/tree/main/${folder}#readme`],
    ['bugs', `${site}/issues`],
  ] as const)
    if (raw[key] !== wanted) messages.push(`${key} is not ${wanted}`)
  if (manifest.name !== `@loopwright/${short}`) messages.push(`name is not @loopwright/${short}`)
  if (typeof raw['description'] !== 'string') messages.push('has no description')
  if ('main' in raw || 'module' in raw) messages.push('names a main or module: `exports` alone says what there is')
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (entry === './package.json') continue
    const conditions = typeof target === 'string' ? [] : Object.keys(target)
    if (conditions.join() !== 'types,default') messages.push(`exports["${entry}"] is not { types, default }`)
  }
  if (!('./package.json' in manifest.exports)) messages.push('does not export ./package.json')
  if (!statesFloor(short)) messages.push('states no floor in tooling/check/floors.ts')
  const missing = files.filter((name) => !existsSync(join(root, folder, name)))
  return [
    ...messages.map((message) => ({ file, message })),
    ...missing.map((name) => ({ file: `${folder}/${name}`, message: 'is not there' })),
  ]
}
