// Sizes: the packed package, and what one import of each entry loads, at most a tenth over what is recorded.
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { gzipSync } from 'node:zlib'
import { inParallel, outputLines, runCommand } from './command.ts'
import type { Check, Finding } from './finding.ts'
import { importSites, parseSource } from './syntax.ts'
import { listWorkspaces, readText } from './tree.ts'
import type { Workspace } from './tree.ts'

const record = 'tooling/sizes.json'
const tolerance = 1.1
/** Below this a tenth is noise. */
const slackBytes = 300

export interface PackageSizes {
  /** The tarball that is published. */
  readonly packedBytes: number
  /** Our own JavaScript that an import of the entry loads at once, compressed; `import()` and other packages not counted. */
  readonly entryBytes: Readonly<Record<string, number>>
}

export const sizesCheck: Check = {
  name: 'sizes',
  about: `packed packages and entries are at most 10 % over ${record}; --update rewrites it`,
  async run(root, { update = false } = {}) {
    const published = listWorkspaces(root).filter((workspace) => workspace.published)
    const measured = new Map<string, PackageSizes>()
    const findings: Finding[] = []
    await inParallel(published, 2, async (workspace) => {
      const packed = await packedSize(root, workspace)
      if (typeof packed === 'string') findings.push({ file: workspace.folder, message: packed })
      else measured.set(workspace.short, { packedBytes: packed, entryBytes: entrySizes(root, workspace) })
    })
    const sizes = Object.fromEntries([...measured].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    if (update && findings.length === 0) writeFileSync(join(root, record), `${JSON.stringify(sizes, null, 2)}\n`)
    else findings.push(...compareSizes(existsSync(join(root, record)) ? readRecord(root) : {}, sizes))
    return findings
  },
}

function readRecord(root: string): Readonly<Record<string, PackageSizes>> {
  return JSON.parse(readText(root, record)) as Record<string, PackageSizes>
}

export function compareSizes(
  recorded: Readonly<Record<string, PackageSizes>>,
  measured: Readonly<Record<string, PackageSizes>>,
): readonly Finding[] {
  const judge = (name: string, was: number | undefined, is: number): readonly Finding[] => {
    if (was === undefined) return [{ file: record, message: `${name} is not recorded (${is} bytes): pnpm check sizes --update` }]
    if (is <= Math.max(was * tolerance, was + slackBytes)) return []
    return [
      { file: record, message: `${name} has ${is} bytes, recorded ${was}; if that is its worth: pnpm check sizes --update` },
    ]
  }
  return Object.entries(measured).flatMap(([short, { packedBytes, entryBytes }]) => [
    ...judge(`${short}, packed,`, recorded[short]?.packedBytes, packedBytes),
    ...Object.entries(entryBytes).flatMap(([entry, bytes]) =>
      judge(`import of ${short}${entry.slice(1)}`, recorded[short]?.entryBytes[entry], bytes),
    ),
  ])
}

export function entrySizes(root: string, { folder, manifest }: Workspace): Readonly<Record<string, number>> {
  const sizes: Record<string, number> = {}
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string' || target.default === undefined) continue
    const files = new Set([posix.join(folder, target.default)])
    let text = ''
    for (const file of files) {
      const source = readText(root, file)
      text += source.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '')
      for (const { specifier, dynamic } of importSites(parseSource(file, source)))
        if (specifier.startsWith('.') && !dynamic) files.add(posix.join(posix.dirname(file), specifier))
    }
    sizes[entry] = gzipSync(text, { level: 9 }).length
  }
  return sizes
}

/** @returns bytes, or why the package cannot be packed. */
async function packedSize(root: string, { folder }: Workspace): Promise<number | string> {
  const out = mkdtempSync(join(tmpdir(), 'packed-'))
  try {
    const result = await runCommand('pnpm', ['pack', '--out', join(out, 'package.tgz')], {
      cwd: join(root, folder),
      toolsOf: root,
    })
    if (result.code !== 0) return outputLines(result).join(' | ')
    return statSync(join(out, 'package.tgz')).size
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
