// Lint: oxlint with the rules of the workspace.
import { outputLines, runCommand } from './command.ts'
import type { Check } from './finding.ts'

export const lintCheck: Check = {
  name: 'lint',
  about: 'oxlint finds nothing',
  async run(root) {
    const result = await runCommand('oxlint', ['--format=unix', '--deny-warnings'], { cwd: root })
    return result.code === 0 ? [] : outputLines(result).map((message) => ({ message }))
  },
}
