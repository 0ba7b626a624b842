// Debian's Chromium, for the tests that look at pages.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const onPath = (name: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)))

/** Installs `chromium` where that needs no password, and says how it went. Elsewhere the tests name themselves as not run. */
export function provideChromium(): string {
  if (['chromium', 'chromium-browser', 'google-chrome'].some(onPath)) return 'chromium is installed'
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return 'chromium is not available: it is not installed, and only root could'
  const run = (program: string, ...args: readonly string[]): string | undefined => {
    const { status, stderr, error } = spawnSync(program, args, {
      encoding: 'utf8',
      timeout: 600_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (error !== undefined) return error.message
    return status === 0 ? undefined : stderr.trim().split('\n').at(-1)
  }
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'] as const
  // A fresh machine has no package lists.
  let problem = run(...install)
  if (problem !== undefined) {
    run('apt-get', 'update')
    problem = run(...install)
  }
  return problem === undefined ? 'chromium was installed from its Debian package' : `chromium is not available: ${problem}`
}
