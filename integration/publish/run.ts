// `pnpm test:publish [NAME...]`: publishes every package to a registry on loopback, then installs and uses each one alone.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inParallel } from '../../tooling/check/command.ts'
import { NODE_LINES, nodeBinary } from '../../tooling/node-matrix/matrix.ts'
import { entriesOf, install, judgeEntry, loadEntries, readInstalled, runCommands } from './consumer.ts'
import type { InstalledManifest, NodeUnderTest } from './consumer.ts'
import { readmeProgram, runReadmeProgram } from './readme-program.ts'
import { openRegistry } from './registry.ts'
import type { Registry } from './registry.ts'
import { releaseFeature } from './next-release.ts'
import { release } from './release.ts'
import type { ReleasedPackage } from './release.ts'
import { Tally } from './tally.ts'
import { runThreads } from './threads.ts'
import { compileUsers } from './typed-user.ts'

const repository = join(import.meta.dirname, '../..')

/** The oldest line and the workspace's own must be there; the others are tested when the matrix is installed. */
async function nodesUnderTest(tally: Tally): Promise<readonly NodeUnderTest[]> {
  const nodes: NodeUnderTest[] = []
  for (const line of NODE_LINES) {
    if (process.versions.node.startsWith(`${line}.`)) {
      nodes.push({ line, path: process.execPath })
      continue
    }
    const found = await nodeBinary(line, { install: line === '20' || process.env['CI_REQUIRE'] === '1' })
    if ('path' in found) nodes.push({ line, path: found.path })
    else if (process.env['CI_REQUIRE'] === '1') tally.record(`Node ${line} is there`, found.notRun)
    else tally.notRun(`Node ${line}`, found.notRun)
  }
  return nodes
}

interface Trial {
  readonly folder: string
  readonly registry: Registry
  readonly nodes: readonly NodeUnderTest[]
  readonly tally: Tally
}

/** Alone first; then beside its optional peers and what its README program names, where every entry must load. */
async function tryPackage({ short, name, version }: ReleasedPackage, { folder, registry, nodes, tally }: Trial): Promise<void> {
  const alone = join(folder, `${short}-alone`)
  const problem = await install(alone, registry, [`${name}@${version}`])
  tally.record(`${short}: installs alone`, problem)
  if (problem !== undefined) return
  const manifest = await readInstalled(alone, name)
  const optional = Object.keys(manifest.peerDependenciesMeta ?? {}).filter(
    (peer) => manifest.peerDependenciesMeta?.[peer]?.optional === true,
  )
  const names = new Map<string, readonly string[]>()
  for (const node of nodes) {
    await tryEntries(alone, { label: `${short} alone`, manifest, node, optional, tally, names })
    await runCommands(alone, manifest, node, tally)
    if (short === 'js-adapter') await runThreads(alone, node, tally)
  }

  const program = await readmeProgram(alone, name)
  tally.record(`${short}: the published README opens with a program`, program === undefined ? 'it has none' : undefined)
  const beside = join(folder, `${short}-beside`)
  const peers = optional.map((peer) => `${peer}@${manifest.peerDependencies?.[peer] ?? '*'}`)
  const named = (program?.packages ?? []).filter((other) => other !== name && manifest.peerDependencies?.[other] === undefined)
  const wanted = [...peers, ...named]
  const folderWithPeers = wanted.length === 0 ? alone : beside
  const peerProblem = wanted.length === 0 ? undefined : await install(beside, registry, [`${name}@${version}`, ...wanted])
  if (wanted.length > 0) tally.record(`${short}: installs beside its optional peers`, peerProblem)
  if (peerProblem !== undefined) return
  for (const node of nodes) {
    if (wanted.length > 0)
      await tryEntries(beside, { label: `${short} beside its peers`, manifest, node, optional: [], tally, names })
    if (program !== undefined)
      tally.record(`${short}: README program on Node ${node.line}`, await runReadmeProgram(folderWithPeers, program, node))
  }
  await compileUsers(folderWithPeers, short, repository, names, tally)
}

interface EntryTrial {
  readonly label: string
  readonly manifest: InstalledManifest
  readonly node: NodeUnderTest
  /** Peers that may be absent. */
  readonly optional: readonly string[]
  readonly tally: Tally
  /** Receives the run-time names of each entry that loads. */
  readonly names: Map<string, readonly string[]>
}

async function tryEntries(folder: string, { label, manifest, node, optional, tally, names }: EntryTrial): Promise<void> {
  const entries = entriesOf(manifest)
  for (const first of ['import', 'require'] as const) {
    const reports = await loadEntries(folder, node, first, entries)
    for (const entry of entries) {
      const report = typeof reports === 'string' ? undefined : reports[entry]
      if (report !== undefined && 'names' in report) names.set(entry, report.names)
      const problem = typeof reports === 'string' ? reports : judgeEntry(entry, entry === manifest.name, report, optional)
      tally.record(`${label}: ${entry} loads on Node ${node.line}, ${first} first`, problem)
    }
  }
}

async function main(chosen: readonly string[]): Promise<void> {
  const tally = new Tally()
  const folder = mkdtempSync(join(tmpdir(), 'publish-'))
  let registryPid: number | undefined
  const onSignal = (): void => {
    if (registryPid !== undefined) process.kill(registryPid)
    rmSync(folder, { recursive: true, force: true })
    process.exit(130)
  }
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  try {
    const nodes = await nodesUnderTest(tally)
    const dirty = spawnSync('git', ['-C', repository, 'status', '--porcelain'], { encoding: 'utf8' }).stdout
    if (dirty !== '') console.log('the last commit is tested; changes that are not committed are left out')
    await using registry = await openRegistry(join(folder, 'registry'))
    registryPid = registry.pid
    const released = await release({ repository, clone: join(folder, 'clone'), registry, tally })
    const wanted = released.filter(({ short }) => chosen.length === 0 || chosen.includes(short))
    await inParallel(wanted, 2, async (trial) => {
      const startedAtMs = performance.now()
      const own = new Tally()
      await tryPackage(trial, { folder, registry, nodes, tally: own }).catch((error: unknown) => {
        own.record(`${trial.short}: could not be tried`, error instanceof Error ? (error.stack ?? error.message) : String(error))
      })
      const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1)
      console.log(`${own.failed === 0 ? 'ok    ' : 'FAILED'}  ${trial.name}@${trial.version}  ${seconds} s`)
      tally.add(own)
    })
    if (chosen.length === 0) {
      const next = { clone: join(folder, 'clone'), registry, tally, released }
      await releaseFeature('eventloop', ['js-adapter'], next)
    }
  } catch (error) {
    tally.record('publish', error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    registryPid = undefined
    rmSync(folder, { recursive: true, force: true })
  }
  tally.close()
  process.exitCode = tally.failed === 0 ? 0 : 1
}

await main(process.argv.slice(2))
