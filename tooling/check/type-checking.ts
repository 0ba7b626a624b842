// Types: tsc on every workspace and on the tooling, and the type tests.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { outputLines, runCommand } from './command.ts'
import type { Check, Finding } from './finding.ts'
import { listWorkspaces } from './tree.ts'

export const typesCheck: Check = {
  name: 'types',
  about: 'every workspace and the tooling compile; type tests hold',
  async run(root) {
    const findings: Finding[] = []
    const turbo = await runCommand('turbo', ['run', 'typecheck', '--continue', '--output-logs=errors-only'], { cwd: root })
    if (turbo.code !== 0) findings.push(...compilerFindings(outputLines(turbo)))
    const tooling = await runCommand('tsc', ['-p', 'tooling', '--pretty', 'false'], { cwd: root })
    if (tooling.code !== 0) findings.push(...compilerFindings(outputLines(tooling)))
    for (const { folder } of listWorkspaces(root)) findings.push(...(await runTypeTests(root, folder)))
    return findings
  },
}

/** The lines that carry an error; all lines when none does, so that a tool that crashed is not told as "nothing". */
function compilerFindings(lines: readonly string[]): Finding[] {
  const errors = lines.filter((line) => /error TS\d+/.test(line))
  return (errors.length > 0 ? errors : lines).map((message) => ({ message }))
}

async function runTypeTests(root: string, folder: string): Promise<readonly Finding[]> {
  const tests = join(root, folder, 'typetest')
  if (!existsSync(tests) || !readdirSync(tests, { recursive: true }).some((name) => String(name).endsWith('.test-d.ts')))
    return []
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--typecheck.only',
    '--typecheck.include',
    'typetest/**/*.test-d.ts',
  ]
  const result = await runCommand('node', args, { cwd: join(root, folder), toolsOf: root, env: { LOOPWRIGHT_TYPES: '1' } })
  return result.code === 0 ? [] : outputLines(result).map((message) => ({ file: folder, message }))
}
