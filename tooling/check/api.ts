// API reports: `packages/NAME/api.md` is what the package exports, as reviewed.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiReport } from './api-report.ts'
import { runCommand } from './command.ts'
import type { Check, Finding } from './finding.ts'
import { listWorkspaces, readText } from './tree.ts'
import type { Workspace } from './tree.ts'

export const apiCheck: Check = {
  name: 'api',
  about: 'packages/*/api.md is what the packages export; --update rewrites it',
  async run(root, { update = false } = {}) {
    const findings: Finding[] = []
    for (const workspace of listWorkspaces(root)) {
      if (!workspace.published) continue
      findings.push(...(await compareReport(root, workspace, update)))
    }
    return findings
  },
}

async function compareReport(root: string, workspace: Workspace, update: boolean): Promise<readonly Finding[]> {
  const file = `${workspace.folder}/api.md`
  let report: string
  try {
    report = apiReport(root, workspace)
  } catch (error) {
    return [{ file, message: error instanceof Error ? error.message : String(error) }]
  }
  const recorded = existsSync(join(root, file)) ? readText(root, file) : undefined
  if (recorded === report) return []
  if (update) {
    writeFileSync(join(root, file), report)
    return []
  }
  if (recorded === undefined) return [{ file, message: 'is not there: pnpm check api --update' }]
  const changes = await changedLines(join(root, file), report)
  return [{ file, message: 'differs from what is exported; if you mean it: pnpm check api --update' }, ...changes]
}

async function changedLines(recordedPath: string, report: string): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'api-'))
  try {
    const path = join(folder, 'api.md')
    writeFileSync(path, report)
    const args = ['diff', '--no-index', '--no-color', '--unified=1', recordedPath, path]
    const { stdout } = await runCommand('git', args, { cwd: folder })
    return stdout
      .split('\n')
      .slice(4)
      .filter((line) => line !== '')
      .map((message) => ({ message }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
