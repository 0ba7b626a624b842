// Format: what the formatter would change.
import { outputLines, runCommand } from './command.ts'
import type { Check } from './finding.ts'

export const formatCheck: Check = {
  name: 'format',
  about: 'biome would change no file; `pnpm format` writes it',
  async run(root) {
    const result = await runCommand('biome', ['format', '--reporter=github', '--max-diagnostics=none'], { cwd: root })
    if (result.code === 0) return []
    const files = new Set([...result.stdout.matchAll(/file=([^,]+)/g)].map((match) => match[1]))
    if (files.size === 0) return outputLines(result).map((message) => ({ message }))
    return [...files].map((file) => ({ file, message: 'is not formatted: pnpm format' }))
  },
}
