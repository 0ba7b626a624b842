// Unused files, exports and dependencies, and dependencies that are used but not declared.
import { outputLines, runCommand } from './command.ts'
import type { Check } from './finding.ts'

export const unusedCheck: Check = {
  name: 'unused',
  about: 'knip finds no unused file, export or dependency',
  async run(root) {
    const result = await runCommand('knip', ['--no-progress', '--reporter=compact'], { cwd: root })
    return result.code === 0 ? [] : outputLines(result).map((message) => ({ message }))
  },
}
