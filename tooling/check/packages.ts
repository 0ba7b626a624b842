// Packages as they are published: publint and attw on what `pnpm pack` would send.
import { join } from 'node:path'
import { inParallel, outputLines, runCommand } from './command.ts'
import type { Check, Finding } from './finding.ts'
import { listWorkspaces } from './tree.ts'

const tools: readonly (readonly string[])[] = [
  ['publint', '--strict'],
  ['attw', '--pack', '.', '--profile', 'esm-only', '--no-color', '--no-emoji'],
]

export const packagesCheck: Check = {
  name: 'packages',
  about: 'publint and attw find nothing in the packed packages',
  async run(root) {
    const published = listWorkspaces(root).filter((workspace) => workspace.published)
    // The two tools pack the same folder: one after the other within a package, two packages at a time.
    const findings = await inParallel(published, 2, async ({ folder }): Promise<readonly Finding[]> => {
      const found: Finding[] = []
      for (const [name = '', ...args] of tools) {
        const result = await runCommand('pnpm', ['exec', name, ...args], { cwd: join(root, folder), toolsOf: root })
        if (result.code !== 0) found.push(...outputLines(result).map((line) => ({ file: folder, message: `${name}: ${line}` })))
      }
      return found
    })
    return findings.flat()
  },
}
