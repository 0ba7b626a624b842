// Debian's Prometheus, unpacked beside the tests: the package itself would start a server of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const onPath = (name: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)))

/**
 * Makes `prometheus` and `promtool` available to what this process starts, and says how. Where Debian's packages cannot be
 * had, the tests that need them name themselves as not run.
 */
export function providePrometheus(folder: string): string {
  if (onPath('prometheus') && onPath('promtool')) return 'prometheus is installed'
  const binaries = join(folder, 'root/usr/bin')
  if (!existsSync(join(binaries, 'prometheus'))) {
    const problem = unpack(folder)
    if (problem !== undefined) return `prometheus is not available: ${problem}`
  }
  process.env['PATH'] = `${binaries}${delimiter}${process.env['PATH'] ?? ''}`
  return 'prometheus was unpacked from its Debian package'
}

/** @returns why it failed, or `undefined`. */
function unpack(folder: string): string | undefined {
  mkdirSync(folder, { recursive: true })
  const run = (program: string, ...args: readonly string[]): string | undefined => {
    const { status, stderr, error } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', timeout: 300_000 })
    if (error !== undefined) return `${program}: ${error.message}`
    return status === 0 ? undefined : `${program} ${args[0]}: ${stderr.trim().split('\n').at(-1)}`
  }
  // A fresh machine has no package lists; one that cannot update them may still have old ones.
  const problem = run('apt-get', 'download', 'prometheus')
  if (problem !== undefined) {
    run('apt-get', 'update')
    const again = run('apt-get', 'download', 'prometheus')
    if (again !== undefined) return again
  }
  const file = readdirSync(folder).find((name) => name.endsWith('.deb'))
  return file === undefined ? 'the download left no package' : run('dpkg-deb', '-x', file, 'root')
}
